//! A failed build: what the box above the log says, the cause in the log, and going from error to error.

use crate::support::fixtures::{LOG, LOG_BUILD, build, log_api, log_build, log_entries, log_entry};
use crate::support::log_page::{
    current_line, first_in_view, in_view, load_window, press, press_in_menu, search, see_line,
    see_matches, show_log, statuses,
};
use crate::support::{
    Api, Browser, Outcome, Reply, assert_soon, eventually, eventually_eq, project, story,
};
use serde_json::{Value, json};
use thirtyfour::prelude::*;

/// The log of the corpus with this name, and its marks.
fn corpus(name: &str) -> (Vec<Value>, Value) {
    let folder = project("crates/log/tests/corpus").join(name);
    let read = |file: &str| -> Value {
        let text = std::fs::read_to_string(folder.join(file)).expect("a file of the corpus");
        serde_json::from_str(&text).expect("JSON")
    };
    let Value::Array(log) = read("log.json") else {
        panic!("a log is an array");
    };
    (log, read("mark.json"))
}

/// A log of 204 lines. Line 100 says why its second step fails; lines 50, 100 and 204 tell of errors.
fn long_log() -> Vec<Value> {
    let mut texts: Vec<String> = (1..=204)
        .map(|number| format!("compiling {number}"))
        .collect();
    for (number, text) in [
        (1, "STEP 1/2: FROM gcc"),
        (2, "STEP 2/2: RUN make"),
        (50, "warning: could not find zlib: error 2 ignored"),
        (
            100,
            "main.c:3:5: error: 'n' undeclared (first use in this function)",
        ),
        (101, "    3 |     n = 1;"),
        (102, "      |     ^"),
        (203, "make: *** [Makefile:2: main.o] Error 1"),
        (
            204,
            "Error: building at STEP \"RUN make\": while running runtime: exit status 2",
        ),
    ] {
        texts[number - 1] = text.to_owned();
    }
    let entries = texts.iter().enumerate();
    entries
        .map(|(number, text)| log_entry(text, number as i64 / 10))
        .collect()
}

/// The number of the line that is marked as the cause, by what a screen reader reads of it.
async fn cause_line(browser: &Browser) -> u64 {
    let script = "return [...document.querySelectorAll('[role=region] [role=listitem]')]
        .find((line) => !line.hidden && [...line.children].some((part) => part.textContent === 'Cause'))
        ?.ariaPosInSet;";
    eventually("a line marked as the cause", async || {
        browser.script_text(script).await.parse().ok()
    })
    .await
}

/// The text that the log announces to screen readers.
async fn announced(browser: &Browser) -> String {
    let script = "return [...document.querySelectorAll('p[role=status]')]
        .map((status) => status.textContent).filter((text) => text.length > 0).join('|');";
    browser.script_text(script).await
}

async fn text_of_box(browser: &Browser) -> String {
    let failure = browser.find("region", "Why it failed").await;
    browser.text_in(&failure).await
}

async fn see_in_box(browser: &Browser, part: &str) {
    eventually(&format!("'{part}' in the box"), async || {
        text_of_box(browser).await.contains(part).then_some(())
    })
    .await;
}

#[tokio::test]
async fn failures_of_many_tools_are_explained_and_opened_at_their_cause() -> Outcome {
    let cases = [
        (
            "005-cargo-mismatch",
            "The code doesn’t compile",
            "Step 5/6 RUN cargo build --release",
        ),
        (
            "021-unittest",
            "A test failed",
            "Step 4/4 RUN python3 -m unittest -v",
        ),
        (
            "107-parallel-switch",
            "A program stopped with an error",
            "Stage web, step 3/3",
        ),
        (
            "039-apt-404",
            "A package or version wasn’t found",
            "exit code 100",
        ),
        (
            "077-from-missing-bk",
            "The base image wasn’t found",
            "[internal] load metadata",
        ),
        // All steps were done.
        (
            "081-push-refused",
            "The image couldn’t be pushed",
            "Go to line",
        ),
    ];
    for (name, kind, fact) in cases {
        let (log, mark) = corpus(name);
        let right: Vec<u64> = mark["also_right"]
            .as_array()
            .into_iter()
            .flatten()
            .chain([&mark["cause_line"]])
            .filter_map(Value::as_u64)
            .collect();
        let backend = log_api("F", log).await;
        let checked = story(backend).run(async |browser, api| {
            show_log(browser, api, "").await;
            let cause = cause_line(browser).await;
            assert!(
                right.contains(&cause),
                "{name}: {cause}, not one of {right:?}"
            );
            see_line(browser, cause).await;
            assert_soon!(current_line(browser).await, Some(cause), "{name}");
            let failure = browser.find("region", "Why it failed").await;
            browser.find_in(&failure, "heading", kind).await;
            let text = text_of_box(browser).await.replace('\n', " ");
            assert!(text.contains(fact), "{name}: {text}");
            assert!(text.contains("Cause:"), "{name}: {text}");
            if name.starts_with("081") {
                assert!(!text.contains("Step "), "{name}: {text}");
            }
            Ok(())
        });
        checked.await?;
    }
    Ok(())
}

