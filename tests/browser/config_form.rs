//! The tag config editor: where its rows come from, editing many at once, the review, two editors at once.

use crate::support::fixtures::{
    BUILD_CONFIG, BUILDS, CONFIG_PAGE, REPOSITORY, repository, sample_started_build, tag_config,
};
use crate::support::steps::{bulk_fields, connect, create_simple, fill_row, open_editor};
use crate::support::{Api, Outcome, Reply, Server, Source, assert_soon, eventually, story};
use serde_json::{Value, json};
use thirtyfour::prelude::*;

#[tokio::test]
async fn the_review_lists_every_change_and_asks_for_removals_by_name() -> Outcome {
    story(Api::start().await)
        .run(async |browser, api| {
            open_editor(
                browser,
                api,
                json!([
                    tag_config(1, "keep"),
                    tag_config(2, "edit"),
                    tag_config(3, "gone")
                ]),
            )
            .await;
            let save = browser.find("button", "Save").await;
            assert!(!save.is_enabled().await?);
            browser.fill_nth("Image tag", 2, "edited").await;
            browser.press("checkbox", "On push").await;
            browser.press("button", "Remove row 3: gone").await;
            browser.press("button", "Add row").await;
            fill_row(browser, 3, "next", "next").await;
            let node = browser.find("combobox", "Build node").await;
            browser.fill_in(&node, "cn").await;
            // WebKit's list of suggestions takes the next press for itself.
            browser.keys(Key::Tab + "").await;
            browser.press("button", "Save").await;
            let dialog = browser.find("dialog", "Review changes").await;
            let text = browser.text_in(&dialog).await;
            for part in [
                "Build node",
                "in → cn",
                "1 row added",
                "next",
                "branch next",
                "2 rows changed",
                "edit → edited",
                "Off → On",
                "1 row removed",
                "gone",
            ] {
                assert!(text.contains(part), "{part}: {text}");
            }
            // Without consent nothing is sent.
            browser.press_in_dialog("button", "Save and remove").await;
            browser
                .see("Tick the box to remove them, or go back.")
                .await;
            assert!(api.requests("PUT", BUILD_CONFIG).is_empty());
            let answer = repository(
                "app",
                json!([
                    tag_config(1, "keep"),
                    tag_config(2, "edited"),
                    tag_config(9, "next")
                ]),
            );
            api.on(
                "PUT",
                BUILD_CONFIG,
                Reply::Json(200, answer["build_config"].clone()),
            );
            browser.press_in_dialog("checkbox", "Remove gone").await;
            browser.press_in_dialog("button", "Save and remove").await;
            browser.see("Saved.").await;
            let sent = &api.requests("PUT", BUILD_CONFIG)[0].body;
            assert_eq!(sent["build_node"], "cn");
            let ids: Vec<_> = sent["tag_configs"]
                .as_array()
                .expect("rows")
                .iter()
                .map(|row| row["id"].clone())
                .collect();
            assert_eq!(ids, [json!(1), json!(2), Value::Null]);
            // The form shows the API's answer, and has nothing left to save.
            browser.find("row", "Row 3: next").await;
            let save = browser.find("button", "Save").await;
            assert!(!save.is_enabled().await?);
            Ok(())
        })
        .await
}

