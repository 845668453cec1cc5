//! The answers that a page begins with: they are asked for while its code loads, once, and with the right token.

use crate::support::fixtures::{BUILDS, LOG, LOG_BUILD, build, builds_page, log_api, log_entries};
use crate::support::{Api, Browser, Outcome, Reply, project, story};
use serde_json::json;

/// Holds the console's code back until the test releases it.
fn hold_code(api: &Api) {
    let files = std::fs::read_dir(project("dist")).expect("the built site");
    let mut names = files.filter_map(|file| file.ok()?.file_name().into_string().ok());
    let code = names.find(|name| name.ends_with("_bg.wasm"));
    let code = code.expect("the console's code");
    let file = Reply::File(project("dist").join(&code));
    api.on("GET", &format!("/{code}"), Reply::Held(Box::new(file)));
}

/// Goes to an address without waiting for the page.
async fn begin_to_open(browser: &Browser, url: &str) {
    browser.script(&format!("location.href = {url:?};")).await;
}

#[tokio::test]
async fn the_first_builds_are_asked_for_while_the_code_loads() -> Outcome {
    story(Api::start().await)
        .run(async |browser, api| {
            let ended = build("1", "latest", "S", json!({}));
            let page = Box::new(builds_page(vec![ended], 1, false));
            api.on("GET", BUILDS, Reply::Tagged("\"first\"", page));
            hold_code(api);
            begin_to_open(browser, &format!("{}/builds", api.address)).await;
            api.received("GET", BUILDS, 1).await;
            api.release();
            browser.find("link", "team/app:latest").await;
            // Those after it are polls, which name the answer that they have.
            let requests = api.requests("GET", BUILDS);
            let first = requests.iter().filter(|read| read.if_none_match.is_empty());
            assert_eq!(first.count(), 1);
            Ok(())
        })
        .await
}

#[tokio::test]
async fn a_build_and_its_log_are_asked_for_while_the_code_loads() -> Outcome {
    story(log_api("S", log_entries(3)).await)
        .run(async |browser, api| {
            hold_code(api);
            begin_to_open(browser, &format!("{}/builds/b1", api.address)).await;
            api.received("GET", LOG_BUILD, 1).await;
            api.received("GET", LOG, 1).await;
            api.release();
            browser.see("line 2").await;
            assert_eq!(api.requests("GET", LOG_BUILD).len(), 1);
            // Later ones ask for what came after the last line.
            let requests = api.requests("GET", LOG).into_iter();
            let whole = requests.filter(|request| request.query.is_empty());
            assert_eq!(whole.count(), 1);
            Ok(())
        })
        .await
}

#[tokio::test]
async fn an_early_answer_is_for_the_token_that_it_was_asked_with() -> Outcome {
    story(Api::start().await)
        .run(async |browser, api| {
            api.on("GET", BUILDS, builds_page(Vec::new(), 0, false));
            browser.open(&format!("{}/builds", api.address)).await;
            browser.see("No builds yet.").await;
            // A token of another address, and one of this.
            browser
                .script(
                    "localStorage.setItem('slipway.token', 'https://other.example\\nother-t0ken');",
                )
                .await;
            browser.reload().await;
            browser.see("No builds yet.").await;
            browser
                .script("sessionStorage.setItem('slipway.token', '\\nown-t0ken');")
                .await;
            let before = api.requests("GET", BUILDS).len();
            browser.reload().await;
            browser.see("No builds yet.").await;
            let tokens: Vec<String> = api
                .requests("GET", BUILDS)
                .into_iter()
                .map(|request| request.authorization)
                .collect();
            assert!(tokens[..before].iter().all(String::is_empty), "{tokens:?}");
            assert!(
                tokens[before..]
                    .iter()
                    .all(|token| token == "Token own-t0ken"),
                "{tokens:?}"
            );
            // Nobody else gets it.
            let taken =
                "return slipway.takeEarly('/v1/builds?page=1', 'Token other') === undefined;";
            assert_eq!(browser.script(taken).await, true);
            Ok(())
        })
        .await
}
