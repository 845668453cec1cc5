//! The forms when sending goes wrong: refusals, cut connections, impatient users.

use crate::support::fixtures::{
    BUILD_CONFIG, BUILDS, NEW_PAGE, REPOSITORIES, REPOSITORY, empty_page, repository,
    sample_builds_page, tag_config,
};
use crate::support::steps::{fill_create_form, fill_row, open_editor};
use crate::support::{Api, Outcome, Reply, story};
use serde_json::json;
use thirtyfour::prelude::*;

#[tokio::test]
async fn refused_fields_show_their_messages_rows_included_and_the_rest_is_shown_above() -> Outcome {
    story(Api::start().await)
        .run(async |browser, api| {
            let refusal = json!({
                "repo_name": ["Taken."], "detail": "Not like this.", "odd": ["Who knows."],
                "build_config": {"tag_configs": [{}, {"docker_repo_tag": ["No such luck."]}]}
            });
            api.on("POST", REPOSITORIES, Reply::Json(400, refusal));
            fill_create_form(browser, api).await;
            browser.press("button", "Add row").await;
            fill_row(browser, 2, "next", "next").await;
            browser.press("button", "Create repository").await;
            browser.see("No such luck.").await;
            browser.is_invalid("Image tag", 2).await;
            browser.is_invalid("Repository name", 1).await;
            let notice = browser.find("alert", "").await;
            let text = browser.text_in(&notice).await;
            assert!(
                text.contains("Not like this.") && text.contains("odd: Who knows."),
                "{text}"
            );
            assert!(!text.contains("Taken."), "{text}");
            // The API's message on a field disappears when the field is edited.
            browser.fill_nth("Image tag", 2, "other").await;
            browser.see_no_more("No such luck.").await;
            browser.holds("Owner", 1, "octo").await;

            api.on(
                "POST",
                REPOSITORIES,
                Reply::Text(500, "<h1>Server Error</h1>"),
            );
            browser.press("button", "Create repository").await;
            browser.see("the API had an internal error").await;
            browser.see("<h1>Server Error</h1>").await;
            browser.holds("Repository name", 1, "app").await;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn the_fields_that_need_attention_are_named_beside_the_button() -> Outcome {
    story(Api::start().await)
        .size(390, 844)
        .run(async |browser, api| {
            browser.open(&format!("{}{NEW_PAGE}", api.address)).await;
            browser.press("button", "Add row").await;
            browser.press("button", "Create repository").await;
            let count = browser.find("button", "4 fields need attention").await;
            let send = browser.find("button", "Create repository").await;
            let (_, bottom) = browser.edges(&count).await;
            let (top, _) = browser.edges(&send).await;
            assert!(
                bottom <= top + 1.0 && top - bottom < 100.0,
                "{bottom} {top}"
            );
            // The bar covers half a button of the rows elsewhere, and a button that is half covered is a small target.
            browser
                .script("scrollTo(0, document.documentElement.scrollHeight);")
                .await;
            browser.axe("create, fields that need attention").await;
            browser.press("button", "Row 2: Branch or tag name").await;
            browser.focus_is_on("textbox", "Branch or tag name").await;
            browser.keys("next").await;
            browser.holds("Branch or tag name", 2, "next").await;
            browser.press("button", "Repository name").await;
            browser.focus_is_on("textbox", "Repository name").await;
            browser.keys("app").await;
            browser.find("button", "2 fields need attention").await;
            browser.find("button", "Row 2: Image tag").await;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn what_the_api_says_is_said_in_the_readers_language() -> Outcome {
    story(Api::start().await)
        .languages("zh-CN,zh")
        .run(async |browser, api| {
            let no_source =
                "This is not a repository in a folder allowed with --allow-local-source.";
            let refusal = json!({
                "repo_name": ["A repository with this name already exists."],
                "description": ["Ensure this field has no more than 200 characters."],
                "build_config": {
                    "code_repo_clone_url": [no_source],
                    "tag_configs": [{
                        "docker_repo_tag": ["No such luck."],
                        "dockerfile_location": ["This field may not be blank.", "Unheard of."]
                    }]
                },
                "detail": "You do not have permission to perform this action."
            });
            api.on("POST", REPOSITORIES, Reply::Json(400, refusal));
            browser.open(&format!("{}{NEW_PAGE}", api.address)).await;
            browser.press("radio", "Git 地址").await;
            browser.fill("克隆地址", "/srv/git/app").await;
            browser.fill("仓库名称", "app").await;
            browser.press("button", "创建仓库").await;
            for text in [
                "此名称已被使用。",
                "最多 200 个字符。",
                "服务器不允许从此路径构建",
                "No such luck.",
                "此项不能为空。Unheard of.",
            ] {
                browser.see(text).await;
            }
            let text = browser.text().await;
            for english in [
                "already exists",
                "--allow-local-source.",
                "permission",
                "may not",
            ] {
                assert!(!text.contains(english), "{english}: {text}");
            }
            Ok(())
        })
        .await
}

#[tokio::test]
async fn one_press_is_one_request_and_can_be_cancelled() -> Outcome {
    story(Api::start().await)
        .run(async |browser, api| {
            let made = repository("app", json!([tag_config(4, "latest")]));
            api.on(
                "POST",
                REPOSITORIES,
                Reply::Held(Box::new(Reply::Json(201, made.clone()))),
            );
            fill_create_form(browser, api).await;
            browser.press("button", "Create repository").await;
            api.received("POST", REPOSITORIES, 1).await;
            let discard = browser.find("button", "Discard").await;
            assert!(!discard.is_enabled().await?);
            browser.press("button", "Sending…").await;
            browser.press("button", "Sending…").await;
            browser.keys(Key::Control + Key::Enter).await;
            // The API lists no repository so far.
            api.on("GET", REPOSITORIES, Reply::Json(200, empty_page()));
            browser.press("button", "Cancel sending").await;
            browser
                .see("Canceled, but the API may already have received the request.")
                .await;
            browser.see("It hasn’t gone through so far.").await;
            assert_eq!(api.requests("POST", REPOSITORIES).len(), 1);
            browser.holds("Repository name", 1, "app").await;
            // Once it exists, a second check finds it.
            let mut made = made;
            made["build_config"]["tag_configs"] = json!([tag_config(4, "latest")]);
            api.on("GET", REPOSITORY, Reply::Json(200, made));
            browser.press("button", "Check again").await;
            browser.at("/repositories/team/app").await;
            assert_eq!(api.requests("POST", REPOSITORIES).len(), 1);
            Ok(())
        })
        .await
}

#[tokio::test]
async fn a_cut_connection_is_reported_and_checked_and_never_sent_again() -> Outcome {
    story(Api::start().await)
        .run(async |browser, api| {
            api.on("GET", REPOSITORIES, Reply::Json(200, empty_page()));
            api.on("POST", REPOSITORIES, Reply::CutBefore);
            fill_create_form(browser, api).await;
            browser.press("button", "Create repository").await;
            browser.see("The request may have gone through.").await;
            browser.see("It hasn’t gone through so far.").await;
            assert!(api.requests("POST", REPOSITORIES).is_empty());
            browser.holds("Repository name", 1, "app").await;

            // The request arrives, the connection is cut, and the check finds the repository.
            api.on("POST", REPOSITORIES, Reply::CutAfter);
            let made = repository("app", json!([tag_config(4, "latest")]));
            api.on("GET", REPOSITORY, Reply::Json(200, made));
            browser.press("button", "Create repository").await;
            browser.at("/repositories/team/app").await;
            assert_eq!(api.requests("POST", REPOSITORIES).len(), 1);

            // Another repository has that name: the user gets a link to it, and the form stays.
            let other = repository("app", json!([tag_config(4, "other")]));
            api.on("GET", REPOSITORY, Reply::Json(200, other));
            browser.open(&format!("{}{NEW_PAGE}", api.address)).await;
            fill_create_form(browser, api).await;
            browser.press("button", "Create repository").await;
            browser.see("What’s there now isn’t what you sent.").await;
            browser.find("link", "See what’s there").await;
            assert_eq!(api.requests("POST", REPOSITORIES).len(), 2);

            // An API that only lists builds shows it by its builds.
            let builds = sample_builds_page();
            api.on("GET", BUILDS, Reply::Json(200, builds));
            api.on("GET", REPOSITORY, Reply::Text(405, ""));
            api.on("GET", REPOSITORIES, Reply::Text(405, ""));
            browser.press("button", "Check again").await;
            browser.see("What’s there now isn’t what you sent.").await;

            // An API that reads nothing back cannot tell.
            api.on("GET", BUILDS, Reply::Json(200, empty_page()));
            browser.press("button", "Check again").await;
            browser.see("This API has no way to check.").await;
            assert_eq!(api.requests("POST", REPOSITORIES).len(), 2);
            Ok(())
        })
        .await
}

#[tokio::test]
async fn a_config_that_may_have_been_saved_is_checked() -> Outcome {
    story(Api::start().await)
        .run(async |browser, api| {
            open_editor(browser, api, json!([tag_config(1, "a")])).await;
            api.on("PUT", BUILD_CONFIG, Reply::CutBefore);
            browser.fill("Image tag", "b").await;
            browser.press("button", "Save").await;
            browser.press_in_dialog("button", "Save").await;
            browser.see("The request may have gone through.").await;
            browser.see("It hasn’t gone through so far.").await;
            browser.holds("Image tag", 1, "b").await;

            api.on("PUT", BUILD_CONFIG, Reply::CutAfter);
            browser.press("button", "Save").await;
            let reads = api.requests("GET", REPOSITORY).len();
            browser.press_in_dialog("button", "Save").await;
            api.received("PUT", BUILD_CONFIG, 1).await;
            // Read once just before sending, and once more to check.
            api.received("GET", REPOSITORY, reads + 2).await;
            browser.see("It hasn’t gone through so far.").await;
            let saved = repository("app", json!([tag_config(1, "b")]));
            api.on("GET", REPOSITORY, Reply::Json(200, saved));
            browser.press("button", "Check again").await;
            browser.see("Saved.").await;
            assert_eq!(api.requests("PUT", BUILD_CONFIG).len(), 1);
            Ok(())
        })
        .await
}

#[tokio::test]
async fn a_save_that_is_cancelled_before_anything_was_sent_says_so() -> Outcome {
    story(Api::start().await)
        .run(async |browser, api| {
            open_editor(browser, api, json!([tag_config(1, "a")])).await;
            let now = repository("app", json!([tag_config(1, "a")]));
            let reads = api.requests("GET", REPOSITORY).len();
            api.on(
                "GET",
                REPOSITORY,
                Reply::Held(Box::new(Reply::Json(200, now))),
            );
            browser.fill("Image tag", "b").await;
            browser.press("button", "Save").await;
            browser.press_in_dialog("button", "Save").await;
            // The check before saving is in flight.
            api.received("GET", REPOSITORY, reads + 1).await;
            browser.press_in_dialog("button", "Cancel sending").await;
            browser.see("Canceled. Nothing was sent.").await;
            browser.holds("Image tag", 1, "b").await;
            assert!(api.requests("PUT", BUILD_CONFIG).is_empty());
            Ok(())
        })
        .await
}

#[tokio::test]
async fn a_config_that_cannot_be_read_before_saving_is_not_sent() -> Outcome {
    story(Api::start().await)
        .run(async |browser, api| {
            open_editor(browser, api, json!([tag_config(1, "a")])).await;
            api.on(
                "GET",
                REPOSITORY,
                Reply::Json(403, json!({"detail": "Not yours any more."})),
            );
            browser.fill("Image tag", "b").await;
            browser.press("button", "Save").await;
            browser.press_in_dialog("button", "Save").await;
            browser.see("Not yours any more.").await;
            assert!(api.requests("PUT", BUILD_CONFIG).is_empty());
            browser.holds("Image tag", 1, "b").await;

            // A refused row shows its message at the row.
            api.on(
                "GET",
                REPOSITORY,
                Reply::Json(200, repository("app", json!([tag_config(1, "a")]))),
            );
            let refusal = json!({"tag_configs": [{"code_repo_type_value": ["No such branch."]}]});
            api.on("PUT", BUILD_CONFIG, Reply::Json(400, refusal));
            browser.press("button", "Save").await;
            browser.press_in_dialog("button", "Save").await;
            browser.see("No such branch.").await;
            browser.is_invalid("Branch or tag name", 1).await;
            Ok(())
        })
        .await
}
