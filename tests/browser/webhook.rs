//! Webhooks: a push is told by the source's own hook, and the repository's page says what it started, or why not.

use crate::support::fixtures::{
    BUILDS, NEW_PAGE, REPOSITORY, build, builds_page, repository, tag_config,
};
use crate::support::{Api, Browser, Outcome, Reply, Server, Source, assert_soon, story};
use serde_json::{Value, json};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

const WEBHOOK: &str = "/v1/repositories/team/app/webhook";

/// Creates `team/pushed` on the real server, with a row that is built on each push to `main`.
async fn create(browser: &Browser, clone_url: &Path) {
    let row = json!({
        "docker_repo_tag": "latest", "code_repo_type": "branch", "code_repo_type_value": "main",
        "dockerfile_location": "/", "build_context_path": "/", "is_active": true, "version_tagging": 0,
    });
    let body = json!({
        "repo_name": "pushed", "description": "", "full_description": "", "is_public": true,
        "build_config": {
            "code_repo_client": "Simple", "code_repo_clone_url": clone_url.display().to_string(),
            "tag_configs": [row],
        },
    });
    let script = format!(
        "fetch('/v1/repositories/team', {{method: 'POST', headers: {{'Content-Type': 'application/json'}}, \
         body: JSON.stringify({body})}}).finally(() => arguments[0]());"
    );
    browser.script_async(&script).await;
}

/// The text that a button copies, by its tooltip.
async fn copied_by(browser: &Browser, button: &str) -> String {
    let button = browser.find("button", button).await;
    button
        .attr("title")
        .await
        .ok()
        .flatten()
        .expect("has a tooltip")
}

#[tokio::test]
async fn a_push_is_built_by_the_hook_that_the_page_offers() -> Outcome {
    let source = Source::with_steps(&["/bin/busybox echo pushed"]);
    let folder = tempfile::tempdir().expect("a folder");
    let bare = folder.path().join("pushed.git");
    let bare_path = bare.display().to_string();
    source.git(&["clone", "--quiet", "--bare", ".", &bare_path]);
    let allowed = folder.path().display().to_string();
    story(Server::start(&["--allow-local-source", &allowed]).await)
        .run(async |browser, server| {
            browser.open(&format!("{}/builds", server.address)).await;
            create(browser, &bare).await;
            let page = format!("{}/repositories/team/pushed", server.address);
            browser.open(&page).await;
            browser.see("add a webhook for pushes").await;
            browser.find("button", "Copy webhook address").await;
            browser.find("button", "Copy webhook code").await;
            browser.axe("the first steps with a webhook").await;

            let hook = copied_by(browser, "Copy post-receive hook").await;
            assert!(
                hook.contains(&format!("{}/v1/hooks/", server.address)),
                "{hook}"
            );
            let script = bare.join("hooks/post-receive");
            std::fs::write(&script, hook)?;
            std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o700))?;
            let commit = source.commit(&["/bin/busybox echo told"]);
            source.git(&["push", "--quiet", &bare_path, "main"]);
            browser.see("git hook").await;
            browser.see(&commit[..7]).await;
            browser.see("Working: the host reports pushes.").await;
            browser.find("heading", "Last push").await;
            browser.press("link", "build started").await;
            browser.see("Succeeded").await;
            browser.see(&commit[..7]).await;

            browser.open(&page).await;
            source.git(&[
                "commit",
                "--quiet",
                "--allow-empty",
                "--message=Docs [skip ci]",
            ]);
            source.git(&["push", "--quiet", &bare_path, "main"]);
            browser
                .see("not built: the commit message says [skip ci]")
                .await;
            browser.press("button", "1 earlier delivery").await;
            browser.find("link", "build started").await;
            browser.axe("a repository with a webhook").await;
            Ok(())
        })
        .await
}

/// An API with `team/app`, which has a webhook, and this answer about it.
async fn api_with_webhook(answer: Reply) -> Api {
    let api = Api::start().await;
    let mut app = repository("app", json!([tag_config(1, "latest")]));
    app["build_config"]["code_repo_webhook_code"] = json!("5f2c9a7e");
    api.on("GET", REPOSITORY, Reply::Json(200, app));
    let rows = vec![build("1", "latest", "S", json!({}))];
    api.on("GET", BUILDS, builds_page(rows, 1, false));
    api.on("GET", WEBHOOK, answer);
    api
}

