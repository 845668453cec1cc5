//! Every state of the two forms, checked with axe-core in both themes, and in a narrow window.

use crate::support::fixtures::{
    BUILD_CONFIG, BUILDS, CONFIG_PAGE, NEW_PAGE, REPOSITORIES, REPOSITORY, empty_page, repository,
    tag_config,
};
use crate::support::parts::skip;
use crate::support::steps::{bulk_fields, fill_create_form, fill_row, open_editor};
use crate::support::{Api, Browser, Outcome, Reply, Setup, eventually, story};
use serde_json::json;

/// Checks that axe-core finds nothing in either theme (where the engine can switch it), and that the page fits into 320 px.
async fn is_sound(browser: &Browser, state: &str) {
    for theme in ["light", "dark"] {
        if browser.prefer(theme).await || theme == "light" {
            browser.axe(&format!("{state} ({theme})")).await;
        } else {
            skip(
                browser.engine.part(),
                "its driver can't switch the system's theme",
            );
        }
    }
    browser.prefer("light").await;
    let wide = Setup::default().size;
    browser.resize((320, wide.1)).await;
    browser.fits_into(state, 320).await;
    browser.resize(wide).await;
}

/// Types a text into the import panel.
async fn import(browser: &Browser, text: &str) {
    browser.fill("JSON to import", text).await;
}

#[tokio::test]
async fn the_create_form_is_sound_with_each_client_and_every_message() -> Outcome {
    story(Api::start().await).run(async |browser, api| {
    browser.open(&format!("{}{NEW_PAGE}", api.address)).await;
    browser.find("textbox", "Repository name").await;
    is_sound(browser, "create, untouched").await;
    browser.press("button", "Create repository").await;
    browser.see("2 fields need attention").await;
    browser.fill("Context", "/app").await;
    browser.see("The Dockerfile is outside").await;
    is_sound(browser, "create, problems and a warning").await;
    for (client, hint) in [
        ("GitHub", "github.com"),
        ("Bitbucket", "bitbucket.org"),
        ("Gitee", "gitee.com"),
        ("Git URL", "http(s), ssh or git"),
    ] {
        browser.press("radio", client).await;
        browser.see(hint).await;
        is_sound(browser, client).await;
    }
    // A host that has closed is not offered first.
    browser.press("button", "More").await;
    browser.press("button", "GitCafe").await;
    browser.see("closed in 2016").await;
    let chosen = browser.find("radio", "GitCafe").await;
    assert!(chosen.is_selected().await?);
    is_sound(browser, "GitCafe").await;
    browser.press("radio", "Git URL").await;
    browser
        .fill("Clone URL", "https://me:secret@git.test/app.git")
        .await;
    browser.see("This URL contains a password").await;
    let url = browser.find("textbox", "Clone URL").await;
    browser
        .paste(&url, "https://bitbucket.org/Octo/Web-App/src/release")
        .await;
    browser.see("owner Octo").await;
    browser.press("button", "Build node, full description").await;
    browser
        .fill(
            "Full description",
            "# Title\n\n## Part\n\ntext [link](https://a.test/)\n\n- one\n\n> said\n\n`code`\n\n|a|b|\n|-|-|\n|1|2|",
        )
        .await;
    browser.press("button", "Preview").await;
    browser.find("heading", "Title").await;
    browser.press("button", "curl").await;
    browser.press("button", "Keyboard shortcuts in the rows").await;
    is_sound(browser, "create, pasted, Markdown, curl, keys").await;

    browser.press("button", "Import and export").await;
    import(browser, "{\"repo_name\":").await;
    browser.see("Invalid JSON at line 1, column 13.").await;
    is_sound(browser, "create, an import that is refused").await;
    let text = json!({"repo_name": "read", "is_public": "maybe", "odd": 1}).to_string();
    import(browser, &text).await;
    browser.see("must be true or false").await;
    is_sound(browser, "create, an import that is read in part").await;
    import(browser, &json!([tag_config(1, "a"), tag_config(2, "b")]).to_string()).await;
    browser.see(": 2 rows.").await;
    is_sound(browser, "create, an import that is read").await;
    browser.press("button", "Fill in the form").await;
    browser.see("Imported.").await;
    is_sound(browser, "create, an import that was taken").await;

    browser.press("link", "Builds").await;
    browser.find("dialog", "Leave without sending?").await;
    is_sound(browser, "create, the question on leaving").await;
    browser
        .press_in_dialog("button", "Leave and keep draft")
        .await;
    browser.at("/builds").await;
    browser.open(&format!("{}{NEW_PAGE}", api.address)).await;
    browser.see("You have an unsent draft").await;
    is_sound(browser, "create, a draft is offered").await;
    browser.press("button", "Restore draft").await;
    browser.see("Draft restored.").await;
    is_sound(browser, "create, a draft was taken up").await;
Ok(())
}).await
}

