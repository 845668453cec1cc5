//! The list of the last visit: it is there before the API answers, with its time, and only for the same user.

use crate::support::fixtures::{BUILDS, build, builds_page};
use crate::support::{Api, Browser, Outcome, Reply, assert_soon, eventually, story};
use serde_json::json;

const STORED: &str = "slipway.builds";

async fn stored(browser: &Browser, storage: &str) -> bool {
    let script = format!("return {storage}.getItem({STORED:?}) !== null;");
    browser.script(&script).await == true
}

/// Leaves the console once what keeps the list has been loaded.
async fn leave(browser: &Browser, storage: &str) {
    eventually("the list is kept", async || {
        browser
            .script("dispatchEvent(new Event('pagehide'));")
            .await;
        stored(browser, storage).await.then_some(())
    })
    .await;
}

#[tokio::test]
async fn the_last_list_is_there_before_the_api_answers() -> Outcome {
    story(Api::start().await)
        .run(async |browser, api| {
            let secret = json!({"code_repo_http_url": "https://me:hunter2@git.test/a"});
            let rows = vec![build("1", "latest", "S", secret)];
            api.on("GET", BUILDS, builds_page(rows, 1, false));
            browser.open(&format!("{}/builds", api.address)).await;
            browser.find("link", "team/app:latest").await;
            leave(browser, "localStorage").await;
            let kept = browser
                .script(&format!("return localStorage.getItem({STORED:?});"))
                .await;
            assert!(!kept.to_string().contains("hunter2"), "{kept}");

            let newer = vec![
                build("2", "v2", "S", json!({})),
                build("1", "latest", "S", json!({})),
            ];
            let answer = builds_page(newer, 2, false);
            api.on("GET", BUILDS, Reply::Held(Box::new(answer.clone())));
            browser.reload().await;
            browser.find("link", "team/app:latest").await;
            browser.find("button", "as of ").await;
            browser.axe("the list of the last visit").await;
            // On a phone it is in sight too, where the row of filters scrolls sideways.
            browser.resize((390, 844)).await;
            let state = browser.find("button", "as of ").await;
            let script = "const { left, right } = arguments[0].getBoundingClientRect();
                return left >= 0 && right <= innerWidth;";
            assert_soon!(browser.script_on(&state, script).await, true);
            api.on("GET", BUILDS, answer);
            api.release_all();
            browser.find("link", "team/app:v2").await;
            browser.find_no_more("button", "as of ").await;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn the_last_list_stays_while_the_api_fails_and_says_its_age() -> Outcome {
    story(Api::start().await)
        .run(async |browser, api| {
            let rows = vec![build("1", "latest", "S", json!({}))];
            api.on("GET", BUILDS, builds_page(rows, 1, false));
            browser.open(&format!("{}/builds", api.address)).await;
            browser.find("link", "team/app:latest").await;
            leave(browser, "localStorage").await;
            api.on(
                "GET",
                BUILDS,
                Reply::Json(500, json!({"detail": "Out of order."})),
            );
            browser.reload().await;
            browser.see("Out of order.").await;
            browser.find("link", "team/app:latest").await;
            browser.find("button", "as of ").await;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn another_user_does_not_see_the_last_list() -> Outcome {
    story(Api::start().await)
        .run(async |browser, api| {
            let rows = vec![build("1", "latest", "S", json!({}))];
            api.on("GET", BUILDS, builds_page(rows, 1, false));
            browser.open(&format!("{}/builds", api.address)).await;
            browser
                .script("sessionStorage.setItem('slipway.token', '\\nfirst-t0ken');")
                .await;
            browser.reload().await;
            browser.find("link", "team/app:latest").await;
            // The token is in this tab only, and so is the list. The device has that of the visit without a token.
            let forget = format!("localStorage.removeItem({STORED:?});");
            browser.script(&forget).await;
            leave(browser, "sessionStorage").await;
            assert!(!stored(browser, "localStorage").await);

            let none = builds_page(Vec::new(), 0, false);
            api.on("GET", BUILDS, Reply::Held(Box::new(none.clone())));
            browser
                .script("sessionStorage.setItem('slipway.token', '\\nother-t0ken');")
                .await;
            let before = api.requests("GET", BUILDS).len();
            browser.reload().await;
            api.received("GET", BUILDS, before + 1).await;
            browser.find("heading", "Builds").await;
            browser.find_no_more("link", "team/app").await;
            api.on("GET", BUILDS, none);
            api.release_all();
            browser.see("No builds yet.").await;
            browser.find_no_more("link", "team/app").await;
            Ok(())
        })
        .await
}
