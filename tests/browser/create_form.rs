//! The create form: rules, paste, previews, import, and the first steps after it.

use crate::support::files::drop_file;
use crate::support::fixtures::{
    BUILDS, NEW_PAGE, REPOSITORIES, REPOSITORY, empty_page, repository, tag_config,
};
use crate::support::source::builder_has;
use crate::support::steps::{connect, fill_create_form, fill_row};
use crate::support::{
    Api, Browser, Outcome, Reply, Server, Source, assert_soon, eventually, eventually_eq, story,
};
use serde_json::{Value, json};
use std::process::Command;
use thirtyfour::prelude::*;

#[tokio::test]
async fn problems_show_when_a_field_is_left_or_on_submit_and_warnings_never_block() -> Outcome {
    story(Api::start().await)
        .run(async |browser, api| {
            api.on(
                "POST",
                REPOSITORIES,
                Reply::Json(201, repository("app", json!([tag_config(4, "latest")]))),
            );
            browser.open(&format!("{}{NEW_PAGE}", api.address)).await;
            // Typed but not left: no message yet.
            browser.fill("Repository name", "Not A Name").await;
            assert!(!browser.text().await.contains("Use lowercase letters"));
            browser.keys(Key::Tab + "").await;
            browser.see("Use lowercase letters and digits").await;
            browser.press("button", "Create repository").await;
            // The number of problems is in the bar, which is always in view, and leads to the first.
            browser.see("2 fields need attention").await;
            browser.focus_is_on("textbox", "Source").await;
            browser
                .see("Paste a link, or choose where the source is hosted.")
                .await;
            browser.fill("Short description", "typed").await;
            browser.press("button", "2 fields need attention").await;
            browser.focus_is_on("textbox", "Source").await;
            assert!(api.requests("POST", REPOSITORIES).is_empty());

            browser.fill("Repository name", "app").await;
            browser.press("radio", "Git URL").await;
            browser
                .fill("Clone URL", "https://me:secret@git.test/app.git")
                .await;
            browser.fill("Context", "/app").await;
            browser.see("This URL contains a password").await;
            browser
                .see("The Dockerfile is outside the build context.")
                .await;
            // Paths are normalised in the field, where the user sees it.
            browser.fill("Dockerfile", "//docker/./").await;
            browser.keys(Key::Tab + "").await;
            browser.holds("Dockerfile", 1, "/docker").await;
            browser.press("button", "Create repository").await;
            browser.at("/repositories/team/app").await;
            let asked = api.requests("POST", REPOSITORIES);
            assert_eq!(asked.len(), 1);
            let config = &asked[0].body["build_config"];
            assert_eq!(
                config["code_repo_clone_url"],
                "https://me:secret@git.test/app.git"
            );
            assert!(config.get("code_repo_namespace").is_none());
            assert_eq!(config["tag_configs"][0]["dockerfile_location"], "/docker");
            Ok(())
        })
        .await
}

#[tokio::test]
async fn a_pasted_link_fills_the_source_and_can_be_undone() -> Outcome {
    story(Server::start(&[]).await)
        .run(async |browser, server| {
            connect(browser, server, "team").await;
            browser.open(&format!("{}{NEW_PAGE}", server.address)).await;
            browser.press("radio", "GitHub").await;
            let owner = browser.find("textbox", "Owner").await;
            browser.fill("Owner", "mine").await;
            browser
                .paste(&owner, "https://gitee.com/Octo/Web-App/tree/release")
                .await;
            browser.see("owner Octo").await;
            browser.holds("Owner", 1, "Octo").await;
            browser.holds("Source repository", 1, "Web-App").await;
            browser.holds("Repository name", 1, "web-app").await;
            browser.holds("Branch or tag name", 1, "release").await;
            let card = browser.find("radio", "Gitee").await;
            assert!(card.is_selected().await?);
            browser.press("button", "Undo").await;
            browser.holds("Owner", 1, "mine").await;
            browser.holds("Branch or tag name", 1, "main").await;
            browser.holds("Repository name", 1, "").await;

            let owner = browser.find("textbox", "Owner").await;
            browser.paste(&owner, "git@git.test:group/tool.git").await;
            browser
                .holds("Clone URL", 1, "git@git.test:group/tool.git")
                .await;
            // The field that had the focus is gone.
            browser.focus_is_on("textbox", "Clone URL").await;
            // Any other text is pasted unchanged.
            let url = browser.find("textbox", "Clone URL").await;
            browser.fill_in(&url, "").await;
            browser.paste(&url, "half/typed").await;
            browser.holds("Clone URL", 1, "half/typed").await;
            Ok(())
        })
        .await
}

