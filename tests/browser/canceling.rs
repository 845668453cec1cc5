//! Canceling a build that waits or runs, and removing one that has ended: against the real server, and against APIs
//! that do not offer it.

use crate::support::fixtures::{BUILDS, build, builds_page, running, serve_build, waiting};
use crate::support::log_page::current_line;
use crate::support::steps::{connect, create_simple};
use crate::support::{
    Api, Browser, Outcome, Reply, Server, Source, assert_soon, eventually_eq, story,
};
use serde_json::json;

const ID: &str = "57000000-0001";
const PATH: &str = "/v1/builds/57000000-0001";

#[tokio::test]
async fn builds_are_canceled_while_they_wait_or_run_and_removed_once_they_have_ended() -> Outcome {
    // It ignores the polite request to end.
    let source = Source::with_steps(&[
        "trap '' TERM; /bin/busybox echo in the long step; /bin/busybox sleep 86408",
    ]);
    let folder = source.path().display().to_string();
    let options = ["--workers=1", "--allow-local-source", &folder];
    story(Server::start(&options).await)
        .run(async |browser, server| {
            connect(browser, server, "team").await;
            let name = format!("cancel-{}", std::process::id());
            create_simple(browser, &name, &source).await;
            let image = format!("team/{name}:latest");
            browser.build(&image).await;
            browser.see("in the long step").await;
            let running = browser.path().await;

            // One that waits is canceled without a question.
            let repository = format!("{}/repositories/team/{name}", server.address);
            browser.open(&repository).await;
            browser.build(&image).await;
            browser.see("Waiting").await;
            browser.press("button", "Cancel build").await;
            browser.see("Canceled by local").await;
            browser.find_no_more("button", "Cancel build").await;
            // It is none of the failed ones.
            eventually_eq(
                "the tab's title",
                format!("Canceled · {image} · Slipway"),
                async || browser.driver.title().await.unwrap_or_default(),
            )
            .await;
            let list = format!("{}/builds?namespace=team&repo={name}", server.address);
            browser.open(&list).await;
            browser.see("Canceled by local").await;
            browser.axe("a canceled build in the table").await;
            browser.open(&format!("{list}&status=F")).await;
            browser.see("No builds match these filters.").await;
            browser.open(&format!("{list}&status=canceled")).await;
            browser.has_rows(1).await;
            browser.see("Status: Canceled").await;

            browser.open(&format!("{}{running}", server.address)).await;
            browser.press("button", "Cancel build").await;
            browser.see("It stops, and its log is kept.").await;
            browser
                .axe("the question before a running build is canceled")
                .await;
            browser.press_in_dialog("button", "Keep building").await;
            browser.focus_is_on("button", "Cancel build").await;
            browser.see("In progress").await;
            browser.press("button", "Cancel build").await;
            browser.press_in_dialog("button", "Cancel build").await;
            browser.see("Canceled by local").await;
            browser.find_no_more("button", "Cancel build").await;
            // The focus was on a button that is gone.
            browser.focus_is_on("heading", &name).await;
            browser.see("Canceled").await;
            // The line that is said is the one that it goes to.
            let said = browser
                .text_in(&browser.find("button", "Go to line").await)
                .await;
            browser.press("button", "Go to line").await;
            let goes_to = async || {
                let line = current_line(browser).await?;
                Some(format!("Go to line {line}"))
            };
            eventually_eq("the current line", Some(said.clone()), goes_to).await;
            browser.axe("a canceled build").await;
            assert_soon!(goes_to().await, Some(said.clone()));
            remove(browser, &image).await;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn what_the_server_says_is_said_in_the_users_language() -> Outcome {
    story(api("I", removable(running())).await)
        .languages("zh-CN")
        .run(async |browser, api| {
            let message = "This build has ended meanwhile. It was not removed.";
            api.on("DELETE", PATH, Reply::Json(409, json!({"detail": message})));
            browser.open(&format!("{}/builds/{ID}", api.address)).await;
            browser.press("button", "取消构建").await;
            browser.press_in_dialog("button", "取消构建").await;
            let dialog = browser.see_in("dialog", "该构建在此期间已结束").await;
            let text = browser.text_in(&dialog).await;
            assert!(!text.contains("This build"), "{text}");
            Ok(())
        })
        .await
}

/// Removes the build of the page, and waits until the list has one less.
async fn remove(browser: &Browser, image: &str) {
    browser.press("button", "Other actions").await;
    browser.press("button", "Remove build…").await;
    browser.see("removed for good").await;
    browser.axe("the question before a build is removed").await;
    browser.press_in_dialog("button", "Cancel").await;
    browser.press("button", "Other actions").await;
    browser.press("button", "Remove build…").await;
    browser.press_in_dialog("button", "Remove build").await;
    browser.see(&format!("Build removed: {image}")).await;
    let path = image.split(':').next().unwrap_or_default();
    let (namespace, name) = path.split_once('/').unwrap_or_default();
    let list = format!("/builds?namespace={namespace}&repo={name}");
    browser.at(&list).await;
    browser.has_rows(1).await;
}

/// An API whose build has these values.
async fn api(status: &str, more: serde_json::Value) -> Api {
    let api = Api::start().await;
    let build = build(ID, "edge", status, more);
    api.on("GET", BUILDS, builds_page(vec![build.clone()], 1, false));
    serve_build(&api, &build);
    api
}

/// Adds `is_removable` to the values of a build.
fn removable(mut build: serde_json::Value) -> serde_json::Value {
    build["is_removable"] = json!(true);
    build
}

#[tokio::test]
async fn an_api_without_the_call_is_asked_once() -> Outcome {
    for status in [404, 405, 501] {
        story(api("W", removable(waiting())).await)
            .run(async |browser, api| {
                api.on(
                    "DELETE",
                    PATH,
                    Reply::Json(status, json!({"detail": "No."})),
                );
                browser.open(&format!("{}/builds/{ID}", api.address)).await;
                browser.press("button", "Cancel build").await;
                browser
                    .see("This API can’t cancel or remove this build.")
                    .await;
                browser.find_no_more("button", "Cancel build").await;
                let sent = api.requests("DELETE", PATH);
                assert_eq!(sent.len(), 1);
                Ok(())
            })
            .await?;
    }
    Ok(())
}

#[tokio::test]
async fn nothing_is_offered_for_a_build_that_is_not_removable() -> Outcome {
    for more in [json!({"is_removable": false}), json!({})] {
        let mut build = running();
        if let (Some(build), Some(more)) = (build.as_object_mut(), more.as_object()) {
            build.extend(more.clone());
        }
        story(api("I", build).await)
            .run(async |browser, api| {
                browser.open(&format!("{}/builds/{ID}", api.address)).await;
                browser.press("button", "Other actions").await;
                browser.find("button", "Notify me when done").await;
                assert!(browser.all("button", "Cancel build").await.is_empty());
                assert!(browser.all("button", "Remove build…").await.is_empty());
                Ok(())
            })
            .await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_build_that_has_ended_meanwhile_is_not_removed() -> Outcome {
    story(api("I", removable(running())).await)
        .run(async |browser, api| {
            let message = "This build has ended meanwhile. It was not removed.";
            api.on("DELETE", PATH, Reply::Json(409, json!({"detail": message})));
            browser.open(&format!("{}/builds/{ID}", api.address)).await;
            browser.press("button", "Cancel build").await;
            browser.press_in_dialog("button", "Cancel build").await;
            // The API is told which state the user has seen.
            api.received_query("DELETE", PATH, "status=I").await;
            browser
                .see("This build has ended in the meantime. It wasn’t removed.")
                .await;

            // Once the page knows, the question has no answer any more.
            serve_build(api, &build(ID, "edge", "S", json!({"is_removable": true})));
            browser.see("Succeeded").await;
            browser.press_in_dialog("button", "Cancel build").await;
            browser.find_no_more("button", "Keep building").await;
            assert_eq!(api.requests("DELETE", PATH).len(), 1);
            Ok(())
        })
        .await
}
