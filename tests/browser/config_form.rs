//! The tag config editor: where its rows come from, editing many at once, the review, two editors at once.

use crate::api::{Api, Reply};
use crate::create_form::{repository, row};
use crate::harness::{Browser, Outcome, Server, Setup, eventually};
use crate::source::Source;
use crate::stories::{connect, create_simple};
use serde_json::{Value, json};
use thirtyfour::prelude::*;

pub const CONFIG: &str = "/repositories/team/app/config";
pub const READ: &str = "/v1/repositories/team/app";
pub const WRITE: &str = "/v1/repositories/team/app/build-config";

/// An API that holds these rows, and a browser with the editor open.
pub async fn editor(rows: Value) -> (Api, Browser) {
    let api = Api::start().await;
    api.on("GET", READ, Reply::Json(200, repository("app", rows)));
    let browser = Browser::start(Setup::default()).await;
    browser.open(&format!("{}{CONFIG}", api.address)).await;
    browser.find("row", "Row 1").await;
    (api, browser)
}

/// The Dockerfile's field for all of so many selected rows.
pub async fn bulk_dockerfile(browser: &Browser, selected: usize) -> WebElement {
    let name = format!("Edit {selected} selected rows");
    let bulk = browser.find("group", &name).await;
    let path = ".//label[contains(., 'Dockerfile')]/following-sibling::input";
    bulk.find(By::XPath(path)).await.expect("the field")
}

#[tokio::test]
async fn the_review_tells_every_change_and_asks_for_removals_by_name() -> Outcome {
    let (api, browser) = editor(json!([row(1, "keep"), row(2, "edit"), row(3, "gone")])).await;
    let save = browser.find("button", "Save").await;
    assert!(!save.is_enabled().await?);
    browser.fill_nth("Image tag", 2, "edited").await;
    browser.press("checkbox", "Continuous build").await;
    browser.press("button", "Remove row 3: gone").await;
    browser.press("button", "Add row").await;
    browser.fill_nth("Branch or tag name", 3, "next").await;
    browser.fill_nth("Image tag", 3, "next").await;
    let node = browser.find("combobox", "Build node").await;
    browser.fill_in(&node, "cn").await;
    browser.press("button", "Save").await;
    let dialog = browser.find("dialog", "Review changes").await;
    let text = dialog.text().await?;
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
    // Not agreed to: nothing is sent.
    browser.press_in_dialog("button", "Save and remove").await;
    browser
        .see("Tick the box to remove them, or go back.")
        .await;
    assert!(api.asked("PUT", WRITE).is_empty());
    let answer = repository(
        "app",
        json!([row(1, "keep"), row(2, "edited"), row(9, "next")]),
    );
    api.on(
        "PUT",
        WRITE,
        Reply::Json(200, answer["build_config"].clone()),
    );
    browser.press_in_dialog("checkbox", "Remove gone").await;
    browser.press_in_dialog("button", "Save and remove").await;
    browser.see("Saved.").await;
    let sent = &api.asked("PUT", WRITE)[0].body;
    assert_eq!(sent["build_node"], "cn");
    let ids: Vec<_> = sent["tag_configs"]
        .as_array()
        .expect("rows")
        .iter()
        .map(|row| row["id"].clone())
        .collect();
    assert_eq!(ids, [json!(1), json!(2), Value::Null]);
    // What the API answered is what is shown, and nothing is left to save.
    browser.find("row", "Row 3: next").await;
    let save = browser.find("button", "Save").await;
    assert!(!save.is_enabled().await?);
    browser.close().await;
    Ok(())
}

#[tokio::test]
async fn where_the_answer_is_empty_the_config_is_read_again() -> Outcome {
    let (api, browser) = editor(json!([row(1, "old")])).await;
    browser.fill("Image tag", "new").await;
    browser.press("button", "Save").await;
    // Held until the write has come, so that the read after it is the one that is shown.
    api.on("PUT", WRITE, Reply::Held(Box::new(Reply::Text(204, ""))));
    browser.press_in_dialog("button", "Save").await;
    eventually("the write arrives", async || {
        (api.asked("PUT", WRITE).len() == 1).then_some(())
    })
    .await;
    let now = json!([row(1, "new"), row(7, "made-by-the-api")]);
    api.on("GET", READ, Reply::Json(200, repository("app", now)));
    api.release();
    browser.see("Saved.").await;
    browser.find("row", "Row 2: made-by-the-api").await;
    browser.close().await;
    Ok(())
}

