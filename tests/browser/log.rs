//! The log on screen: which lines are in the page, and moving through them.

use crate::support::fixtures::{LOG, log_api, log_entries};
use crate::support::log_page::{
    blank_places_while_scrolling, count, counted, elements_in_page, first_in_view, go_to, in_view,
    is_wrapped, press, press_number, scroll_to_middle, search, see_line, see_matches, selected,
    set_fragment, show_log, text_of, top_line,
};
use crate::support::{Browser, Outcome, Part, Reply, assert_soon, eventually, story};
use serde_json::{Value, json};
use thirtyfour::prelude::*;

#[tokio::test]
async fn only_the_lines_on_screen_of_a_long_log_are_in_the_page() -> Outcome {
    story(log_api("S", log_entries(200_000)).await)
        .run(async |browser, api| {
            show_log(browser, api, "").await;
            counted(browser, 200_000).await;
            see_line(browser, 200_000).await;
            let at_end = elements_in_page(browser).await;
            assert!(at_end < 600, "{at_end} elements");

            press(browser, "g").await;
            see_line(browser, 1).await;
            press(browser, "G").await;
            see_line(browser, 200_000).await;
            scroll_to_middle(browser).await;
            eventually("the middle", async || {
                let lines = in_view(browser).await;
                (99_000..101_000).contains(lines.first()?).then_some(())
            })
            .await;
            assert_soon!(elements_in_page(browser).await, at_end);

            // Keys go one line or one page further.
            let top = in_view(browser).await[0];
            press(browser, "j").await;
            see_line(browser, top + 1).await;
            eventually("a line further", async || {
                (in_view(browser).await.first() == Some(&(top + 1))).then_some(())
            })
            .await;
            press(browser, " ").await;
            let lines = in_view(browser).await;
            assert!(lines[0] > top + 20 && lines.windows(2).all(|two| two[1] == two[0] + 1));
            press(browser, Key::Shift + " ").await;
            assert_soon!(in_view(browser).await[0], top + 1);
            press(browser, "k").await;
            assert_soon!(in_view(browser).await[0], top);

            // No blank places while it scrolls.
            assert_eq!(blank_places_while_scrolling(browser).await, 0);
            Ok(())
        })
        .await
}