#[tokio::test]
async fn the_create_form_is_sound_while_and_after_it_is_sent() -> Outcome {
    story(Api::start().await)
        .run(async |browser, api| {
            let made = repository("app", json!([tag_config(4, "latest")]));
            let refusal = json!({
                "repo_name": ["Taken."], "detail": "Not like this.",
                "build_config": {"tag_configs": [{"docker_repo_tag": ["No such luck."]}]}
            });
            api.on("POST", REPOSITORIES, Reply::Json(400, refusal));
            fill_create_form(browser, api).await;
            browser.press("button", "Create repository").await;
            browser.see("No such luck.").await;
            is_sound(browser, "create, refused fields").await;

            api.on("POST", REPOSITORIES, Reply::Held(Box::new(Reply::CutAfter)));
            api.on("GET", REPOSITORIES, Reply::Json(200, empty_page()));
            browser.press("button", "Create repository").await;
            browser.find("button", "Cancel sending").await;
            is_sound(browser, "create, under way").await;
            api.release();
            browser.see("It hasn’t gone through so far.").await;
            is_sound(browser, "create, doubt: nothing is there").await;
            let other = repository("app", json!([tag_config(4, "other")]));
            api.on("GET", REPOSITORY, Reply::Json(200, other));
            browser.press("button", "Check again").await;
            browser.find("link", "See what’s there").await;
            is_sound(browser, "create, doubt: something else is there").await;
            api.on("GET", REPOSITORY, Reply::Text(405, ""));
            api.on("GET", REPOSITORIES, Reply::Text(405, ""));
            browser.press("button", "Check again").await;
            browser.see("This API has no way to check.").await;
            is_sound(browser, "create, doubt: nobody can tell").await;
            api.on("GET", REPOSITORY, Reply::Json(200, made));
            api.on("GET", BUILDS, Reply::Json(200, empty_page()));
            browser.press("button", "Check again").await;
            browser.at("/repositories/team/app").await;
            browser.find("region", "First steps").await;
            is_sound(browser, "repository, first steps").await;
            Ok(())
        })
        .await
}

/// Goes on in the review, with one row edited, one removed and one added: somebody else has saved, then the
/// connection is cut, then the save turns out to have been made.
async fn conflict_and_doubt_are_sound(browser: &Browser, api: &Api) {
    let mut theirs = repository(
        "app",
        json!([
            tag_config(1, "keep"),
            tag_config(2, "theirs"),
            tag_config(3, "gone")
        ]),
    );
    theirs["build_config"]["build_node"] = json!("cn");
    api.on("GET", REPOSITORY, Reply::Json(200, theirs));
    browser.press_in_dialog("checkbox", "Remove gone").await;
    browser.press_in_dialog("button", "Save and remove").await;
    browser.see("1 still to choose").await;
    is_sound(browser, "config, the conflict").await;
    browser.press_in_dialog("button", "Back to the form").await;
    let loaded = json!([
        tag_config(1, "keep"),
        tag_config(2, "edit"),
        tag_config(3, "gone")
    ]);
    api.on(
        "GET",
        REPOSITORY,
        Reply::Json(200, repository("app", loaded)),
    );
    api.on("PUT", BUILD_CONFIG, Reply::Held(Box::new(Reply::CutAfter)));
    browser.press("button", "Save").await;
    browser.press_in_dialog("checkbox", "Remove gone").await;
    browser.press_in_dialog("button", "Save and remove").await;
    browser.find_in_dialog("button", "Cancel sending").await;
    is_sound(browser, "config, under way").await;
    api.release();
    browser.see("It hasn’t gone through so far.").await;
    is_sound(browser, "config, doubt").await;
    let mut saved = json!([
        tag_config(1, "keep"),
        tag_config(2, "edited"),
        tag_config(9, "next")
    ]);
    saved[2]["code_repo_type_value"] = json!("next");
    api.on(
        "GET",
        REPOSITORY,
        Reply::Json(200, repository("app", saved)),
    );
    browser.press("button", "Check again").await;
    browser.see("Saved.").await;
    is_sound(browser, "config, saved").await;
}

