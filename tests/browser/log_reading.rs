//! Reading the log: streamed, cut off, merged, and while the page is hidden.

use crate::support::fixtures::{
    LOG, LOG_BUILD, LOG_START, log_api, log_build, log_entries, log_entry,
};
use crate::support::log_page::{
    count, counted, current_line, drag_overview, failed_step, go_to, load_window, press,
    press_at_step, press_in_menu, search, see_line, see_matches, selected, show_log, text_of,
};
use crate::support::steps::{connect, create_simple};
use crate::support::{
    Api, Browser, Outcome, Part, Reply, Server, Source, assert_soon, eventually, story,
};
use serde_json::{Value, json};
use std::time::Duration;

fn part(entry: &Value, before: &str) -> Part {
    Part::Text(format!("{before}{entry}"))
}

/// Waits until the log is not read any more: not once in more time than two reads are apart, by the clock
/// that the reads wait by.
async fn silence(browser: &Browser, api: &Api) {
    let mut before = usize::MAX;
    eventually("the log is not read any more", async || {
        let reads = api.requests("GET", LOG).len();
        let is_silent = reads == before;
        before = reads;
        browser.wait_by_page_clock(Duration::from_secs(5)).await;
        (is_silent && api.requests("GET", LOG).len() == reads).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_trickle_is_shown_line_by_line_and_a_cut_loses_nothing() -> Outcome {
    story(log_api("I", Vec::new()).await)
        .run(async |browser, api| {
            let log: Vec<Value> = (1..=6)
                .map(|number| log_entry(&format!("line {number}"), 0))
                .collect();
            let cut = Part::Text(r#",{"message":"lin"#.to_owned());
            let parts = vec![
                part(&log[0], "["),
                Part::Wait,
                part(&log[1], ","),
                Part::Wait,
                part(&log[2], ","),
                cut,
                Part::Wait,
                Part::Cut,
            ];
            api.on("GET", LOG, Reply::Parts(parts));
            show_log(browser, api, "").await;
            // Each line is shown while the answer is still open.
            for line in 1..=3 {
                browser.see(&format!("line {line}")).await;
                counted(browser, line).await;
                api.release();
            }
            browser.see("Loading the log failed").await;
            counted(browser, 3).await;
            api.on("GET", LOG, Reply::Log(log));
            browser.see("line 6").await;
            browser.see_no_more("Loading the log failed").await;
            counted(browser, 6).await;
            // The next read begins at the last line's second.
            let requests = api.requests("GET", LOG);
            assert!(
                requests
                    .iter()
                    .any(|request| request.query == format!("start_time={LOG_START}"))
            );
            Ok(())
        })
        .await
}

#[tokio::test]
async fn overlapping_answers_are_merged_and_the_end_is_known() -> Outcome {
    // The same text twice in one second is two lines.
    let log = |count: usize| -> Vec<Value> {
        let text = |number: usize| {
            if number.is_multiple_of(3) {
                "again"
            } else {
                "and"
            }
        };
        (0..count)
            .map(|number| log_entry(text(number), number as i64 / 8))
            .collect()
    };
    story(log_api("I", log(20)).await)
        .run(async |browser, api| {
            browser.speed_up_clock().await;
            show_log(browser, api, "").await;
            counted(browser, 20).await;
            for lines in [21, 24, 40] {
                api.on("GET", LOG, Reply::Log(log(lines)));
                counted(browser, lines as u64).await;
            }
            api.on("GET", LOG_BUILD, Reply::Json(200, log_build("S")));
            browser.see("Succeeded").await;
            // Reading ends after two answers without a new line.
            silence(browser, api).await;
            counted(browser, 40).await;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn an_answer_that_is_not_a_log_is_reported_and_odd_entries_are_counted() -> Outcome {
    story(log_api("S", Vec::new()).await)
        .run(async |browser, api| {
            let page = "<!doctype html><title>Proxy</title><p>Sign in";
            api.on("GET", LOG, Reply::Typed("text/html", page.into()));
            browser.open(&format!("{}/builds/b1", api.address)).await;
            browser.see("Loading the log failed").await;
            browser.see("<title>Proxy</title>").await;
            let body =
                r#"[{"message":"good"},7,{"message":"also good","time":null},{"level":{"a":[]}}]"#;
            api.on("GET", LOG, Reply::Typed("text/plain", body.into()));
            browser.press("button", "Retry").await;
            browser.see("also good").await;
            browser.see_no_more("Loading the log failed").await;
            browser.see("1 entry couldn’t be read").await;
            api.on("GET", LOG, Reply::Text(403, "not yours"));
            browser.reload().await;
            browser.see("not yours").await;
            browser.see("HTTP 403").await;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn the_log_is_not_read_while_the_page_is_hidden() -> Outcome {
    story(log_api("I", log_entries(5)).await)
        .run(async |browser, api| {
            browser.speed_up_clock().await;
            show_log(browser, api, "").await;
            counted(browser, 5).await;
            browser.set_hidden(true).await;
            // A read in flight ends, and no other begins.
            silence(browser, api).await;
            api.on("GET", LOG, Reply::Log(log_entries(9)));
            browser.set_hidden(false).await;
            counted(browser, 9).await;

            // A lost network: the lines stay, a message is shown, and reading resumes automatically.
            api.on("GET", LOG, Reply::CutAfter);
            browser.see("Loading the log failed").await;
            counted(browser, 9).await;
            api.on("GET", LOG, Reply::Log(log_entries(12)));
            browser.go_online().await;
            counted(browser, 12).await;
            browser.see_no_more("Loading the log failed").await;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn fifty_thousand_lines_in_bursts_are_read_without_loss() -> Outcome {
    let source = Source::with_steps(&[
        "i=0; while [ $i -lt 50000 ]; do i=$((i+1)); echo burst $i; [ $((i%1000)) = 0 ] && /bin/busybox sleep 0.04; done; true",
        "/bin/busybox echo the compiler says no; exit 3",
    ]);
    story(Server::with_source(&source).await).run(async |browser, server| {
    connect(browser, server, "team").await;
    let name = format!("bursts-{}", std::process::id());
    create_simple(browser, &name, &source).await;
    browser.build(&format!("team/{name}:latest")).await;
    browser.see("burst ").await;
    browser.see("Failed").await;
    browser.see("the compiler says no").await;
    // The number of lines that the API has.
    let whole = browser
        .script_async(
            "const done = arguments[0]; fetch('/v1' + location.pathname + '/logs').then((a) => a.json())
               .then((log) => done(log.reduce((n, e) => n + e.message.split('\\n').length, 0)))")
        .await;
    let whole = whole.as_u64().expect("a number");
    assert!(whole > 50_000, "{whole}");
    counted(browser, whole).await;
    // They are in order.
    search(browser, "burst 50000").await;
    see_matches(browser, "1 of 1").await;
    let last = current_line(browser).await.expect("a line");
    assert_soon!(text_of(browser, last - 1).await, "burst 49999");

    // The failed step, by its key and in the list of steps.
    press(browser, "g").await;
    see_line(browser, 1).await;
    press(browser, "F").await;
    browser.see("the compiler says no").await;
    let failed = failed_step(browser).await;
    assert!(failed.contains("exit 3"), "{failed}");

    // The lines stay when the server stops.
    server.stop().await;
    assert_soon!(count(browser).await, whole);
    server.start_again().await;
    browser.reload().await;
    counted(browser, whole).await;
Ok(())
}).await
}

#[tokio::test]
async fn a_window_of_time_is_requested_from_the_api_and_kept_in_the_url() -> Outcome {
    let mut log = log_entries(400);
    log[0]["message"] = json!("STEP 1/2: FROM scratch");
    log[100]["message"] = json!("STEP 2/2: RUN make");
    story(log_api("S", log).await)
        .run(async |browser, api| {
            show_log(browser, api, "").await;
            counted(browser, 400).await;
            go_to(browser, "120").await;
            assert_soon!(current_line(browser).await, Some(120));
            press_at_step(browser, "2/2 RUN make", "Load only the time range of").await;
            browser
                .see("Line numbers are those of the whole log.")
                .await;
            // The pressed button is gone with its row; the lines are what was asked for.
            browser.focus_is_on("region", "Log").await;
            browser.see("301 of 400 lines").await;
            let place = format!("?start={}&end={}", LOG_START + 10, LOG_START + 40);
            browser
                .at(&format!("/builds/b1{place}&numbers=whole#L120"))
                .await;
            // The whole log is there: a line stays the same line.
            assert_soon!(selected(browser).await, "120");
            browser.reload().await;
            browser.see("301 of 400 lines").await;
            browser.press("button", "Load whole log").await;
            counted(browser, 400).await;
            browser.at("/builds/b1#L120").await;
            browser.focus_is_on("region", "Log").await;

            // A link to a part loads that alone, and says that its lines have other numbers.
            show_log(browser, api, &place).await;
            counted(browser, 301).await;
            browser.see("Line numbers start there.").await;
            let requests = api.requests("GET", LOG);
            let window = format!("start_time={}&end_time={}", LOG_START + 10, LOG_START + 40);
            assert!(
                requests.iter().any(|request| request.query == window),
                "{requests:?}"
            );
            browser.press("button", "Load whole log").await;
            counted(browser, 400).await;

            // By typing times.
            press_in_menu(browser, "More log tools", "button", "Time range").await;
            load_window(browser, LOG_START + 3, LOG_START + 2).await;
            browser.see("The end is before the start.").await;
            load_window(browser, LOG_START + 2, LOG_START + 3).await;
            browser.see("20 of 400 lines").await;

            // By dragging on the overview.
            browser.press("button", "Load whole log").await;
            counted(browser, 400).await;
            drag_overview(browser, 0.25, 0.5).await;
            browser
                .see("Line numbers are those of the whole log.")
                .await;
            eventually("a quarter of the log", async || {
                // `100 of 400 lines`
                let shown = count(browser).await / 1_000;
                (80..140).contains(&shown).then_some(())
            })
            .await;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn selected_lines_stay_the_same_lines_in_a_time_range() -> Outcome {
    story(log_api("S", log_entries(400)).await)
        .run(async |browser, api| {
            show_log(browser, api, "#L151-L153").await;
            see_line(browser, 152).await;
            press_in_menu(
                browser,
                "More for these lines",
                "button",
                "Load only this time range",
            )
            .await;
            let second = LOG_START + 15;
            browser.see("10 of 400 lines").await;
            see_line(browser, 150).await;
            let place = format!("?start={second}&end={second}&numbers=whole#L151-L153");
            browser.at(&format!("/builds/b1{place}")).await;
            assert_soon!(selected(browser).await, "151,152,153");
            assert_soon!(text_of(browser, 151).await, "line 151");
            // A search finds what is shown.
            search(browser, "line").await;
            see_matches(browser, "of 10").await;
            // Whoever opens the link sees the same lines.
            show_log(browser, api, &place).await;
            browser.see("10 of 400 lines").await;
            assert_soon!(selected(browser).await, "151,152,153");
            assert_soon!(text_of(browser, 151).await, "line 151");
            // Going to a line outside leaves the range.
            go_to(browser, "390").await;
            see_line(browser, 390).await;
            counted(browser, 400).await;
            Ok(())
        })
        .await
}
