//! What the forms do when sending goes wrong: refusals, broken connections, impatience.

use crate::api::{Api, Reply};
use crate::config_form::{READ, WRITE, editor};
use crate::create_form::{NEW, REPOSITORIES, filled, repository, row};
use crate::harness::{Browser, Outcome, Setup, eventually};
use serde_json::json;
use thirtyfour::prelude::*;

async fn arrived(api: &Api, method: &str, path: &str, count: usize) {
    eventually(&format!("{count} {method} at {path}"), async || {
        (api.asked(method, path).len() >= count).then_some(())
    })
    .await;
}

#[tokio::test]
async fn refused_fields_are_told_at_the_fields_rows_included_and_the_rest_above() -> Outcome {
    let api = Api::start().await;
    let refusal = json!({
        "repo_name": ["Taken."], "detail": "Not like this.", "odd": ["Who knows."],
        "build_config": {"tag_configs": [{}, {"docker_repo_tag": ["No such luck."]}]}
    });
    api.on("POST", REPOSITORIES, Reply::Json(400, refusal));
    let browser = Browser::start(Setup::default()).await;
    filled(&browser, &api).await;
    browser.press("button", "Add row").await;
    browser.fill_nth("Branch or tag name", 2, "next").await;
    browser.fill_nth("Image tag", 2, "next").await;
    browser.press("button", "Create repository").await;
    browser.see("No such luck.").await;
    let field = browser.nth("textbox", "Image tag", 2).await;
    assert_eq!(field.attr("aria-invalid").await?.as_deref(), Some("true"));
    let name = browser.find("textbox", "Name").await;
    assert_eq!(name.attr("aria-invalid").await?.as_deref(), Some("true"));
    let notice = browser.find("alert", "").await;
    let text = notice.text().await?;
    assert!(
        text.contains("Not like this.") && text.contains("odd: Who knows."),
        "{text}"
    );
    assert!(!text.contains("Taken."), "{text}");
    // What the API said of a field goes when the field is edited.
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
    browser.holds("Name", 1, "app").await;
    browser.close().await;
    Ok(())
}

#[tokio::test]
async fn one_press_is_one_request_and_can_be_cancelled() -> Outcome {
    let api = Api::start().await;
    let made = repository("app", json!([row(4, "latest")]));
    api.on(
        "POST",
        REPOSITORIES,
        Reply::Held(Box::new(Reply::Json(201, made.clone()))),
    );
    let browser = Browser::start(Setup::default()).await;
    filled(&browser, &api).await;
    browser.press("button", "Create repository").await;
    arrived(&api, "POST", REPOSITORIES, 1).await;
    let discard = browser.find("button", "Discard").await;
    assert!(!discard.is_enabled().await?);
    browser.press("button", "Sending…").await;
    browser.press("button", "Sending…").await;
    browser.keys(Key::Control + Key::Enter).await;
    // No repository is there so far, as far as the API says.
    let none = json!({"count": 0, "next": null, "previous": null, "results": []});
    api.on("GET", REPOSITORIES, Reply::Json(200, none));
    browser.press("button", "Cancel sending").await;
    browser
        .see("Cancelled, but the API may already have received the request.")
        .await;
    browser.see("It hasn’t gone through so far.").await;
    assert_eq!(api.asked("POST", REPOSITORIES).len(), 1);
    browser.holds("Name", 1, "app").await;
    // Then it is: a second look finds it.
    let mut made = made;
    made["build_config"]["tag_configs"] = json!([row(4, "latest")]);
    api.on("GET", "/v1/repositories/team/app", Reply::Json(200, made));
    browser.press("button", "Check again").await;
    browser.at("/repositories/team/app").await;
    assert_eq!(api.asked("POST", REPOSITORIES).len(), 1);
    browser.close().await;
    Ok(())
}

