//! The command that pulls an image is offered only where there is the image, and says what it copies.

use crate::support::fixtures::{
    BUILDS, REPOSITORY, build, builds_page, repository, running, serve_build, tag_config, waiting,
};
use crate::support::{Api, Browser, Outcome, Reply, story};
use serde_json::{Value, json};
use thirtyfour::prelude::*;

const PULL: &str = "docker pull";
const COPY: &str = "Copy docker pull command";

/// A build of `team/app:edge` that has the version tag `v1` or would get it.
fn edge(id: &str, status: &str, more: Value) -> Value {
    let mut build = build(id, "edge", status, more);
    build["docker_repo_version_tag"] = json!("v1");
    build
}

/// The texts that the buttons of this name copy, by their tooltips.
async fn commands(browser: &Browser) -> Vec<String> {
    let mut commands = Vec::new();
    for button in browser.all("button", COPY).await {
        commands.push(
            button
                .attr("title")
                .await
                .ok()
                .flatten()
                .unwrap_or_default(),
        );
    }
    commands
}

/// The texts of the palette's entries that match.
async fn palette_offers(browser: &Browser, text: &str) -> Vec<String> {
    browser.press("button", "Go to").await;
    browser.find("option", "Build team/app:edge").await;
    let mut offers = Vec::new();
    for option in browser.all("option", text).await {
        offers.push(option.text().await.unwrap_or_default());
    }
    browser.keys(Key::Escape + "").await;
    browser.find_no_more("option", "Build team/app:edge").await;
    offers
}

#[tokio::test]
async fn a_build_offers_its_image_once_it_has_succeeded() -> Outcome {
    story(Api::start().await)
        .run(async |browser, api| {
            let builds = [
                edge("5", "W", waiting()),
                edge("4", "I", running()),
                edge("3", "F", json!({ "image_id": "0123456789ab" })),
                edge("2", "Z", json!({})),
                edge("1", "S", json!({})),
            ];
            builds.iter().for_each(|build| serve_build(api, build));
            api.on("GET", BUILDS, builds_page(builds.to_vec(), 5, false));
            for id in ["5", "4", "3", "2"] {
                browser.open(&format!("{}/builds/{id}", api.address)).await;
                browser.find("heading", "team/app:edge").await;
                browser.press("button", "Other actions").await;
                browser
                    .find("button", "Build a commit of team/app:edge")
                    .await;
                assert!(browser.all("button", PULL).await.is_empty(), "{id}");
                browser.keys(Key::Escape + "").await;
                browser.press("button", "Details").await;
                browser.find_in_dialog("button", "Copy image").await;
                assert!(browser.all("button", PULL).await.is_empty(), "{id}");
                // Nor does it offer a tag that no image has got.
                let versions = browser.all("button", "Copy version tag").await;
                assert_eq!(versions.is_empty(), id == "3", "{id}");
                browser.press_in_dialog("button", "Close").await;
                assert_eq!(palette_offers(browser, PULL).await, [""; 0], "{id}");
            }

            browser.open(&format!("{}/builds/1", api.address)).await;
            browser.find("heading", "team/app:edge").await;
            browser.press("button", "Other actions").await;
            browser.find("button", COPY).await;
            assert_eq!(commands(browser).await, ["docker pull team/app:edge"]);
            browser.press("button", COPY).await;
            browser.see("opied").await;
            browser.press("button", "Details").await;
            browser.find_in_dialog("button", COPY).await;
            assert_eq!(
                commands(browser).await,
                ["docker pull team/app:edge", "docker pull team/app:v1"]
            );
            // The icon beside the name copies the name.
            browser.find_in_dialog("button", "Copy image").await;
            browser.axe("the details of a build with an image").await;
            browser.press_in_dialog("button", "Close").await;
            let offers = palette_offers(browser, PULL).await;
            assert_eq!(offers.len(), 1, "{offers:?}");
            assert!(offers[0].contains(COPY) && offers[0].contains("docker pull team/app:edge"));
            Ok(())
        })
        .await
}

#[tokio::test]
async fn a_row_offers_the_image_of_a_build_that_has_succeeded() -> Outcome {
    story(Api::start().await)
        .run(async |browser, api| {
            let builds = vec![
                build("3", "run", "I", running()),
                build("2", "bad", "F", json!({})),
                build("1", "good", "S", json!({})),
            ];
            api.on("GET", BUILDS, builds_page(builds, 3, false));
            browser.open(&format!("{}/builds", api.address)).await;
            for (tag, expected) in [
                ("run", None),
                ("bad", None),
                ("good", Some("docker pull team/app:good")),
            ] {
                browser
                    .press("button", &format!("More for team/app:{tag}"))
                    .await;
                browser.find("button", "Copy build ID").await;
                let offered = commands(browser).await;
                assert_eq!(offered.first().map(String::as_str), expected, "{tag}");
                browser.keys(Key::Escape + "").await;
                browser.find_no_more("button", "Copy build ID").await;
            }
            Ok(())
        })
        .await
}

#[tokio::test]
async fn a_repository_offers_the_image_of_a_tag_that_has_one() -> Outcome {
    story(Api::start().await)
        .run(async |browser, api| {
            let tags = json!([tag_config(1, "edge"), tag_config(2, "latest")]);
            api.on("GET", REPOSITORY, Reply::Json(200, repository("app", tags)));
            let cases = [
                // The last build failed, and the one before has made an image.
                (
                    vec![("2", "latest", "F"), ("1", "latest", "S")],
                    Some("latest"),
                ),
                (vec![("2", "latest", "F"), ("1", "edge", "S")], Some("edge")),
                (vec![("2", "latest", "F"), ("1", "edge", "F")], None),
            ];
            for (builds, expected) in cases {
                let rows = builds
                    .iter()
                    .map(|(id, tag, status)| build(id, tag, status, json!({})));
                api.on("GET", BUILDS, builds_page(rows.collect(), 2, false));
                browser
                    .open(&format!("{}/repositories/team/app", api.address))
                    .await;
                browser.find("link", "All 2").await;
                match expected {
                    Some(tag) => {
                        browser.see(&format!("docker pull team/app:{tag}")).await;
                        browser.find("button", COPY).await;
                    }
                    None => assert!(!browser.text().await.contains(PULL)),
                }
            }
            Ok(())
        })
        .await
}
