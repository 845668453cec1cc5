//! axe-core on every page in every state, by WCAG 2.2 AA and its best practices, and no page wider than its window.

use crate::support::scenes::{SCENES, prepare};
use crate::support::{Outcome, assert_soon, story};
use serde_json::json;

/// Checks all scenes in one theme and at one size of the window.
async fn check(dark: bool, size: (u32, u32)) -> Outcome {
    let languages = if dark { "zh-CN,zh" } else { "en-US,en" };
    let story = story(())
        .size(size.0, size.1)
        .languages(languages)
        .dark(dark);
    story
        .run(async |browser, ()| {
            prepare(browser).await;
            for scene in &SCENES {
                let _api = scene.show(browser).await;
                let state = format!("{} (dark: {dark}, {} px)", scene.name, size.0);
                browser.axe(&state).await;
                assert_soon!(browser.too_wide().await, json!([]), "{state}");
            }
            Ok(())
        })
        .await
}

#[tokio::test]
async fn nothing_is_found_in_light_at_1280_px() -> Outcome {
    check(false, (1280, 800)).await
}

#[tokio::test]
async fn nothing_is_found_in_dark_at_1280_px() -> Outcome {
    check(true, (1280, 800)).await
}

#[tokio::test]
async fn nothing_is_found_in_light_at_390_px() -> Outcome {
    check(false, (390, 844)).await
}

#[tokio::test]
async fn nothing_is_found_in_dark_at_320_px() -> Outcome {
    // Tall enough for a whole form: what has scrolled below its bar is no target.
    check(true, (320, 1600)).await
}
