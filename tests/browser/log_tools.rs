//! The log's tools: search, filters, copy, print; and their accessibility.

use crate::support::fixtures::{LOG, LOG_START, log_api, log_entries, log_entry, mixed_log};
use crate::support::log_page::{
    counted, current_line, end_printing, exported, go_to, images, in_view, links,
    marked_in_current_line, press, press_at_step, press_in_menu, record_exports, role_of, search,
    see_line, see_line_in_window, see_matches, see_only, set_fragment, show_log, statuses,
    style_of, text_of, times,
};
use crate::support::{Browser, Outcome, Reply, assert_soon, eventually, story};
use serde_json::{Value, json};
use thirtyfour::prelude::*;

#[tokio::test]
async fn a_search_goes_through_the_log() -> Outcome {
    let mut log = log_entries(3_000);
    for number in [10, 1_500, 2_900] {
        log[number - 1]["message"] = json!(format!("a \u{1b}[31mNee\u{1b}[0mdle in {number}"));
    }
    story(log_api("S", log).await)
        .run(async |browser, api| {
            show_log(browser, api, "").await;
            counted(browser, 3_000).await;
            press(browser, "/").await;
            browser.keys("needle").await;
            see_matches(browser, "1 of 3").await;
            see_line(browser, 10).await;
            browser.keys(Key::Enter + "").await;
            see_line(browser, 1_500).await;
            press(browser, "n").await;
            see_line(browser, 2_900).await;
            see_matches(browser, "3 of 3").await;
            press(browser, "n").await;
            see_line(browser, 10).await;
            press(browser, "N").await;
            see_line(browser, 2_900).await;
            assert_soon!(marked_in_current_line(browser).await, "Needle");

            browser.press("button", "Match case").await;
            see_matches(browser, "No matches").await;
            browser.press("button", "Match case").await;
            browser.press("button", "Whole words").await;
            see_matches(browser, "3").await;
            search(browser, "eedle").await;
            see_matches(browser, "No matches").await;
            browser.press("button", "Whole words").await;
            browser.press("button", "Regular expression").await;
            search(browser, "needle in (10|29..)$").await;
            see_matches(browser, "of 2").await;
            search(browser, "(").await;
            see_matches(browser, "Unbalanced parenthesis").await;
            search(browser, "needle").await;
            see_matches(browser, "of 3").await;

            // Only the matches and the lines around them.
            browser.press("button", "More log tools").await;
            browser.choose("Lines to show", "Matches ± 2 lines").await;
            browser.see("15 of 3,000 lines").await;
            assert_soon!(in_view(browser).await.len(), 15);
            // Leaving the search shows all lines again.
            browser.press("button", "Clear search").await;
            browser.focus_is_on("searchbox", "Search the log").await;
            browser.see_no_more("of 3,000 lines").await;
            assert!(browser.all("button", "Next match").await.is_empty());
            Ok(())
        })
        .await
}

