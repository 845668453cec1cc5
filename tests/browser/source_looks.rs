//! What the source offers, while the forms are filled in: suggestions, what is missing, what a push would build.

use crate::support::fixtures::{CONFIG_PAGE, NEW_PAGE, tag_config};
use crate::support::steps::{fill_create_form, open_editor};
use crate::support::{
    Api, Browser, Outcome, Reply, Server, Source, assert_soon, eventually_eq, story,
};
use serde_json::{Value, json};
use std::time::Duration;

/// The optional call.
const SOURCES: &str = "/v1/sources";

/// The values that a field suggests.
async fn suggested(browser: &Browser, label: &str) -> String {
    let field = browser.field(label, 1).await;
    let script = "return [...arguments[0].list?.options ?? []].map((o) => o.value).join(' ');";
    let values = browser.script_on(&field, script).await;
    values.as_str().unwrap_or_default().to_owned()
}

/// Waits until a field suggests these values.
async fn suggests(browser: &Browser, label: &str, expected: &str) {
    eventually_eq(label, expected.to_owned(), async || {
        suggested(browser, label).await
    })
    .await;
}

#[tokio::test]
async fn the_create_form_suggests_and_names_what_is_missing() -> Outcome {
    let source = Source::with_steps(&["true"]);
    source.branch("dev");
    let server = Server::with_source(&source).await;
    story(server)
        .run(async |browser, server| {
            browser.open(&format!("{}{NEW_PAGE}", server.address)).await;
            let path = source.path().display().to_string();
            browser.fill("Source", &path).await;
            browser
                .see("The source has 2 branches and 0 tags. Its default branch is main.")
                .await;
            browser.fill("Repository name", "app").await;
            suggests(browser, "Branch or tag name", "dev main").await;
            suggests(browser, "Dockerfile", "/").await;
            browser.see("A push builds nothing").await;
            browser.press("checkbox", "On push").await;
            browser
                .see("A push to main now would build team/app:latest.")
                .await;
            browser.axe("create, the source is known").await;

            finish(browser, "Branch or tag name", "master").await;
            let missing = "The source has no branch master. Did you mean main?";
            browser.see(missing).await;
            // One thing is said of a push: what would happen.
            browser
                .see("A push to master now would fail to build team/app:latest.")
                .await;
            assert!(!browser.text().await.contains("now would build"));
            browser.axe("create, a branch is missing").await;
            // The button stands at the row that it changes.
            let row = browser.find("row", "latest").await;
            browser.press_in(&row, "button", "Use main").await;
            browser.holds("Branch or tag name", 1, "main").await;
            browser.focus_holds("main").await;
            browser.see_no_more(missing).await;

            finish(browser, "Dockerfile", "/docker").await;
            browser
                .see("There’s no Dockerfile at /docker. There’s one at /.")
                .await;
            finish(browser, "Dockerfile", "/").await;
            browser.see_no_more("There’s no Dockerfile").await;
            finish(browser, "Context", "/web").await;
            browser.see("The source has no folder /web.").await;
            finish(browser, "Context", "/").await;
            browser.see_no_more("The source has no folder").await;

            // What is said blocks nothing.
            finish(browser, "Branch or tag name", "later").await;
            browser.see("The source has no branch later.").await;
            browser.press("button", "Create repository").await;
            browser.at("/repositories/team/app").await;

            // The editor reads the source of the repository by its name.
            browser
                .open(&format!("{}{CONFIG_PAGE}", server.address))
                .await;
            browser.see("The source has 2 branches and 0 tags.").await;
            browser.see("The source has no branch later.").await;
            source.branch("later");
            browser.press("button", "Check again").await;
            browser.see_no_more("The source has no branch later.").await;
            suggests(browser, "Branch or tag name", "dev later main").await;
            browser
                .see("A push to later now would build team/app:latest.")
                .await;
            browser.axe("editor, the source is known").await;
            Ok(())
        })
        .await
}

/// Fills in a field and leaves it.
async fn finish(browser: &Browser, label: &str, text: &str) {
    browser.fill(label, text).await;
    browser.blur().await;
}

