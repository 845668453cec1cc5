//! The source in the create form: what is read from links and addresses, what is asked, and what is warned of.

use crate::support::fixtures::{NEW_PAGE, REPOSITORIES, repository, tag_config};
use crate::support::{Api, Browser, Outcome, Reply, Server, eventually, story};
use serde_json::json;
use thirtyfour::prelude::*;

/// Opens the form and pastes a text into the field for a link.
async fn paste_source(browser: &Browser, address: &str, text: &str) {
    browser.open(&format!("{address}{NEW_PAGE}")).await;
    let source = browser.find("textbox", "Source").await;
    browser.paste(&source, text).await;
}

/// Everything that the browser stores.
async fn stored(browser: &Browser) -> String {
    browser
        .script_text(
            "return JSON.stringify({...localStorage}) + JSON.stringify({...sessionStorage});",
        )
        .await
}

#[tokio::test]
async fn a_secret_in_a_clone_url_is_named_and_removed_with_one_press() -> Outcome {
    story(Api::start().await)
        .run(async |browser, api| {
            api.on(
                "POST",
                REPOSITORIES,
                Reply::Json(201, repository("app", json!([tag_config(4, "latest")]))),
            );
            for (url, part, clean) in [
                (
                    "https://ghp_0123456789abcdefABCDEF@git.test/a/app.git",
                    "The user name of this URL looks like a token.",
                    "https://git.test/a/app.git",
                ),
                (
                    "https://me:hunter2hunter2@git.test/a/app.git",
                    "This URL contains a password.",
                    "https://git.test/a/app.git",
                ),
                (
                    "https://git.test/a/app.git?private_token=s3cret0123456789",
                    "The query of this URL contains a token.",
                    "https://git.test/a/app.git",
                ),
            ] {
                paste_source(browser, &api.address, url).await;
                browser.see(part).await;
                browser.holds("Clone URL", 1, url).await;
                browser.axe(part).await;
                browser.press("button", "Remove it").await;
                browser.holds("Clone URL", 1, clean).await;
                browser.holds("Source", 1, clean).await;
                browser.see_no_more(part).await;
                browser.focus_is_on("textbox", "Clone URL").await;
                let stored = stored(browser).await;
                for secret in ["ghp_", "hunter2", "s3cret"] {
                    assert!(!stored.contains(secret), "{secret}: {stored}");
                }
            }
            browser.press("button", "Create repository").await;
            browser.at("/repositories/team/app").await;
            let asked = api.requests("POST", REPOSITORIES);
            assert_eq!(
                asked[0].body["build_config"]["code_repo_clone_url"],
                "https://git.test/a/app.git"
            );

            // Of a link to a known host only owner and name are used. The secret is said to be left out.
            paste_source(
                browser,
                &api.address,
                "https://me:hunter2hunter2@github.com/octo/app",
            )
            .await;
            browser.see("owner octo").await;
            browser
                .see("This link contains a password or token. It isn’t used")
                .await;
            browser.press("button", "Remove it").await;
            browser
                .holds("Source", 1, "https://github.com/octo/app")
                .await;
            browser.see("owner octo").await;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn a_port_after_a_colon_is_offered_as_an_ssh_url() -> Outcome {
    story(Api::start().await)
        .run(async |browser, api| {
            for typed in [
                "git@host.test:2222/owner/repo.git",
                "git@host.test:2222:owner/repo.git",
            ] {
                paste_source(browser, &api.address, typed).await;
                browser
                    .see("In this form, 2222 is part of the path and not a port.")
                    .await;
                browser.axe("create, a port").await;
                let ssh = "ssh://git@host.test:2222/owner/repo.git";
                browser.press("button", &format!("Use {ssh}")).await;
                browser.holds("Clone URL", 1, ssh).await;
                browser.see_no_more("is part of the path").await;
                browser.focus_is_on("textbox", "Clone URL").await;
            }
            Ok(())
        })
        .await
}

#[tokio::test]
async fn a_token_after_a_hash_is_warned_of_and_is_no_branch() -> Outcome {
    story(Api::start().await)
        .run(async |browser, api| {
            let url = "https://git.test/octo/app.git#access_token=hunter22";
            paste_source(browser, &api.address, url).await;
            browser
                .see("The part after “#” of this URL contains a token.")
                .await;
            browser.holds("Branch or tag name", 1, "main").await;
            browser.press("button", "Remove it").await;
            browser
                .holds("Source", 1, "https://git.test/octo/app.git")
                .await;
            assert!(!browser.text().await.contains("hunter22"));
            Ok(())
        })
        .await
}

#[tokio::test]
async fn a_press_counts_although_a_message_would_move_the_button() -> Outcome {
    story(Api::start().await)
        .run(async |browser, api| {
            for (source, explanation) in [
                ("my-repo", "This isn’t a link or git address"),
                (
                    "https://host.test/x",
                    "This could be a git address or just a web page.",
                ),
            ] {
                browser.open(&format!("{}{NEW_PAGE}", api.address)).await;
                let field = browser.find("textbox", "Source").await;
                field.send_keys(source).await?;
                let button = browser.find("button", "Add row").await;
                let hold = browser.driver.action_chain();
                hold.click_and_hold_element(&button).perform().await?;
                browser.see_no_more(explanation).await;
                let release = browser.driver.action_chain();
                release.release().perform().await?;
                browser.holds("Image tag", 2, "").await;
                browser.see(explanation).await;
            }
            Ok(())
        })
        .await
}

#[tokio::test]
async fn a_link_that_leaves_the_branch_open_asks_for_it() -> Outcome {
    story(Api::start().await)
        .size(390, 844)
        .run(async |browser, api| {
            let link = "https://github.com/octo/app/blob/team/next/docker/Dockerfile";
            paste_source(browser, &api.address, link).await;
            browser.find("group", "Which part is the branch?").await;
            browser.holds("Branch or tag name", 1, "team").await;
            browser.holds("Dockerfile", 1, "/next/docker").await;
            browser.axe("create, which part is the branch").await;
            browser
                .fits_into("create, which part is the branch", 390)
                .await;
            browser.press("radio", "team/next Dockerfile /docker").await;
            browser.holds("Branch or tag name", 1, "team/next").await;
            browser.holds("Dockerfile", 1, "/docker").await;
            // The answer stays when the field is left, and goes with the link.
            browser.fill("Repository name", "mine").await;
            browser.holds("Branch or tag name", 1, "team/next").await;
            browser
                .fill(
                    "Source",
                    "https://github.com/octo/app/blob/main/docker/Dockerfile",
                )
                .await;
            browser.holds("Branch or tag name", 1, "main").await;
            browser
                .find_no_more("group", "Which part is the branch?")
                .await;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn a_path_is_a_source_and_what_is_typed_is_carried_from_one_kind_to_another() -> Outcome {
    story(Api::start().await)
        .run(async |browser, api| {
            browser.open(&format!("{}{NEW_PAGE}", api.address)).await;
            browser.press("radio", "GitHub").await;
            // Typed as a name, and then as a Git URL.
            browser.fill("Source repository", "/srv/git/app").await;
            browser.press("radio", "Git URL").await;
            browser.holds("Clone URL", 1, "/srv/git/app").await;
            browser.see("A path on the API’s machine.").await;
            // Pasted, it is a Git URL at once.
            browser.press("radio", "GitHub").await;
            let name = browser.find("textbox", "Source repository").await;
            browser.paste(&name, "/srv/git/tool").await;
            browser.holds("Clone URL", 1, "/srv/git/tool").await;
            browser.focus_is_on("textbox", "Clone URL").await;

            browser.reload().await;
            browser.press("radio", "Bitbucket").await;
            browser.fill("Owner", "octo").await;
            browser.fill("Source repository", "web").await;
            browser.press("radio", "Git URL").await;
            browser
                .holds("Clone URL", 1, "https://bitbucket.org/octo/web.git")
                .await;
            browser.press("radio", "Gitee").await;
            browser.fill("Source repository", "other").await;
            browser.press("radio", "Git URL").await;
            browser
                .holds("Clone URL", 1, "https://gitee.com/octo/other.git")
                .await;

            // What only means something here is refused with the reason, and is not lost.
            browser.reload().await;
            browser.fill("Source", "../app").await;
            browser.keys(Key::Enter + "").await;
            browser.see("This path is on your own machine.").await;
            browser.press("radio", "Git URL").await;
            browser.holds("Clone URL", 1, "../app").await;
            browser.holds("Source", 1, "").await;
            browser.press("button", "Create repository").await;
            browser.see("This path is on your own machine.").await;
            browser.is_invalid("Clone URL", 1).await;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn branches_and_places_are_shown_as_what_they_become_or_refused() -> Outcome {
    story(Api::start().await)
        .run(async |browser, api| {
            browser.open(&format!("{}{NEW_PAGE}", api.address)).await;
            for (label, typed, shown) in [
                ("Branch or tag name", " refs/heads/feature/x ", "feature/x"),
                ("Dockerfile", "./Dockerfile", "/Dockerfile"),
                (
                    "Dockerfile",
                    "docker\\prod env\\Dockerfile",
                    "/docker/prod env/Dockerfile",
                ),
                ("Dockerfile", ".", "/"),
                ("Context", "app/", "/app"),
                ("Context", ".", "/"),
                ("Branch or tag name", "refs/tags/v1", "v1"),
            ] {
                browser.fill(label, typed).await;
                browser.keys(Key::Tab + "").await;
                browser.holds(label, 1, shown).await;
            }
            let kind = browser.find("combobox", "From").await;
            eventually("the row is built from a tag", async || {
                (kind.value().await.ok().flatten()? == "tag").then_some(())
            })
            .await;
            browser.choose("From", "Branch").await;
            for (label, typed, message) in [
                ("Branch or tag name", "HEAD", "HEAD is not a branch."),
                ("Branch or tag name", "my branch", "Git doesn’t allow this"),
                (
                    "Branch or tag name",
                    "refs/pull/1/head",
                    "neither a branch nor a tag",
                ),
                (
                    "Dockerfile",
                    "../x/Dockerfile",
                    "“..” would lead out of the source.",
                ),
                ("Context", "..\\x", "“..” would lead out of the source."),
            ] {
                browser.fill(label, typed).await;
                browser.keys(Key::Tab + "").await;
                browser.see(message).await;
                browser.is_invalid(label, 1).await;
                browser.fill(label, "/").await;
                if label.starts_with("Branch") {
                    browser.fill(label, "main").await;
                }
                browser.keys(Key::Tab + "").await;
                browser.see_no_more(message).await;
            }
            browser.fill("Branch or tag name", "origin/main").await;
            browser
                .see("is what a clone calls a branch of its source")
                .await;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn an_offer_to_undo_goes_with_the_next_edit() -> Outcome {
    story(Server::start(&[]).await)
        .run(async |browser, server| {
            let link = "https://github.com/acme/api-gateway/tree/main/services/gateway";
            browser.open(&format!("{}{NEW_PAGE}", server.address)).await;
            let has_offer = async || !browser.all("button", "Dismiss").await.is_empty();
            let offered = async |message: &str| {
                browser.see(message).await;
                browser.find("button", "Dismiss").await;
            };
            let edits = [
                "Short description",
                "Repository name",
                "Image tag",
                "Source",
            ];
            for label in edits {
                browser.open(&format!("{}{NEW_PAGE}", server.address)).await;
                let source = browser.find("textbox", "Source").await;
                browser.paste(&source, link).await;
                browser.see("owner acme").await;
                browser.press("button", "Undo").await;
                offered("Undone.").await;
                browser.fill(label, "typed").await;
                browser.find_no_more("button", "Dismiss").await;
                browser.see_no_more("Undone.").await;
                browser.holds(label, 1, "typed").await;
            }
            // A removed row and a discarded form. Without the drafts of before, there is one button to discard.
            browser.open(&format!("{}{NEW_PAGE}", server.address)).await;
            browser.script("localStorage.clear();").await;
            browser.reload().await;
            browser.press("button", "Remove row 1").await;
            offered("Removed").await;
            browser.press("button", "Add row").await;
            browser.find_no_more("button", "Dismiss").await;
            browser.fill("Image tag", "kept").await;
            browser.press("button", "Discard").await;
            offered("Changes discarded.").await;
            browser.press("checkbox", "Public").await;
            browser.find_no_more("button", "Dismiss").await;
            assert!(!has_offer().await);

            // Once a value of the link was changed by hand, the link is not offered to be taken back.
            browser.open(&format!("{}{NEW_PAGE}", server.address)).await;
            let source = browser.find("textbox", "Source").await;
            browser.paste(&source, link).await;
            browser.press("button", "Correct").await;
            browser.find("button", "Undo").await;
            browser.fill("Owner", "octo").await;
            browser.find_no_more("button", "Undo").await;
            browser.holds("Repository name", 1, "api-gateway").await;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn a_commit_or_pull_request_in_a_link_is_said_to_be_left_out() -> Outcome {
    story(Api::start().await)
        .size(390, 844)
        .run(async |browser, api| {
            for (link, said) in [
                (
                    "https://github.com/octo/app/pull/12",
                    "The link is to pull request 12, which isn’t used.",
                ),
                (
                    "https://gitlab.test/octo/app/-/commit/119d9dc6f33992b6c4f8ddf068e347d426ddf22c",
                    "The link is to commit 119d9dc6f339, which isn’t used",
                ),
            ] {
                paste_source(browser, &api.address, link).await;
                browser.see(said).await;
                browser.axe(said).await;
                browser.fits_into(said, 390).await;
                browser
                    .fill("Source", "https://github.com/octo/app/tree/main")
                    .await;
                browser.see_no_more("which isn’t used").await;
            }
            Ok(())
        })
        .await
}
