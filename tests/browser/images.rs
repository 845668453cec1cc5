//! The commands that pull an image are offered only where there is the image and a registry that has it, and they say
//! what they copy.

use crate::support::fixtures::{
    BUILDS, REPOSITORY, build, builds_page, repository, running, serve_build, tag_config, waiting,
};
use crate::support::{Api, Browser, Outcome, Reply, story};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use thirtyfour::prelude::*;

const PULL: &str = "docker pull";
const COPY: &str = "Copy docker pull command";
const COPY_PODMAN: &str = "Copy podman pull command";
const DIGEST: &str = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

/// An API whose site knows its registry.
async fn api_with_registry() -> Api {
    let api = Api::start().await;
    let config = json!({ "api": "", "registry": "r.example.com:5000/x" });
    api.on("GET", "/config.json", Reply::Json(200, config));
    api
}

/// A build of `team/app:edge` that has the version tag `v1` or would get it.
fn edge(id: &str, status: &str, more: Value) -> Value {
    let mut build = build(id, "edge", status, more);
    build["docker_repo_version_tag"] = json!("v1");
    build
}

/// The texts that the buttons of this name copy, by their tooltips.
async fn commands(browser: &Browser, name: &str) -> Vec<String> {
    let mut commands = Vec::new();
    for button in browser.all("button", name).await {
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

/// The names of the buttons in the dialog that copy something.
async fn names_of_copy_buttons(browser: &Browser) -> Vec<String> {
    let script = "const buttons = [...document.querySelectorAll('dialog[open] .copy button')];
        return buttons.map((button) => button.getAttribute('aria-label'));";
    let names = browser.script(script).await;
    serde_json::from_value(names).unwrap_or_default()
}

/// The texts of the palette's entries that match.
async fn palette_offers(browser: &Browser, text: &str) -> Vec<String> {
    browser.press("button", "Go to").await;
    browser.find("option", "Build team/app:edge").await;
    let mut offers = Vec::new();
    for option in browser.all("option", text).await {
        offers.push(browser.text_in(&option).await);
    }
    browser.keys(Key::Escape + "").await;
    browser.find_no_more("option", "Build team/app:edge").await;
    offers
}

#[tokio::test]
async fn a_build_offers_its_image_once_it_has_succeeded() -> Outcome {
    story(api_with_registry().await)
        .run(async |browser, api| {
            let builds = [
                edge("5", "W", waiting()),
                edge("4", "I", running()),
                edge("3", "F", json!({ "image_id": "0123456789ab" })),
                edge("2", "Z", json!({})),
                edge(
                    "1",
                    "S",
                    json!({
                        "image_digest": DIGEST, "image_size": 1_234_567,
                        "pushed_at": "2015-05-28T11:19:28.000Z",
                    }),
                ),
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
                browser
                    .find_in_dialog("button", "Copy image reference")
                    .await;
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
            let edge = "r.example.com:5000/x/team/app:edge";
            let pull = format!("docker pull {edge}");
            assert_eq!(commands(browser, COPY).await, [pull.as_str()]);
            browser.press("button", COPY).await;
            browser.see("opied").await;
            browser.press("button", "Details").await;
            browser.find_in_dialog("button", COPY).await;
            let names = ["app:edge", "app:v1", &format!("app@{DIGEST}")];
            for (button, program) in [(COPY, "docker"), (COPY_PODMAN, "podman")] {
                let expected =
                    names.map(|name| format!("{program} pull r.example.com:5000/x/team/{name}"));
                assert_eq!(commands(browser, button).await, expected);
            }
            browser.see("1.2 MB").await;
            // The icon beside the name copies the name, which is the whole one.
            browser
                .find_in_dialog("button", "Copy image reference")
                .await;
            let details = browser.text_in(&browser.see_in("dialog", edge).await).await;
            assert!(details.contains("Pushed"), "{details}");
            let names = names_of_copy_buttons(browser).await;
            let distinct: BTreeSet<_> = names.iter().collect();
            assert_eq!(distinct.len(), names.len(), "{names:?}");
            assert!(names.len() >= 10, "{names:?}");
            browser.axe("the details of a build with an image").await;
            browser.press_in_dialog("button", "Close").await;
            let offers = palette_offers(browser, PULL).await;
            assert_eq!(offers.len(), 1, "{offers:?}");
            assert!(offers[0].contains(COPY) && offers[0].contains(&pull));
            Ok(())
        })
        .await
}

#[tokio::test]
async fn a_row_offers_the_image_of_a_build_that_has_succeeded() -> Outcome {
    story(api_with_registry().await)
        .run(async |browser, api| {
            let builds = vec![
                build("4", "kept", "S", json!({ "image_digest": "" })),
                build("3", "run", "I", running()),
                build("2", "bad", "F", json!({})),
                build("1", "good", "S", json!({})),
            ];
            api.on("GET", BUILDS, builds_page(builds, 4, false));
            browser.open(&format!("{}/builds", api.address)).await;
            for (tag, expected) in [
                ("run", None),
                ("bad", None),
                (
                    "good",
                    Some("docker pull r.example.com:5000/x/team/app:good"),
                ),
                // It was built before there was a registry.
                ("kept", None),
            ] {
                browser
                    .press("button", &format!("More for team/app:{tag}"))
                    .await;
                browser.find("button", "Copy build ID").await;
                let offered = commands(browser, COPY).await;
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
    story(api_with_registry().await)
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
                        let name = format!("r.example.com:5000/x/team/app:{tag}");
                        for (button, program) in [(COPY, "docker"), (COPY_PODMAN, "podman")] {
                            browser.see(&format!("{program} pull {name}")).await;
                            browser.find("button", button).await;
                        }
                    }
                    None => assert!(!browser.text().await.contains(PULL)),
                }
            }
            Ok(())
        })
        .await
}

#[tokio::test]
async fn without_a_registry_there_is_the_name_alone() -> Outcome {
    story(Api::start().await)
        .run(async |browser, api| {
            let built = edge("1", "S", json!({}));
            serve_build(api, &built);
            api.on("GET", BUILDS, builds_page(vec![built], 1, false));
            let tags = json!([tag_config(1, "edge")]);
            api.on("GET", REPOSITORY, Reply::Json(200, repository("app", tags)));
            let no_command = async |place: &str| {
                assert!(browser.all("button", "pull").await.is_empty(), "{place}");
                assert!(!browser.text().await.contains(PULL), "{place}");
            };
            browser
                .open(&format!("{}/repositories/team/app", api.address))
                .await;
            browser.find("button", "Copy image").await;
            browser.see("team/app:edge").await;
            no_command("a repository").await;
            browser.axe("a repository without a registry").await;

            browser.open(&format!("{}/builds", api.address)).await;
            browser.press("button", "More for team/app:edge").await;
            browser.find("button", "Copy build ID").await;
            no_command("a row").await;

            browser.open(&format!("{}/builds/1", api.address)).await;
            browser.press("button", "Other actions").await;
            browser
                .find("button", "Build a commit of team/app:edge")
                .await;
            no_command("a build's menu").await;
            browser.keys(Key::Escape + "").await;
            browser.press("button", "Details").await;
            browser.find_in_dialog("button", "Copy image").await;
            no_command("a build's details").await;
            browser.press_in_dialog("button", "Close").await;
            assert_eq!(palette_offers(browser, PULL).await, [""; 0]);
            Ok(())
        })
        .await
}

#[tokio::test]
async fn the_registry_of_the_site_is_not_that_of_another_api() -> Outcome {
    story(api_with_registry().await)
        .run(async |browser, api| {
            let page = builds_page(vec![edge("1", "S", json!({}))], 1, false);
            api.on("GET", &format!("/other{BUILDS}"), page.clone());
            api.on("GET", BUILDS, page);
            browser.open(&format!("{}/builds", api.address)).await;
            browser.press("button", "More for team/app:edge").await;
            browser.find("button", COPY).await;
            let address = format!(
                "localStorage.setItem('slipway.address', '{}/other')",
                api.address
            );
            browser.script(&address).await;
            browser.reload().await;
            browser.press("button", "More for team/app:edge").await;
            browser.find("button", "Copy build ID").await;
            assert!(browser.all("button", COPY).await.is_empty());
            Ok(())
        })
        .await
}
