//! The build page: its place in the window, why the build failed, the builds of its tag, what changed, the details,
//! the tab's title and icon, and the notification at the end.

use crate::support::fixtures::{
    BUILDS, LOG, LOG_BUILD, build, builds_page, log_api, log_build, log_entry, running, serve_build,
};
use crate::support::log_page::{see_line, text_of};
use crate::support::{Api, Browser, Outcome, Reply, assert_soon, eventually, eventually_eq, story};
use serde_json::{Value, json};
use thirtyfour::prelude::*;

const OLD: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

/// Records the page's notifications in `window.shown`; the user allows or forbids them.
async fn record_notifications(browser: &Browser, allowed: bool) {
    let permission = if allowed { "granted" } else { "denied" };
    let script = format!(
        "window.shown = []; window.requests = 0;
         window.Notification = class {{
           static permission = 'default';
           static async requestPermission() {{ window.requests += 1; return this.permission = '{permission}'; }}
           constructor(title, options) {{ window.shown.push(title + ': ' + options.body); }}
         }};"
    );
    browser.before_each_page(&script).await;
}

/// The list of builds of the repository `team/app`.
const OF_REPOSITORY: &str = "/v1/builds?page=1&namespace=team&repo_name=app";

/// A log of 30 lines, whose second step fails with exit code 2, or does not.
fn thirty_lines(is_failed: bool) -> Vec<Value> {
    let mut texts = vec!["STEP 1/2: FROM alpine".to_owned(), "Pulling".to_owned()];
    texts.push("STEP 2/2: RUN make".to_owned());
    texts.extend((4..=26).map(|number| format!("compiling {number}")));
    let end = match is_failed {
        true => [
            "\u{1b}[31merror:\u{1b}[0m `Full` is not in `body`",
            "  --> src/http.rs:14:5",
            "make: *** [all] Error 2",
            "Error: building at STEP \"RUN make\": exit status 2",
        ],
        false => ["linking", "stripping", "COMMIT team/app:latest", "done"],
    };
    texts.extend(end.map(str::to_owned));
    let entries = texts.iter().enumerate();
    entries
        .map(|(number, text)| log_entry(text, number as i64))
        .collect()
}

/// An API with one build of this status and a log of 30 lines, among five builds of its tag.
async fn api_with_thirty_lines(status: &str) -> Api {
    let api = log_api(status, thirty_lines(status == "F")).await;
    let mut rows: Vec<Value> = ["S", "F", "S", "S"]
        .iter()
        .enumerate()
        .map(|(number, status)| build(&format!("b{}", number + 2), "latest", status, json!({})))
        .collect();
    rows[0]["code_head_commit"] = json!(OLD);
    let own = build(
        "b1",
        "latest",
        status,
        json!({ "docker_repo_version_tag": "v20150909.035140" }),
    );
    api.on("GET", LOG_BUILD, Reply::Json(200, own.clone()));
    rows.insert(0, own);
    api.on("GET", OF_REPOSITORY, builds_page(rows, 5, false));
    api
}

/// The upper edge of the first line in view, and the lower edge of the log.
async fn log_edges(browser: &Browser) -> (f64, f64) {
    let log = browser.find("region", "Log").await;
    let (top, bottom) = browser.edges(&log).await;
    for line in browser.all_in(&log, "listitem", "").await {
        let (line, _) = browser.edges(&line).await;
        if line >= top - 1.0 {
            return (line, bottom);
        }
    }
    panic!("no line in view");
}