#[tokio::test]
async fn a_connection_that_breaks_is_told_of_and_looked_into_never_sent_again() -> Outcome {
    let api = Api::start().await;
    let none = json!({"count": 0, "next": null, "previous": null, "results": []});
    api.on("GET", REPOSITORIES, Reply::Json(200, none));
    api.on("POST", REPOSITORIES, Reply::CutBefore);
    let browser = Browser::start(Setup::default()).await;
    filled(&browser, &api).await;
    browser.press("button", "Create repository").await;
    browser.see("The request may have gone through.").await;
    browser.see("It hasn’t gone through so far.").await;
    assert!(api.asked("POST", REPOSITORIES).is_empty());
    browser.holds("Name", 1, "app").await;

    // The connection breaks after it arrived, and the look finds the repository.
    api.on("POST", REPOSITORIES, Reply::CutAfter);
    let made = repository("app", json!([row(4, "latest")]));
    api.on("GET", "/v1/repositories/team/app", Reply::Json(200, made));
    browser.press("button", "Create repository").await;
    browser.at("/repositories/team/app").await;
    assert_eq!(api.asked("POST", REPOSITORIES).len(), 1);

    // Something else is there by that name: the user is led to it, and the form stays.
    let other = repository("app", json!([row(4, "other")]));
    api.on("GET", "/v1/repositories/team/app", Reply::Json(200, other));
    browser.open(&format!("{}{NEW}", api.address)).await;
    filled(&browser, &api).await;
    browser.press("button", "Create repository").await;
    browser.see("What’s there now isn’t what you sent.").await;
    browser.find("link", "See what’s there").await;
    assert_eq!(api.asked("POST", REPOSITORIES).len(), 2);

    // An API that only lists builds tells by them.
    let mut builds: serde_json::Value =
        serde_json::from_str(include_str!("../samples/builds-page.response.json"))?;
    api.on("GET", "/v1/builds", Reply::Json(200, builds.clone()));
    api.on("GET", READ, Reply::Text(405, ""));
    api.on("GET", REPOSITORIES, Reply::Text(405, ""));
    browser.press("button", "Check again").await;
    browser.see("What’s there now isn’t what you sent.").await;

    // One that reads nothing back cannot tell.
    builds["count"] = json!(0);
    builds["results"] = json!([]);
    api.on("GET", "/v1/builds", Reply::Json(200, builds));
    browser.press("button", "Check again").await;
    browser.see("This API has no way to check.").await;
    assert_eq!(api.asked("POST", REPOSITORIES).len(), 2);
    browser.close().await;
    Ok(())
}

#[tokio::test]
async fn a_config_that_may_have_been_saved_is_looked_into() -> Outcome {
    let (api, browser) = editor(json!([row(1, "a")])).await;
    api.on("PUT", WRITE, Reply::CutBefore);
    browser.fill("Image tag", "b").await;
    browser.press("button", "Save").await;
    browser.press_in_dialog("button", "Save").await;
    browser.see("The request may have gone through.").await;
    browser.see("It hasn’t gone through so far.").await;
    browser.holds("Image tag", 1, "b").await;

    api.on("PUT", WRITE, Reply::CutAfter);
    browser.press("button", "Save").await;
    let reads = api.asked("GET", READ).len();
    browser.press_in_dialog("button", "Save").await;
    arrived(&api, "PUT", WRITE, 1).await;
    // Read just before it was sent, and again to look.
    arrived(&api, "GET", READ, reads + 2).await;
    browser.see("It hasn’t gone through so far.").await;
    let saved = repository("app", json!([row(1, "b")]));
    api.on("GET", READ, Reply::Json(200, saved));
    browser.press("button", "Check again").await;
    browser.see("Saved.").await;
    assert_eq!(api.asked("PUT", WRITE).len(), 1);
    browser.close().await;
    Ok(())
}

#[tokio::test]
async fn a_save_that_is_cancelled_before_anything_was_sent_says_so() -> Outcome {
    let (api, browser) = editor(json!([row(1, "a")])).await;
    let now = repository("app", json!([row(1, "a")]));
    let reads = api.asked("GET", READ).len();
    api.on("GET", READ, Reply::Held(Box::new(Reply::Json(200, now))));
    browser.fill("Image tag", "b").await;
    browser.press("button", "Save").await;
    browser.press_in_dialog("button", "Save").await;
    // The look before saving is under way.
    arrived(&api, "GET", READ, reads + 1).await;
    browser.press_in_dialog("button", "Cancel sending").await;
    browser.see("Cancelled. Nothing was sent.").await;
    browser.holds("Image tag", 1, "b").await;
    assert!(api.asked("PUT", WRITE).is_empty());
    browser.close().await;
    Ok(())
}

#[tokio::test]
async fn a_config_that_cannot_be_read_before_saving_is_not_sent() -> Outcome {
    let (api, browser) = editor(json!([row(1, "a")])).await;
    api.on(
        "GET",
        READ,
        Reply::Json(403, json!({"detail": "Not yours any more."})),
    );
    browser.fill("Image tag", "b").await;
    browser.press("button", "Save").await;
    browser.press_in_dialog("button", "Save").await;
    browser.see("Not yours any more.").await;
    assert!(api.asked("PUT", WRITE).is_empty());
    browser.holds("Image tag", 1, "b").await;

    // A refused row is told at the row.
    api.on(
        "GET",
        READ,
        Reply::Json(200, repository("app", json!([row(1, "a")]))),
    );
    let refusal = json!({"tag_configs": [{"code_repo_type_value": ["No such branch."]}]});
    api.on("PUT", WRITE, Reply::Json(400, refusal));
    browser.press("button", "Save").await;
    browser.press_in_dialog("button", "Save").await;
    browser.see("No such branch.").await;
    let field = browser.find("textbox", "Branch or tag name").await;
    assert_eq!(field.attr("aria-invalid").await?.as_deref(), Some("true"));
    browser.close().await;
    Ok(())
}