#[tokio::test]
async fn two_editors_at_once_lose_nothing_of_each_other() -> Outcome {
    let source = Source::with_steps(&[]);
    let folder = source.parent();
    let server = Server::start(&["--allow-local-source", &folder.display().to_string()]).await;
    let browser = Browser::start(Setup::default()).await;
    connect(&browser, &server, "team").await;
    create_simple(&browser, "app", &source).await;
    browser.at("/repositories/team/app").await;
    let url = format!("{}{CONFIG}", server.address);
    browser.open(&url).await;
    browser.press("button", "Add row").await;
    browser.fill_nth("Branch or tag name", 2, "main").await;
    browser.fill_nth("Image tag", 2, "edge").await;
    browser.save().await;
    let first = browser.driver.window().await?;

    browser.driver.new_tab().await?;
    let tabs = browser.driver.windows().await?;
    let second = tabs
        .into_iter()
        .find(|tab| *tab != first)
        .expect("a second tab");
    browser.driver.switch_to_window(second.clone()).await?;
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
    let text = dialog.text().await?;
    for version in ["Image tag: latest", "Image tag: theirs", "Image tag: mine"] {
        assert!(text.contains(version), "{version}: {text}");
    }
    // Where only they changed a row, theirs is chosen already; where both did, the user is asked.
    browser.see("1 still to choose").await;
    let groups = browser.all("group", "mine").await;
    let yours = groups[0]
        .find(By::XPath(".//label[contains(., 'Yours')]"))
        .await?;
    yours.click().await?;
    browser.press_in_dialog("button", "Continue").await;
    let dialog = browser.find("dialog", "Review changes").await;
    let text = dialog.text().await?;
    assert!(text.contains("theirs → mine"), "{text}");
    assert!(!text.contains("Dockerfile"), "{text}");
    browser.press_in_dialog("button", "Save").await;
    browser.see("Saved.").await;
    browser.reload().await;
    browser.holds("Image tag", 1, "mine").await;
    browser.holds("Dockerfile", 2, "/docker").await;
    browser.close().await;
    Ok(())
}

#[tokio::test]
async fn several_rows_are_edited_at_once_and_that_is_taken_back() -> Outcome {
    let (_api, browser) = editor(json!([row(1, "a"), row(2, "b"), row(3, "c")])).await;
    browser.press("checkbox", "Select row 1: a").await;
    browser.press("checkbox", "Select row 3: c").await;
    let bulk = browser.find("group", "Edit 2 selected rows").await;
    let dockerfile = bulk_dockerfile(&browser, 2).await;
    browser.fill_in(&dockerfile, "docker").await;
    browser.see("Enter an absolute path in the source").await;
    browser.fill_in(&dockerfile, "/docker/").await;
    let active = bulk
        .find(By::XPath(
            ".//label[contains(., 'Continuous build')]//select",
        ))
        .await?;
    active.send_keys("On").await?;
    browser.press("button", "Apply to selected rows").await;
    let dockerfiles = async || {
        browser
            .script(
                "return [...document.querySelectorAll('[data-field=dockerfile_location]')].map((e) => e.value)
                   .concat([...document.querySelectorAll('[data-field=is_active]')].map((e) => e.checked));",
            )
            .await
    };
    assert_eq!(
        dockerfiles().await,
        json!(["/docker", "/", "/docker", true, false, true])
    );
    // Typed since: the way back leaves it.
    let third = browser
        .script("return document.querySelectorAll('[data-field=dockerfile_location]')[2].id;")
        .await;
    let third = browser
        .driver
        .find(By::Id(third.as_str().unwrap_or_default()))
        .await?;
    browser.fill_in(&third, "/mine").await;
    browser.press("button", "Undo").await;
    assert_eq!(
        dockerfiles().await,
        json!(["/", "/", "/mine", false, false, false])
    );
    browser.press("button", "Remove selected rows").await;
    browser.find("row", "Row 1: b").await;
    browser.see("Removed: a, c").await;
    browser.press("button", "Undo").await;
    browser.find("row", "Row 3: c").await;
    browser.holds("Image tag", 1, "a").await;
    browser.close().await;
    Ok(())
}