#[tokio::test]
async fn no_fault_is_found_with_what_somebody_still_types() -> Outcome {
    story(Api::start().await)
        .run(async |browser, api| {
            let listing =
                json!({"default_branch": "main", "branches": ["main", "feature"], "tags": [], "is_complete": true});
            api.on("GET", SOURCES, Reply::Json(200, listing));
            browser.speed_up_clock().await;
            open_editor(browser, api, json!([tag_config(1, "latest")])).await;
            browser.see("The source has 2 branches and 0 tags.").await;
            browser.wait_by_page_clock(Duration::from_secs(10)).await;
            let before = api.requests("GET", SOURCES).len();
            browser.fill("Branch or tag name", "f").await;
            suggests(browser, "Branch or tag name", "main feature").await;
            browser.wait_by_page_clock(Duration::from_secs(10)).await;
            assert!(!browser.text().await.contains("no branch f"));
            assert!(!browser.text().await.contains("would fail"));
            assert_eq!(api.requests("GET", SOURCES).len(), before);
            browser.blur().await;
            browser.see("The source has no branch f. Did you mean main?").await;
            // Nor once the field is edited again.
            browser.fill("Branch or tag name", "fe").await;
            browser.see_no_more("no branch f").await;
            browser.blur().await;
            browser.see("The source has no branch fe.").await;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn a_source_that_is_not_there_is_said_in_words_with_what_to_do() -> Outcome {
    story(Server::start(&[]).await)
        .languages("zh-CN")
        .size(390, 844)
        .run(async |browser, server| {
            browser.open(&format!("{}{NEW_PAGE}", server.address)).await;
            finish(browser, "代码来源", "/srv/git/none").await;
            browser.see("服务器不允许从此路径构建").await;
            browser.axe("create, in Chinese, no such source").await;
            browser.fits_into("create, no such source", 390).await;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn an_api_without_the_call_is_asked_once_and_the_form_is_as_it_was() -> Outcome {
    story(Api::start().await)
        .run(async |browser, api| {
            browser.speed_up_clock().await;
            fill_create_form(browser, api).await;
            api.received("GET", SOURCES, 1).await;
            let asked = &api.requests("GET", SOURCES)[0];
            assert_eq!(
                asked.query,
                "namespace=team&code_repo_client=GitHub&code_repo_namespace=octo&code_repo_name=app"
            );
            browser.fill("Source repository", "other").await;
            browser.fill("Branch or tag name", "none").await;
            browser.wait_by_page_clock(Duration::from_secs(10)).await;
            assert_eq!(api.requests("GET", SOURCES).len(), 1);
            assert_soon!(suggested(browser, "Branch or tag name").await, "");
            for text in ["The source", "A push"] {
                assert!(!browser.text().await.contains(text), "{text}");
            }
            Ok(())
        })
        .await
}

/// What the API says about a source that it can't read.
fn private() -> Value {
    json!({"code_repo_name": ["The source can't be read: it is private, or it does not exist. Add the deploy key of \
        this repository at its host, and use its ssh URL."]})
}

#[tokio::test]
async fn a_private_source_says_so_and_is_asked_again_on_request() -> Outcome {
    story(Api::start().await)
        .run(async |browser, api| {
            api.on("GET", SOURCES, Reply::Json(400, private()));
            open_editor(browser, api, json!([tag_config(1, "latest")])).await;
            browser.see("The source is private, or it doesn’t exist.").await;
            browser.axe("editor, a private source").await;
            let listing = json!({"default_branch": "main", "branches": ["main"], "tags": ["v1"], "is_complete": true});
            api.on("GET", SOURCES, Reply::Json(200, listing));
            browser.press("button", "Check again").await;
            browser
                .see("The source has 1 branch and 1 tag. Its default branch is main.")
                .await;
            browser.see_no_more("The source is private").await;
            let of_repository = api.requests("GET", SOURCES);
            let is_by_name = |query: &str| query.starts_with("namespace=team&repo_name=app");
            assert!(of_repository.iter().all(|request| is_by_name(&request.query)));
            Ok(())
        })
        .await
}

#[tokio::test]
async fn a_url_with_a_secret_is_never_part_of_the_question() -> Outcome {
    story(Api::start().await)
        .run(async |browser, api| {
            let listing = json!({"branches": ["main"], "tags": [], "is_complete": true});
            api.on("GET", SOURCES, Reply::Json(200, listing));
            browser.speed_up_clock().await;
            browser.open(&format!("{}{NEW_PAGE}", api.address)).await;
            let field = browser.find("textbox", "Source").await;
            let url = "https://me:hunter2hunter2@git.test/a/app.git";
            browser.paste(&field, url).await;
            browser.see("This URL contains a password.").await;
            browser.wait_by_page_clock(Duration::from_secs(10)).await;
            browser.press("button", "Remove it").await;
            browser.see("The source has 1 branch and 0 tags.").await;
            for request in api.all_requests() {
                assert!(!request.query.contains("hunter2"), "{}", request.query);
            }
            Ok(())
        })
        .await
}
