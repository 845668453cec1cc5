//! The console when something goes wrong: a stopped server, refusals, wrong addresses.

use crate::support::steps::{connect, create_simple};
use crate::support::{Outcome, Server, Source, assert_soon, story};
use thirtyfour::prelude::*;

#[tokio::test]
async fn a_stopped_server_is_reported_and_waited_for() -> Outcome {
    let source = Source::with_steps(&["/bin/busybox echo before the stop; /bin/busybox sleep 600"]);
    story(Server::with_source(&source).await)
        .run(async |browser, server| {
            connect(browser, server, "team").await;
            let name = format!("stopped-{}", std::process::id());
            create_simple(browser, &name, &source).await;
            browser.build(&format!("team/{name}:latest")).await;
            browser.see("before the stop").await;

            server.stop().await;
            browser.see("the API can’t be reached").await;
            // The lines read so far are still shown.
            browser.see("before the stop").await;
            // One message for one failure.
            assert_soon!(browser.all("alert", "").await.len(), 1);

            server.start_again().await;
            // Resumes without a press.
            browser.see_no_more("the API can’t be reached").await;
            browser.see("Failed").await;
            browser.see("server stopped").await;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn a_refused_field_shows_its_message_and_nothing_typed_is_lost() -> Outcome {
    let source = Source::with_steps(&[]);
    story(Server::with_source(&source).await)
        .run(async |browser, server| {
            connect(browser, server, "team").await;
            create_simple(browser, "taken", &source).await;
            browser.at("/repositories/team/taken").await;
            create_simple(browser, "taken", &source).await;
            browser.is_invalid("Repository name", 1).await;
            assert_soon!(browser.path().await, "/repositories/team/new");
            browser
                .holds("Clone URL", 1, &source.path().display().to_string())
                .await;
            // The form's own checks come before anything is sent, with the focus on the first problem.
            browser.fill("Repository name", "Not A Name").await;
            browser.press("button", "Create repository").await;
            browser.see("1 field needs attention").await;
            browser.focus_holds("Not A Name").await;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn a_missing_token_leads_to_the_connection_and_back() -> Outcome {
    story(Server::start(&["--token", "team=s3cret-t0ken"]).await).run(async |browser, server| {
    browser
        .open(&format!("{}/builds?namespace=team", server.address))
        .await;
    browser.see("the API needs a valid token").await;
    let notice = browser.find("alert", "").await;
    browser.press_in(&notice, "link", "Settings").await;
    browser
        .at("/connection?back=%2Fbuilds%3Fnamespace%3Dteam")
        .await;
    browser.fill("Namespace", "team").await;
    browser.fill("Token", "wrong").await;
    browser.press("button", "Save and test").await;
    browser.see("needs a valid token").await;
    browser.fill("Token", "s3cret-t0ken").await;
    browser.press("button", "Save and test").await;
    browser.see("The token is valid for this namespace").await;
    browser.press("button", "Go back to where you were").await;
    browser.at("/builds?namespace=team").await;
    browser.see("No builds").await;
    // The token is kept in the tab's session only, and never shown.
    let kept = browser
        .script("return JSON.stringify([Object.entries(localStorage), document.body.innerHTML, location.href]);")
        .await;
    assert!(!kept.as_str().unwrap_or_default().contains("s3cret-t0ken"));
    browser.reload().await;
    browser.see("No builds").await;
Ok(())
}).await
}

#[tokio::test]
async fn missing_pages_and_things_are_reported_as_missing() -> Outcome {
    story(Server::start(&[]).await)
        .run(async |browser, server| {
            browser
                .open(&format!("{}/no/such/page", server.address))
                .await;
            browser.see("Page not found").await;
            browser
                .open(&format!("{}/builds/no-such-build", server.address))
                .await;
            browser.see("not found.").await;
            browser
                .open(&format!("{}/builds?page=99", server.address))
                .await;
            browser.see("Page 99 doesn’t exist.").await;
            browser.press("link", "Go to first page").await;
            browser.at("/builds").await;
            browser.see("No builds yet.").await;
            browser
                .open(&format!("{}/builds/%FF", server.address))
                .await;
            browser.see("Page not found").await;
            browser
                .open(&format!("{}/repositories/team/missing", server.address))
                .await;
            browser.see("Repository team/missing not found.").await;
            browser
                .open(&format!(
                    "{}/repositories/team/missing/config",
                    server.address
                ))
                .await;
            browser.see("Repository team/missing not found.").await;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn leaving_a_form_while_a_field_has_the_focus_breaks_nothing() -> Outcome {
    let source = Source::with_steps(&[]);
    story(Server::with_source(&source).await)
        .run(async |browser, server| {
            connect(browser, server, "team").await;
            browser.press("link", "Repositories").await;
            browser.press("link", "New repository").await;
            browser.fill("Repository name", "left").await;
            browser.driver.back().await?;
            browser.press_in_dialog("button", "Leave and discard").await;
            browser.at("/repositories/team").await;
            // Sent by keyboard, while the focus is in the form.
            browser.press("link", "New repository").await;
            browser.fill("Repository name", "sent").await;
            browser.press("radio", "Git URL").await;
            browser
                .fill("Clone URL", &source.path().display().to_string())
                .await;
            let field = browser.find("textbox", "Clone URL").await;
            field.send_keys(Key::Control + Key::Enter).await?;
            browser.at("/repositories/team/sent").await;
            browser.see("Build started: team/sent:latest").await;
            let failed = browser
                .script("return 'failed' in document.documentElement.dataset;")
                .await;
            assert_eq!(failed, false);
            let console = browser.console().await;
            assert!(console.is_empty(), "{console:?}");
            Ok(())
        })
        .await
}

#[tokio::test]
async fn a_press_after_an_invalid_field_is_not_lost() -> Outcome {
    story(Server::start(&[]).await)
        .run(async |browser, server| {
            connect(browser, server, "team").await;
            browser
                .open(&format!("{}/repositories/team/new", server.address))
                .await;
            browser.fill("Repository name", "Not A Name").await;
            // Held for a while, as a person does: the field's message comes after the release.
            let card = browser.find("radio", "Git URL").await;
            let actions = browser.driver.action_chain();
            actions.click_and_hold_element(&card).perform().await?;
            browser.script("return 0;").await;
            browser.driver.action_chain().release().perform().await?;
            browser.find("textbox", "Clone URL").await;
            browser.see("Use lowercase letters and digits").await;
            Ok(())
        })
        .await
}

/// Only the six calls of the reference are answered here.
#[tokio::test]
async fn everything_works_without_calls_that_list_or_read_repositories() -> Outcome {
    let source = Source::with_steps(&["/bin/busybox echo hello"]);
    story(Server::with_source(&source).await)
        .run(async |browser, server| {
            let only_six = "const ask = window.fetch; window.fetch = (input, init) => {
        const method = input.method ?? init?.method ?? 'GET';
        const url = input.url ?? String(input);
        return method === 'GET' && url.includes('/v1/repositories/')
          ? Promise.resolve(new Response('', {status: 405})) : ask(input, init); };";
            browser.before_each_page(only_six).await;
            connect(browser, server, "team").await;
            let name = format!("six-{}", std::process::id());
            create_simple(browser, &name, &source).await;
            browser.at(&format!("/repositories/team/{name}")).await;
            browser.see("This is what this browser last saw").await;
            browser.build(&format!("team/{name}:latest")).await;
            browser.see("Succeeded").await;
            // A repository that this browser has not seen can be opened by its name and built by its tag.
            browser.script("localStorage.clear(); return 0;").await;
            browser
                .open(&format!("{}/repositories/team", server.address))
                .await;
            browser.fill("Repository name", &name).await;
            browser.press("button", "Open").await;
            browser.at(&format!("/repositories/team/{name}")).await;
            browser.build(&format!("team/{name}:latest")).await;
            browser.see("Succeeded").await;
            // Its config can be replaced, with a clear warning.
            browser
                .open(&format!(
                    "{}/repositories/team/{name}/config",
                    server.address
                ))
                .await;
            browser.see("Saving replaces whatever is there now.").await;
            browser.press("button", "Add row").await;
            browser.fill("Branch or tag name", "main").await;
            browser.fill("Image tag", "fresh").await;
            browser.save().await;
            Ok(())
        })
        .await
}
