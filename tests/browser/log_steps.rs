//! The steps beside the log: a waterfall, a panel that can be resized and hidden, a sheet on a phone.

use crate::support::fixtures::{LOG, LOG_START, log_api, log_entries, log_entry, mixed_log};
use crate::support::log_page::{
    counted, current_line, first_in_view, in_view, is_wrapped, long_press, press, see_line,
    selected, show_log, step_in_view, tap, times, top_line, waterfall,
};
use crate::support::{Browser, Outcome, Reply, assert_soon, eventually, eventually_eq, story};
use serde_json::{Value, json};
use thirtyfour::prelude::*;

/// Four of five steps in 100 s, with many lines in the third; one came from the cache, and one failed.
fn steps() -> Vec<Value> {
    let mut log = vec![
        log_entry("STEP 1/5: FROM scratch", 0),
        log_entry("STEP 2/5: COPY a b", 0),
        log_entry("--> Using cache 866f64d45e9a", 0),
        log_entry("STEP 3/5: RUN make", 0),
    ];
    log.extend((1..=200).map(|number| log_entry(&format!("cc {number}"), number / 4)));
    log.push(log_entry("STEP 4/5: RUN make test", 50));
    log.push(log_entry(
        "Error: building at STEP \"RUN make test\": exit status 1",
        100,
    ));
    log
}

#[tokio::test]
async fn steps_are_a_waterfall_and_lead_to_their_lines() -> Outcome {
    story(log_api("F", steps()).await)
        .run(async |browser, api| {
            show_log(browser, api, "").await;
            counted(browser, 206).await;
            browser.see("1 of 5 cached").await;
            browser.see("5/5").await;
            browser.see("not run").await;
            let steps = waterfall(browser).await;
            let facts: Vec<(&str, &str)> = steps
                .iter()
                .map(|(state, time, ..)| (state.as_str(), time.as_str()))
                .collect();
            assert_eq!(
                facts,
                [
                    ("Done", "0 s"),
                    ("Done", "cached"),
                    ("Done", "50 s"),
                    ("Failed", "50 s")
                ]
            );
            let bars: Vec<(f64, f64)> = steps
                .iter()
                .map(|(_, _, start, width)| (*start, *width))
                .collect();
            assert_eq!(bars[2..], [(0.0, 50.0), (50.0, 50.0)]);

            // The end is in view, and so is its step.
            assert_soon!(step_in_view(browser).await, "4/5 RUN make test");
            browser.press("button", "3/5 RUN make").await;
            eventually_eq("its first line at the top", 4, async || {
                first_in_view(browser).await
            })
            .await;
            assert_soon!(step_in_view(browser).await, "3/5 RUN make");
            assert_soon!(current_line(browser).await, Some(4));
            browser.press("button", "1/5 FROM scratch").await;
            eventually_eq(
                "the step in view",
                "1/5 FROM scratch".to_owned(),
                async || step_in_view(browser).await,
            )
            .await;
            press(browser, "G").await;
            eventually_eq(
                "the step in view",
                "4/5 RUN make test".to_owned(),
                async || step_in_view(browser).await,
            )
            .await;
            Ok(())
        })
        .await
}

/// The width of the list of steps, CSS pixels.
/// Two stages of BuildKit: one fails, the other is canceled.
fn stages() -> Vec<Value> {
    let lines = [
        ("#1 [internal] load build definition from Dockerfile", 0),
        ("#1 DONE 0.2s", 0),
        ("", 0),
        ("#2 [build 1/3] FROM scratch", 0),
        ("#2 CACHED", 0),
        ("", 0),
        ("#3 [build 2/3] RUN make", 2),
        ("#3 1.2 cc", 2),
        ("#3 DONE 1.3s", 2),
        ("", 2),
        ("#4 [docs 1/2] RUN make docs", 20),
        ("#4 2.5 one page", 20),
        ("#4 CANCELED", 20),
        ("", 20),
        ("#5 [build 3/3] RUN make test", 20),
        ("#5 12.41 test 3 fails", 20),
        (
            "#5 ERROR: process \"/bin/sh -c make test\" did not complete successfully: exit code: 2",
            20,
        ),
        ("------", 20),
        (" > [build 3/3] RUN make test:", 20),
        ("12.41 test 3 fails", 20),
        ("------", 20),
    ];
    lines.map(|(line, after)| log_entry(line, after)).to_vec()
}

