//! Copying from the log: all lines, selected lines, and text that is selected beyond the lines on screen; the browser's
//! own search; the link to what is on screen.

use crate::support::fixtures::{
    BUILDS, builds_page, log_api, log_build, log_entries, log_entry, mixed_log, serve_build,
};
use crate::support::log_page::{
    copied_by_browser, counted, drag_text, go_to, in_view, press, press_at_step, press_in_menu,
    press_in_text, record_exports, see_line, see_matches, see_only, show_log, statuses,
};
use crate::support::{Browser, Outcome, Reply, assert_soon, eventually, eventually_eq, story};
use serde_json::{Value, json};
use thirtyfour::prelude::*;

/// The visible texts of a log's lines.
fn texts(log: &[Value]) -> Vec<String> {
    log.iter()
        .map(|entry| entry["message"].as_str().unwrap_or_default().to_owned())
        .collect()
}

/// The text between two places: a line, counted from 1, and a number of characters.
fn between(texts: &[String], (first, from): (usize, usize), (last, to): (usize, usize)) -> String {
    let mut lines: Vec<String> = texts[first - 1..last].to_vec();
    if let Some(line) = lines.last_mut() {
        *line = line.chars().take(to).collect();
    }
    if let Some(line) = lines.first_mut() {
        *line = line.chars().skip(from).collect();
    }
    lines.join("\n")
}

#[tokio::test]
async fn all_lines_are_copied() -> Outcome {
    let log = log_entries(20_000);
    let whole = texts(&log).join("\n");
    story(log_api("S", log).await)
        .run(async |browser, api| {
            show_log(browser, api, "").await;
            counted(browser, 20_000).await;
            record_exports(browser).await;
            press(browser, Key::Control + "a").await;
            browser.see("20,000 lines selected").await;
            browser.at("/builds/b1#L1-L20000").await;
            let announced = statuses(browser).await;
            assert!(announced.contains("20,000 lines selected"), "{announced}");
            press(browser, Key::Control + "c").await;
            browser.see("Copied 20,000 lines").await;
            let copied = browser.script_text("return window.copied.at(-1);").await;
            assert!(copied == whole, "{} of {}", copied.len(), whole.len());
            Ok(())
        })
        .await
}

