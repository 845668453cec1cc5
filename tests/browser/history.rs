//! The browser's history: one entry for each change by the user, none for what changes nothing. And the names that are
//! suggested for one that the API does not find.

use crate::support::fixtures::{BUILDS, build, builds_page};
use crate::support::{Api, Browser, Outcome, assert_soon, eventually_eq, story};
use serde_json::json;
use thirtyfour::prelude::*;

/// Builds of three repositories. The API has none of `led`, of `tea` or of `web` in `team`.
async fn api() -> Api {
    let api = Api::start().await;
    let rows = [("1", "team/app"), ("2", "demo/ledger"), ("3", "demo/web")];
    let rows = rows.map(|(id, path)| build(id, "latest", "S", json!({ "docker_repo_path": path })));
    api.on("GET", BUILDS, builds_page(rows.to_vec(), 45, true));
    let none = || builds_page(Vec::new(), 0, false);
    for query in [
        "repo_name=led",
        "namespace=tea",
        "namespace=team&repo_name=web",
    ] {
        api.on("GET", &format!("{BUILDS}?page=1&{query}"), none());
    }
    api
}

async fn entries(browser: &Browser) -> i64 {
    let entries = browser.script("return history.length;").await;
    entries.as_i64().unwrap_or_default()
}

/// Waits for the URL, and holds the number of new entries since `before` against `new`.
async fn has_new(browser: &Browser, before: i64, new: i64, path: &str) {
    browser.at(path).await;
    assert_soon!(entries(browser).await - before, new, "{path}");
}

async fn set_repository(browser: &Browser, chip: &str, name: &str) {
    browser.press("button", chip).await;
    let field = browser.find("textbox", "Repository").await;
    browser.fill_in(&field, name).await;
    field.send_keys(Key::Enter + "").await.expect("submits");
}

