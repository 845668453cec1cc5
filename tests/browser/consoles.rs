//! Several consoles on one host, and several tabs of one: what is stored, and whose token is sent.

use crate::support::fixtures::{BUILDS, builds_page};
use crate::support::{Api, Browser, Outcome, Reply, assert_soon, eventually, project, story};

/// An API whose host has the console at its root, below `/a/` and below `/b/`.
async fn host() -> Api {
    let api = Api::start().await;
    api.on("GET", BUILDS, builds_page(Vec::new(), 0, false));
    let index = std::fs::read_to_string(project("dist/index.html")).expect("the built site");
    api.otherwise(move |request| {
        let base = request
            .path
            .get(..3)
            .filter(|base| ["/a/", "/b/"].contains(base));
        let name = request.path.get(3..).unwrap_or_default();
        let file = project("dist").join(name);
        Some(match base {
            Some(_) if file.is_file() => Reply::File(file),
            Some(base) => {
                let page = index.replace("=\"/", &format!("=\"{base}"));
                let page = page.replace("=/", &format!("={base}"));
                Reply::Typed("text/html; charset=utf-8", page.into())
            }
            None if request.path.contains('.') || request.path.starts_with("/v1/") => return None,
            None => Reply::File(project("dist/index.html")),
        })
    });
    api
}

async fn open(browser: &Browser, api: &Api, path: &str) {
    browser.open(&format!("{}{path}", api.address)).await;
    browser.ready().await;
}

/// Opens the builds of the console below this path. Returns the token of the request for them.
async fn token_sent(browser: &Browser, api: &Api, base: &str) -> String {
    let before = api.requests("GET", BUILDS).len();
    open(browser, api, &format!("{base}builds")).await;
    api.received("GET", BUILDS, before + 1).await;
    let requests = api.requests("GET", BUILDS);
    requests
        .last()
        .map_or(String::new(), |request| request.authorization.clone())
}

async fn set_token(browser: &Browser, api: &Api, base: &str, token: &str, remembered: bool) {
    open(browser, api, &format!("{base}connection")).await;
    browser.fill("Token", token).await;
    if remembered {
        browser.press("checkbox", "Remember the token").await;
    }
    browser.press("button", "Save and test").await;
    browser.see("Connected").await;
}

#[tokio::test]
async fn two_consoles_of_a_host_share_nothing() -> Outcome {
    for remembered in [true, false] {
        let story = story(host().await);
        let shown = story.run(async |browser, api| {
            set_token(browser, api, "/a/", "t0ken-a", remembered).await;
            browser.fill("Namespace", "alpha").await;
            browser.choose("Theme", "Dark").await;
            browser.press("button", "Save and test").await;
            api.received_query("GET", BUILDS, "namespace=alpha").await;
            assert_eq!(token_sent(browser, api, "/a/").await, "Token t0ken-a");
            for other in ["/b/", "/"] {
                assert_eq!(token_sent(browser, api, other).await, "", "{other}");
                open(browser, api, &format!("{other}connection")).await;
                browser.holds("Namespace", 1, "").await;
                let theme = "return document.documentElement.dataset.theme ?? 'none';";
                assert_soon!(browser.script(theme).await, "none");
            }
            set_token(browser, api, "/b/", "t0ken-b", remembered).await;
            assert_eq!(token_sent(browser, api, "/a/").await, "Token t0ken-a");
            open(browser, api, "/a/connection").await;
            browser.holds("Namespace", 1, "alpha").await;
            browser.press("button", "Forget token").await;
            browser.find_no_more("button", "Forget token").await;
            assert_eq!(token_sent(browser, api, "/b/").await, "Token t0ken-b");
            Ok(())
        });
        shown.await?;
    }
    Ok(())
}

/// The prefix of all that the consoles of the host shared once.
const SHARED: &str = "localStorage.setItem('slipway.token', '\\nold-t0ken');
    localStorage.setItem('slipway.namespace', 'before');
    localStorage.setItem('slipway.theme', 'dark');
    localStorage.setItem('slipway.draft/create///x', '{}');";