#[tokio::test]
async fn selected_lines_are_copied_as_they_are_shown() -> Outcome {
    let mut log = mixed_log();
    log[1]["message"] = json!("\u{1b}[33mcareful\u{1b}[0m");
    story(log_api("S", log).await)
        .run(async |browser, api| {
            show_log(browser, api, "#L1-L4").await;
            counted(browser, 6).await;
            record_exports(browser).await;
            let copied = async |lines: &str| {
                press(browser, Key::Control + "c").await;
                eventually_eq("the copied lines", lines.to_owned(), async || {
                    browser
                        .script_text("return window.copied.at(-1) ?? '';")
                        .await
                })
                .await;
            };
            copied("STEP 1/2: FROM scratch\ncareful\nit broke\nSTEP 2/2: RUN make").await;
            // A folded step is all there, what a filter leaves out is not.
            press_at_step(browser, "1/2 FROM scratch", "Lines of").await;
            see_only(browser, &[1, 4, 5, 6]).await;
            copied("STEP 1/2: FROM scratch\ncareful\nit broke\nSTEP 2/2: RUN make").await;
            browser.press("button", "Unfold all").await;
            see_only(browser, &[1, 2, 3, 4, 5, 6]).await;
            press_in_menu(browser, "Levels", "checkbox", "ERROR (1)").await;
            browser.keys(Key::Escape + "").await;
            browser.see("3 lines selected, 1 filtered out").await;
            copied("STEP 1/2: FROM scratch\ncareful\nSTEP 2/2: RUN make").await;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn text_that_is_dragged_and_wheeled_past_the_window_is_copied_exactly() -> Outcome {
    let log = log_entries(20_000);
    let texts = texts(&log);
    story(log_api("S", log).await)
        .run(async |browser, api| {
            show_log(browser, api, "").await;
            counted(browser, 20_000).await;
            go_to(browser, "100").await;
            see_line(browser, 104).await;
            let last = drag_text(browser, (102, 3), 400.0, 5).await;
            assert!(last > 130, "{last}");
            let expected = between(&texts, (102, 3), (last, 5));
            assert_eq!(copied_by_browser(browser).await, expected);
            // The same once neither end is on screen.
            press(browser, "G").await;
            see_line(browser, 20_000).await;
            assert_eq!(copied_by_browser(browser).await, expected);
            // And upwards.
            let first = drag_text(browser, (19_998, 4), -400.0, 2).await;
            assert!(first < 19_970, "{first}");
            let expected = between(&texts, (first, 2), (19_998, 4));
            assert_eq!(copied_by_browser(browser).await, expected);
            Ok(())
        })
        .await
}

#[tokio::test]
async fn colored_wrapped_and_wide_text_is_copied_exactly() -> Outcome {
    let shown = |number: usize| match number % 4 {
        0 => format!("red {number} and bold"),
        1 => format!("第 {number} 行：日本語"),
        2 => format!("tab\t{number}\tend"),
        _ => format!("long {number} {}", "x".repeat(400)),
    };
    let log: Vec<Value> = (0..3_000)
        .map(|number| {
            let text = shown(number);
            log_entry(&text.replace("red", "\u{1b}[31mred\u{1b}[0m"), 0)
        })
        .collect();
    let texts: Vec<String> = (0..3_000).map(shown).collect();
    story(log_api("S", log).await)
        .run(async |browser, api| {
            show_log(browser, api, "").await;
            counted(browser, 3_000).await;
            for _ in 0..2 {
                go_to(browser, "500").await;
                see_line(browser, 501).await;
                let last = drag_text(browser, (501, 2), 300.0, 4).await;
                assert!(last > 510, "{last}");
                let expected = between(&texts, (501, 2), (last, 4));
                assert_eq!(copied_by_browser(browser).await, expected);
                // The same with wrapped lines.
                press(browser, "w").await;
            }
            Ok(())
        })
        .await
}

#[tokio::test]
async fn text_is_selected_by_keys_beyond_the_window() -> Outcome {
    let log = log_entries(3_000);
    let texts = texts(&log);
    story(log_api("S", log).await)
        .run(async |browser, api| {
            show_log(browser, api, "").await;
            counted(browser, 3_000).await;
            go_to(browser, "100").await;
            see_line(browser, 101).await;
            press_in_text(browser, (101, 2)).await;
            for _ in 0..60 {
                press(browser, Key::Shift + Key::Down).await;
            }
            see_line(browser, 161).await;
            let expected = between(&texts, (101, 2), (161, 2));
            assert_eq!(copied_by_browser(browser).await, expected);
            Ok(())
        })
        .await
}

#[tokio::test]
async fn the_browsers_key_opens_the_search_of_the_log() -> Outcome {
    story(log_api("S", log_entries(300)).await)
        .run(async |browser, api| {
            show_log(browser, api, "?search=line").await;
            counted(browser, 300).await;
            browser.focus_heading().await;
            watch_default(browser).await;
            browser.keys(Key::Control + "f").await;
            browser.focus_is_on("searchbox", "Search the log").await;
            assert_soon!(is_left_to_browser(browser).await, json!(false));
            // Its text is selected: what is typed takes its place.
            browser.keys("12").await;
            assert_soon!(searched(browser).await, "12");
            watch_default(browser).await;
            browser.keys(Key::Control + "f").await;
            assert_soon!(is_left_to_browser(browser).await, json!(true));
            // Not over a dialog.
            press(browser, "?").await;
            browser.find("dialog", "Keyboard shortcuts").await;
            browser.see("Ctrl F, ⌘ F").await;
            watch_default(browser).await;
            browser.keys(Key::Control + "f").await;
            assert_soon!(is_left_to_browser(browser).await, json!(true));
            Ok(())
        })
        .await
}

/// The text in the search field.
async fn searched(browser: &Browser) -> String {
    let field = browser.find("searchbox", "Search the log").await;
    let text = browser
        .script_on(&field, "return arguments[0].value;")
        .await;
    text.as_str().unwrap_or_default().to_owned()
}

/// Watches the next letter: [`is_left_to_browser`] says if the page left it to the browser.
async fn watch_default(browser: &Browser) {
    browser
        .script(
            "window.left = null;
             addEventListener('keydown', function watch(event) {
               if (event.key.length > 1) return;
               removeEventListener('keydown', watch);
               queueMicrotask(() => { window.left = !event.defaultPrevented; });
             });",
        )
        .await;
}

async fn is_left_to_browser(browser: &Browser) -> Value {
    eventually("a key", async || {
        let left = browser.script("return window.left;").await;
        (!left.is_null()).then_some(left)
    })
    .await
}

#[tokio::test]
async fn the_link_has_search_filter_and_folded_steps() -> Outcome {
    story(log_api("S", mixed_log()).await)
        .run(async |browser, api| {
            show_log(browser, api, "").await;
            counted(browser, 6).await;
            let entries = browser.script("return history.length;").await;
            press(browser, "/").await;
            browser.keys("STEP [12]").await;
            browser.press("button", "Regular expression").await;
            browser.press("button", "Match case").await;
            see_matches(browser, "of 2").await;
            let search = "/builds/b1?search=STEP%20%5B12%5D&match=case,regex";
            browser.at(search).await;
            press_in_menu(browser, "Levels", "checkbox", "WARN (1)").await;
            browser.keys(Key::Escape + "").await;
            press_at_step(browser, "2/2 RUN make", "Lines of").await;
            see_only(browser, &[1, 3, 4]).await;
            let place = format!("{search}&hide=WARN&fold=2");
            browser.at(&place).await;
            assert_eq!(browser.script("return history.length;").await, entries);

            browser.reload().await;
            see_only(browser, &[1, 3, 4]).await;
            see_matches(browser, "1 of 2").await;
            assert_soon!(searched(browser).await, "STEP [12]");
            browser.is_pressed("Match case").await;
            browser.at(&place).await;
            browser.press("button", "More log tools").await;
            browser.choose("Lines to show", "Only matches").await;
            browser.keys(Key::Escape + "").await;
            see_only(browser, &[1, 4]).await;
            browser
                .at(&format!("{search}&around=0&hide=WARN&fold=2"))
                .await;
            // The link that is copied has all of it at once.
            record_exports(browser).await;
            browser.press("button", "Clear search").await;
            press(browser, Key::Control + "a").await;
            browser.press("button", "Copy link").await;
            eventually_eq(
                "the copied link",
                format!("{}/builds/b1?hide=WARN&fold=2#L1-L6", api.address),
                async || {
                    browser
                        .script_text("return window.copied.at(-1) ?? '';")
                        .await
                },
            )
            .await;

            // What is not valid is ignored.
            let odd = "?search=(&match=regex,loud&fold=x&hide=NONE&around=7&start=soon&show=old&repeats=1";
            show_log(browser, api, odd).await;
            see_matches(browser, "Unbalanced parenthesis").await;
            assert_soon!(in_view(browser).await, [1, 2, 3, 4, 5, 6]);
            let long = format!("?search={}#L2", "x".repeat(3_000));
            show_log(browser, api, &long).await;
            see_only(browser, &[1, 2, 3, 4, 5, 6]).await;
            assert_soon!(searched(browser).await, "");
            Ok(())
        })
        .await
}

#[tokio::test]
async fn the_link_folds_repeated_lines() -> Outcome {
    let mut log = log_entries(40);
    log[0]["message"] = json!("the first line");
    log[39]["message"] = json!("the last line");
    story(log_api("S", log).await)
        .run(async |browser, api| {
            // The link decides, this browser has never folded any.
            show_log(browser, api, "?repeats=folded").await;
            see_only(browser, &[1, 2, 40]).await;
            browser.at("/builds/b1?repeats=folded").await;
            press_in_menu(browser, "More log tools", "checkbox", "Fold repeated lines").await;
            browser.keys(Key::Escape + "").await;
            see_line(browser, 20).await;
            browser.at("/builds/b1").await;
            press_in_menu(browser, "More log tools", "checkbox", "Fold repeated lines").await;
            browser.at("/builds/b1?repeats=folded").await;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn the_link_shows_only_new_lines() -> Outcome {
    let old = log_entries(60);
    let mut log = old.clone();
    log.insert(29, log_entry("fatal: cannot find the module left-pad", 3));
    let api = log_api("F", log).await;
    let mut success = log_build("S");
    success["build_id"] = json!("b0");
    success["created_at"] = json!("2015-09-08T03:51:40.000Z");
    serve_build(&api, &success);
    api.on("GET", &format!("{BUILDS}/b0/logs"), Reply::Log(old));
    api.on(
        "GET",
        BUILDS,
        builds_page(vec![log_build("F"), success], 2, false),
    );
    story(api)
        .run(async |browser, api| {
            show_log(browser, api, "").await;
            counted(browser, 61).await;
            browser
                .press("button", "New since the last success: 1 line")
                .await;
            see_only(browser, &[28, 29, 30, 31, 32]).await;
            browser.at("/builds/b1?show=new").await;
            browser.reload().await;
            see_only(browser, &[28, 29, 30, 31, 32]).await;
            browser.at("/builds/b1?show=new").await;
            browser.press("button", "Show all").await;
            see_line(browser, 33).await;
            browser.at("/builds/b1").await;
            Ok(())
        })
        .await
}