#[tokio::test]
async fn a_filter_adds_one_entry_for_each_change() -> Outcome {
    story(api().await)
        .run(async |browser, api| {
            browser
                .open(&format!("{}/builds?page=1", api.address))
                .await;
            browser.find("link", "demo/web:latest").await;
            let start = entries(browser).await;
            // The same in other words.
            browser.press("link", "Builds").await;
            has_new(browser, start, 0, "/builds?page=1").await;
            set_repository(browser, "Repository", "led").await;
            has_new(browser, start, 1, "/builds?repo=led").await;
            set_repository(browser, "Repository: led", "led").await;
            has_new(browser, start, 1, "/builds?repo=led").await;
            browser.press("button", "Repository: led").await;
            browser.press("button", "Filter").await;
            has_new(browser, start, 1, "/builds?repo=led").await;
            browser.driver.back().await?;
            browser.find("link", "demo/web:latest").await;
            browser.at("/builds?page=1").await;
            browser.driver.forward().await?;
            browser.see("No builds for led.").await;

            browser.press("button", "Remove filter: Repository").await;
            has_new(browser, start, 2, "/builds").await;
            browser.press("button", "Status").await;
            browser.press("button", "Succeeded").await;
            has_new(browser, start, 3, "/builds?status=S").await;
            browser.press("button", "Status: Succeeded").await;
            browser.press("button", "Succeeded").await;
            has_new(browser, start, 3, "/builds?status=S").await;
            browser.press("button", "Remove filter: Status").await;
            has_new(browser, start, 4, "/builds").await;
            browser.press("button", "Date").await;
            browser.press("button", "Filter").await;
            has_new(browser, start, 4, "/builds").await;
            // A second press on what is shown.
            browser.press("link", "Older").await;
            has_new(browser, start, 5, "/builds?page=2").await;
            // What is typed replaces the entry.
            let field = browser.find("textbox", "Search").await;
            browser.fill_in(&field, "web").await;
            has_new(browser, start, 5, "/builds?q=web").await;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn a_link_to_the_page_that_is_shown_adds_no_entry() -> Outcome {
    story(api().await)
        .run(async |browser, api| {
            for (path, link) in [
                ("/connection", "Settings"),
                ("/builds", "Builds"),
                ("/builds", "Slipway"),
            ] {
                browser.open(&format!("{}{path}", api.address)).await;
                browser.ready().await;
                let before = entries(browser).await;
                browser.press("link", link).await;
                browser.press("link", link).await;
                has_new(browser, before, 0, path).await;
            }
            Ok(())
        })
        .await
}

/// Waits until the open menu offers these repositories.
async fn offers(browser: &Browser, repositories: &str) {
    let script = "const all = [...document.querySelectorAll('[popover]:popover-open button')];
        return all.map((e) => e.innerText).filter((text) => text.includes('/')).join(' ');";
    let expected = repositories.to_owned();
    eventually_eq("the offers", expected, async || {
        browser.script_text(script).await
    })
    .await;
}

#[tokio::test]
async fn a_part_of_a_name_suggests_the_names_that_are_known() -> Outcome {
    story(api().await)
        .run(async |browser, api| {
            browser.open(&format!("{}/builds", api.address)).await;
            browser.find("link", "demo/ledger:latest").await;
            // While it is typed.
            browser.press("button", "Repository").await;
            offers(browser, "team/app demo/ledger demo/web").await;
            let field = browser.find("textbox", "Repository").await;
            browser.fill_in(&field, "LED").await;
            offers(browser, "demo/ledger").await;
            // From the middle of a name as well.
            browser.fill_in(&field, "edg").await;
            offers(browser, "demo/ledger").await;
            field.send_keys(Key::Escape + "").await?;
            // And once nothing was found.
            for (query, said, suggested) in [
                ("repo=led", "No builds for led.", "demo/ledger"),
                (
                    "namespace=team&repo=web",
                    "No builds for team/web.",
                    "demo/web",
                ),
                ("namespace=tea", "No builds for tea.", "team/app"),
            ] {
                browser
                    .open(&format!("{}/builds?{query}", api.address))
                    .await;
                browser.see(said).await;
                browser.see("Did you mean:").await;
                browser.axe(&format!("suggestions for {query}")).await;
                browser.press("link", suggested).await;
                let (namespace, name) = suggested.split_once('/').unwrap_or_default();
                let path = format!("/builds?namespace={namespace}&repo={name}");
                browser.at(&path).await;
                browser.find("link", "demo/web:latest").await;
            }
            // As the list shows it.
            browser.open(&format!("{}/builds", api.address)).await;
            set_repository(browser, "Repository", "demo/ledger").await;
            browser.at("/builds?namespace=demo&repo=ledger").await;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn no_request_has_an_empty_part_in_its_query() -> Outcome {
    story(api().await)
        .run(async |browser, api| {
            for path in [
                "/builds?page=1&",
                "/builds?page=2",
                "/builds?namespace=team&repo=web",
                "/builds?status=F&",
                "/repositories/team?page=2",
                "/repositories/team/app",
                "/repositories/team/app/insight",
                "/repositories/team/app/search?q=x&",
                "/builds/1",
                "/connection",
            ] {
                browser.open(&format!("{}{path}", api.address)).await;
                browser.ready().await;
            }
            browser.press("button", "Save and test").await;
            browser.see("Connected").await;
            let requests = api.all_requests();
            assert!(requests.iter().any(|request| request.query == "page=2"));
            for request in requests {
                let mut parts = request.query.split('&');
                let is_whole = request.query.is_empty() || parts.all(|part| part.contains('='));
                assert!(is_whole, "{}?{}", request.path, request.query);
            }
            // Nor has the console's own URL, once it writes it.
            browser
                .open(&format!("{}/builds?status=F&&", api.address))
                .await;
            let field = browser.find("textbox", "Search").await;
            browser.fill_in(&field, "x").await;
            let expected = "/builds?status=F&q=x".to_owned();
            eventually_eq("the URL", expected, async || browser.path().await).await;
            Ok(())
        })
        .await
}
