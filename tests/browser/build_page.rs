//! The build page: what stands around a build, its place in the tab, and the notification at its end.

use crate::api::{Api, Reply};
use crate::builds::{page, row, running};
use crate::harness::{Browser, Outcome, Setup, eventually};
use serde_json::json;
use thirtyfour::prelude::*;

const OLD: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

/// A browser whose notifications are kept in `window.told`, and which allows them.
async fn notified(allows: bool) -> Result<Browser, WebDriverError> {
    let browser = Browser::start(Setup::default()).await;
    let said = if allows { "granted" } else { "denied" };
    let script = format!(
        "window.told = []; window.asked = 0;
         window.Notification = class {{
           static permission = 'default';
           static async requestPermission() {{ window.asked += 1; return this.permission = '{said}'; }}
           constructor(title, options) {{ window.told.push(title + ': ' + options.body); }}
         }};"
    );
    browser
        .driver
        .cdp()
        .send_raw(
            "Page.addScriptToEvaluateOnNewDocument",
            json!({ "source": script }),
        )
        .await?;
    Ok(browser)
}

async fn icon(browser: &Browser) -> String {
    let icon = browser
        .script("return document.querySelector('link[rel=icon]').href;")
        .await;
    icon.as_str().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn a_build_has_its_neighbours_and_what_changed_since_the_last_success() -> Outcome {
    let api = Api::start().await;
    let rows = vec![
        row("next", "a", "S", json!({})),
        row("here", "a", "F", json!({ "detail": "exit status 2" })),
        row("other", "b", "S", json!({})),
        row("before", "a", "F", json!({})),
    ];
    let second = vec![row("passed", "a", "S", json!({ "code_head_commit": OLD }))];
    let list = "/v1/builds?page=1&namespace=team&repo_name=app";
    api.on("GET", list, page(rows.clone(), 25, true));
    api.on(
        "GET",
        &list.replace("page=1", "page=2"),
        page(second, 25, false),
    );
    api.on("GET", "/v1/builds/here", Reply::Json(200, rows[1].clone()));
    api.on(
        "GET",
        "/v1/builds/before",
        Reply::Json(200, rows[3].clone()),
    );
    for id in ["here", "before"] {
        api.on(
            "GET",
            &format!("/v1/builds/{id}/logs"),
            Reply::Json(200, json!([])),
        );
    }
    let browser = Browser::start(Setup::default()).await;
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
    // Links say which host they lead to.
    browser.see("github.com").await;
    browser.see("exit status 2").await;
    assert_eq!(
        browser.driver.title().await?,
        "Failed · team/app:a · Slipway"
    );
    eventually("the tab's icon says that it failed", async || {
        icon(&browser).await.contains("b3201f").then_some(())
    })
    .await;
    browser.press("link", "Previous build").await;
    browser.at("/builds/before").await;
    browser.press("link", "app").await;
    browser.at("/repositories/team/app").await;
    eventually("the tab has the site's own icon again", async || {
        icon(&browser).await.ends_with("/icon.svg").then_some(())
    })
    .await;
    browser.close().await;
    Ok(())
}

#[tokio::test]
async fn links_of_other_schemes_are_no_links() -> Outcome {
    let api = Api::start().await;
    let odd = json!({
        "code_repo_http_url": "javascript:alert(1)", "code_commit_http_url": "data:text/html,x",
        "code_repo_branch_url": "/relative", "code_repo_client": "Forge",
    });
    let build = row("1", "a", "S", odd);
    api.on("GET", "/v1/builds/1", Reply::Json(200, build.clone()));
    api.on("GET", "/v1/builds/1/logs", Reply::Json(200, json!([])));
    api.on("GET", "/v1/builds", page(vec![build], 1, false));
    let browser = Browser::start(Setup::default()).await;
    browser.open(&format!("{}/builds/1", api.address)).await;
    browser.see("No earlier build of this tag succeeded").await;
    let links = browser
        .script(
            "return [...document.querySelectorAll('main a')].map((a) => new URL(a.href).origin)
               .filter((origin) => origin !== location.origin);",
        )
        .await;
    assert_eq!(links, json!([]));
    browser.close().await;
    Ok(())
}

#[tokio::test]
async fn the_end_of_a_build_is_notified_of_if_the_user_asked() -> Outcome {
    let api = Api::start().await;
    let mut build = row("1", "a", "I", running());
    build["step_at"] = json!(12);
    api.on("GET", "/v1/builds/1", Reply::Json(200, build));
    api.on("GET", "/v1/builds/1/logs", Reply::Json(200, json!([])));
    let browser = notified(true).await?;
    browser.open(&format!("{}/builds/1", api.address)).await;
    browser.see("Stage 12 of 50").await;
    assert_eq!(
        browser.script("return window.asked;").await,
        0,
        "never on load"
    );
    browser.press("button", "Notify me").await;
    eventually("it is switched on", async || {
        let button = browser.find("button", "Notify me").await;
        (button.attr("aria-pressed").await.ok()??.as_str() == "true").then_some(())
    })
    .await;
    api.on(
        "GET",
        "/v1/builds/1",
        Reply::Json(200, row("1", "a", "F", json!({}))),
    );
    eventually("a notification", async || {
        let told = browser.script("return window.told;").await;
        (told == json!(["Failed: team/app:a"])).then_some(())
    })
    .await;
    browser.see("Failed").await;
    browser.close().await;
    Ok(())
}

#[tokio::test]
async fn a_browser_that_forbids_notifications_is_told_of() -> Outcome {
    let api = Api::start().await;
    api.on(
        "GET",
        "/v1/builds/1",
        Reply::Json(200, row("1", "a", "I", running())),
    );
    let browser = notified(false).await?;
    browser.open(&format!("{}/builds/1", api.address)).await;
    browser.press("button", "Notify me").await;
    browser
        .see("Your browser blocks notifications from this site.")
        .await;
    browser.close().await;
    Ok(())
}
