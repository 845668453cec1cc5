//! The search through the logs of a repository's builds, and what Insights tells of them.

use crate::support::fixtures::{BUILDS, LOG_START, build, builds_page};
use crate::support::{Api, Browser, Outcome, Reply, assert_soon, eventually, eventually_eq, story};
use serde_json::{Value, json};

/// The address of a build's log.
fn log_path(id: usize) -> String {
    format!("{BUILDS}/{id}/logs")
}

/// A log of two steps, the second of which says this.
fn log(lines: &[&str]) -> Reply {
    let mut entries = vec![
        json!({ "message": "STEP 1/2: FROM alpine", "level": "INFO", "time": LOG_START }),
        json!({ "message": "STEP 2/2: RUN make", "level": "INFO", "time": LOG_START + 1 }),
    ];
    entries.extend(
        lines
            .iter()
            .map(|line| json!({ "message": line, "level": "INFO", "time": LOG_START + 9 })),
    );
    Reply::Json(200, Value::Array(entries))
}

/// Serves builds 1 to `count`, the newest with the largest number. Every third failed.
fn serve_builds(api: &Api, count: usize) {
    let rows: Vec<Value> = (1..=count)
        .rev()
        .map(|id| {
            let status = if id.is_multiple_of(3) { "F" } else { "S" };
            let row = build(&id.to_string(), "latest", status, json!({}));
            api.on(
                "GET",
                &format!("{BUILDS}/{id}"),
                Reply::Json(200, row.clone()),
            );
            row
        })
        .collect();
    for (number, page) in (1..).zip(rows.chunks(20)) {
        let answer = builds_page(page.to_vec(), count, number * 20 < count);
        let path = format!("{BUILDS}?page={number}&namespace=team&repo_name=app");
        api.on("GET", &path, answer);
    }
}

/// The failed build that says why, so that its log has a cause.
const CAUSE: &str = "make: *** [Makefile:12: all] Error 2";

async fn search(browser: &Browser, api: &Api, query: &str) {
    let url = format!("{}/repositories/team/app/search{query}", api.address);
    browser.open(&url).await;
}

/// The ids of the builds whose logs were asked for.
fn asked(api: &Api, count: usize) -> Vec<usize> {
    let mut asked: Vec<usize> = (1..=count)
        .rev()
        .filter(|id| !api.requests("GET", &log_path(*id)).is_empty())
        .collect();
    asked.dedup();
    asked
}

