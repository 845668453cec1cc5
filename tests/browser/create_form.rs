//! The create form: rules, paste, previews, import, and what comes after.

use crate::api::{Api, Reply};
use crate::harness::{Browser, Outcome, Server, Setup, eventually};
use crate::source::{Source, builder_has};
use crate::stories::connect;
use serde_json::{Value, json};
use std::process::Command;
use thirtyfour::prelude::*;

pub const NEW: &str = "/repositories/team/new";
pub const REPOSITORIES: &str = "/v1/repositories/team";

/// A repository as the API answers it, in the namespace `team`.
pub fn repository(name: &str, rows: Value) -> Value {
    let sample = include_str!("../samples/repository.response.json");
    let mut repository: Value = serde_json::from_str(sample).expect("JSON");
    repository["namespace"] = json!("team");
    repository["repo_name"] = json!(name);
    repository["build_config"]["code_repo_path"] = json!("octo/app");
    repository["build_config"]["tag_configs"] = rows;
    repository
}

/// A row as the API holds it.
pub fn row(id: u64, tag: &str) -> Value {
    json!({
        "id": id, "docker_build_config_id": 3, "docker_repo_tag": tag, "dockerfile_location": "/",
        "code_repo_type": "branch", "code_repo_type_value": "main", "is_active": false,
        "version_tagging": 1, "build_context_path": "/"
    })
}

/// Opens the create form at a scripted API, with a hosted source filled in.
pub async fn filled(browser: &Browser, api: &Api) {
    browser.open(&format!("{}{NEW}", api.address)).await;
    browser.fill("Name", "app").await;
    browser.fill("Owner", "octo").await;
    browser.fill("Source repository", "app").await;
}

#[tokio::test]
async fn rules_speak_when_a_field_is_left_or_on_submit_and_warnings_never_block() -> Outcome {
    let api = Api::start().await;
    api.on(
        "POST",
        REPOSITORIES,
        Reply::Json(201, repository("app", json!([row(4, "latest")]))),
    );
    let browser = Browser::start(Setup::default()).await;
    browser.open(&format!("{}{NEW}", api.address)).await;
    // Typed but not left: nothing is said yet.
    browser.fill("Name", "Not A Name").await;
    assert!(!browser.text().await.contains("Use lowercase letters"));
    browser.keys(Key::Tab + "").await;
    browser.see("Use lowercase letters and digits").await;
    browser.press("button", "Create repository").await;
    browser.see("3 fields need attention.").await;
    eventually("the focus is on the first problem", async || {
        let focused = browser.script("return document.activeElement.value;").await;
        (focused == "Not A Name").then_some(())
    })
    .await;
    let summary = browser.find("alert", "").await;
    assert!(summary.text().await?.contains("3 fields"));
    assert!(api.asked("POST", REPOSITORIES).is_empty());

    browser.fill("Name", "app").await;
    browser.press("radio", "Git URL (Simple)").await;
    browser
        .fill("Clone URL", "https://me:secret@git.test/app.git")
        .await;
    browser.fill("Build context", "/app").await;
    browser.see("This URL contains a password").await;
    browser
        .see("The Dockerfile is outside the build context.")
        .await;
    // Paths lose their detours where it can be seen.
    browser.fill("Dockerfile", "//docker/./").await;
    browser.keys(Key::Tab + "").await;
    browser.holds("Dockerfile", 1, "/docker").await;
    browser.press("button", "Create repository").await;
    browser.at("/repositories/team/app").await;
    let asked = api.asked("POST", REPOSITORIES);
    assert_eq!(asked.len(), 1);
    let config = &asked[0].body["build_config"];
    assert_eq!(
        config["code_repo_clone_url"],
        "https://me:secret@git.test/app.git"
    );
    assert!(config.get("code_repo_namespace").is_none());
    assert_eq!(config["tag_configs"][0]["dockerfile_location"], "/docker");
    browser.close().await;
    Ok(())
}

