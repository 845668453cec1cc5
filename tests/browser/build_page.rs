//! The build page: neighbours and changes, the tab's title and icon, and the notification at the end.

use crate::support::fixtures::{BUILDS, build, builds_page, running, serve_build};
use crate::support::{Api, Browser, Outcome, Reply, eventually, story};
use serde_json::json;

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
    browser.find("link", "Next build").await;
    let compare = browser.find("link", "aaaaaaaaaa…119d9dc6f3").await;
    assert_eq!(
        compare.attr("href").await?.as_deref(),
        Some(
            format!("https://github.com/team/app/compare/{OLD}...119d9dc6f33992b6c4f8ddf068e347d426ddf22c")
                .as_str()
        )
    );
    // Links name the host that they lead to.
    browser.see("github.com").await;
    browser.see("exit status 2").await;
    assert_eq!(
        browser.driver.title().await?,
        "Failed · team/app:a · Slipway"
    );
    eventually("the tab's icon says that it failed", async || {
        browser.tab_icon().await.contains("b3201f").then_some(())
    })
    .await;
    browser.press("link", "Previous build").await;
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
        .see("No earlier build of this tag succeeded")
        .await;
    assert_eq!(browser.outside_links().await, [""; 0]);
Ok(())
}).await
}

#[tokio::test]
async fn the_end_of_a_build_sends_a_notification_if_the_user_asked() -> Outcome {
    story(Api::start().await)
        .run(async |browser, api| {
            let mut running = build("1", "a", "I", running());
            running["step_at"] = json!(12);
            serve_build(api, &running);
            record_notifications(browser, true).await;
            browser.open(&format!("{}/builds/1", api.address)).await;
            browser.see("Stage 12 of 50").await;
            let requests = browser.script("return window.requests;").await;
            assert_eq!(requests, 0, "never on load");
            browser.press("button", "Notify me").await;
            browser.is_pressed("Notify me").await;
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
            browser.press("button", "Notify me").await;
            browser
                .see("Your browser blocks notifications from this site.")
                .await;
            Ok(())
        })
        .await
}
