//! The main job: from nothing to a built image, watched in the browser.

use crate::harness::{Browser, Outcome, Server, Setup, eventually};
use crate::source::{Source, builder_has};
use thirtyfour::prelude::*;

/// Opens the console and says on the Connection page which namespace to work in.
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
    browser.fill("Name", name).await;
    browser.press("radio", "Git URL (Simple)").await;
    browser
        .fill("Clone URL", &source.path().display().to_string())
        .await;
    browser.press("button", "Create repository").await;
}

/// How many lines the log says that it has.
async fn log_lines(browser: &Browser) -> usize {
    let text = browser.text().await;
    text.split_once(" lines")
        .and_then(|(before, _)| before.split_whitespace().next_back())
        .and_then(|number| number.replace(',', "").parse().ok())
        .unwrap_or(0)
}

#[tokio::test]
async fn from_an_empty_server_to_an_image_under_both_tags() -> Outcome {
    let source = Source::with_steps(&[
        "/bin/busybox echo first step",
        "for i in 1 2 3 4; do /bin/busybox echo line $i of the slow step; /bin/busybox sleep 1; done",
        "/bin/busybox echo last step",
    ]);
    source.branch("stable");
    let folder = source.parent();
    let server = Server::start(&["--allow-local-source", &folder.display().to_string()]).await;
    let browser = Browser::start(Setup::default()).await;

    connect(&browser, &server, "team").await;
    let name = format!("story-{}", std::process::id());
    create_simple(&browser, &name, &source).await;
    browser.at(&format!("/repositories/team/{name}")).await;
    browser.see("No builds yet.").await;

    // Build, and see the log grow while the status is still 'in progress'.
    browser.build(&format!("team/{name}:latest")).await;
    browser.see("line 1 of the slow step").await;
    browser.see("In progress").await;
    let before = log_lines(&browser).await;
    browser.see("line 3 of the slow step").await;
    assert!(log_lines(&browser).await > before);
    browser.see("Succeeded").await;
    browser.see("last step").await;
    // The log's own last line: no more will come.
    browser.see("was built: ").await;
    let build = browser.path().await;
    let text = browser.text().await;
    let version = text
        .split([' ', '\n', ':'])
        .find(|word| word.starts_with("v20") && word.contains('.'))
        .expect("the version tag is shown")
        .to_owned();
    assert!(builder_has(&format!("team/{name}:latest")));
    assert!(builder_has(&format!("team/{name}:{version}")));
    // The log says each line once, however often it was read.
    let lines = log_lines(&browser).await;
    browser.reload().await;
    eventually("the log is there again", async || {
        (log_lines(&browser).await == lines).then_some(())
    })
    .await;

    // Three rows, of which one will be changed and one removed.
    browser
        .open(&format!(
            "{}/repositories/team/{name}/config",
            server.address
        ))
        .await;
    browser.press("button", "Add row").await;
    fill_row(&browser, 2, "main", "doomed").await;
    browser.save().await;
    browser.reload().await;
    browser.find("row", "Row 2: doomed").await;
    browser.fill_nth("Image tag", 1, "edge").await;
    browser.press("button", "Remove row 2: doomed").await;
    browser.press("button", "Add row").await;
    fill_row(&browser, 2, "stable", "stable").await;
    browser.press("button", "Save").await;
    browser.press_in_dialog("checkbox", "Remove doomed").await;
    browser.press_in_dialog("button", "Save and remove").await;
    browser.see("Saved.").await;
    browser.reload().await;
    browser.find("row", "Row 1: edge").await;
    browser.find("row", "Row 2: stable").await;
    assert!(!browser.text().await.contains("doomed"));

    // Build the new tag, and see both in the table.
    browser.press("link", "Back to the repository").await;
    browser.build(&format!("team/{name}:stable")).await;
    browser.see("Succeeded").await;
    assert!(builder_has(&format!("team/{name}:stable")));
    browser.open(&format!("{}/builds", server.address)).await;
    browser.find("link", &format!("team/{name}:stable")).await;
    browser.find("link", &format!("team/{name}:latest")).await;

    // Every page stands after a reload.
    for (path, text) in [
        ("/builds", "story-"),
        (build.as_str(), "Succeeded"),
        ("/repositories/team", name.as_str()),
        (&format!("/repositories/team/{name}"), "edge"),
        ("/repositories/team/new", "New build repository in team"),
        (&format!("/repositories/team/{name}/config"), ":stable"),
        ("/connection", "Connection"),
    ] {
        browser.open(&format!("{}{path}", server.address)).await;
        browser.see(text).await;
        browser.reload().await;
        browser.see(text).await;
    }
    browser.close().await;
    Ok(())
}