#[tokio::test]
async fn steps_of_several_stages_say_their_stage_and_exact_time() -> Outcome {
    story(log_api("F", stages()).await)
        .run(async |browser, api| {
            show_log(browser, api, "").await;
            counted(browser, 21).await;
            let facts = async || {
                let steps = waterfall(browser).await.into_iter();
                steps
                    .map(|(state, time, ..)| (state, time))
                    .collect::<Vec<_>>()
            };
            let expected = [
                ("Done", "cached"),
                ("Done", "1.3 s"),
                ("canceled", "canceled"),
                ("Failed", "12.4 s"),
            ];
            let expected = expected.map(|(state, time)| (state.to_owned(), time.to_owned()));
            assert_soon!(facts().await, expected);
            // The bar of a step that was announced at its end begins where its time did.
            let bars: Vec<(f64, f64)> = waterfall(browser)
                .await
                .iter()
                .map(|(_, _, start, width)| (*start, *width))
                .collect();
            assert_eq!(bars[3], (38.0, 62.0));
            browser.see("1 of 5 cached").await;
            browser.see("docs 2/2").await;

            // The builder's own work is folded.
            browser.press("button", "1 internal step").await;
            let internal = ("Done".to_owned(), "0.2 s".to_owned());
            eventually_eq("the builder's own work", internal, async || {
                facts().await.remove(0)
            })
            .await;
            browser
                .press("button", "[internal] load build definition from Dockerfile")
                .await;
            eventually_eq("its line is marked", Some(1), async || {
                current_line(browser).await
            })
            .await;
            browser.press("button", "1 internal step").await;
            eventually_eq("the steps", expected.to_vec(), facts).await;

            browser.press("button", "build 3/3 RUN make test").await;
            eventually_eq("its line is marked", Some(15), async || {
                current_line(browser).await
            })
            .await;
            Ok(())
        })
        .await
}

async fn width(browser: &Browser) -> i64 {
    let list = browser.find("navigation", "Steps").await;
    let script = "return Math.round(arguments[0].getBoundingClientRect().width);";
    let width = browser.script_on(&list, script).await;
    width.as_i64().expect("a width")
}

#[tokio::test]
async fn the_steps_are_resized_and_hidden_by_keyboard_and_that_is_remembered() -> Outcome {
    story(log_api("S", steps()).await)
        .run(async |browser, api| {
            show_log(browser, api, "").await;
            counted(browser, 206).await;
            let before = width(browser).await;
            browser.blur().await;
            browser.tab_to("Width of the steps panel").await;
            browser.keys(Key::Right + "").await;
            browser.keys(Key::Right + "").await;
            eventually_eq("two keys wider", before + 40, async || width(browser).await).await;
            browser.keys(Key::Left + "").await;
            eventually_eq("a key narrower", before + 20, async || width(browser).await).await;
            browser.reload().await;
            counted(browser, 206).await;
            assert_soon!(width(browser).await, before + 20);

            browser.tab_to("Steps").await;
            browser.keys(Key::Enter + "").await;
            eventually("no list of steps", async || {
                browser
                    .all("navigation", "Steps")
                    .await
                    .is_empty()
                    .then_some(())
            })
            .await;
            browser.focus_is_on("button", "Steps").await;
            browser.reload().await;
            counted(browser, 206).await;
            assert!(browser.all("navigation", "Steps").await.is_empty());
            browser.press("button", "Steps").await;
            browser.find("navigation", "Steps").await;
            assert_soon!(width(browser).await, before + 20);
            Ok(())
        })
        .await
}