#[tokio::test]
async fn the_box_leads_to_the_cause_and_to_builds_that_failed_like_this_one() -> Outcome {
    story(log_api("F", long_log()).await)
        .run(async |browser, api| {
            api.on(
                "GET",
                LOG_BUILD,
                Reply::Json(200, build("b1", "latest", "F", json!({}))),
            );
            show_log(browser, api, "").await;
            see_line(browser, 100).await;
            assert_soon!(cause_line(browser).await, 100);
            for fact in [
                "The code doesn’t compile (gcc)",
                "Step 2/2",
                "RUN make",
                "failed after 20 s: exit code 2",
                "'n' undeclared",
                "n = 1;",
            ] {
                see_in_box(browser, fact).await;
            }
            press(browser, Key::End + "").await;
            see_line(browser, 204).await;
            let failure = browser.find("region", "Why it failed").await;
            browser.press_in(&failure, "button", "Go to line 100").await;
            see_line(browser, 100).await;
            // The key that goes to the failed step goes to the cause.
            press(browser, Key::Home + "").await;
            see_line(browser, 1).await;
            press(browser, "F").await;
            see_line(browser, 100).await;
            browser.axe("a failed build with its cause").await;
            browser.press_in(&failure, "link", "Happened before?").await;
            browser
                .at("/repositories/team/app/search?cause=b1&failed=1")
                .await;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn a_link_to_a_line_is_opened_there_and_not_at_the_cause() -> Outcome {
    story(log_api("F", long_log()).await)
        .run(async |browser, api| {
            show_log(browser, api, "#L160").await;
            see_line(browser, 160).await;
            see_in_box(browser, "The code doesn’t compile").await;
            assert!(!in_view(browser).await.contains(&100));
            // The cause is marked all the same.
            press(browser, "F").await;
            assert_soon!(cause_line(browser).await, 100);
            Ok(())
        })
        .await
}

/// An API with a running build, and the first 180 lines of its log.
async fn running_build() -> Api {
    log_api("I", long_log()[..180].to_vec()).await
}

/// Has the build fail, with the rest of its log.
fn fail(api: &Api) {
    api.on("GET", LOG, Reply::Log(long_log()));
    api.on("GET", LOG_BUILD, Reply::Json(200, log_build("F")));
}

#[tokio::test]
async fn a_build_that_fails_while_one_follows_it_shows_its_cause() -> Outcome {
    story(running_build().await)
        .run(async |browser, api| {
            show_log(browser, api, "").await;
            see_line(browser, 180).await;
            fail(api);
            see_line(browser, 100).await;
            assert_soon!(cause_line(browser).await, 100);
            see_in_box(browser, "failed after 20 s: exit code 2").await;
            let said = "The build failed. The code doesn’t compile: main.c:3:5: error: 'n' undeclared (first use in this function)";
            eventually_eq("the announcement", said.to_owned(), async || {
                announced(browser).await
            })
            .await;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn a_build_that_fails_while_one_reads_or_searches_stays_where_it_is() -> Outcome {
    story(running_build().await)
        .run(async |browser, api| {
            show_log(browser, api, "").await;
            see_line(browser, 180).await;
            press(browser, Key::Home + "").await;
            see_line(browser, 1).await;
            fail(api);
            see_in_box(browser, "The code doesn’t compile").await;
            assert_soon!(first_in_view(browser).await, 1);
            Ok(())
        })
        .await?;
    story(running_build().await)
        .run(async |browser, api| {
            show_log(browser, api, "").await;
            search(browser, "compiling 17").await;
            see_matches(browser, "of ").await;
            press(browser, "f").await;
            see_line(browser, 180).await;
            fail(api);
            see_in_box(browser, "The code doesn’t compile").await;
            see_line(browser, 204).await;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn errors_by_text_and_by_level_are_counted_and_gone_through() -> Outcome {
    let mut log = long_log();
    log[29]["level"] = json!("ERROR");
    // Both say so: one error.
    log[203]["level"] = json!("ERROR");
    story(log_api("F", log).await)
        .run(async |browser, api| {
            show_log(browser, api, "").await;
            see_line(browser, 100).await;
            browser.find("button", "4 errors").await;
            browser.find("image", "4 error lines").await;
            for (key, line) in [
                ("e", 203),
                ("e", 204),
                ("e", 30),
                ("e", 100),
                ("E", 30),
                ("E", 204),
            ] {
                press(browser, key).await;
                eventually_eq("the current line", Some(line), async || {
                    current_line(browser).await
                })
                .await;
                see_line(browser, line).await;
            }
            Ok(())
        })
        .await
}

#[tokio::test]
async fn new_errors_of_a_running_build_are_announced() -> Outcome {
    let first = log_entries(40);
    story(log_api("I", first.clone()).await)
        .run(async |browser, api| {
            show_log(browser, api, "").await;
            see_line(browser, 40).await;
            assert!(browser.all("button", "error").await.is_empty());
            let mut longer = first;
            longer.push(log_entry("main.c:3:5: error: 'n' undeclared", 5));
            api.on("GET", LOG, Reply::Log(longer));
            eventually("the error is announced", async || {
                statuses(browser)
                    .await
                    .contains("1 new error line")
                    .then_some(())
            })
            .await;
            browser.find("button", "1 error").await;
            assert!(browser.all("region", "Why it failed").await.is_empty());
            Ok(())
        })
        .await
}

#[tokio::test]
async fn without_a_cause_the_last_lines_are_quoted_and_the_log_is_opened_at_its_end() -> Outcome {
    let mut log = vec![log_entry("STEP 1/1: RUN ./release.sh", 0)];
    log.extend((1..=80).map(|number| log_entry(&format!("releasing {number}"), number)));
    story(log_api("F", log).await)
        .run(async |browser, api| {
            show_log(browser, api, "").await;
            see_in_box(browser, "The step’s last lines").await;
            see_in_box(browser, "releasing 80").await;
            see_line(browser, 81).await;
            let failure = browser.find("region", "Why it failed").await;
            let sentence = "Step 1/1 RUN ./release.sh failed after 1 m 20 s";
            browser.find_in(&failure, "heading", sentence).await;
            let search = browser.all_in(&failure, "link", "Happened before").await;
            assert!(search.is_empty());
            Ok(())
        })
        .await
}

#[tokio::test]
async fn a_part_of_the_log_does_not_guess_why_but_the_whole_is_remembered() -> Outcome {
    story(log_api("F", long_log()).await)
        .run(async |browser, api| {
            let end = long_log()[120]["time"].clone();
            show_log(browser, api, &format!("?end={end}")).await;
            see_in_box(browser, "Load the whole log to see why").await;
            browser.press("button", "Load whole log").await;
            see_in_box(browser, "'n' undeclared").await;
            browser.find("button", "Go to line 100").await;
            // The whole log is there, so the lines keep their numbers.
            let start = long_log()[120]["time"].clone();
            press_in_menu(browser, "More log tools", "button", "Time range").await;
            load_window(
                browser,
                start.as_i64().unwrap_or_default(),
                end.as_i64().unwrap_or_default() + 2,
            )
            .await;
            browser.see("Line numbers are those of the whole log").await;
            browser.find("button", "Go to line 100").await;
            see_in_box(browser, "'n' undeclared").await;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn a_log_that_cannot_be_read_leaves_the_api_s_own_words() -> Outcome {
    story(log_api("F", Vec::new()).await)
        .run(async |browser, api| {
            let detail =
                json!({ "detail": "fatal: Remote branch release/2 not found in upstream origin" });
            api.on(
                "GET",
                LOG_BUILD,
                Reply::Json(200, build("b1", "latest", "F", detail)),
            );
            api.on("GET", LOG, Reply::Json(403, json!({ "detail": "No." })));
            browser.open(&format!("{}/builds/b1", api.address)).await;
            see_in_box(browser, "Remote branch release/2 not found").await;
            see_in_box(browser, "From the API").await;
            see_in_box(browser, "Branch, commit or repository not found").await;
            browser.see("Loading the log failed").await;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn a_phone_shows_the_rest_of_the_quote_on_request() -> Outcome {
    let (log, _) = corpus("005-cargo-mismatch");
    story(log_api("F", log).await)
        .size(390, 844)
        .run(async |browser, api| {
            api.on(
                "GET",
                LOG_BUILD,
                Reply::Json(200, build("b1", "latest", "F", json!({}))),
            );
            show_log(browser, api, "").await;
            see_in_box(browser, "mismatched types").await;
            let rest = "expected `u64` because of return type";
            assert!(!text_of_box(browser).await.contains(rest));
            assert!(browser.all("link", "Happened before?").await.is_empty());
            browser.press("button", "More").await;
            see_in_box(browser, rest).await;
            browser.find("link", "Happened before?").await;
            browser.axe("a failed build on a phone").await;
            browser.press("button", "More").await;
            browser.find_no_more("link", "Happened before?").await;
            Ok(())
        })
        .await
}