async fn fill_row(browser: &Browser, row: usize, source: &str, tag: &str) {
    browser.fill_nth("Branch or tag name", row, source).await;
    browser.fill_nth("Image tag", row, tag).await;
}

#[tokio::test]
async fn a_failing_dockerfile_shows_the_failing_line() -> Outcome {
    let source = Source::with_steps(&[
        "i=0; while [ $i -lt 200 ]; do /bin/busybox echo filler $i; i=$((i+1)); done",
        "/bin/busybox echo the compiler says no >&2; exit 3",
    ]);
    let folder = source.parent();
    let server = Server::start(&["--allow-local-source", &folder.display().to_string()]).await;
    let browser = Browser::start(Setup::default()).await;
    connect(&browser, &server, "team").await;
    let name = format!("broken-{}", std::process::id());
    create_simple(&browser, &name, &source).await;
    browser.build(&format!("team/{name}:latest")).await;
    browser.see("Failed").await;
    // In view without a scroll: the end was followed.
    browser.see("the compiler says no").await;
    let in_view = eventually("the failing line is inside the log's frame", async || {
        let inside = browser
            .script(
                "const line = [...document.querySelectorAll('.log-line')]
                   .find((l) => l.textContent.includes('the compiler says no'));
                 if (!line) return false;
                 const a = line.getBoundingClientRect();
                 const b = line.closest('.log-frame').getBoundingClientRect();
                 return a.top >= b.top - 1 && a.bottom <= b.bottom + 1;",
            )
            .await;
        inside.as_bool().filter(|inside| *inside)
    })
    .await;
    assert!(in_view);
    // Of 200 lines and more, only those on screen and a few beside them are in the page.
    let nodes = browser
        .script("return document.querySelectorAll('.log-line').length;")
        .await;
    assert!(
        nodes.as_u64().is_some_and(|nodes| nodes < 90),
        "{nodes} lines in the page"
    );
    browser.close().await;
    Ok(())
}

#[tokio::test]
async fn a_commit_can_be_built_and_nonsense_cannot_be_sent() -> Outcome {
    let source = Source::with_steps(&["/bin/busybox echo the first commit"]);
    let first = source.commit(&["/bin/busybox echo the second commit"]);
    source.commit(&["/bin/busybox echo the third commit"]);
    let folder = source.parent();
    let server = Server::start(&["--allow-local-source", &folder.display().to_string()]).await;
    let browser = Browser::start(Setup::default()).await;
    connect(&browser, &server, "team").await;
    let name = format!("commits-{}", std::process::id());
    create_simple(&browser, &name, &source).await;
    let image = format!("team/{name}:latest");
    browser
        .press("button", &format!("Build {image} at a commit"))
        .await;
    browser
        .find("dialog", &format!("Build {image} at a commit"))
        .await;
    browser.fill("Commit ID", "--upload-pack=x").await;
    browser.see("Enter 7–40 hex digits.").await;
    browser.fill("Commit ID", &first[..10]).await;
    let field = browser.find("textbox", "Commit ID").await;
    field.send_keys(Key::Enter + "").await?;
    browser.press("link", "Open build").await;
    browser.see("Succeeded").await;
    browser.see(&first).await;
    browser.see("the second commit").await;
    browser.close().await;
    Ok(())
}
