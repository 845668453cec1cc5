//! Columns: wide, joined and right-to-left text on the grid, long lines, and rows that stay where they are.

use crate::support::fixtures::{LOG, log_api, log_entries};
use crate::support::log_page::{
    column_of, counted, finger_down, finger_up, in_view, is_text_in_view, is_wrapped, press,
    press_number, scroll_fully_right, search, see_line, see_matches, selected, show_log, text_of,
    tops,
};
use crate::support::{
    Browser, Engine, NO_TOUCH, Outcome, Reply, assert_soon, eventually, eventually_eq, story,
};
use serde_json::{Value, json};

fn entries(messages: &[String]) -> Vec<Value> {
    let entry = |(at, message): (usize, &String)| json!({ "message": message, "level": "INFO", "time": 1_700_000_000 + at });
    messages.iter().enumerate().map(entry).collect()
}

/// Scrolls right until that changes nothing, and says if the end of the line is in view then.
async fn see_end(browser: &Browser, number: u64) {
    eventually(&format!("the end of line {number}"), async || {
        scroll_fully_right(browser).await;
        is_text_in_view(browser, number, "END").await.then_some(())
    })
    .await;
}

#[tokio::test]
async fn scrolled_fully_right_the_end_of_the_longest_line_is_in_view() -> Outcome {
    let family = "\u{1f469}\u{200d}\u{1f469}\u{200d}\u{1f467}\u{200d}\u{1f466}";
    let texts = [
        "\u{4e2d}\u{6587}".repeat(300),
        format!("{}{}", "x".repeat(400), "\u{4e2d}".repeat(90)),
        family.repeat(200),
        family.repeat(2_000),
        "e\u{301}\u{302}".repeat(700),
        "\u{645}\u{631}\u{62d}\u{628}\u{627} ".repeat(200),
        "\u{5e9}\u{5dc}\u{5d5}\u{5dd} ".repeat(300),
        "\u{915}\u{930}\u{94d}\u{92e} ".repeat(150),
        "a\tb\t".repeat(90),
        "\u{2502} \u{2500}\u{2588} ".repeat(200),
        "\u{fdfd}".repeat(60),
        "\u{202e}".repeat(90),
        format!("\u{1b}[31m{}\u{1b}[0m", "\u{7ea2}".repeat(400)),
        "x".repeat(3_000),
    ];
    let api = log_api("S", Vec::new()).await;
    story(api)
        .run(async |browser, api| {
            // Where no font joins the family, WebKit spaces each of its parts, and draws a line that is kept to its columns
            // over itself. README names that.
            let is_readable =
                |text: &String| browser.engine != Engine::WebKit || *text != family.repeat(2_000);
            for text in texts.into_iter().filter(is_readable) {
                let log = entries(&["short".to_owned(), format!("{text}END"), "short".to_owned()]);
                // No page reads the log while it is another one.
                browser.open("about:blank").await;
                api.on("GET", LOG, Reply::Json(200, json!(log)));
                show_log(browser, api, "").await;
                counted(browser, 3).await;
                see_end(browser, 2).await;
            }
            Ok(())
        })
        .await
}

#[tokio::test]
async fn characters_take_the_columns_of_a_terminal() -> Outcome {
    let log = entries(&[
        "\u{4e2d}\u{6587}|".to_owned(),
        "tab\tcol\t\u{4e2d}\t|".to_owned(),
        "e\u{301}\u{302}|".to_owned(),
        "\u{2502} box \u{2502} \u{4e2d}\u{6587} |".to_owned(),
        "\u{645}\u{631} 7|".to_owned(),
    ]);
    story(log_api("S", log).await)
        .run(async |browser, api| {
            show_log(browser, api, "").await;
            counted(browser, 5).await;
            for (number, column) in [(1, 4), (2, 24), (3, 1), (4, 13)] {
                assert_soon!(
                    column_of(browser, number, "|").await,
                    column,
                    "line {number}"
                );
            }
            // Right-to-left text stays behind its number, and is copied as it is.
            assert!(text_of(browser, 5).await.contains("\u{645}\u{631} 7|"));
            Ok(())
        })
        .await
}