#[tokio::test]
async fn the_log_begins_in_the_first_view_and_ends_with_the_window() -> Outcome {
    let cases = [
        ("S", (1280, 800), 230.0),
        ("F", (1280, 800), 350.0),
        ("S", (390, 844), 330.0),
        ("F", (390, 844), 450.0),
    ];
    for (status, (width, height), lowest) in cases {
        let backend = api_with_thirty_lines(status).await;
        let story = story(backend).size(width, height);
        let checked = story.run(async |browser, api| {
            browser.open(&format!("{}/builds/b1", api.address)).await;
            browser.loaded().await;
            see_line(browser, 28).await;
            browser.find("link", "Older build").await;
            let (top, bottom) = log_edges(browser).await;
            assert!(
                top <= lowest,
                "{status} at {width} px: the log begins at {top}"
            );
            assert_eq!(bottom.round(), f64::from(height), "{status} at {width} px");
            assert_soon!(browser.page_scroll().await, 0, "{status} at {width} px");
            if status == "F" {
                let cause = browser.find("region", "Why it failed").await;
                let (_, end) = browser.edges(&cause).await;
                assert!(end < top, "{end} {top}");
                assert!(cause.text().await?.contains("`Full` is not in `body`"));
            }
            Ok(())
        });
        checked.await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_failed_build_says_which_step_failed_and_quotes_the_lines_that_say_why() -> Outcome {
    story(api_with_thirty_lines("F").await)
        .run(async |browser, api| {
            browser.open(&format!("{}/builds/b1", api.address)).await;
            // The box takes the place of one that only says that the log is being read.
            browser.see("exit code 2").await;
            let cause = browser.find("region", "Why it failed").await;
            let text = async || browser.text_in(&cause).await;
            browser.find_in(&cause, "heading", "").await;
            for part in [
                "Step 2/2",
                "RUN make",
                "failed after 27 s: exit code 2",
                "error: `Full` is not in `body`",
            ] {
                assert!(text().await.contains(part), "{part}");
            }
            assert!(!text().await.contains("building at STEP"));
            browser.keys(Key::Home + "").await;
            browser.press_in(&cause, "button", "Go to line 27").await;
            see_line(browser, 27).await;
            assert!(text_of(browser, 27).await.contains("is not in"));
            browser
                .find_in(&cause, "button", "Copy why it failed")
                .await;
            browser.axe("a failed build").await;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn without_a_log_the_api_s_text_says_why() -> Outcome {
    story(log_api("F", Vec::new()).await)
        .run(async |browser, api| {
            // Only lists have that text.
            let mut row = log_build("F");
            row["detail"] = json!("cloning failed: exit status 128\n");
            api.on("GET", OF_REPOSITORY, builds_page(vec![row], 1, false));
            browser.open(&format!("{}/builds/b1", api.address)).await;
            browser.see("exit code 128").await;
            browser.see("cloning failed: exit status 128").await;
            assert!(browser.all("button", "Go to line").await.is_empty());
            assert!(browser.all("button", "Try again").await.is_empty());
            Ok(())
        })
        .await
}

#[tokio::test]
async fn a_build_that_the_server_s_stop_ended_can_be_tried_again() -> Outcome {
    let log = vec![
        log_entry("STEP 1/1: RUN make", 0),
        log_entry("compiling", 1),
        log_entry("the server stopped while this build was running", 2),
    ];
    story(log_api("F", log).await)
        .run(async |browser, api| {
            api.on(
                "GET",
                LOG_BUILD,
                Reply::Json(200, build("b1", "latest", "F", json!({}))),
            );
            serve_build(api, &build("again", "latest", "I", running()));
            let started = build("again", "latest", "I", running());
            api.on("POST", BUILDS, Reply::Json(201, started));
            browser.open(&format!("{}/builds/b1", api.address)).await;
            browser
                .see("The server stopped while this build was running")
                .await;
            browser.press("button", "Try again").await;
            browser.at("/builds/again").await;
            let request = &api.requests("POST", BUILDS)[0].body;
            assert_eq!(
                request["code_commit_id"],
                "119d9dc6f33992b6c4f8ddf068e347d426ddf22c"
            );
            Ok(())
        })
        .await
}

#[tokio::test]
async fn the_same_commit_is_built_again() -> Outcome {
    story(api_with_thirty_lines("S").await)
        .run(async |browser, api| {
            let started = build("again", "latest", "I", running());
            serve_build(api, &started);
            api.on("POST", BUILDS, Reply::Json(201, started));
            browser.open(&format!("{}/builds/b1", api.address)).await;
            browser.press("button", "Other actions").await;
            browser.axe("the menu of a build").await;
            browser.press("button", "Build same commit (119d9dc)").await;
            browser.at("/builds/again").await;
            let request = &api.requests("POST", BUILDS)[0].body;
            assert_eq!(request["tag"], "latest");
            assert_eq!(
                request["code_commit_id"],
                "119d9dc6f33992b6c4f8ddf068e347d426ddf22c"
            );
            Ok(())
        })
        .await
}

#[tokio::test]
async fn the_last_builds_of_the_tag_are_links() -> Outcome {
    story(api_with_thirty_lines("S").await)
        .run(async |browser, api| {
            serve_build(api, &build("b3", "latest", "F", json!({})));
            browser.open(&format!("{}/builds/b1", api.address)).await;
            let builds = browser.find("navigation", "Builds of this tag").await;
            browser.find_in(&builds, "link", "(this build)").await;
            let bars = browser.all_in(&builds, "link", "6 m 02 s").await;
            // Five bars and the arrow to the older build.
            assert_eq!(bars.len(), 6);
            // The newest one is the last.
            assert_soon!(bars[4].attr("aria-current").await?.as_deref(), Some("page"));
            let newer = browser.find_in(&builds, "button", "Newer build").await;
            assert!(!newer.is_enabled().await?);
            let why = newer.attr("title").await?;
            assert_eq!(why.as_deref(), Some("No newer build of this tag found"));
            browser.press_in(&builds, "link", "Failed, 6 m 02 s").await;
            browser.at("/builds/b3").await;
            // One request for each page.
            api.received("GET", BUILDS, 2).await;
            assert_eq!(api.requests("GET", BUILDS).len(), 2);
            Ok(())
        })
        .await
}

#[tokio::test]
async fn the_details_have_all_that_the_api_gives() -> Outcome {
    story(api_with_thirty_lines("S").await)
        .run(async |browser, api| {
            let more = json!({
                "step_at": 50, "build_node": "in", "build_context_path": "/context",
                "is_removable": true, "image_id": "e1c0b6aa33f8", "dockerfile_location": "/docker",
                "docker_repo_version_tag": "v20150909.035140",
            });
            api.on(
                "GET",
                LOG_BUILD,
                Reply::Json(200, build("b1", "latest", "S", more)),
            );
            browser.open(&format!("{}/builds/b1", api.address)).await;
            browser.see("aaaaaaa…119d9dc").await;
            browser.see("by ada").await;
            browser.see("waited 7 s").await;
            let full = "119d9dc6f33992b6c4f8ddf068e347d426ddf22c";
            assert!(!browser.text().await.contains(full));
            browser.press("button", "Details").await;
            let dialog = browser.find("dialog", "Details").await;
            let text = browser.text_in(&dialog).await;
            for fact in [
                full,
                "team/app:latest",
                "team/app:v20150909.035140",
                "e1c0b6aa33f8",
                "/docker",
                "/context",
                "ada",
                "github.com",
                "took 6 m 02 s",
                "b1",
            ] {
                assert!(text.contains(fact), "{fact} is not in: {text}");
            }
            browser.axe("the details of a build").await;
            browser.press_in_dialog("button", "Times in UTC").await;
            browser.see("11:13:27").await;
            browser.press_in_dialog("button", "Close").await;
            browser.find_no_more("dialog", "").await;
            eventually_eq("the focus is back", "Details".to_owned(), async || {
                browser.focused_text().await
            })
            .await;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn a_build_that_does_not_exist_is_said_to_once() -> Outcome {
    story(Api::start().await)
        .run(async |browser, api| {
            api.on(
                "GET",
                "/v1/builds/unknown",
                Reply::Json(404, json!({ "detail": "Not found." })),
            );
            let near = build("unknown-at-first", "a", "S", json!({}));
            api.on("GET", BUILDS, builds_page(vec![near], 1, false));
            browser
                .open(&format!("{}/builds/unknown", api.address))
                .await;
            browser.find("link", "team/app:a · unknown-at-first").await;
            let text = browser.text().await.to_lowercase();
            assert_eq!(text.matches("not found").count(), 1, "{text}");
            assert!(browser.all("alert", "").await.is_empty());
            assert!(browser.all("button", "Retry").await.is_empty());
            assert!(browser.all("region", "Log").await.is_empty());
            // Only the one that was sent beside the first call, while the code was loading.
            assert!(api.requests("GET", "/v1/builds/unknown/logs").len() <= 1);
            browser.press("link", "All builds").await;
            browser.at("/builds").await;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn a_build_that_cannot_be_read_is_read_again() -> Outcome {
    story(api_with_thirty_lines("S").await)
        .run(async |browser, api| {
            api.on(
                "GET",
                LOG_BUILD,
                Reply::Json(403, json!({ "detail": "No." })),
            );
            browser.open(&format!("{}/builds/b1", api.address)).await;
            browser.see("Loading the build failed").await;
            // Its log may be readable.
            api.received("GET", LOG, 1).await;
            api.on("GET", LOG_BUILD, Reply::Json(200, log_build("S")));
            browser.press("button", "Retry").await;
            browser.find("heading", "team/app:latest").await;
            browser.see_no_more("Loading the build failed").await;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn a_build_has_its_neighbours_and_what_changed_since_the_last_success() -> Outcome {
    story(Api::start().await).run(async |browser, api| {
    let rows = vec![
        build("next", "a", "S", json!({})),
        build("here", "a", "F", json!({ "detail": "exit status 2" })),
        build("other", "b", "S", json!({})),
        build("before", "a", "F", json!({})),
    ];
    let second = vec![build("passed", "a", "S", json!({ "code_head_commit": OLD }))];
    let list = "/v1/builds?page=1&namespace=team&repo_name=app";
    api.on("GET", list, builds_page(rows.clone(), 25, true));
    api.on(
        "GET",
        &list.replace("page=1", "page=2"),
        builds_page(second, 25, false),
    );
    serve_build(api, &rows[1]);
    serve_build(api, &rows[3]);
    browser.open(&format!("{}/builds/here", api.address)).await;
    browser.find("link", "Newer build").await;
    let compare = browser.find("link", "aaaaaaa…119d9dc").await;
    assert_soon!(
        browser.href(&compare).await,
        format!("https://github.com/team/app/compare/{OLD}...119d9dc6f33992b6c4f8ddf068e347d426ddf22c")
    );
    // Links name the host that they lead to.
    let title = compare.attr("title").await?.unwrap_or_default();
    assert!(title.contains("github.com"), "{title}");
    browser.see("exit status 2").await;
    assert_soon!(
        browser.driver.title().await?,
        "Failed · team/app:a · Slipway"
    );
    eventually("the tab's icon says that it failed", async || {
        browser.tab_icon().await.contains("b3201f").then_some(())
    })
    .await;
    browser.press("link", "Older build").await;
    browser.at("/builds/before").await;
    browser.press("link", "app").await;
    browser.at("/repositories/team/app").await;
    eventually("the tab has the site's own icon again", async || {
        browser.tab_icon().await.ends_with("/icon.svg").then_some(())
    })
    .await;
Ok(())
}).await
}

#[tokio::test]
async fn addresses_with_other_schemes_are_not_links() -> Outcome {
    story(Api::start().await).run(async |browser, api| {
    let odd = json!({
        "code_repo_http_url": "javascript:alert(1)", "code_commit_http_url": "data:text/html,x",
        "code_repo_branch_url": "/relative", "code_repo_client": "Forge",
    });
    let odd = build("1", "a", "S", odd);
    serve_build(api, &odd);
    api.on("GET", BUILDS, builds_page(vec![odd], 1, false));
    browser.open(&format!("{}/builds/1", api.address)).await;
    browser
        .see("no earlier success")
        .await;
    browser.press("button", "Details").await;
    browser
        .see("No earlier build of this tag succeeded")
        .await;
    assert_soon!(browser.outside_links().await, [""; 0]);
Ok(())
}).await
}

#[tokio::test]
async fn the_end_of_a_build_sends_a_notification_if_the_user_asked() -> Outcome {
    story(Api::start().await)
        .run(async |browser, api| {
            let running = build("1", "a", "I", running());
            serve_build(api, &running);
            record_notifications(browser, true).await;
            browser.open(&format!("{}/builds/1", api.address)).await;
            browser.find("button", "Other actions").await;
            let requests = browser.script("return window.requests;").await;
            assert_eq!(requests, 0, "never on load");
            browser.press("button", "Other actions").await;
            browser.press("button", "Notify me when done").await;
            browser.press("button", "Other actions").await;
            browser.is_pressed("Notify me when done").await;
            browser.keys(Key::Escape + "").await;
            serve_build(api, &build("1", "a", "F", json!({})));
            eventually("a notification", async || {
                let shown = browser.script("return window.shown;").await;
                (shown == json!(["Failed: team/app:a"])).then_some(())
            })
            .await;
            browser.see("Failed").await;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn forbidden_notifications_are_reported() -> Outcome {
    story(Api::start().await)
        .run(async |browser, api| {
            let running = build("1", "a", "I", running());
            api.on("GET", "/v1/builds/1", Reply::Json(200, running));
            record_notifications(browser, false).await;
            browser.open(&format!("{}/builds/1", api.address)).await;
            browser.press("button", "Other actions").await;
            browser.press("button", "Notify me when done").await;
            browser
                .see("Your browser blocks notifications from this site.")
                .await;
            Ok(())
        })
        .await
}