/// The link that most people have in their clipboard.
const TREE_LINK: &str = "https://github.com/acme/api-gateway/tree/main/services/gateway";

#[tokio::test]
async fn a_link_fills_in_the_form_shows_what_it_understood_and_can_be_undone() -> Outcome {
    story(Api::start().await)
        .size(1280, 800)
        .run(async |browser, api| {
            browser.open(&format!("{}{NEW_PAGE}", api.address)).await;
            let source = browser.find("textbox", "Source").await;
            browser.paste(&source, TREE_LINK).await;
            for part in [
                "owner acme",
                "repository api-gateway",
                "branch main",
                "Dockerfile /services/gateway",
            ] {
                browser.see(part).await;
            }
            browser.holds("Repository name", 1, "api-gateway").await;
            browser.holds("Branch or tag name", 1, "main").await;
            browser.holds("Dockerfile", 1, "/services/gateway").await;
            let shown: Value = serde_json::from_str(&preview(browser, "JSON").await)?;
            assert_eq!(shown["build_config"]["code_repo_namespace"], "acme");
            browser.axe("create, a link is understood").await;

            // What was typed since is kept.
            browser.fill("Short description", "mine").await;
            browser.press("button", "Undo").await;
            browser.focus_is_on("textbox", "Source").await;
            browser.holds("Source", 1, "").await;
            browser.holds("Repository name", 1, "").await;
            browser.holds("Dockerfile", 1, "/").await;
            browser.holds("Short description", 1, "mine").await;
            browser.press("button", "Undo").await;
            browser.holds("Repository name", 1, "api-gateway").await;

            // Corrections by hand win over the link.
            browser.press("button", "Correct").await;
            browser.focus_is_on("textbox", "Owner").await;
            browser.fill("Owner", "octo").await;
            browser.see("owner octo").await;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn a_typed_link_is_read_as_well_and_what_is_not_understood_is_explained() -> Outcome {
    story(Api::start().await)
        .run(async |browser, api| {
            browser.open(&format!("{}{NEW_PAGE}", api.address)).await;
            browser
                .fill("Source", "https://github.com/acme/app.git#next:docker")
                .await;
            browser.see("branch next").await;
            browser.holds("Context", 1, "/docker").await;
            for (text, explanation) in [
                (
                    "https://github.com/acme",
                    "This link doesn’t lead to a repository.",
                ),
                ("acme/app/web", "This isn’t a link or git address"),
                (
                    "https://git.test/acme/app",
                    "This could be a git address or just a web page.",
                ),
            ] {
                browser.fill("Source", text).await;
                browser.keys(Key::Enter + "").await;
                browser.see(explanation).await;
                browser.is_invalid("Source", 1).await;
                browser.holds("Repository name", 1, "").await;
                browser.axe(explanation).await;
            }
            browser.press("button", "Use as clone URL").await;
            browser.see("https://git.test/acme/app").await;
            browser.holds("Repository name", 1, "app").await;
            browser.see_no_more("This could be a git address").await;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn create_and_build_sends_each_request_once() -> Outcome {
    story(Api::start().await)
        .run(async |browser, api| {
            let made = repository(
                "app",
                json!([tag_config(4, "latest"), tag_config(5, "next")]),
            );
            api.on("POST", REPOSITORIES, Reply::Json(201, made.clone()));
            api.on("GET", REPOSITORY, Reply::Json(200, made));
            api.on("GET", BUILDS, Reply::Json(200, empty_page()));
            api.on(
                "POST",
                BUILDS,
                Reply::Json(400, json!({"tag": ["Not today."]})),
            );
            fill_create_form(browser, api).await;
            browser.press("button", "Add row").await;
            fill_row(browser, 2, "next", "next").await;
            let button = browser.find("button", "Create and build").await;
            assert_soon!(
                button.attr("title").await?.as_deref(),
                Some("Creates the repository, then builds latest, next")
            );
            browser.press("button", "Create and build").await;
            browser.at("/repositories/team/app").await;
            api.received("POST", BUILDS, 2).await;
            // Failures are reported on the new repository's page.
            browser.see("Not today.").await;
            assert_eq!(api.requests("POST", REPOSITORIES).len(), 1);
            let mut tags: Vec<String> = api
                .requests("POST", BUILDS)
                .iter()
                .filter_map(|request| Some(request.body["tag"].as_str()?.to_owned()))
                .collect();
            tags.sort();
            assert_eq!(tags, ["latest", "next"]);
            Ok(())
        })
        .await
}

#[tokio::test]
async fn the_request_is_in_the_first_view_and_stays_there() -> Outcome {
    story(Api::start().await)
        .size(1280, 800)
        .run(async |browser, api| {
            browser.open(&format!("{}{NEW_PAGE}", api.address)).await;
            let top = async || {
                let region = browser.find("region", "JSON").await;
                let script = "const {top, right} = arguments[0].getBoundingClientRect();
                    return right <= innerWidth ? top : -1;";
                browser.script_on(&region, script).await.as_f64()
            };
            let first = top().await.unwrap_or(-1.0);
            assert!((0.0..400.0).contains(&first), "{first}");
            for _ in 0..6 {
                browser.press("button", "Add row").await;
            }
            browser.script("scrollTo(0, 9999); return 0;").await;
            eventually("the request is still in view", async || {
                (0.0..400.0).contains(&top().await?).then_some(())
            })
            .await;
            // The line of the field with the focus is marked.
            browser.fill("Short description", "marked").await;
            eventually("a marked line", async || {
                let marked = browser
                    .script_text("return document.querySelector('mark')?.textContent ?? '';")
                    .await;
                marked.contains("\"description\": \"marked\"").then_some(())
            })
            .await;
            Ok(())
        })
        .await
}

/// The text of the preview as `JSON` or `curl`.
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
    story(Server::with_source(&source).await)
        .run(async |browser, server| {
            connect(browser, server, "team").await;
            browser.open(&format!("{}{NEW_PAGE}", server.address)).await;
            browser.fill("Repository name", "shown").await;
            browser
                .fill("Short description", "It's \"quoted\" & $HOME")
                .await;
            browser.press("radio", "Git URL").await;
            browser
                .fill("Clone URL", &source.path().display().to_string())
                .await;
            browser.press("button", "Add row").await;
            fill_row(browser, 2, "main", "edge").await;
            browser.see("team/shown:latest, :edge").await;
            // The version tag of this second, or the commit's id where that is chosen.
            let version = async || {
                let list = browser.find("combobox", "Version tag").await;
                list.attr("title").await.ok().flatten().unwrap_or_default()
            };
            let example = version().await;
            assert!(example.starts_with("v20"), "{example}");
            assert_eq!(example.len(), "v20150902.081742".len());
            browser.choose("Version tag", "Commit ID").await;
            eventually_eq("the version tag", "commit ID".to_owned(), version).await;

            let shown: Value = serde_json::from_str(&preview(browser, "JSON").await)?;
            assert_eq!(shown["repo_name"], "shown");
            assert_eq!(
                shown["build_config"]["tag_configs"][1]["docker_repo_tag"],
                "edge"
            );

            // The command creates the repository, as the button would; its own button copies all of it.
            let line = preview(browser, "curl").await;
            browser.press("button", "Copy curl").await;
            browser.see_in("status", "Copied").await;
            assert_soon!(browser.clipboard().await, line);
            assert!(line.contains("Token $SLIPWAY_TOKEN"), "{line}");
            let output = Command::new("sh")
                .args(["-c", &format!("{line} --silent --show-error")])
                .env("SLIPWAY_TOKEN", "unused")
                .output()?;
            let answer: Value = serde_json::from_slice(&output.stdout)
                .unwrap_or_else(|_| panic!("{line}\n{output:?}"));
            assert_eq!(answer["repo_path"], "team/shown");
            assert_eq!(answer["description"], "It's \"quoted\" & $HOME");
            assert_eq!(
                answer["build_config"]["tag_configs"][0]["version_tagging"],
                2
            );
            Ok(())
        })
        .await
}

#[tokio::test]
async fn an_import_changes_nothing_before_it_is_applied() -> Outcome {
    story(Api::start().await)
        .run(async |browser, api| {
            fill_create_form(browser, api).await;
            browser.press("button", "Import and export").await;
            browser.fill("JSON to import", "{\"repo_name\":").await;
            browser.see("Invalid JSON at line 1, column 13.").await;
            browser.fill("JSON to import", "{\"error\": 3}").await;
            browser.see("Valid JSON, but not a create request").await;
            let text = repository(
                "imported",
                json!([tag_config(9, "one"), tag_config(10, "two")]),
            )
            .to_string();
            browser.fill("JSON to import", &text).await;
            browser.see("Read a repository: 2 rows.").await;
            browser.see("deploy_url: read-only").await;
            browser.press("button", "Cancel").await;
            browser.holds("Repository name", 1, "app").await;

            // A file that is dropped anywhere is read, and the page stays.
            drop_file(browser, "config.json", text.as_bytes()).await?;
            browser.press("button", "Fill in the form").await;
            browser.holds("Repository name", 1, "imported").await;
            browser.holds("Image tag", 2, "two").await;
            let shown: Value = serde_json::from_str(&preview(browser, "JSON").await)?;
            // Another repository's ids are dropped.
            assert!(shown["build_config"]["tag_configs"][0].get("id").is_none());
            browser.press("button", "Undo").await;
            browser.holds("Repository name", 1, "app").await;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn the_full_description_is_previewed_from_text_alone() -> Outcome {
    story(Api::start().await).run(async |browser, api| {
    fill_create_form(browser, api).await;
    browser.press("button", "Build node, full description").await;
    browser
        .fill(
            "Full description",
            "# Title\n\n**bold** <img src=x onerror=alert(1)> [web](https://a.test/) [bad](javascript:alert(1)) ![picture](https://a.test/x.png)",
        )
        .await;
    browser.press("button", "Preview").await;
    browser.find("heading", "Title").await;
    let preview = browser.panel("Preview").await;
    let found = browser
        .script_on(
            &preview,
            "const shown = arguments[0];
             return [shown.querySelector('strong').textContent, shown.querySelectorAll('img').length,
                     [...shown.querySelectorAll('a')].map((a) => a.href), shown.textContent.includes('<img')];",
        )
        .await;
    assert_eq!(
        found,
        json!(["bold", 0, ["https://a.test/", "https://a.test/x.png"], true])
    );
Ok(())
}).await
}

#[tokio::test]
async fn success_shows_the_deploy_key_and_the_first_builds() -> Outcome {
    story(Api::start().await)
        .run(async |browser, api| {
            let made = repository("app", json!([tag_config(4, "latest")]));
            api.on("POST", REPOSITORIES, Reply::Json(201, made.clone()));
            api.on("GET", REPOSITORY, Reply::Json(200, made.clone()));
            api.on("GET", BUILDS, Reply::Json(200, empty_page()));
            fill_create_form(browser, api).await;
            browser.press("button", "Create repository").await;
            browser.at("/repositories/team/app").await;
            let steps = browser.find("region", "First steps").await;
            let text = browser.text_in(&steps).await;
            let key = made["build_config"]["code_repo_public_key"]
                .as_str()
                .unwrap_or_default();
            assert!(text.contains(key), "{text}");
            browser.find("button", "Copy deploy key").await;
            let link = browser.find("link", "settings/keys").await;
            assert_soon!(
                browser.href(&link).await,
                "https://github.com/alauda/testtest/settings/keys"
            );
            browser.press("button", "Build now: team/app:latest").await;
            api.received("POST", BUILDS, 1).await;
            assert_eq!(
                api.requests("POST", BUILDS)[0].body,
                json!({"namespace": "team", "repo_name": "app", "tag": "latest"})
            );
            Ok(())
        })
        .await
}

#[tokio::test]
async fn a_repository_is_created_and_edited_by_keyboard_alone() -> Outcome {
    let source = Source::with_steps(&["/bin/busybox echo by keys"]);
    source.branch("next");
    story(Server::with_source(&source).await)
        .run(async |browser, server| {
            connect(browser, server, "team").await;
            let name = format!("keys-{}", std::process::id());
            browser.open(&format!("{}{NEW_PAGE}", server.address)).await;
            browser.ready().await;
            browser.blur().await;
            browser.tab_to("GitHub").await;
            // Down to the last one: in WebKit, no key leads from the first to the last.
            for _ in 0..3 {
                browser.keys(Key::Down + "").await;
            }
            browser.find("textbox", "Clone URL").await;
            browser.tab_to("Clone URL").await;
            browser.keys(source.path().display().to_string()).await;
            browser.tab_to("Repository name").await;
            browser.keys(name.as_str()).await;
            // Enter does not send the form from a text field.
            browser.keys(Key::Enter + "").await;
            browser.at(NEW_PAGE).await;
            browser.keys(Key::Control + Key::Enter).await;
            browser.at(&format!("/repositories/team/{name}")).await;
            browser.tab_to("Edit build config").await;
            browser.keys(Key::Enter + "").await;
            browser
                .at(&format!("/repositories/team/{name}/config"))
                .await;
            browser.find("row", "Row 1: latest").await;

            // Keys add, duplicate, visit and remove rows.
            browser.tab_to("Branch or tag name").await;
            browser.keys(Key::Alt + Key::Enter).await;
            browser.focus_is_in_row("Row 2").await;
            browser.keys("next").await;
            browser.tab_to("Image tag").await;
            browser.keys("next").await;
            browser.focus_is_in_row("Row 2: next").await;
            browser.keys(Key::Alt + Key::Shift + Key::Down).await;
            browser.focus_is_in_row("Row 3").await;
            browser.holds("Branch or tag name", 3, "next").await;
            browser.keys("third").await;
            browser.keys(Key::Enter + "").await;
            browser.focus_is_in_row("Row 3: third").await; // There is no row below.
            browser.keys(Key::Shift + Key::Enter).await;
            browser.focus_is_in_row("Row 2: next").await;
            browser.keys(Key::Alt + Key::Up).await;
            browser.focus_is_in_row("Row 1: latest").await;
            browser.keys(Key::Enter + "").await;
            browser.keys(Key::Alt + Key::Down).await;
            browser.focus_is_in_row("Row 3: third").await;
            browser.keys(Key::Alt + Key::Shift + Key::Backspace).await;
            browser.focus_is_in_row("Row 2: next").await;
            browser.keys(Key::Control + Key::Enter).await;
            browser.find_in_dialog("heading", "Review changes").await;
            browser.tab_to("Save").await;
            browser.keys(Key::Enter + "").await;
            browser.see("Saved.").await;
            eventually("the focus is on the message", async || {
                browser
                    .focused_text()
                    .await
                    .contains("Saved.")
                    .then_some(())
            })
            .await;
            browser.tab_to(&format!("Build team/{name}:next")).await;
            browser.keys(Key::Enter + "").await;
            browser.press("link", "Build started: open it").await;
            browser.see("Succeeded").await;
            assert!(builder_has(&server.data, &format!("team/{name}:next")));
            Ok(())
        })
        .await
}