#[tokio::test]
async fn a_line_of_millions_of_columns_reaches_its_end_and_its_middle() -> Outcome {
    let log = entries(&[
        "first".to_owned(),
        format!(
            "{}needle{}END",
            "x".repeat(1_500_000),
            "y".repeat(1_400_000)
        ),
        format!("{}END", "\u{4e2d}".repeat(1_200_000)),
    ]);
    story(log_api("S", log).await)
        .run(async |browser, api| {
            show_log(browser, api, "").await;
            counted(browser, 3).await;
            see_end(browser, 2).await;
            search(browser, "needle").await;
            eventually("the match in the middle", async || {
                is_text_in_view(browser, 2, "needle").await.then_some(())
            })
            .await;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn with_wrapped_lines_the_next_match_is_scrolled_to_in_its_line() -> Outcome {
    let mut messages: Vec<String> = (1..=60).map(|number| format!("line {number}")).collect();
    messages[9] = format!("{}needle{}", "some words ".repeat(200), " more".repeat(400));
    messages[29] = format!("{}needle", "x ".repeat(500_000));
    messages[49] = format!("{}needle", "\u{4e2d}".repeat(200_000));
    story(log_api("S", entries(&messages)).await)
        .run(async |browser, api| {
            show_log(browser, api, "").await;
            counted(browser, 60).await;
            press(browser, "w").await;
            eventually("wrapped", async || is_wrapped(browser).await.then_some(())).await;
            press(browser, "g").await;
            see_line(browser, 1).await;
            search(browser, "needle").await;
            see_matches(browser, "1 of 3").await;
            for (number, needle) in [(10, "needle"), (30, "needle"), (50, "needle")] {
                eventually(&format!("the match in line {number}"), async || {
                    is_text_in_view(browser, number, needle).await.then_some(())
                })
                .await;
                browser.press("button", "Next match").await;
            }
            // What is left out can be shown.
            see_matches(browser, "1 of 3").await;
            browser.press("button", "Next match").await;
            eventually("the match in line 30 again", async || {
                is_text_in_view(browser, 30, "needle").await.then_some(())
            })
            .await;
            let before = text_of(browser, 30).await.len();
            browser.press("button", "Show what comes before").await;
            eventually("more of the line", async || {
                (text_of(browser, 30).await.len() > before + 30_000).then_some(())
            })
            .await;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn no_row_moves_when_lines_are_selected() -> Outcome {
    for size in [(1280, 800), (390, 844)] {
        story(log_api("S", log_entries(300)).await)
            .size(size.0, size.1)
            .run(async |browser, api| {
                show_log(browser, api, "").await;
                counted(browser, 300).await;
                // At the end, which is followed, and in the middle; the last line in view too.
                for place in ["G", "g"] {
                    press(browser, place).await;
                    see_line(browser, if place == "G" { 300 } else { 1 }).await;
                    let before = tops(browser).await;
                    let lines = in_view(browser).await;
                    for number in [lines[lines.len() / 2], lines[lines.len() - 1], lines[0]] {
                        press_number(browser, number, false).await;
                        browser.find("button", "Clear selection").await;
                        eventually_eq("the selection", number.to_string(), async || {
                            selected(browser).await
                        })
                        .await;
                        eventually(&format!("line {number} in view"), async || {
                            let lines = in_view(browser).await;
                            lines.contains(&number).then_some(())
                        })
                        .await;
                        let now = tops(browser).await;
                        for (line, top) in &now {
                            let was = before.get(line).unwrap_or(top);
                            assert!(
                                (was - top).abs() <= 1,
                                "line {line} at {size:?}: {was} -> {top}"
                            );
                        }
                        browser.press("button", "Clear selection").await;
                        eventually("the rows where they were", async || {
                            let now = tops(browser).await;
                            let same = now.iter().all(|(line, top)| {
                                before.get(line).is_none_or(|was| (was - top).abs() <= 1)
                            });
                            same.then_some(())
                        })
                        .await;
                    }
                }
                Ok(())
            })
            .await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_finger_selects_a_range_by_a_long_press_and_a_tap() -> Outcome {
    story(log_api("S", log_entries(60)).await)
        .not_in(Engine::WebKit, NO_TOUCH)
        .size(390, 844)
        .run(async |browser, api| {
            browser.only_touch().await;
            show_log(browser, api, "").await;
            counted(browser, 60).await;
            press(browser, "g").await;
            see_line(browser, 3).await;
            finger_down(browser, 3).await;
            eventually_eq("the line", "3".to_owned(), async || selected(browser).await).await;
            finger_up(browser, 3).await;
            finger_down(browser, 6).await;
            finger_up(browser, 6).await;
            browser.at("/builds/b1#L3-L6").await;

            // A line that came with a link is extended once that is asked for.
            browser.open("about:blank").await;
            show_log(browser, api, "#L8").await;
            eventually_eq("the line of the link", "8".to_owned(), async || {
                selected(browser).await
            })
            .await;
            browser.press("button", "Extend").await;
            finger_down(browser, 10).await;
            finger_up(browser, 10).await;
            browser.at("/builds/b1#L8-L10").await;
            browser.press("button", "Clear selection").await;
            finger_down(browser, 9).await;
            finger_up(browser, 9).await;
            assert_soon!(selected(browser).await, "");
            Ok(())
        })
        .await
}
