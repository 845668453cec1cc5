//! Repeats and comparisons: repeated lines that are folded, what is new since the last success, and the page
//! that compares two builds.

use crate::support::fixtures::{BUILDS, LOG, LOG_BUILD, build, builds_page, log_api, log_entry};
use crate::support::log_page::{
    counted, current_line, go_to, press_in_menu, search, see_line, show_log,
};
use crate::support::{Api, Outcome, Reply, assert_soon, story};
use serde_json::{Value, json};

const OTHER_BUILD: &str = "/v1/builds/b0";
const OTHER_LOG: &str = "/v1/builds/b0/logs";

fn entries(lines: &[String]) -> Vec<Value> {
    let lines = lines.iter().enumerate();
    lines
        .map(|(index, line)| log_entry(line, index as i64))
        .collect()
}

/// The output of a step that prints the same in each build, but for numbers.
fn packages(seconds: usize) -> Vec<String> {
    [
        "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta",
    ]
    .iter()
    .map(|name| format!("fetched {name} in {seconds} ms"))
    .collect()
}

fn failed_log() -> Vec<Value> {
    let mut lines = vec![
        "STEP 1/2: FROM alpine".to_owned(),
        "STEP 2/2: RUN make".to_owned(),
    ];
    lines.extend(packages(12));
    lines.push("main.c:3: error: expected ';'".to_owned());
    lines.push("make: *** [all] Error 1".to_owned());
    entries(&lines)
}

fn successful_log() -> Vec<Value> {
    let mut lines = vec![
        "STEP 1/2: FROM alpine".to_owned(),
        "STEP 2/2: RUN make".to_owned(),
    ];
    lines.extend(packages(7));
    lines.push("linked the program".to_owned());
    entries(&lines)
}

/// A failed build with the success before it.
async fn two_builds() -> Api {
    let api = log_api("F", failed_log()).await;
    let failed = build("b1", "latest", "F", json!({}));
    let success = build(
        "b0",
        "latest",
        "S",
        json!({ "created_at": "2015-05-27T11:13:20.000Z" }),
    );
    api.on("GET", LOG_BUILD, Reply::Json(200, failed.clone()));
    api.on("GET", OTHER_BUILD, Reply::Json(200, success.clone()));
    api.on("GET", OTHER_LOG, Reply::Log(successful_log()));
    api.on("GET", BUILDS, builds_page(vec![failed, success], 2, false));
    api
}