#[tokio::test]
async fn colors_links_and_control_characters_are_shown_safely() -> Outcome {
    let log = vec![
        log_entry(
            "\u{1b}[1;31mred\u{1b}[0m plain \u{1b}[38;5;208mown\u{1b}[0m",
            0,
        ),
        log_entry("10%\r50%\r100%", 0),
        log_entry(
            "\u{1b}]8;;https://example.test/a\u{7}here\u{1b}]8;;\u{7} \u{1b}]8;;javascript:alert(1)\u{7}not\u{1b}]8;;\u{7}",
            0,
        ),
        log_entry("<img src=x onerror=alert(1)> \u{202e}over", 0),
        log_entry("\u{1b}[32mgreen goes on", 0),
        log_entry("to here\u{1b}[0m", 0),
    ];
    story(log_api("S", log).await)
        .run(async |browser, api| {
            show_log(browser, api, "").await;
            counted(browser, 6).await;
            assert_soon!(text_of(browser, 1).await, "red plain own");
            assert_soon!(text_of(browser, 2).await, "100%");
            let (plain_weight, plain) = style_of(browser, "").await;
            let (weight, red) = style_of(browser, "red").await;
            assert!(weight > plain_weight && red != plain, "{weight} {red}");
            // A color continues in the next line.
            let (_, green) = style_of(browser, "green goes on").await;
            assert_soon!(style_of(browser, "to here").await.1, green);
            assert!(![plain, red].contains(&green), "{green}");
            let wanted = [("https://example.test/a".to_owned(), "here".to_owned())];
            assert_soon!(links(browser).await, wanted);
            let text = text_of(browser, 4).await;
            assert_eq!(text, "<img src=x onerror=alert(1)> \\u{202e}over");
            assert_soon!(images(browser).await, 0);
            browser.press("button", "More log tools").await;
            browser
                .press("checkbox", "Show escape and control characters")
                .await;
            eventually("the escapes are shown", async || {
                text_of(browser, 1)
                    .await
                    .starts_with("␛[1;31mred")
                    .then_some(())
            })
            .await;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn levels_and_steps_are_hidden_and_shown_again() -> Outcome {
    story(log_api("S", mixed_log()).await)
        .run(async |browser, api| {
            show_log(browser, api, "").await;
            counted(browser, 6).await;
            browser.press("button", "Levels").await;
            browser.press("checkbox", "ERROR (1)").await;
            browser.see("5 of 6 lines").await;
            assert_soon!(in_view(browser).await, [1, 2, 4, 5, 6]);
            browser.press("checkbox", "INFO (3)").await;
            browser.press("checkbox", "WARN (1)").await;
            browser.press("checkbox", "No level (1)").await;
            browser.see("No lines match the filter.").await;
            browser.keys(Key::Escape + "").await;
            browser.press("button", "Show all lines").await;
            browser.focus_is_on("region", "Log").await;
            browser.see_no_more("of 6 lines").await;

            press_at_step(browser, "1/2 FROM scratch", "Lines of").await;
            see_only(browser, &[1, 4, 5, 6]).await;
            let state = browser.find("button", "Lines of 1/2 FROM scratch").await;
            assert_soon!(state.attr("aria-expanded").await?.as_deref(), Some("false"));
            // A link to a line in the step unfolds it.
            set_fragment(browser, "#L3").await;
            see_line(browser, 3).await;
            browser.press("button", "Fold all").await;
            see_only(browser, &[1, 4]).await;
            browser.press("button", "Unfold all").await;
            see_line(browser, 6).await;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn times_are_shown_as_the_user_chose() -> Outcome {
    story(log_api("S", mixed_log()).await)
        .run(async |browser, api| {
            show_log(browser, api, "").await;
            counted(browser, 6).await;
            press_in_menu(browser, "Times", "checkbox", "Times in UTC").await;
            browser.keys(Key::Escape + "").await;
            assert_soon!(
                times(browser).await,
                "03:51:46,03:51:47,03:51:49,03:52:51,,03:52:56"
            );
            press(browser, "t").await;
            assert_soon!(times(browser).await, "0:00,0:01,0:03,1:05,,1:10");
            press(browser, "t").await;
            assert_soon!(times(browser).await, ",+0:01,+0:02,+1:02,,+0:05");
            press(browser, "t").await;
            assert_soon!(times(browser).await, ",,,,,");
            press_in_menu(browser, "Times", "button", "Clock time").await;
            // A time leads to the first line at or after it.
            go_to(browser, "03:51:48").await;
            assert_soon!(current_line(browser).await, Some(3));
            go_to(browser, "99999").await;
            browser.see("No such line or time").await;
            browser.keys(Key::Escape + "").await;
            // The choice is remembered.
            browser.reload().await;
            counted(browser, 6).await;
            assert_soon!(
                times(browser).await,
                "03:51:46,03:51:47,03:51:49,03:52:51,,03:52:56"
            );
            Ok(())
        })
        .await
}

#[tokio::test]
async fn selected_lines_are_copied_printed_and_the_whole_is_saved() -> Outcome {
    let mut log = mixed_log();
    log[1]["message"] = json!("\u{1b}[33mcareful\u{1b}[0m");
    story(log_api("S", log).await).run(async |browser, api| {
    show_log(browser, api, "#L2-L3").await;
    counted(browser, 6).await;
    record_exports(browser).await;
    press_in_menu(browser, "Times", "checkbox", "Times in UTC").await;
    browser.keys(Key::Escape + "").await;
    press_in_menu(browser, "More for these lines", "checkbox", "Include timestamps").await;
    browser.keys(Key::Escape + "").await;
    browser.press("button", "Copy lines").await;
    assert_soon!(
        exported(browser, "copied", 1).await,
        "2015-09-09T03:51:47Z careful\n2015-09-09T03:51:49Z it broke\n"
    );
    browser.see("Copied").await;
    press_in_menu(browser, "More for these lines", "checkbox", "Include timestamps").await;
    browser.press("button", "Copy as Markdown").await;
    assert_eq!(exported(browser, "copied", 2).await, "```\ncareful\nit broke\n```\n");
    browser.press("button", "Copy link").await;
    assert_soon!(
        exported(browser, "copied", 3).await,
        format!("{}/builds/b1#L2-L3", api.address)
    );
    press_in_menu(browser, "More for these lines", "button", "Print").await;
    assert_soon!(
        exported(browser, "printed", 1).await,
        "2015-09-09T03:51:47Z careful\n2015-09-09T03:51:49Z it broke\n"
    );
    assert_eq!(end_printing(browser).await, 0);
    press_in_menu(browser, "More log tools", "button", "Download raw log").await;
    assert_eq!(exported(browser, "saved", 1).await, "b1.log");
    assert_soon!(
        exported(browser, "saved", 2).await,
        "STEP 1/2: FROM scratch\n\u{1b}[33mcareful\u{1b}[0m\nit broke\nSTEP 2/2: RUN make\nno time, no level\ndone\n"
    );
Ok(())
}).await
}

/// Lines with every color that a log can have.
fn colors() -> [Value; 2] {
    [
        log_entry(
            "\u{1b}[30mk\u{1b}[31mr\u{1b}[32mg\u{1b}[33my\u{1b}[34mb\u{1b}[35mm\u{1b}[36mc\u{1b}[37mw\u{1b}[90mk\u{1b}[91mr\u{1b}[92mg\u{1b}[93my\u{1b}[94mb\u{1b}[95mm\u{1b}[96mc\u{1b}[97mw\u{1b}[0m",
            71,
        ),
        log_entry(
            "\u{1b}[7;31minverse\u{1b}[0m \u{1b}[41mground\u{1b}[0m \u{1b}[38;2;9;9;9mown\u{1b}[0m \u{1b}[2mdim\u{1b}[0m",
            71,
        ),
    ]
}

#[tokio::test]
async fn the_log_works_with_keyboards_and_screen_readers() -> Outcome {
    let mut log = mixed_log();
    log.extend(colors());
    let api = log_api("I", log.clone()).await;
    for dark in [false, true] {
        let checked = story(&api).dark(dark).run(async |browser, api| {
            show_log(browser, api, "#L2-L3").await;
            counted(browser, 8).await;
            check_by_screen_reader(browser).await;
            check_menus_and_full_window(browser).await;
            Ok(())
        });
        checked.await?;
    }
    story(api)
        .run(async |browser, api| {
            show_log(browser, api, "").await;
            counted(browser, 8).await;
            // A new error is announced, politely.
            log.push(json!({ "message": "again", "level": "FATAL", "time": LOG_START + 80 }));
            api.on("GET", LOG, Reply::Log(log));
            eventually("the new error is announced", async || {
                let statuses = statuses(browser).await;
                statuses.contains("1 new error line").then_some(())
            })
            .await;
            // The log takes no key while a dialog is open.
            let follow = browser.find("button", "Follow the end").await;
            let before = follow.attr("aria-pressed").await?;
            browser.keys("?").await;
            browser.find("dialog", "Keyboard shortcuts").await;
            browser.keys("f").await;
            assert_soon!(follow.attr("aria-pressed").await?, before);
            Ok(())
        })
        .await
}

/// Checks the roles of the log, and a search, with axe-core.
async fn check_by_screen_reader(browser: &Browser) {
    browser.find("region", "Log").await;
    assert_soon!(role_of(browser, 3).await, "listitem,3,8");
    search(browser, "no time").await;
    see_matches(browser, "1 of 1").await;
    browser.axe("the log").await;
}

/// Checks the menus and the full window with axe-core.
async fn check_menus_and_full_window(browser: &Browser) {
    for menu in ["Levels", "Times", "More for these lines", "More log tools"] {
        browser.press("button", menu).await;
        browser.axe(menu).await;
        browser.keys(Key::Escape + "").await;
    }
    press_in_menu(browser, "More log tools", "button", "Time range").await;
    browser.axe("the fields of a time range").await;
    browser.keys(Key::Escape + "").await;
    press(browser, "w").await;
    browser.press("button", "Full screen").await;
    browser.axe("the log in the full window").await;
    assert!(browser.all("link", "Repositories").await.is_empty());
    press(browser, Key::Escape + "").await;
    browser.find("link", "Repositories").await;
}

#[tokio::test]
async fn everything_in_the_menus_is_reached_by_keyboard() -> Outcome {
    story(log_api("F", mixed_log()).await)
        .run(async |browser, api| {
            show_log(browser, api, "").await;
            counted(browser, 6).await;
            browser.blur().await;
            for tool in [
                "Steps",
                "Search the log",
                "Match case",
                "Whole words",
                "Regular expression",
                "1 error",
                "Levels",
                "Times",
                "Wrap",
            ] {
                browser.tab_to(tool).await;
            }
            browser.tab_to("More log tools").await;
            browser.keys(Key::Enter + "").await;
            browser.find("textbox", "Go to a line").await;
            for tool in [
                "Go to a line, range or time",
                "Lines to show",
                "Show escape and control characters",
                "Time range",
                "Go to failed step",
                "Copy all lines",
                "Download raw log",
            ] {
                browser.tab_to(tool).await;
            }
            browser.keys(Key::Escape + "").await;
            browser.focus_is_on("button", "More log tools").await;
            for tool in ["Follow the end", "Full screen"] {
                browser.tab_to(tool).await;
            }
            Ok(())
        })
        .await
}

#[tokio::test]
async fn the_log_fits_into_a_narrow_window() -> Outcome {
    story(log_api("S", mixed_log()).await)
        .size(320, 700)
        .languages("zh-CN,zh")
        .run(async |browser, api| {
            show_log(browser, api, "#L2-L3").await;
            counted(browser, 6).await;
            browser.axe("the log at 320 px").await;
            browser.press("button", "步骤").await;
            browser.axe("the sheet of steps at 320 px").await;
            browser.keys(Key::Escape + "").await;
            assert_soon!(browser.too_wide().await, json!([]));
            browser.screenshot("log-narrow").await;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn keys_work_before_the_log_has_the_focus_and_a_missing_line_is_reported() -> Outcome {
    story(log_api("S", log_entries(60)).await)
        .size(1000, 500)
        .run(async |browser, api| {
            browser
                .open(&format!("{}/builds/b1#L30", api.address))
                .await;
            // The page scrolls to the linked line too, not only the log.
            see_line_in_window(browser, 30).await;
            browser.focus_heading().await;
            browser.keys("w").await;
            browser.is_pressed("Wrap").await;
            browser.keys("/").await;
            browser.keys("line 7").await;
            see_matches(browser, "1").await;
            browser
                .open(&format!("{}/builds/b1?again#L500", api.address))
                .await;
            browser
                .see("Line 500 doesn’t exist. The log has 60 lines.")
                .await;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn keys_that_scroll_a_page_scroll_the_log_while_no_control_has_the_focus() -> Outcome {
    story(log_api("S", log_entries(500)).await)
        .run(async |browser, api| {
            show_log(browser, api, "").await;
            see_line(browser, 500).await;
            browser.focus_heading().await;
            browser.keys(Key::Home + "").await;
            see_line(browser, 1).await;
            browser.keys(" ").await;
            assert_soon!(in_view(browser).await[0] > 10, true);
            browser.keys(Key::PageUp + "").await;
            assert_soon!(in_view(browser).await[0], 1);
            browser.keys(Key::Down + "").await;
            assert_soon!(in_view(browser).await[0], 2);
            browser.keys(Key::End + "").await;
            see_line(browser, 500).await;
            // With Shift they extend the selection, and over an open menu they are the menu's.
            browser.keys(Key::Shift + Key::Home).await;
            browser.settled("a key with Shift").await;
            assert!(in_view(browser).await.contains(&500));
            browser.press("button", "Levels").await;
            browser.script("document.activeElement.blur();").await;
            browser.keys(Key::Home + "").await;
            browser.settled("a key over a menu").await;
            assert!(in_view(browser).await.contains(&500));
            browser.keys(Key::Escape + "").await;
            // Space still presses the button that has the focus.
            let wrap = browser.find("button", "Wrap").await;
            wrap.focus().await?;
            browser.keys(" ").await;
            browser.is_pressed("Wrap").await;
            see_line(browser, 500).await;
            Ok(())
        })
        .await
}