#[tokio::test]
async fn a_pasted_link_fills_the_source_and_can_be_taken_back() -> Outcome {
    let server = Server::start(&[]).await;
    let browser = Browser::start(Setup::default()).await;
    connect(&browser, &server, "team").await;
    browser.open(&format!("{}{NEW}", server.address)).await;
    let owner = browser.find("textbox", "Owner").await;
    browser.fill("Owner", "mine").await;
    browser
        .paste(&owner, "https://gitee.com/Octo/Web-App/tree/release")
        .await;
    browser
        .see("Filled in from the link: Octo/Web-App on Gitee (OSChina).")
        .await;
    browser.holds("Owner", 1, "Octo").await;
    browser.holds("Source repository", 1, "Web-App").await;
    browser.holds("Name", 1, "web-app").await;
    browser.holds("Branch or tag name", 1, "release").await;
    let card = browser.find("radio", "Gitee (OSChina)").await;
    assert!(card.is_selected().await?);
    browser.press("button", "Undo").await;
    browser.holds("Owner", 1, "mine").await;
    browser.holds("Branch or tag name", 1, "main").await;
    browser.holds("Name", 1, "").await;

    let owner = browser.find("textbox", "Owner").await;
    browser.paste(&owner, "git@git.test:group/tool.git").await;
    browser
        .holds("Clone URL", 1, "git@git.test:group/tool.git")
        .await;
    // Any other text is pasted as it is.
    let url = browser.find("textbox", "Clone URL").await;
    browser.fill_in(&url, "").await;
    browser.paste(&url, "half/typed").await;
    browser.holds("Clone URL", 1, "half/typed").await;
    browser.close().await;
    Ok(())
}

/// What the preview shows.
async fn preview(browser: &Browser, kind: &str) -> String {
    browser.press("button", kind).await;
    eventually(&format!("the preview as {kind}"), async || {
        let region = browser.all("region", kind).await.into_iter().next()?;
        region.prop("textContent").await.ok().flatten()
    })
    .await
}

