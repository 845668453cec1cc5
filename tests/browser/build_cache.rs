//! The build cache of a tag config in the editor: only where the API has it.

use crate::support::fixtures::{BUILD_CONFIG, repository, tag_config};
use crate::support::steps::open_editor;
use crate::support::{Api, Outcome, Reply, assert_soon, story};
use serde_json::{Value, json};

/// A row with or without a build cache, as an API that has it answers.
fn row(id: u64, tag: &str, is_cached: bool) -> Value {
    let mut row = tag_config(id, tag);
    row["build_cache_enabled"] = json!(is_cached);
    row
}

#[tokio::test]
async fn the_editor_has_the_build_cache_where_the_api_has_it() -> Outcome {
    story(Api::start().await)
        .run(async |browser, api| {
            let rows = json!([row(1, "one", true), row(2, "two", false)]);
            open_editor(browser, api, rows).await;
            assert_soon!(browser.ticks_in_rows("Cache").await, [true, false]);
            browser.axe("the editor with the build cache").await;
            browser
                .fits_into("the editor with the build cache", 1280)
                .await;
            browser.press("checkbox", "Cache").await;
            browser.press("button", "Save").await;
            let dialog = browser.find("dialog", "Review changes").await;
            let text = browser.text_in(&dialog).await;
            assert!(
                text.contains("Cache") && text.contains("On → Off"),
                "{text}"
            );
            let answer = repository("app", json!([row(1, "one", false), row(2, "two", false)]));
            let saved = Reply::Json(200, answer["build_config"].clone());
            api.on("PUT", BUILD_CONFIG, saved);
            browser.press_in_dialog("button", "Save").await;
            browser.see("Saved.").await;
            let sent = &api.requests("PUT", BUILD_CONFIG)[0].body["tag_configs"];
            assert_eq!(sent[0]["build_cache_enabled"], false);
            assert_eq!(sent[1]["build_cache_enabled"], false);
            Ok(())
        })
        .await
}

#[tokio::test]
async fn an_api_without_the_build_cache_shows_and_gets_none() -> Outcome {
    story(Api::start().await)
        .run(async |browser, api| {
            let rows = json!([tag_config(1, "one"), tag_config(2, "two")]);
            open_editor(browser, api, rows).await;
            assert!(browser.all("checkbox", "Cache").await.is_empty());
            browser.press("checkbox", "Select all rows").await;
            browser.find("group", "Edit 2 selected rows").await;
            assert!(browser.all("combobox", "Cache").await.is_empty());
            browser.press("checkbox", "On push").await;
            browser.press("button", "Save").await;
            let mut row = tag_config(1, "one");
            row["is_active"] = json!(true);
            let answer = repository("app", json!([row, tag_config(2, "two")]));
            let saved = Reply::Json(200, answer["build_config"].clone());
            api.on("PUT", BUILD_CONFIG, saved);
            browser.press_in_dialog("button", "Save").await;
            browser.see("Saved.").await;
            let sent = &api.requests("PUT", BUILD_CONFIG)[0].body["tag_configs"];
            assert!(sent[0].get("build_cache_enabled").is_none(), "{sent}");
            Ok(())
        })
        .await
}