#[tokio::test]
async fn two_hundred_steps_are_listed_and_the_one_in_view_is_shown() -> Outcome {
    let log: Vec<Value> = (1..=200)
        .map(|number| log_entry(&format!("STEP {number}/200: RUN make {number}"), number))
        .collect();
    story(log_api("S", log).await)
        .run(async |browser, api| {
            show_log(browser, api, "").await;
            counted(browser, 200).await;
            assert_soon!(waterfall(browser).await.len(), 200);
            let in_list = "const [step, list] = [document.querySelector('[aria-label=Steps] li[aria-current]'),
                document.querySelector('nav[aria-label=Steps]')].map((e) => e.getBoundingClientRect());
                return step.top >= list.top && step.bottom <= list.bottom + 1;";
            eventually("the last step in the list's view", async || {
                browser.script(in_list).await.as_bool()?.then_some(())
            })
            .await;
            browser.press("button", "1/200 RUN make 1").await;
            see_line(browser, 1).await;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn a_part_of_a_failed_log_has_no_failed_step() -> Outcome {
    story(log_api("F", steps()).await)
        .run(async |browser, api| {
            let place = format!("?start={LOG_START}&end={}", LOG_START + 20);
            show_log(browser, api, &place).await;
            counted(browser, 87).await;
            let states: Vec<String> = waterfall(browser)
                .await
                .into_iter()
                .map(|(state, ..)| state)
                .collect();
            assert_eq!(states, ["Done", "Done", "Done"]);
            press(browser, "F").await;
            browser.see("No failed step").await;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn on_a_phone_the_steps_are_a_sheet_and_lines_wrap() -> Outcome {
    let mut log = steps();
    log[10]["message"] = json!("wrapped words ".repeat(30));
    story(log_api("F", log).await)
        .size(390, 844)
        .run(async |browser, api| {
            show_log(browser, api, "#L11").await;
            counted(browser, 206).await;
            see_line(browser, 11).await;
            assert!(is_wrapped(browser).await);
            // Hidden times are not laid out.
            assert!(times(browser).await.chars().all(|char| char == ','));
            assert!(browser.all("navigation", "Steps").await.is_empty());
            browser.press("button", "Steps").await;
            browser.axe("the sheet of steps").await;
            browser.press("button", "4/5 RUN make test").await;
            see_line(browser, 205).await;
            eventually("the sheet is closed", async || {
                browser
                    .all("navigation", "Steps")
                    .await
                    .is_empty()
                    .then_some(())
            })
            .await;
            browser.focus_is_on("button", "Steps").await;

            // A stored choice wins over the phone's defaults.
            browser.press("button", "More log tools").await;
            browser.press("checkbox", "Wrap").await;
            browser.keys(Key::Escape + "").await;
            browser.reload().await;
            counted(browser, 206).await;
            see_line(browser, 11).await;
            assert!(!is_wrapped(browser).await);
            assert_soon!(browser.too_wide().await, json!([]));
            Ok(())
        })
        .await
}

#[tokio::test]
async fn a_finger_selects_lines_by_a_long_press() -> Outcome {
    story(log_api("S", log_entries(300)).await)
        .size(390, 844)
        .run(async |browser, api| {
            show_log(browser, api, "").await;
            counted(browser, 300).await;
            press(browser, "g").await;
            see_line(browser, 3).await;
            tap(browser, 3).await;
            assert_soon!(selected(browser).await, "");
            long_press(browser, 3).await;
            browser.at("/builds/b1#L3").await;
            browser.see("Tap another line to select a range").await;
            tap(browser, 6).await;
            browser.at("/builds/b1#L3-L6").await;
            assert_soon!(selected(browser).await, "3,4,5,6");
            browser.find("button", "Copy link").await;
            browser.press("button", "Clear selection").await;
            tap(browser, 4).await;
            assert_soon!(selected(browser).await, "");
            Ok(())
        })
        .await
}

#[tokio::test]
async fn errors_are_counted_and_a_key_goes_to_the_next() -> Outcome {
    let mut log = log_entries(900);
    for number in [20, 500, 880] {
        log[number - 1]["level"] = json!("ERROR");
    }
    story(log_api("F", log).await)
        .run(async |browser, api| {
            show_log(browser, api, "").await;
            counted(browser, 900).await;
            browser.press("button", "3 errors").await;
            see_line(browser, 20).await;
            for (key, line) in [("e", 500), ("e", 880), ("e", 20), ("E", 880)] {
                press(browser, key).await;
                see_line(browser, line).await;
                assert_soon!(current_line(browser).await, Some(line));
            }
            api.on("GET", LOG, Reply::Log(mixed_log()));
            browser.reload().await;
            browser.find("button", "1 error").await;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn the_lines_follow_the_size_of_the_window() -> Outcome {
    story(log_api("S", log_entries(5_000)).await)
        .run(async |browser, api| {
            show_log(browser, api, "#L2000").await;
            see_line(browser, 2_000).await;
            let before = (top_line(browser).await, in_view(browser).await.len());
            browser.press("button", "Full screen").await;
            eventually("more lines, from the same one on", async || {
                let more = in_view(browser).await.len() > before.1;
                (more && top_line(browser).await == before.0).then_some(())
            })
            .await;
            press(browser, Key::Escape + "").await;
            eventually("as many as before", async || {
                let same = in_view(browser).await.len() == before.1;
                (same && top_line(browser).await == before.0).then_some(())
            })
            .await;
            Ok(())
        })
        .await
}