#[tokio::test]
async fn the_previews_are_what_is_sent() -> Outcome {
    let source = Source::with_steps(&[]);
    let folder = source.parent();
    let server = Server::start(&["--allow-local-source", &folder.display().to_string()]).await;
    let browser = Browser::start(Setup::default()).await;
    connect(&browser, &server, "team").await;
    browser.open(&format!("{}{NEW}", server.address)).await;
    browser.fill("Name", "shown").await;
    browser
        .fill("Short description", "It's \"quoted\" & $HOME")
        .await;
    browser.press("radio", "Git URL (Simple)").await;
    browser
        .fill("Clone URL", &source.path().display().to_string())
        .await;
    browser.press("button", "Add row").await;
    browser.fill_nth("Branch or tag name", 2, "main").await;
    browser.fill_nth("Image tag", 2, "edge").await;
    browser.see("team/shown:latest").await;
    browser.see("team/shown:edge").await;
    // The version tag of this very second; the commit's id where that is chosen.
    let text = browser.text().await;
    let version = text
        .split_whitespace()
        .find(|word| word.starts_with("v20"))
        .expect("a version tag")
        .to_owned();
    assert_eq!(version.len(), "v20150902.081742".len());
    browser.choose("Version tag", "Commit ID").await;
    browser.see("commit ID").await;

    let shown: Value = serde_json::from_str(&preview(&browser, "JSON").await)?;
    assert_eq!(shown["repo_name"], "shown");
    assert_eq!(
        shown["build_config"]["tag_configs"][1]["docker_repo_tag"],
        "edge"
    );

    // The line in a shell makes the repository, just as the button would; its button copies it all.
    let line = preview(&browser, "curl").await;
    let tools = browser.driver.cdp();
    let permission = json!({"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]});
    tools
        .send_raw("Browser.grantPermissions", permission)
        .await?;
    browser.press("button", "Copy curl").await;
    eventually("the line is copied", async || {
        let script = "navigator.clipboard.readText().then(arguments[0], () => arguments[0](null));";
        let copied = browser.driver.execute_async(script, Vec::new()).await;
        (copied.ok()?.json() == &json!(line)).then_some(())
    })
    .await;
    assert!(line.contains("Token $SLIPWAY_TOKEN"), "{line}");
    let output = Command::new("sh")
        .args(["-c", &format!("{line} --silent --show-error")])
        .env("SLIPWAY_TOKEN", "unused")
        .output()?;
    let answer: Value =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{line}\n{output:?}"));
    assert_eq!(answer["repo_path"], "team/shown");
    assert_eq!(answer["description"], "It's \"quoted\" & $HOME");
    assert_eq!(
        answer["build_config"]["tag_configs"][0]["version_tagging"],
        2
    );
    browser.close().await;
    Ok(())
}

#[tokio::test]
async fn an_import_changes_nothing_before_it_is_taken() -> Outcome {
    let api = Api::start().await;
    let browser = Browser::start(Setup::default()).await;
    filled(&browser, &api).await;
    browser.press("button", "Import and export").await;
    browser.fill("JSON to import", "{\"repo_name\":").await;
    browser.see("Invalid JSON at line 1, column 13.").await;
    browser.fill("JSON to import", "{\"error\": 3}").await;
    browser.see("Valid JSON, but not a create request").await;
    let text = repository("imported", json!([row(9, "one"), row(10, "two")])).to_string();
    browser.fill("JSON to import", &text).await;
    browser.see("Read a repository: 2 rows.").await;
    browser.see("deploy_url: read-only").await;
    browser.holds("Name", 1, "app").await;
    browser.press("button", "Cancel").await;
    browser.holds("Name", 1, "app").await;

    // A file that is dropped anywhere is read, and the page stays.
    browser
        .driver
        .execute(
            "const data = new DataTransfer();
             data.items.add(new File([arguments[0]], 'config.json', {type: 'application/json'}));
             for (const kind of ['dragover', 'drop']) document.body.dispatchEvent(
               new DragEvent(kind, {dataTransfer: data, bubbles: true, cancelable: true}));",
            vec![json!(text)],
        )
        .await?;
    browser.press("button", "Fill in the form").await;
    browser.holds("Name", 1, "imported").await;
    browser.holds("Image tag", 2, "two").await;
    let shown: Value = serde_json::from_str(&preview(&browser, "JSON").await)?;
    // Another repository's ids mean nothing here.
    assert!(shown["build_config"]["tag_configs"][0].get("id").is_none());
    browser.press("button", "Undo").await;
    browser.holds("Name", 1, "app").await;
    browser.close().await;
    Ok(())
}

#[tokio::test]
async fn the_full_description_is_previewed_from_text_alone() -> Outcome {
    let api = Api::start().await;
    let browser = Browser::start(Setup::default()).await;
    filled(&browser, &api).await;
    browser
        .fill(
            "Full description",
            "# Title\n\n**bold** <img src=x onerror=alert(1)> [web](https://a.test/) [bad](javascript:alert(1)) ![picture](https://a.test/x.png)",
        )
        .await;
    browser.press("button", "Preview").await;
    browser.find("heading", "Title").await;
    let found = browser
        .script(
            "const m = document.querySelector('.markdown');
             return [m.querySelector('strong').textContent, m.querySelectorAll('img').length,
                     [...m.querySelectorAll('a')].map((a) => a.href), m.textContent.includes('<img')];",
        )
        .await;
    assert_eq!(
        found,
        json!(["bold", 0, ["https://a.test/", "https://a.test/x.png"], true])
    );
    browser.close().await;
    Ok(())
}

#[tokio::test]
async fn after_success_come_the_deploy_key_and_the_first_builds() -> Outcome {
    let api = Api::start().await;
    let made = repository("app", json!([row(4, "latest")]));
    api.on("POST", REPOSITORIES, Reply::Json(201, made.clone()));
    api.on(
        "GET",
        "/v1/repositories/team/app",
        Reply::Json(200, made.clone()),
    );
    let none = json!({"count": 0, "next": null, "previous": null, "results": []});
    api.on("GET", "/v1/builds", Reply::Json(200, none));
    let browser = Browser::start(Setup::default()).await;
    filled(&browser, &api).await;
    browser.press("button", "Create repository").await;
    browser.at("/repositories/team/app").await;
    let steps = browser.find("region", "First steps").await;
    let text = steps.text().await?;
    let key = made["build_config"]["code_repo_public_key"]
        .as_str()
        .unwrap_or_default();
    assert!(text.contains(key), "{text}");
    browser.find("button", "Copy deploy key").await;
    let link = browser.find("link", "settings/keys").await;
    assert_eq!(
        link.attr("href").await?.unwrap_or_default(),
        "https://github.com/alauda/testtest/settings/keys"
    );
    browser.press("button", "Build now: team/app:latest").await;
    eventually("a build is asked for", async || {
        (api.asked("POST", "/v1/builds").len() == 1).then_some(())
    })
    .await;
    assert_eq!(
        api.asked("POST", "/v1/builds")[0].body,
        json!({"namespace": "team", "repo_name": "app", "tag": "latest"})
    );
    browser.close().await;
    Ok(())
}

/// Presses Tab until the focus is on what has this name.
async fn tab_to(browser: &Browser, name: &str) {
    for _ in 0..80 {
        let focused = browser
            .script(
                "const e = document.activeElement;
                 return [e.getAttribute('aria-label') ?? '', e.labels?.[0]?.textContent ?? '',
                         e.matches('a, button, summary') ? e.textContent : ''].join(' ');",
            )
            .await;
        if focused.as_str().unwrap_or_default().contains(name) {
            return;
        }
        browser.keys(Key::Tab + "").await;
    }
    panic!("no way by Tab to {name}");
}

#[tokio::test]
async fn a_repository_is_created_and_edited_by_keyboard_alone() -> Outcome {
    let source = Source::with_steps(&["/bin/busybox echo by keys"]);
    source.branch("next");
    let folder = source.parent();
    let server = Server::start(&["--allow-local-source", &folder.display().to_string()]).await;
    let browser = Browser::start(Setup::default()).await;
    connect(&browser, &server, "team").await;
    let name = format!("keys-{}", std::process::id());
    browser.open(&format!("{}{NEW}", server.address)).await;
    browser.ready().await;
    browser.script("document.activeElement.blur();").await;
    tab_to(&browser, "Name").await;
    browser.keys(name.as_str()).await;
    // Enter does not send the form from a text field.
    browser.keys(Key::Enter + "").await;
    tab_to(&browser, "GitHub").await;
    browser.keys(Key::Up + "").await;
    browser.find("textbox", "Clone URL").await;
    tab_to(&browser, "Clone URL").await;
    browser.keys(source.path().display().to_string()).await;
    browser.at(NEW).await;
    browser.keys(Key::Control + Key::Enter).await;
    browser.at(&format!("/repositories/team/{name}")).await;
    tab_to(&browser, "Edit build config").await;
    browser.keys(Key::Enter + "").await;
    browser
        .at(&format!("/repositories/team/{name}/config"))
        .await;
    browser.find("row", "Row 1: latest").await;

    // Rows are added, duplicated, walked and removed by keys.
    tab_to(&browser, "Branch or tag name").await;
    browser.keys(Key::Alt + Key::Enter).await;
    let row_of_focus = async || {
        let row = browser
            .script("return document.activeElement.closest('tr')?.getAttribute('aria-label');")
            .await;
        row.as_str().unwrap_or_default().to_owned()
    };
    let in_row = async |row: &str| {
        eventually(&format!("the focus is in {row}"), async || {
            (row_of_focus().await == row).then_some(())
        })
        .await;
    };
    in_row("Row 2").await;
    browser.keys("next").await;
    tab_to(&browser, "Image tag").await;
    browser.keys("next").await;
    in_row("Row 2: next").await;
    browser.keys(Key::Alt + Key::Shift + Key::Down).await;
    in_row("Row 3").await;
    browser.holds("Branch or tag name", 3, "next").await;
    browser.keys("third").await;
    browser.keys(Key::Enter + "").await;
    in_row("Row 3: third").await; // There is no row below.
    browser.keys(Key::Shift + Key::Enter).await;
    in_row("Row 2: next").await;
    browser.keys(Key::Alt + Key::Up).await;
    in_row("Row 1: latest").await;
    browser.keys(Key::Enter + "").await;
    browser.keys(Key::Alt + Key::Down).await;
    in_row("Row 3: third").await;
    browser.keys(Key::Alt + Key::Shift + Key::Backspace).await;
    in_row("Row 2: next").await;
    browser.keys(Key::Control + Key::Enter).await;
    browser.find_in_dialog("heading", "Review changes").await;
    tab_to(&browser, "Save").await;
    browser.keys(Key::Enter + "").await;
    browser.see("Saved.").await;
    eventually("the focus is where it is said", async || {
        let id = browser.script("return document.activeElement.id;").await;
        (id == "saved").then_some(())
    })
    .await;
    tab_to(&browser, &format!("Build team/{name}:next")).await;
    browser.keys(Key::Enter + "").await;
    browser.press("link", "Build started: open it").await;
    browser.see("Succeeded").await;
    assert!(builder_has(&format!("team/{name}:next")));
    browser.close().await;
    Ok(())
}