#[tokio::test]
async fn the_changes_are_shown_as_a_diff_beside_the_rows() -> Outcome {
    story(Api::start().await)
        .size(1280, 800)
        .run(async |browser, api| {
            open_editor(
                browser,
                api,
                json!([tag_config(1, "a"), tag_config(2, "b"), tag_config(3, "c")]),
            )
            .await;
            browser.see("No changes").await;
            browser.fill_nth("Image tag", 2, "edited").await;
            browser.see("unchanged lines").await;
            let region = browser.find("region", "Changes").await;
            let text = browser.text_in(&region).await;
            let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
            let is_there = |sign: &str, tag: &str| {
                let value = format!("\"docker_repo_tag\": \"{tag}\",");
                lines
                    .iter()
                    .any(|line| line.starts_with(sign) && line.ends_with(&value))
            };
            assert!(is_there("-", "b") && is_there("+", "edited"), "{text}");
            assert!(!text.contains("\"c\""), "{text}");
            browser.axe("config, a diff").await;
            browser.fill_nth("Image tag", 2, "b").await;
            browser.find_no_more("region", "Changes").await;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn after_an_empty_answer_the_config_is_read_again() -> Outcome {
    story(Api::start().await)
        .run(async |browser, api| {
            open_editor(browser, api, json!([tag_config(1, "old")])).await;
            browser.fill("Image tag", "new").await;
            browser.press("button", "Save").await;
            // Held until the write arrives, so that the read after it is the one that is shown.
            api.on(
                "PUT",
                BUILD_CONFIG,
                Reply::Held(Box::new(Reply::Text(204, ""))),
            );
            browser.press_in_dialog("button", "Save").await;
            api.received("PUT", BUILD_CONFIG, 1).await;
            let now = json!([tag_config(1, "new"), tag_config(7, "made-by-the-api")]);
            api.on("GET", REPOSITORY, Reply::Json(200, repository("app", now)));
            api.release();
            browser.see("Saved.").await;
            browser.find("row", "Row 2: made-by-the-api").await;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn two_editors_at_once_lose_nothing_of_each_other() -> Outcome {
    let source = Source::with_steps(&[]);
    story(Server::with_source(&source).await)
        .run(async |browser, server| {
            connect(browser, server, "team").await;
            create_simple(browser, "app", &source).await;
            browser.at("/repositories/team/app").await;
            let url = format!("{}{CONFIG_PAGE}", server.address);
            browser.open(&url).await;
            browser.press("button", "Add row").await;
            fill_row(browser, 2, "main", "edge").await;
            browser.save().await;
            let first = browser.new_tab().await;
            browser.open(&url).await;
            browser.fill_nth("Image tag", 1, "theirs").await;
            browser.fill_nth("Dockerfile", 2, "/docker").await;
            browser.save().await;

            browser.driver.switch_to_window(first).await?;
            browser.fill_nth("Image tag", 1, "mine").await;
            browser.press("button", "Save").await;
            browser.press_in_dialog("button", "Save").await;
            browser.see("Someone else changed this config").await;
            let dialog = browser.find("dialog", "Someone else").await;
            let text = browser.text_in(&dialog).await;
            for version in ["Image tag: latest", "Image tag: theirs", "Image tag: mine"] {
                assert!(text.contains(version), "{version}: {text}");
            }
            // A row that only they changed keeps their version; a row that both changed is for the user to choose.
            browser.see("1 still to choose").await;
            let choice = browser.find("group", "mine").await;
            browser.press_in(&choice, "radio", "Yours").await;
            browser.press_in_dialog("button", "Continue").await;
            let dialog = browser.find("dialog", "Review changes").await;
            let text = browser.text_in(&dialog).await;
            assert!(text.contains("theirs → mine"), "{text}");
            assert!(!text.contains("Dockerfile"), "{text}");
            browser.press_in_dialog("button", "Save").await;
            browser.see("Saved.").await;
            browser.reload().await;
            browser.holds("Image tag", 1, "mine").await;
            browser.holds("Dockerfile", 2, "/docker").await;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn several_rows_are_edited_at_once_and_undone() -> Outcome {
    story(Api::start().await)
        .run(async |browser, api| {
            open_editor(
                browser,
                api,
                json!([tag_config(1, "a"), tag_config(2, "b"), tag_config(3, "c")]),
            )
            .await;
            browser.press("checkbox", "Select row 1: a").await;
            browser.press("checkbox", "Select row 3: c").await;
            let bulk = bulk_fields(browser, 2).await;
            let dockerfile = browser.find_in(&bulk, "textbox", "Dockerfile").await;
            browser.fill_in(&dockerfile, "../docker").await;
            browser.see("would lead out of the source").await;
            browser.fill_in(&dockerfile, "/docker/").await;
            let active = browser.find_in(&bulk, "combobox", "On push").await;
            browser.choose_in(&active, "On").await;
            browser.press("button", "Apply to selected rows").await;
            let rows = async || {
                let paths = browser.values_in_rows("Dockerfile").await;
                (paths, browser.ticks_in_rows("On push").await)
            };
            let (paths, ticks) = rows().await;
            assert_eq!(paths, ["/docker", "/", "/docker"]);
            assert_eq!(ticks, [true, false, true]);
            browser.press("button", "Undo").await;
            let (paths, ticks) = rows().await;
            assert_eq!(paths, ["/", "/", "/"]);
            assert_eq!(ticks, [false; 3]);
            browser.press("button", "Remove selected rows").await;
            browser.find("row", "Row 1: b").await;
            browser.see("Removed: a, c").await;
            browser.press("button", "Undo").await;
            browser.find("row", "Row 3: c").await;
            browser.holds("Image tag", 1, "a").await;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn the_focus_survives_the_button_that_was_pressed() -> Outcome {
    story(Api::start().await)
        .run(async |browser, api| {
            open_editor(
                browser,
                api,
                json!([tag_config(1, "a"), tag_config(2, "b")]),
            )
            .await;
            let enter = async |name: &str| {
                let button = browser.find("button", name).await;
                button.focus().await.expect("takes the focus");
                browser.keys(Key::Enter + "").await;
            };
            // The focus goes from a removed row to the next one, and from the last one to 'Add row'.
            enter("Remove row 1: a").await;
            browser.focus_is_in_row("Row 1: b").await;
            enter("Undo").await;
            browser.find("row", "Row 2: b").await;
            browser.focus_is_in_row("Row 1: a").await;
            enter("Remove row 1: a").await;
            enter("Remove row 1: b").await;
            browser.focus_is_on("button", "Add row").await;
            enter("Dismiss").await;
            browser.see_no_more("Removed: b").await;
            browser.focus_is_on("button", "Save").await;
            enter("Discard changes").await;
            browser
                .focus_is_on("heading", "team / app / Build config")
                .await;
            browser.find("row", "Row 2: b").await;
            browser.press("checkbox", "Select all rows").await;
            enter("Clear selection").await;
            browser.focus_is_on("checkbox", "Select all rows").await;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn a_row_can_be_built_once_it_is_saved() -> Outcome {
    story(Api::start().await)
        .run(async |browser, api| {
            open_editor(
                browser,
                api,
                json!([tag_config(1, "a"), tag_config(2, "b")]),
            )
            .await;
            browser.fill_nth("Image tag", 1, "c").await;
            let build = browser.find("button", "Build team/app:c").await;
            assert_soon!(build.attr("aria-disabled").await?.as_deref(), Some("true"));
            build.click().await?;
            browser.see("Save the config first").await;
            // The other row's button works, and a failure is shown beside it.
            api.on(
                "POST",
                BUILDS,
                Reply::Json(400, json!({"tag": ["Not today."]})),
            );
            browser.press("button", "Build team/app:b").await;
            browser.see("tag: Not today.").await;
            api.on("POST", BUILDS, Reply::Json(201, sample_started_build()));
            browser.press("button", "Build team/app:b").await;
            browser.find("link", "Build started: open it").await;
            // The unsaved row is still there.
            browser.holds("Image tag", 1, "c").await;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn without_a_read_the_rows_come_from_memory_or_an_import_or_nowhere() -> Outcome {
    story(Api::start().await)
        .run(async |browser, api| {
            api.on("GET", REPOSITORY, Reply::Json(405, json!({"detail": "no"})));
            api.on("PUT", BUILD_CONFIG, Reply::Text(200, ""));
            browser.open(&format!("{}{CONFIG_PAGE}", api.address)).await;
            browser
                .see("this browser hasn’t seen it. Saving replaces whatever is there now.")
                .await;
            // Imported from the repository's own JSON, rows keep their ids.
            browser.press("button", "Import and export").await;
            let text = repository("app", json!([tag_config(5, "latest")])).to_string();
            browser.fill("JSON to import", &text).await;
            browser.see("repo_name: not part of this form").await;
            browser.press("button", "Replace the rows").await;
            browser.find("row", "Row 1: latest").await;
            browser.see_no_more("hasn’t seen it").await;
            browser.fill("Image tag", "edge").await;
            browser.press("button", "Save").await;
            let review = browser.find("dialog", "Review changes").await;
            assert!(browser.text_in(&review).await.contains("latest → edge"));
            browser.press_in_dialog("button", "Save").await;
            browser.see("Saved.").await;
            assert_eq!(
                api.requests("PUT", BUILD_CONFIG)[0].body["tag_configs"][0]["id"],
                5
            );
            // The browser remembers the saved rows.
            browser.reload().await;
            browser
                .see("These are the rows this browser last saw")
                .await;
            browser.holds("Image tag", 1, "edge").await;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn the_config_is_saved_as_a_file() -> Outcome {
    story(Api::start().await)
        .run(async |browser, api| {
            open_editor(browser, api, json!([tag_config(1, "a")])).await;
            let folder = browser.downloads().await;
            browser.press("button", "Import and export").await;
            browser.press("button", "Export to file").await;
            let path = folder.join("team-app-build-config.json");
            let text = eventually("the file is there", async || {
                let text = std::fs::read_to_string(&path).ok()?;
                (!text.is_empty()).then_some(text)
            })
            .await;
            let saved: Value = serde_json::from_str(&text)?;
            assert_eq!(
                saved,
                json!({"build_node": "in", "tag_configs": [tag_config(1, "a")]})
            );
            Ok(())
        })
        .await
}
