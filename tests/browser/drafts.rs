//! Drafts survive a reload, a closed tab and a wrong click, and are deleted when they should be.

use crate::support::fixtures::{BUILD_CONFIG, NEW_PAGE, REPOSITORIES, repository, tag_config};
use crate::support::steps::{fill_create_form, open_editor};
use crate::support::{Api, Browser, Outcome, Reply, assert_soon, eventually, story};
use serde_json::json;
use thirtyfour::prelude::*;

/// The drafts that this browser keeps.
async fn kept(browser: &Browser) -> String {
    browser
        .script_text(
            "return Object.entries(localStorage).filter(([key]) => key.startsWith('slipway.draft/'))
               .map(([key, value]) => value).join();",
        )
        .await
}

/// Waits until a draft with this text in it is kept.
async fn is_kept(browser: &Browser, text: &str) {
    eventually(&format!("a draft with {text}"), async || {
        kept(browser).await.contains(text).then_some(())
    })
    .await;
}

/// Waits until no draft is kept.
async fn none_is_kept(browser: &Browser) {
    eventually("no draft", async || {
        kept(browser).await.is_empty().then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_draft_survives_a_reload_and_a_closed_tab_and_is_deleted_on_success() -> Outcome {
    story(Api::start().await)
        .run(async |browser, api| {
            api.on(
                "POST",
                REPOSITORIES,
                Reply::Json(201, repository("app", json!([tag_config(4, "latest")]))),
            );
            fill_create_form(browser, api).await;
            browser.press("radio", "Git URL").await;
            browser
                .fill(
                    "Clone URL",
                    "https://me:s3cret@git.test/app.git?token=s3cret",
                )
                .await;
            browser.fill("Image tag", "typed").await;
            is_kept(browser, "typed").await;
            assert!(!kept(browser).await.contains("s3cret"));

            // The tab is closed in the middle.
            browser.replace_tab().await;
            browser.open(&format!("{}{NEW_PAGE}", api.address)).await;
            browser.see("You have an unsent draft").await;
            browser.holds("Repository name", 1, "").await;
            browser.press("button", "Restore draft").await;
            browser.holds("Repository name", 1, "app").await;
            browser.holds("Image tag", 1, "typed").await;
            // The secret is not stored, so the user has to type it again.
            browser.see("The draft doesn’t include the password").await;
            browser
                .holds("Clone URL", 1, "https://git.test/app.git")
                .await;
            browser.see_no_more("You have an unsent draft").await;

            // It is stored under the same key: a reload offers it once.
            browser.fill("Image tag", "typed-on").await;
            is_kept(browser, "typed-on").await;
            browser.driver.refresh().await?;
            browser.see("You have an unsent draft").await;
            assert_soon!(browser.all("button", "Restore draft").await.len(), 1);
            browser.press("button", "Restore draft").await;
            browser.holds("Image tag", 1, "typed-on").await;
            browser.press("button", "Create repository").await;
            browser.at("/repositories/team/app").await;
            none_is_kept(browser).await;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn a_draft_that_is_offered_is_not_lost_to_a_new_one() -> Outcome {
    story(Api::start().await)
        .run(async |browser, api| {
            fill_create_form(browser, api).await;
            is_kept(browser, "octo").await;
            // A draft belongs to its namespace: another namespace offers none.
            let other = format!("{}/repositories/other/new", api.address);
            browser.open(&other).await;
            browser
                .find("heading", "other / New build repository")
                .await;
            browser.find("textbox", "Source").await;
            assert!(!browser.text().await.contains("You have an unsent draft"));
            browser.open(&format!("{}{NEW_PAGE}", api.address)).await;
            browser.driver.refresh().await?;
            browser.see("You have an unsent draft").await;
            browser.fill("Repository name", "another").await;
            is_kept(browser, "another").await;
            is_kept(browser, "octo").await;
            browser.press("button", "Restore draft").await;
            browser.holds("Repository name", 1, "app").await;
            browser.press("button", "Undo").await;
            browser.holds("Repository name", 1, "another").await;
            browser.driver.refresh().await?;
            browser.see("You have an unsent draft").await;
            for _ in 0..browser.all("button", "Discard").await.len() {
                browser.press("button", "Discard").await;
            }
            browser.see_no_more("You have an unsent draft").await;
            none_is_kept(browser).await;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn a_draft_that_another_tab_has_sent_or_discarded_is_offered_no_more() -> Outcome {
    story(Api::start().await)
        .run(async |browser, api| {
            open_editor(browser, api, json!([tag_config(1, "a")])).await;
            let editor = format!("{}{}", api.address, browser.path().await);
            browser.fill("Image tag", "typed").await;
            is_kept(browser, "typed").await;
            let first = browser.new_tab().await;
            browser.open(&editor).await;
            browser.see("You have an unsent draft").await;
            let second = browser.driver.window().await?;

            // It is sent in the tab where it was typed.
            browser.driver.switch_to_window(first.clone()).await?;
            let saved = repository("app", json!([tag_config(1, "typed")]));
            api.on(
                "PUT",
                BUILD_CONFIG,
                Reply::Json(200, saved["build_config"].clone()),
            );
            browser.save().await;
            browser.driver.switch_to_window(second).await?;
            browser.see_no_more("You have an unsent draft").await;
            browser.find_no_more("button", "Restore draft").await;
            browser.find_no_more("button", "Discard draft").await;

            // The same for a form that creates, and for a draft that is emptied.
            browser.open(&format!("{}{NEW_PAGE}", api.address)).await;
            browser.fill("Repository name", "mine").await;
            is_kept(browser, "mine").await;
            let second = browser.driver.window().await?;
            browser.driver.switch_to_window(first).await?;
            browser.open(&format!("{}{NEW_PAGE}", api.address)).await;
            browser.see("You have an unsent draft").await;
            let first = browser.driver.window().await?;
            browser.driver.switch_to_window(second.clone()).await?;
            browser.fill("Repository name", "").await;
            none_is_kept(browser).await;
            browser.driver.switch_to_window(first).await?;
            browser.see_no_more("You have an unsent draft").await;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn a_draft_that_cannot_be_read_or_is_gone_can_only_be_put_away() -> Outcome {
    story(Api::start().await)
        .run(async |browser, api| {
            fill_create_form(browser, api).await;
            is_kept(browser, "octo").await;
            browser.driver.refresh().await?;
            browser.see("You have an unsent draft").await;
            // Gone without a word to this tab.
            browser
                .script(
                    "for (const key of Object.keys(localStorage))
                       if (key.startsWith('slipway.draft/')) localStorage.removeItem(key);",
                )
                .await;
            browser.press("button", "Restore draft").await;
            browser.see("This draft is no longer there").await;
            browser.find_no_more("button", "Restore draft").await;
            browser.press("button", "Dismiss").await;
            browser.see_no_more("This draft is no longer there").await;

            // Of another version, or damaged.
            browser.fill("Repository name", "now").await;
            is_kept(browser, "now").await;
            browser
                .script(
                    "const key = Object.keys(localStorage).find((key) => key.startsWith('slipway.draft/'));
                     localStorage.setItem(key + '-old', JSON.stringify({at: 1, about: 'x', draft: '{\"rows\":7}'}));
                     localStorage.setItem(key + '-damaged', '{');",
                )
                .await;
            browser.fill("Repository name", "").await;
            browser.driver.refresh().await?;
            browser.see("A stored draft can’t be read").await;
            browser.axe("a draft that cannot be read").await;
            browser.find_no_more("button", "Restore draft").await;
            browser.press("button", "Discard").await;
            eventually("one draft less", async || {
                (browser.all("button", "Discard").await.len() == 1).then_some(())
            })
            .await;
            browser.press("button", "Discard").await;
            browser.see_no_more("A stored draft can’t be read").await;
            none_is_kept(browser).await;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn a_restored_draft_is_offered_again_once_that_is_undone() -> Outcome {
    story(Api::start().await)
        .run(async |browser, api| {
            fill_create_form(browser, api).await;
            is_kept(browser, "octo").await;
            browser.driver.refresh().await?;
            browser.press("button", "Restore draft").await;
            browser.holds("Repository name", 1, "app").await;
            browser.press("button", "Undo").await;
            browser.holds("Repository name", 1, "").await;
            is_kept(browser, "octo").await;
            browser.press("button", "Restore draft").await;
            browser.holds("Repository name", 1, "app").await;
            // Typing afterwards is not taken back.
            browser.fill("Repository name", "other").await;
            browser.find_no_more("button", "Undo").await;
            is_kept(browser, "other").await;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn leaving_with_unsaved_changes_asks() -> Outcome {
    story(Api::start().await)
        .run(async |browser, api| {
            open_editor(browser, api, json!([tag_config(1, "a")])).await;
            let closing = async || {
                browser
                    .script(
                        "const event = new Event('beforeunload', {cancelable: true});
                 window.dispatchEvent(event); return event.defaultPrevented;",
                    )
                    .await
            };
            assert_soon!(closing().await, false);
            browser.fill("Image tag", "typed").await;
            assert_soon!(closing().await, true);
            let editor = browser.path().await;
            browser.press("link", "Builds").await;
            browser.find("dialog", "Leave without sending?").await;
            browser.press_in_dialog("button", "Stay").await;
            assert_soon!(browser.path().await, editor);
            browser.holds("Image tag", 1, "typed").await;
            browser.press("link", "Builds").await;
            browser
                .press_in_dialog("button", "Leave and keep draft")
                .await;
            browser.at("/builds").await;
            is_kept(browser, "typed").await;

            // The browser's back and forward ask too, and the address stays until the answer.
            browser.driver.back().await?;
            browser.at(&editor).await;
            browser.press("button", "Restore draft").await;
            browser.holds("Image tag", 1, "typed").await;
            browser.driver.forward().await?;
            browser.find("dialog", "Leave without sending?").await;
            browser.at(&editor).await;
            browser.keys(Key::Escape + "").await;
            browser.holds("Image tag", 1, "typed").await;
            browser.driver.forward().await?;
            browser.press_in_dialog("button", "Leave and discard").await;
            browser.at("/builds").await;
            none_is_kept(browser).await;
            browser.driver.back().await?;
            browser.at(&editor).await;
            browser.holds("Image tag", 1, "a").await;
            browser.see_no_more("You have an unsent draft").await;

            // Discarding can be undone; a saved form does not ask.
            browser.fill("Image tag", "b").await;
            browser.press("button", "Discard changes").await;
            browser.holds("Image tag", 1, "a").await;
            browser.press("button", "Undo").await;
            browser.holds("Image tag", 1, "b").await;
            let answer = repository("app", json!([tag_config(1, "b")]));
            api.on(
                "PUT",
                BUILD_CONFIG,
                Reply::Json(200, answer["build_config"].clone()),
            );
            browser.save().await;
            assert_soon!(closing().await, false);
            browser.press("link", "Builds").await;
            browser.at("/builds").await;
            Ok(())
        })
        .await
}