#[tokio::test]
async fn the_focus_does_not_go_with_the_button_that_was_pressed() -> Outcome {
    let (_api, browser) = editor(json!([row(1, "a"), row(2, "b")])).await;
    let focus = async |selector: &str| {
        let script = format!("return document.activeElement.matches({selector:?});");
        eventually(&format!("the focus is on {selector}"), async || {
            browser.script(&script).await.as_bool()?.then_some(())
        })
        .await;
    };
    let enter = async |name: &str| {
        let button = browser.find("button", name).await;
        button.focus().await.expect("takes the focus");
        browser.keys(Key::Enter + "").await;
    };
    // A removed row's focus goes to the row in its place, and from the last one to 'Add row'.
    enter("Remove row 1: a").await;
    focus("[aria-label='Row 1: b'] input").await;
    enter("Undo").await;
    browser.find("row", "Row 2: b").await;
    focus("#undo").await;
    enter("Remove row 1: a").await;
    enter("Remove row 1: b").await;
    focus("#add-row").await;
    enter("Dismiss").await;
    browser.see_no_more("Removed: b").await;
    focus("#undo").await;
    enter("Discard changes").await;
    focus("#heading").await;
    browser.find("row", "Row 2: b").await;
    browser.press("checkbox", "Select all rows").await;
    enter("Clear selection").await;
    focus("#select-all").await;
    browser.close().await;
    Ok(())
}

#[tokio::test]
async fn a_row_is_built_once_it_is_saved() -> Outcome {
    let (api, browser) = editor(json!([row(1, "a"), row(2, "b")])).await;
    browser.fill_nth("Image tag", 1, "c").await;
    let build = browser.find("button", "Build team/app:c").await;
    assert!(!build.is_enabled().await?);
    assert_eq!(
        build.attr("title").await?.as_deref(),
        Some("Save this row first")
    );
    // The other row's button works, and what failed is said beside it.
    api.on(
        "POST",
        "/v1/builds",
        Reply::Json(400, json!({"tag": ["Not today."]})),
    );
    browser.press("button", "Build team/app:b").await;
    browser.see("tag: Not today.").await;
    let build: Value =
        serde_json::from_str(include_str!("../samples/trigger-build.response.json"))?;
    api.on("POST", "/v1/builds", Reply::Json(201, build));
    browser.press("button", "Build team/app:b").await;
    browser.find("link", "Build started: open it").await;
    // The unsaved row is still there.
    browser.holds("Image tag", 1, "c").await;
    browser.close().await;
    Ok(())
}

#[tokio::test]
async fn without_a_read_the_rows_come_from_memory_or_an_import_or_nowhere() -> Outcome {
    let api = Api::start().await;
    api.on("GET", READ, Reply::Json(405, json!({"detail": "no"})));
    api.on("PUT", WRITE, Reply::Text(200, ""));
    let browser = Browser::start(Setup::default()).await;
    browser.open(&format!("{}{CONFIG}", api.address)).await;
    browser
        .see("this browser hasn’t seen it. Saving replaces whatever is there now.")
        .await;
    // The repository's own JSON says what the API holds: its rows keep their ids.
    browser.press("button", "Import and export").await;
    let text = repository("app", json!([row(5, "latest")])).to_string();
    browser.fill("JSON to import", &text).await;
    browser.see("repo_name: not part of this form").await;
    browser.press("button", "Replace the rows").await;
    browser.find("row", "Row 1: latest").await;
    browser.see_no_more("hasn’t seen it").await;
    browser.fill("Image tag", "edge").await;
    browser.press("button", "Save").await;
    let review = browser.find("dialog", "Review changes").await;
    assert!(review.text().await?.contains("latest → edge"));
    browser.press_in_dialog("button", "Save").await;
    browser.see("Saved.").await;
    assert_eq!(api.asked("PUT", WRITE)[0].body["tag_configs"][0]["id"], 5);
    // What was saved is what this browser saw last.
    browser.reload().await;
    browser
        .see("These are the rows this browser last saw")
        .await;
    browser.holds("Image tag", 1, "edge").await;
    browser.close().await;
    Ok(())
}

#[tokio::test]
async fn the_config_is_saved_as_a_file() -> Outcome {
    let (_api, browser) = editor(json!([row(1, "a")])).await;
    let folder = tempfile::tempdir()?;
    browser
        .driver
        .cdp()
        .send_raw(
            "Browser.setDownloadBehavior",
            json!({"behavior": "allow", "downloadPath": folder.path()}),
        )
        .await?;
    browser.press("button", "Import and export").await;
    browser.press("button", "Export to file").await;
    let path = folder.path().join("team-app-build-config.json");
    let text = eventually("the file is there", async || {
        let text = std::fs::read_to_string(&path).ok()?;
        (!text.is_empty()).then_some(text)
    })
    .await;
    let saved: Value = serde_json::from_str(&text)?;
    assert_eq!(
        saved,
        json!({"build_node": "in", "tag_configs": [row(1, "a")]})
    );
    browser.close().await;
    Ok(())
}
