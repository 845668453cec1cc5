//! Steps that several tests share: connecting, creating, building, saving.

use super::fixtures::{CONFIG_PAGE, NEW_PAGE, REPOSITORY, repository};
use super::{Api, Browser, Reply, Server, Source};
use serde_json::Value;
use thirtyfour::prelude::*;

/// Opens the console and sets on the Connection page which namespace to work in.
pub async fn connect(browser: &Browser, server: &Server, namespace: &str) {
    browser
        .open(&format!("{}/connection", server.address))
        .await;
    browser.ready().await;
    browser.fill("Namespace", namespace).await;
    browser.press("button", "Save and test").await;
    browser.see("Connected").await;
}

/// Fills in the create form for a local source and sends it.
pub async fn create_simple(browser: &Browser, name: &str, source: &Source) {
    browser.press("link", "Repositories").await;
    browser.press("link", "New repository").await;
    browser.press("radio", "Git URL").await;
    browser
        .fill("Clone URL", &source.path().display().to_string())
        .await;
    browser.fill("Repository name", name).await;
    browser.press("button", "Create repository").await;
}

/// Opens the create form at a scriptable API, with a hosted source filled in.
pub async fn fill_create_form(browser: &Browser, api: &Api) {
    browser.open(&format!("{}{NEW_PAGE}", api.address)).await;
    browser.press("radio", "GitHub").await;
    browser.fill("Owner", "octo").await;
    browser.fill("Source repository", "app").await;
    browser.fill("Repository name", "app").await;
}

/// Has the API hold these tag configs, and opens the editor.
pub async fn open_editor(browser: &Browser, api: &Api, tag_configs: Value) {
    let repository = repository("app", tag_configs);
    api.on("GET", REPOSITORY, Reply::Json(200, repository));
    browser.open(&format!("{}{CONFIG_PAGE}", api.address)).await;
    browser.row("Row 1").await;
}

/// Types into the source and the tag of a row, counted from 1.
pub async fn fill_row(browser: &Browser, row: usize, source: &str, tag: &str) {
    browser.fill_nth("Branch or tag name", row, source).await;
    browser.fill_nth("Image tag", row, tag).await;
}

/// The group of fields that edit all of this many selected rows.
pub async fn bulk_fields(browser: &Browser, selected: usize) -> WebElement {
    let name = format!("Edit {selected} selected rows");
    browser.find("group", &name).await
}

/// Waits until everything that the API released before has reached the page: a request that is sent now
/// is answered after it.
pub async fn round_trip(browser: &Browser) {
    browser
        .script_async("fetch('/v1/nothing').finally(() => requestAnimationFrame(() => setTimeout(arguments[0])));")
        .await;
}

impl Browser {
    /// Lets Settings forget what this browser has stored.
    pub async fn forget_stored(&self) {
        const FORGET: &str = "Forget repositories and drafts";
        self.press("button", FORGET).await;
        self.press_in_dialog("button", FORGET).await;
    }

    /// Opens the palette, types this and takes the first line.
    pub async fn palette(&self, text: &str) {
        self.keys(Key::Control + "k").await;
        let field = self
            .find("combobox", "Page, repository, build or action")
            .await;
        field.send_keys(text).await.expect("types");
        field.send_keys(Key::Enter + "").await.expect("takes");
    }

    /// Starts a build of this image, `namespace/name:tag`, and opens its page.
    pub async fn build(&self, image: &str) {
        self.press("button", &format!("Build {image}")).await;
        self.see(&format!("Build started: {image}")).await;
        self.press("link", "Open build").await;
    }

    /// Saves the build config: the button, then the review's own.
    pub async fn save(&self) {
        self.press("button", "Save").await;
        self.press_in_dialog("button", "Save").await;
        self.see("Saved.").await;
    }
}