#[tokio::test]
async fn what_was_shared_is_taken_over_without_the_token() -> Outcome {
    story(host().await)
        .run(async |browser, api| {
            // A file of the host that is no console. Firefox shows JSON in a page of its own, with another storage.
            browser.open(&format!("{}/icon.svg", api.address)).await;
            browser.script(SHARED).await;
            assert_eq!(token_sent(browser, api, "/a/").await, "");
            open(browser, api, "/a/connection").await;
            browser.holds("Namespace", 1, "before").await;
            let theme = "return document.documentElement.dataset.theme;";
            assert_soon!(browser.script(theme).await, "dark");
            // From then on it is the console's own.
            browser.fill("Namespace", "alpha").await;
            browser.press("button", "Save and test").await;
            browser.see("Connected").await;
            // The keys were those of the console at the root: it has the token too, and the others no longer look.
            assert_eq!(token_sent(browser, api, "/").await, "Token old-t0ken");
            open(browser, api, "/connection").await;
            browser.holds("Namespace", 1, "before").await;
            open(browser, api, "/b/connection").await;
            browser.holds("Namespace", 1, "").await;
            open(browser, api, "/a/connection").await;
            browser.holds("Namespace", 1, "alpha").await;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn what_was_shared_is_forgotten_where_no_console_is_at_the_root() -> Outcome {
    story(host().await)
        .run(async |browser, api| {
            browser.open(&format!("{}/icon.svg", api.address)).await;
            browser.script(SHARED).await;
            set_token(browser, api, "/a/", "t0ken-a", false).await;
            browser.press("button", "Forget token").await;
            browser.find_no_more("button", "Forget token").await;
            browser.forget_stored().await;
            browser.see("Forgotten.").await;
            let left =
                "return Object.keys(localStorage).filter((key) => /token|draft/.test(key)).join();";
            assert_soon!(browser.script(left).await, "");
            Ok(())
        })
        .await
}

/// Waits until a page of builds is read with this `Authorization` in the current tab.
async fn sends(browser: &Browser, api: &Api, authorization: &str) {
    eventually(&format!("a call with '{authorization}'"), async || {
        let before = api.requests("GET", BUILDS).len();
        browser.press("link", "Builds").await;
        browser.press("link", "Settings").await;
        browser.press("link", "Builds").await;
        api.received("GET", BUILDS, before + 1).await;
        let requests = api.requests("GET", BUILDS);
        let last = requests.last()?;
        (last.authorization == authorization).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_token_is_changed_and_forgotten_in_all_tabs() -> Outcome {
    story(host().await)
        .run(async |browser, api| {
            set_token(browser, api, "/a/", "first", true).await;
            let settings = browser.new_tab().await;
            assert_eq!(token_sent(browser, api, "/a/").await, "Token first");
            let other = browser.driver.window().await?;
            browser.driver.switch_to_window(settings.clone()).await?;
            browser.fill("Token", "second").await;
            browser.press("button", "Save and test").await;
            browser.see("Connected").await;
            browser.driver.switch_to_window(other.clone()).await?;
            sends(browser, api, "Token second").await;
            browser.driver.switch_to_window(settings).await?;
            browser.press("button", "Forget token").await;
            browser.find_no_more("button", "Forget token").await;
            browser.driver.switch_to_window(other).await?;
            sends(browser, api, "").await;
            browser.reload().await;
            sends(browser, api, "").await;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn a_tab_that_was_opened_from_another_loses_its_token_too() -> Outcome {
    story(host().await)
        .run(async |browser, api| {
            // Kept in the tab; a tab opened by it begins with a copy.
            set_token(browser, api, "/", "shared", false).await;
            let settings = browser.driver.window().await?;
            browser.script("window.open('/builds');").await;
            let tabs = browser.driver.windows().await?;
            let opened = tabs.into_iter().find(|tab| *tab != settings);
            let opened = opened.expect("a second tab");
            browser.driver.switch_to_window(opened.clone()).await?;
            browser.ready().await;
            sends(browser, api, "Token shared").await;
            browser.driver.switch_to_window(settings).await?;
            browser.press("button", "Forget token").await;
            browser.find_no_more("button", "Forget token").await;
            browser.driver.switch_to_window(opened).await?;
            sends(browser, api, "").await;
            let left = "return JSON.stringify([{...sessionStorage}, {...localStorage}]).includes('shared');";
            assert_soon!(browser.script(left).await, false);
            Ok(())
        })
        .await
}

#[tokio::test]
async fn a_token_of_the_tab_itself_stays_when_another_tab_forgets_its_own() -> Outcome {
    story(host().await)
        .run(async |browser, api| {
            set_token(browser, api, "/", "one", false).await;
            let first = browser.new_tab().await;
            set_token(browser, api, "/", "two", false).await;
            browser.press("button", "Forget token").await;
            browser.find_no_more("button", "Forget token").await;
            browser.driver.switch_to_window(first).await?;
            sends(browser, api, "Token one").await;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn a_token_over_plain_http_to_another_machine_is_warned_of() -> Outcome {
    story(host().await)
        .run(async |browser, api| {
            const WARNING: &str = "Over plain http";
            open(browser, api, "/connection").await;
            browser.fill("Token", "secret").await;
            for address in [
                "http://builds.example",
                "http://10.0.0.7:8080/api",
                "http://127.0.0.1.builds.example",
                "HTTP://Builds.Example",
            ] {
                browser.fill("Address", address).await;
                browser.see(WARNING).await;
                browser.fill("Address", "").await;
                browser.see_no_more(WARNING).await;
            }
            for address in [
                "https://builds.example",
                "http://localhost:9999",
                "http://127.9.9.9",
                "http://[::1]:80",
                "builds.example",
            ] {
                browser.fill("Address", address).await;
                browser.see_no_more(WARNING).await;
            }
            browser.fill("Address", "http://builds.example").await;
            browser
                .see("between you and builds.example can read the token")
                .await;
            browser.axe("a token over plain http").await;
            // In use, it is still said.
            browser.press("button", "Save and test").await;
            browser.find("button", "Forget token").await;
            browser.see(WARNING).await;
            browser.reload().await;
            browser.see(WARNING).await;
            browser.press("button", "Forget token").await;
            browser.see_no_more(WARNING).await;
            Ok(())
        })
        .await
}
