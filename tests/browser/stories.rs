//! The main task: from nothing to a built image, watched in the browser.

use crate::support::log_page::{count, counted, lines_in_page, see_line_with};
use crate::support::source::builder_has;
use crate::support::steps::{connect, create_simple, fill_row};
use crate::support::{Browser, Outcome, Server, Source, story};
use thirtyfour::prelude::*;

#[tokio::test]
async fn from_an_empty_server_to_an_image_under_both_tags() -> Outcome {
    let source = Source::with_steps(&[
        "/bin/busybox echo first step",
        "for i in 1 2 3 4; do /bin/busybox echo line $i of the slow step; /bin/busybox sleep 1; done",
        "/bin/busybox echo last step",
    ]);
    source.branch("stable");
    story(Server::with_source(&source).await)
        .run(async |browser, server| {
            connect(browser, server, "team").await;
            let name = format!("story-{}", std::process::id());
            create_simple(browser, &name, &source).await;
            browser.at(&format!("/repositories/team/{name}")).await;
            browser.see("No builds yet.").await;

            let build = build_and_watch(browser, server, &name).await;
            let config = format!("{}/repositories/team/{name}/config", server.address);
            browser.open(&config).await;
            add_row(browser).await;
            change_rows(browser).await;
            // Build the new tag; both are in the table.
            browser.press("link", "Back to the repository").await;
            browser.build(&format!("team/{name}:stable")).await;
            browser.see("Succeeded").await;
            assert!(builder_has(&server.data, &format!("team/{name}:stable")));
            browser.open(&format!("{}/builds", server.address)).await;
            browser.find("link", &format!("team/{name}:stable")).await;
            browser.find("link", &format!("team/{name}:latest")).await;

            every_page_survives_a_reload(browser, server, &name, &build).await;
            Ok(())
        })
        .await
}

/// Builds the first tag and watches its log grow; returns the build's path.
async fn build_and_watch(browser: &Browser, server: &Server, name: &str) -> String {
    // The log grows while the status is still 'in progress'.
    browser.build(&format!("team/{name}:latest")).await;
    browser.see("line 1 of the slow step").await;
    browser.see("In progress").await;
    let before = count(browser).await;
    browser.see("line 3 of the slow step").await;
    assert!(count(browser).await > before);
    browser.see("Succeeded").await;
    browser.see("last step").await;
    // The log's last line.
    browser.see("was built: ").await;
    let build = browser.path().await;
    both_tags_are_images(browser, server, name).await;
    // Each line is there once, however often the log was read.
    let lines = count(browser).await;
    browser.reload().await;
    counted(browser, lines).await;
    build
}

/// The image builder has the image under its tag and under the version tag that the page shows.
async fn both_tags_are_images(browser: &Browser, server: &Server, name: &str) {
    let text = browser.text().await;
    let version = text
        .split([' ', '\n', ':'])
        .find(|word| word.starts_with("v20") && word.contains('.'))
        .expect("the version tag is shown")
        .to_owned();
    assert!(builder_has(&server.data, &format!("team/{name}:latest")));
    assert!(builder_has(&server.data, &format!("team/{name}:{version}")));
}

/// Adds a row and saves it.
async fn add_row(browser: &Browser) {
    browser.press("button", "Add row").await;
    fill_row(browser, 2, "main", "doomed").await;
    browser.save().await;
    browser.reload().await;
    browser.find("row", "Row 2: doomed").await;
}

/// Changes a row, removes the added one and adds another.
async fn change_rows(browser: &Browser) {
    browser.fill_nth("Image tag", 1, "edge").await;
    browser.press("button", "Remove row 2: doomed").await;
    browser.press("button", "Add row").await;
    fill_row(browser, 2, "stable", "stable").await;
    browser.press("button", "Save").await;
    browser.press_in_dialog("checkbox", "Remove doomed").await;
    browser.press_in_dialog("button", "Save and remove").await;
    browser.see("Saved.").await;
    browser.reload().await;
    browser.find("row", "Row 1: edge").await;
    browser.find("row", "Row 2: stable").await;
    assert!(!browser.text().await.contains("doomed"));
}

async fn every_page_survives_a_reload(browser: &Browser, server: &Server, name: &str, build: &str) {
    for (path, text) in [
        ("/builds", "story-"),
        (build, "Succeeded"),
        ("/repositories/team", name),
        (&format!("/repositories/team/{name}"), "edge"),
        ("/repositories/team/new", "team / New build repository"),
        (&format!("/repositories/team/{name}/config"), ": stable"),
        ("/connection", "Connection"),
    ] {
        browser.open(&format!("{}{path}", server.address)).await;
        browser.see(text).await;
        browser.reload().await;
        browser.see(text).await;
    }
}

#[tokio::test]
async fn a_failing_dockerfile_shows_the_failing_line() -> Outcome {
    let source = Source::with_steps(&[
        "i=0; while [ $i -lt 200 ]; do /bin/busybox echo filler $i; i=$((i+1)); done",
        "/bin/busybox echo the compiler says no >&2; exit 3",
    ]);
    story(Server::with_source(&source).await)
        .run(async |browser, server| {
            connect(browser, server, "team").await;
            let name = format!("broken-{}", std::process::id());
            create_simple(browser, &name, &source).await;
            browser.build(&format!("team/{name}:latest")).await;
            browser.see("Failed").await;
            // In view without scrolling, because the end is followed.
            browser.see("the compiler says no").await;
            see_line_with(browser, "the compiler says no").await;
            // Of more than 200 lines, only those on screen and a few around them are in the page.
            let lines = lines_in_page(browser).await;
            assert!(lines < 90, "{lines} lines in the page");
            Ok(())
        })
        .await
}

#[tokio::test]
async fn a_commit_can_be_built_and_nonsense_cannot_be_sent() -> Outcome {
    let source = Source::with_steps(&["/bin/busybox echo the first commit"]);
    let first = source.commit(&["/bin/busybox echo the second commit"]);
    source.commit(&["/bin/busybox echo the third commit"]);
    story(Server::with_source(&source).await)
        .run(async |browser, server| {
            connect(browser, server, "team").await;
            let name = format!("commits-{}", std::process::id());
            create_simple(browser, &name, &source).await;
            let image = format!("team/{name}:latest");
            browser.press("button", &format!("More for {image}")).await;
            browser
                .press("button", &format!("Build a commit of {image}"))
                .await;
            browser
                .find("dialog", &format!("Build a commit of {image}"))
                .await;
            browser.fill("Commit ID", "--upload-pack=x").await;
            browser.see("Enter 7–40 hex digits.").await;
            browser.fill("Commit ID", &first[..10]).await;
            let field = browser.find("textbox", "Commit ID").await;
            field.send_keys(Key::Enter + "").await?;
            browser.press("link", "Open build").await;
            browser.see("Succeeded").await;
            browser.see("the second commit").await;
            browser.press("button", "Details").await;
            browser.see(&first).await;
            Ok(())
        })
        .await
}