#[tokio::test]
async fn each_delivery_says_what_it_started_or_why_not() -> Outcome {
    let push = |result: Value| {
        json!({
            "received_at": "2015-09-02T08:17:42.000Z", "via": "GitHub", "state": "done", "refs": [{
                "code_repo_type": "branch", "code_repo_type_value": "main",
                "commit": "119d9dc6f33992b6c4f8ddf068e347d426ddf22c", "results": result,
            }],
        })
    };
    let result =
        |name: &str| push(json!([{"docker_repo_tag": "latest", "result": name, "build_id": null}]));
    let state = |name: &str, reason: &str| json!({"received_at": null, "via": "Gitee", "state": name, "reason": reason, "refs": []});
    let deliveries = json!([
        push(json!([{"docker_repo_tag": "latest", "result": "started", "build_id": "9"}])),
        result("queue_full"),
        result("inactive"),
        result("later-word"),
        push(json!([])),
        state("ping", ""),
        state("not_a_push", "issues"),
        state("wrong_secret", ""),
        state("failed", "its host is not known"),
    ]);
    let answer = json!({
        "url": "https://builds.example/v1/hooks/5f2c9a7e", "code": "5f2c9a7e",
        "is_delivering": true, "deliveries": deliveries,
    });
    story(api_with_webhook(Reply::Json(200, answer)).await)
        .run(async |browser, api| {
            browser
                .open(&format!("{}/repositories/team/app", api.address))
                .await;
            browser
                .see("https://builds.example/v1/hooks/5f2c9a7e")
                .await;
            browser.see("webhook from GitHub").await;
            let link = browser.find("link", "build started").await;
            assert_soon!(browser.href(&link).await, "/builds/9");
            browser.press("button", "8 earlier deliveries").await;
            for text in [
                "latest: the queue is full",
                "latest: not built on pushes",
                "latest: later-word",
                "no tag is built from it",
                "Test delivery received",
                "Ignored: not a push (issues)",
                "Refused: wrong secret or signature",
                "The source couldn’t be read: its host is not known",
            ] {
                browser.see(text).await;
            }
            browser.axe("deliveries").await;
            // The code is kept nowhere in the browser.
            let stored = browser
                .script("return JSON.stringify(localStorage) + JSON.stringify(sessionStorage);")
                .await;
            assert!(!stored.to_string().contains("5f2c9a7e"), "{stored}");
            Ok(())
        })
        .await
}

#[tokio::test]
async fn where_it_is_not_offered_the_code_stands_alone() -> Outcome {
    story(api_with_webhook(Reply::Json(404, json!({"detail": "Not found."}))).await)
        .run(async |browser, api| {
            browser
                .open(&format!("{}/repositories/team/app", api.address))
                .await;
            browser.find("button", "Copy webhook code").await;
            browser.see("The secret part of the URL").await;
            api.received("GET", WEBHOOK, 1).await;
            assert!(
                browser
                    .all("button", "Copy webhook address")
                    .await
                    .is_empty()
            );
            browser.find_no_more("heading", "Last push").await;
            assert!(browser.all("alert", "").await.is_empty());
            assert_eq!(api.requests("GET", WEBHOOK).len(), 1, "asked once");
            Ok(())
        })
        .await
}

#[tokio::test]
async fn the_create_form_says_where_no_mail_is_sent() -> Outcome {
    story(Api::start().await)
        .run(async |browser, api| {
            let profile = json!({"is_available": true, "is_email_available": false});
            api.on("GET", "/v1/auth/team/profile", Reply::Json(200, profile));
            browser.open(&format!("{}{NEW_PAGE}", api.address)).await;
            browser.see("This server sends no email for team.").await;
            browser.axe("the create form without mail").await;
            let profile = json!({"is_available": true});
            api.on("GET", "/v1/auth/team/profile", Reply::Json(200, profile));
            browser.reload().await;
            browser.find("checkbox", "Email build results").await;
            api.received("GET", "/v1/auth/team/profile", 2).await;
            browser.see_no_more("This server sends no email").await;
            Ok(())
        })
        .await
}