#[tokio::test]
async fn the_end_is_followed_until_the_user_scrolls_up() -> Outcome {
    story(log_api("I", log_entries(500)).await)
        .run(async |browser, api| {
            show_log(browser, api, "").await;
            see_line(browser, 500).await;
            api.on("GET", LOG, Reply::Log(log_entries(510)));
            see_line(browser, 510).await;

            press(browser, "kkk").await;
            let before = in_view(browser).await;
            assert!(!before.contains(&510));
            api.on("GET", LOG, Reply::Log(log_entries(530)));
            browser.find("button", "20 new lines").await;
            // The lines in view have not moved.
            assert_soon!(in_view(browser).await, before);
            browser.press("button", "20 new lines").await;
            see_line(browser, 530).await;
            api.on("GET", LOG, Reply::Log(log_entries(540)));
            see_line(browser, 540).await;

            // A key stops following and starts it again, too.
            press(browser, "f").await;
            api.on("GET", LOG, Reply::Log(log_entries(550)));
            browser.find("button", "10 new lines").await;
            press(browser, "f").await;
            see_line(browser, 550).await;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn lines_have_links() -> Outcome {
    story(log_api("S", log_entries(5_000)).await)
        .run(async |browser, api| {
            show_log(browser, api, "#L1200-L1202").await;
            see_line(browser, 1_201).await;
            assert_soon!(selected(browser).await, "1200,1201,1202");
            browser.see("Lines 1,200–1,202").await;

            // A press selects a line, with Shift a range; the address has it, and a reload keeps it.
            press_number(browser, 1_205, false).await;
            browser.at("/builds/b1#L1205").await;
            press_number(browser, 1_203, true).await;
            browser.at("/builds/b1#L1203-L1205").await;
            assert_soon!(selected(browser).await, "1203,1204,1205");
            browser.reload().await;
            see_line(browser, 1_204).await;
            assert_soon!(selected(browser).await, "1203,1204,1205");

            // The address bar leads to another line without loading the page again.
            browser.script("window.same = true;").await;
            set_fragment(browser, "#L4000").await;
            see_line(browser, 4_000).await;
            assert_soon!(browser.script("return window.same").await, json!(true));

            // By keyboard: a range.
            go_to(browser, "17-19").await;
            see_line(browser, 18).await;
            browser.at("/builds/b1#L17-L19").await;
            browser.focus_is_on("region", "Log").await;
            // A line at the lower edge stays in view, though the selection's bar takes a row there.
            browser.press("button", "Clear selection").await;
            let last = *in_view(browser).await.last().expect("a line");
            press_number(browser, last, false).await;
            browser.find("button", "Clear selection").await;
            see_line(browser, last).await;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn a_linked_line_is_shown_while_the_log_is_still_loading() -> Outcome {
    story(log_api("S", Vec::new()).await)
        .run(async |browser, api| {
            let all = Value::from(log_entries(3_000)).to_string();
            let (first, second) = all.split_at(all.len() / 2);
            let parts = vec![
                Part::Text(first.to_owned()),
                Part::Wait,
                Part::Text(second.to_owned()),
            ];
            api.on("GET", LOG, Reply::Parts(parts));
            show_log(browser, api, "#L700").await;
            see_line(browser, 700).await;
            let so_far = count(browser).await;
            assert!(so_far < 2_000, "{so_far}");
            browser.find("status", "").await;
            api.release();
            counted(browser, 3_000).await;
            assert!(in_view(browser).await.contains(&700));
            Ok(())
        })
        .await
}

/// Shows the huge line in part, and more of it on demand; the search reads all of it.
async fn the_huge_line_is_shown_in_part(browser: &Browser) {
    go_to(browser, "151").await;
    eventually("the huge line", async || {
        (text_of(browser, 151).await.len() > 3_000).then_some(())
    })
    .await;
    let drawn = text_of(browser, 151).await.len();
    assert!(
        drawn < 5_000,
        "{drawn} characters of the huge line are in the page"
    );
    browser.press("button", "Show more").await;
    eventually("more of it", async || {
        (text_of(browser, 151).await.len() > 30_000).then_some(())
    })
    .await;
    press(browser, "w").await;
    see_line(browser, 151).await;
    let drawn = text_of(browser, 151).await.len();
    assert!(
        drawn < 2_000,
        "{drawn} characters of the huge line are in the page"
    );
    // The search finds what is not drawn, and scrolls sideways to it.
    search(browser, "x end").await;
    see_matches(browser, "1 of 1").await;
    eventually("the huge line's end", async || {
        text_of(browser, 151).await.ends_with("end").then_some(())
    })
    .await;
}

#[tokio::test]
async fn wrapping_keeps_the_position_and_a_huge_line_is_harmless() -> Outcome {
    let mut log = log_entries(300);
    let long = |number: usize| format!("{number} {}", "wrapped words ".repeat(60));
    for number in (3..300).step_by(3) {
        log[number]["message"] = json!(long(number + 1));
    }
    log[150]["message"] = json!(format!("huge {} end", "x".repeat(1_000_000)));
    story(log_api("S", log).await)
        .run(async |browser, api| {
            show_log(browser, api, "#L200").await;
            see_line(browser, 200).await;
            let top = in_view(browser).await[0];
            press(browser, "w").await;
            eventually("wrapped, with the same line at the top", async || {
                let same = first_in_view(browser).await.abs_diff(top) <= 1;
                (is_wrapped(browser).await && same).then_some(())
            })
            .await;

            // Going up and down again, over rows of unknown height, ends where it began.
            let before = top_line(browser).await;
            press(browser, "k".repeat(40).as_str()).await;
            assert_ne!(top_line(browser).await, before);
            press(browser, "j".repeat(40).as_str()).await;
            assert_soon!(top_line(browser).await, before);

            the_huge_line_is_shown_in_part(browser).await;
            Ok(())
        })
        .await
}