/// The lines that were found, each as its number and text.
async fn lines(browser: &Browser) -> String {
    let list = browser.find("list", "Builds found").await;
    let script = "return [...arguments[0].querySelectorAll('a[href*=\"#L\"]')]
        .map((line) => line.getAttribute('href') + ' ' + line.textContent).join('\\n');";
    let lines = browser.script_on(&list, script).await;
    lines.as_str().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn logs_are_read_four_at_a_time_and_the_search_can_be_stopped_and_resumed() -> Outcome {
    story(Api::start().await)
        .run(async |browser, api| {
            serve_builds(api, 12);
            for id in 1..=12 {
                let text = format!("connection to host {id} timed out");
                let held = Reply::Held(Box::new(log(&[&text])));
                api.on("GET", &log_path(id), held);
            }
            search(browser, api, "").await;
            browser.see("Enter a text to search the logs").await;
            assert_eq!(asked(api, 12), [0; 0], "nothing is read before");
            browser.fill("Text in the logs", "timed out").await;
            browser.press("button", "Search").await;
            browser
                .at("/repositories/team/app/search?q=timed%20out")
                .await;
            eventually_eq("the newest four", vec![12, 11, 10, 9], async || {
                asked(api, 12)
            })
            .await;
            browser.see("0 of 12 logs read").await;
            api.release();
            browser.see("1 of 12 logs read").await;
            eventually("the next one is asked for", async || {
                (asked(api, 12).len() == 5).then_some(())
            })
            .await;
            browser.press("button", "Stop").await;
            browser.see("Found in 1 of 1 log, 1 line").await;
            let button = browser.find("button", "Continue").await;
            browser.axe("a stopped search").await;
            for id in 1..=12 {
                let text = format!("connection to host {id} timed out");
                api.on("GET", &log_path(id), log(&[&text]));
            }
            button.click().await?;
            browser.see("Found in 12 of 12 logs, 12 lines").await;
            let found = lines(browser).await;
            let newest = "/builds/12#L3 3connection to host 12 timed out";
            assert!(found.starts_with(newest), "newest first: {found}");
            assert!(found.ends_with("/builds/1#L3 3connection to host 1 timed out"));
            browser.see("12 logs in memory").await;
            browser.axe("a search with results").await;

            // What was read is not read again, and the URL is the search.
            let before = api.requests("GET", &log_path(7)).len();
            browser.fill("Text in the logs", "HOST 7").await;
            browser.press("button", "Search").await;
            browser.see("Found in 1 of 12 logs, 1 line").await;
            browser.press("button", "Match case (Aa)").await;
            browser.see("Not found in 12 logs.").await;
            browser
                .at("/repositories/team/app/search?q=HOST%207&case=1")
                .await;
            assert_eq!(api.requests("GET", &log_path(7)).len(), before);
            browser.reload().await;
            browser.see("Not found in 12 logs.").await;
            browser.is_pressed("Match case (Aa)").await;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn many_lines_of_a_build_are_bounded_and_a_wrong_expression_is_explained() -> Outcome {
    story(Api::start().await)
        .run(async |browser, api| {
            serve_builds(api, 1);
            let many: Vec<String> = (0..130).map(|n| format!("warning {n}")).collect();
            let many: Vec<&str> = many.iter().map(String::as_str).collect();
            api.on("GET", &log_path(1), log(&many));
            search(browser, api, "?q=warn(ing&regex=1").await;
            browser.is_invalid("Text in the logs", 1).await;
            assert_eq!(asked(api, 1), [0; 0]);
            browser.fill("Text in the logs", r"^warning \d+$").await;
            browser.press("button", "Search").await;
            browser.see("Found in 1 of 1 log, 130 lines").await;
            assert_soon!(lines(browser).await.lines().count(), 5);
            browser.press("button", "Show 125 more").await;
            browser.see("30 more in the build’s log").await;
            assert_soon!(lines(browser).await.lines().count(), 100);
            eventually("the first line that was hidden has the focus", async || {
                let focused = browser.focused_text().await;
                focused.contains("warning 5").then_some(())
            })
            .await;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn a_log_that_cannot_be_read_is_named_and_read_again() -> Outcome {
    story(Api::start().await)
        .run(async |browser, api| {
            serve_builds(api, 3);
            for id in 1..=3 {
                api.on("GET", &log_path(id), log(&["timed out"]));
            }
            api.on(
                "GET",
                &log_path(2),
                Reply::Json(500, json!({ "detail": "gone" })),
            );
            search(browser, api, "?q=timed").await;
            browser.see("1 log couldn’t be read").await;
            browser.see("the API had an internal error").await;
            browser.see("Found in 2 of 2 logs, 2 lines").await;
            browser.axe("a search with a log that is missing").await;
            api.on("GET", &log_path(2), log(&["timed out"]));
            browser.press("button", "Retry").await;
            browser.see("Found in 3 of 3 logs, 3 lines").await;
            browser.see_no_more("couldn’t be read").await;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn without_a_network_the_search_waits_and_goes_on() -> Outcome {
    story(Api::start().await)
        .run(async |browser, api| {
            serve_builds(api, 6);
            for id in 1..=6 {
                api.on("GET", &log_path(id), Reply::CutAfter);
            }
            search(browser, api, "?q=timed").await;
            browser.see("Reading logs failed").await;
            assert!(asked(api, 6).len() <= 4, "no log is tried in vain");
            for id in 1..=6 {
                api.on("GET", &log_path(id), log(&["timed out"]));
            }
            browser.go_online().await;
            browser.see("Found in 6 of 6 logs, 6 lines").await;
            browser.see_no_more("Reading logs failed").await;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn a_cause_is_searched_in_other_failed_builds() -> Outcome {
    story(Api::start().await)
        .run(async |browser, api| {
            serve_builds(api, 12);
            for id in 1..=12 {
                api.on("GET", &log_path(id), log(&["all fine"]));
            }
            let exit = "Error: building at STEP \"RUN make\": exit status 2";
            api.on("GET", &log_path(12), log(&[CAUSE, exit]));
            // The same but for a number, and another failure of make.
            let moved = "make: *** [Makefile:97: all] Error 2";
            api.on("GET", &log_path(9), log(&[moved, exit]));
            let other = "make: *** [Makefile:12: test] Error 2";
            api.on("GET", &log_path(6), log(&[other, exit]));
            search(browser, api, "?cause=12&failed=1").await;
            browser.see(CAUSE).await;
            browser.see("Found in 1 of 3 logs, 1 line").await;
            let found = lines(browser).await;
            assert_eq!(found, format!("/builds/9#L3 3{moved}"));
            browser.axe("a cause that is searched").await;
            browser.choose("Look for", "The same kind of failure").await;
            browser.see("Found in 2 of 3 logs, 2 lines").await;
            browser
                .at("/repositories/team/app/search?cause=12&kind=1&failed=1")
                .await;
            browser.press("button", "Search for a text instead").await;
            browser.holds("Text in the logs", 1, CAUSE).await;
            // A build that has no cause says so.
            search(browser, api, "?cause=11").await;
            browser.see("doesn’t say why it failed").await;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn insights_tell_of_the_logs_that_were_read() -> Outcome {
    story(Api::start().await)
        .run(async |browser, api| {
            serve_builds(api, 30);
            let exit = "Error: building at STEP \"RUN make\": exit status 2";
            for id in 1..=30 {
                let lines: &[&str] = match id % 3 {
                    0 => &[CAUSE, exit],
                    _ => &["--> 866f64d45e9a"],
                };
                api.on("GET", &log_path(id), log(lines));
            }
            let url = format!("{}/repositories/team/app/insight", api.address);
            browser.open(&url).await;
            browser.see("0 of 30 logs read").await;
            assert_eq!(asked(api, 30), [0; 0], "nothing is read unasked");
            browser.press("button", "Read logs").await;
            browser.see("20 of 30 logs read").await;
            assert_eq!(asked(api, 30).len(), 20);
            browser.find("table", "Kinds of failure").await;
            browser.find("table", "Slowest steps").await;
            browser.see("RUN make").await;
            browser.axe("insights with logs").await;
            browser.choose("Logs", "All").await;
            browser.press("button", "Read logs").await;
            browser.see("30 of 30 logs read").await;
            browser.press("link", "Show builds").await;
            browser
                .at("/repositories/team/app/search?cause=30&kind=1&last=all&failed=1")
                .await;
            browser.see("Found in 9 of 9 logs, 9 lines").await;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn a_running_build_and_its_step_say_how_long_they_usually_take() -> Outcome {
    story(Api::start().await)
        .run(async |browser, api| {
            serve_builds(api, 3);
            let own = build("4", "latest", "I", json!({ "ended_at": null }));
            api.on("GET", &format!("{BUILDS}/4"), Reply::Json(200, own.clone()));
            let others = (1..=3).map(|id| build(&id.to_string(), "latest", "S", json!({})));
            let rows: Vec<Value> = std::iter::once(own).chain(others).collect();
            let path = format!("{BUILDS}?page=1&namespace=team&repo_name=app");
            api.on("GET", &path, builds_page(rows.clone(), 4, false));
            api.on("GET", BUILDS, builds_page(rows, 4, false));
            for id in 1..=3 {
                api.on("GET", &log_path(id), log(&["done"]));
            }
            api.on("GET", &log_path(4), log(&[]));
            search(browser, api, "?q=STEP").await;
            browser.see("Found in 4 of 4 logs, 8 lines").await;
            browser.nth("link", "latest", 1).await.click().await?;
            browser.at("/builds/4").await;
            // Three logs were read, and each ran the step for 8 seconds.
            browser.see("usually 8 s").await;
            // The three others took 6 minutes, and this one runs since 2015.
            browser.see("unusually long").await;
            browser.press("link", "Builds").await;
            browser.see("unusually long").await;
            browser.axe("a build that takes unusually long").await;
            Ok(())
        })
        .await
}