#[tokio::test]
async fn the_editor_is_sound_in_bulk_in_review_in_conflict_and_in_doubt() -> Outcome {
    story(Api::start().await)
        .run(async |browser, api| {
            open_editor(
                browser,
                api,
                json!([
                    tag_config(1, "keep"),
                    tag_config(2, "edit"),
                    tag_config(3, "gone")
                ]),
            )
            .await;
            is_sound(browser, "config, untouched").await;
            browser.press("checkbox", "Select all rows").await;
            let bulk = bulk_fields(browser, 3).await;
            let dockerfile = browser.find_in(&bulk, "textbox", "Dockerfile").await;
            browser.fill_in(&dockerfile, "../docker").await;
            browser.see("would lead out of the source").await;
            is_sound(browser, "config, several rows at once").await;
            browser.press("button", "Remove selected rows").await;
            browser.press("button", "Save").await;
            browser.see("Add at least one row.").await;
            is_sound(browser, "config, no row").await;
            browser.press("button", "Undo").await;
            browser.fill_nth("Image tag", 2, "edited").await;
            api.on(
                "POST",
                BUILDS,
                Reply::Json(400, json!({"tag": ["Not today."]})),
            );
            browser.press("button", "Build team/app:keep").await;
            browser.see("tag: Not today.").await;
            browser.press("button", "Remove row 3: gone").await;
            browser.press("button", "Add row").await;
            fill_row(browser, 3, "next", "next").await;
            is_sound(browser, "config, unsaved rows and a removed one").await;
            browser.press("button", "Save").await;
            browser.press_in_dialog("button", "Save and remove").await;
            browser
                .see("Tick the box to remove them, or go back.")
                .await;
            is_sound(browser, "config, the review").await;
            conflict_and_doubt_are_sound(browser, api).await;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn the_editor_is_sound_with_rows_from_every_origin() -> Outcome {
    story(Api::start().await)
        .run(async |browser, api| {
            let held = Reply::Held(Box::new(Reply::Text(405, "")));
            api.on("GET", REPOSITORY, held);
            api.on("PUT", BUILD_CONFIG, Reply::Text(200, ""));
            browser.open(&format!("{}{CONFIG_PAGE}", api.address)).await;
            browser.find("heading", "team / app / Build config").await;
            is_sound(browser, "config, loading").await;
            api.on("GET", REPOSITORY, Reply::Text(405, ""));
            api.release();
            browser.see("this browser hasn’t seen it").await;
            is_sound(browser, "config, from nowhere").await;
            browser.press("button", "Import and export").await;
            import(browser, &json!([tag_config(1, "a")]).to_string()).await;
            browser.press("button", "Replace the rows").await;
            browser.find("row", "Row 1: a").await;
            browser.press("button", "Save").await;
            browser.see("The current config is unknown").await;
            is_sound(browser, "config, the review of what is not known").await;
            browser.press_in_dialog("button", "Save").await;
            browser.see("Saved.").await;
            browser.reload().await;
            browser
                .see("These are the rows this browser last saw")
                .await;
            is_sound(browser, "config, from memory").await;
            browser.fill("Image tag", "typed").await;
            eventually("the draft is kept", async || {
                let kept = browser
                    .script("return Object.values(localStorage).join();")
                    .await;
                kept.as_str()?.contains("typed").then_some(())
            })
            .await;
            browser.driver.refresh().await?;
            browser.see("You have an unsent draft").await;
            is_sound(browser, "config, a draft is offered").await;
            api.on("GET", REPOSITORY, Reply::CutBefore);
            browser.open(&format!("{}{CONFIG_PAGE}", api.address)).await;
            browser.find("button", "Retry").await;
            is_sound(browser, "config, the API is gone").await;
            api.on(
                "GET",
                REPOSITORY,
                Reply::Json(404, json!({"detail": "Not found."})),
            );
            api.on("GET", REPOSITORIES, Reply::Json(200, empty_page()));
            browser.reload().await;
            browser.see("Repository team/app not found.").await;
            is_sound(browser, "config, no such repository").await;
            Ok(())
        })
        .await
}