#[tokio::test]
async fn repeated_lines_are_folded_to_one() -> Outcome {
    let mut lines = vec!["first".to_owned()];
    lines.extend((1..=20).map(|number| format!("Get:{number} tini [{number} kB]")));
    lines.push("last".to_owned());
    story(log_api("S", entries(&lines)).await)
        .run(async |browser, api| {
            show_log(browser, api, "").await;
            counted(browser, 22).await;
            press_in_menu(browser, "More log tools", "checkbox", "Fold repeated lines").await;
            browser.see("3 of 22 lines").await;
            browser
                .press("button", "20 lines like “Get:… tini […]”")
                .await;
            browser.see("22 of 22 lines").await;
            browser.focus_is_on("region", "Log").await;
            browser.press("button", "Fold 20 lines").await;
            browser.see("3 of 22 lines").await;

            // Whoever looks for one of the lines sees it.
            go_to(browser, "10").await;
            see_line(browser, 10).await;
            assert_soon!(current_line(browser).await, Some(10));
            browser.press("button", "Fold 20 lines").await;
            browser.see("3 of 22 lines").await;
            search(browser, "Get:15").await;
            see_line(browser, 16).await;

            // The choice is remembered. The link to a line in the run unfolds it.
            browser.reload().await;
            browser.see("22 of 22 lines").await;
            browser.press("button", "Fold 20 lines").await;
            browser.see("3 of 22 lines").await;
            browser.axe("folded lines").await;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn repeated_lines_unfold_around_the_line_in_view() -> Outcome {
    let mut lines: Vec<String> = (1..=400).map(|number| format!("Get:{number}")).collect();
    // No two neighbors are alike.
    let words = ["alpha", "beta", "gamma", "delta", "epsilon"];
    lines.extend((0..600).map(|number| words[number % words.len()].to_owned()));
    story(log_api("S", entries(&lines)).await)
        .run(async |browser, api| {
            show_log(browser, api, "?repeats=folded#L700").await;
            browser.see("601 of 1,000 lines").await;
            see_line(browser, 700).await;
            press_in_menu(browser, "More log tools", "checkbox", "Fold repeated lines").await;
            browser.see("1,000 lines").await;
            see_line(browser, 700).await;
            // They are not new lines.
            browser.see_no_more("new lines").await;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn a_failed_build_shows_what_is_new_since_the_last_success() -> Outcome {
    story(two_builds().await)
        .run(async |browser, api| {
            show_log(browser, api, "").await;
            browser
                .press("button", "New since the last success: 2 lines")
                .await;
            browser
                .see("Showing 2 new lines, with the lines around them")
                .await;
            browser.see("4 of 12 lines").await;
            browser
                .is_pressed("New since the last success: 2 lines")
                .await;
            browser.axe("new lines").await;
            browser.press("button", "Show all lines").await;
            browser.see_no_more("Showing 2 new lines").await;
            browser.focus_is_on("region", "Log").await;

            browser.press("link", "Compare").await;
            browser.at("/builds/b1/compare").await;
            browser.see("New lines: 2").await;
            // Each log is read once.
            assert_eq!(api.requests("GET", OTHER_LOG).len(), 1);
            Ok(())
        })
        .await
}

#[tokio::test]
async fn nothing_is_read_for_a_build_that_has_no_success_before_it() -> Outcome {
    let api = log_api("F", failed_log()).await;
    let failed = build("b1", "latest", "F", json!({}));
    api.on("GET", LOG_BUILD, Reply::Json(200, failed.clone()));
    api.on("GET", BUILDS, builds_page(vec![failed], 1, false));
    story(api)
        .run(async |browser, api| {
            show_log(browser, api, "").await;
            browser.see("Go to line").await;
            browser
                .find_no_more("button", "New since the last success")
                .await;
            assert!(api.requests("GET", OTHER_LOG).is_empty());

            browser
                .open(&format!("{}/builds/b1/compare", api.address))
                .await;
            browser
                .see("No earlier build of this tag has succeeded.")
                .await;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn two_builds_are_compared() -> Outcome {
    story(two_builds().await)
        .run(async |browser, api| {
            browser
                .open(&format!("{}/builds/b1/compare/b0", api.address))
                .await;
            browser.see("New lines: 2").await;
            browser.see("main.c:3: error: expected ';'").await;
            browser.see("Gone lines: 1").await;
            browser.see("linked the program").await;
            assert_soon!(browser.column("Step").await, ["FROM alpine", "RUN make"]);
            assert_soon!(browser.column("Difference").await.len(), 2);
            browser.axe("comparison").await;
            browser.resize((320, 800)).await;
            browser.fits_into("comparison", 320).await;

            // A build with the same log.
            let same = build("b2", "edge", "F", json!({}));
            api.on("GET", "/v1/builds/b2", Reply::Json(200, same));
            api.on("GET", "/v1/builds/b2/logs", Reply::Log(failed_log()));
            browser
                .open(&format!("{}/builds/b1/compare/b2", api.address))
                .await;
            browser.see("No new lines and no gone ones.").await;
            browser
                .choose("Compare with", "The last success of latest")
                .await;
            browser.at("/builds/b1/compare").await;
            browser.see("New lines: 2").await;
            assert_eq!(api.requests("GET", LOG).len(), 2);
            Ok(())
        })
        .await
}

#[tokio::test]
async fn a_build_that_cannot_be_read_can_be_asked_for_again() -> Outcome {
    let api = two_builds().await;
    api.on(
        "GET",
        OTHER_BUILD,
        Reply::Json(404, json!({ "detail": "not found" })),
    );
    story(api)
        .run(async |browser, api| {
            browser
                .open(&format!("{}/builds/b1/compare/b0", api.address))
                .await;
            browser.find("button", "Retry").await;
            api.on(
                "GET",
                OTHER_BUILD,
                Reply::Json(200, build("b0", "latest", "S", json!({}))),
            );
            browser.press("button", "Retry").await;
            browser.see("New lines: 2").await;
            // Both are of the second step, and stand under it, after those around them.
            let titles = "return [...document.querySelectorAll('[aria-label^=\"New lines\"] h3')]
                .map((title) => title.textContent).join('|');";
            assert_soon!(browser.script_text(titles).await, "RUN make");
            Ok(())
        })
        .await
}
