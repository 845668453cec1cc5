//! Files of the site that are missing, wrong or out of reach: after a deploy, from a browser's cache, without a network.

use crate::support::fixtures::{BUILDS, NEW_PAGE, builds_page, log_api, log_entries};
use crate::support::{Api, Browser, Outcome, Reply, assert_soon, project, story};
use thirtyfour::prelude::*;

/// The address of the file of the built site whose name begins and ends so.
fn site_file(beginning: &str, ending: &str) -> String {
    let files = std::fs::read_dir(project("dist")).expect("the built site");
    let mut names = files.filter_map(|file| file.ok()?.file_name().into_string().ok());
    let name = names.find(|name| name.starts_with(beginning) && name.ends_with(ending));
    format!("/{}", name.expect("a file of the site"))
}

/// The file as it is.
fn as_built(file: &str) -> Reply {
    Reply::File(project("dist").join(file.trim_start_matches('/')))
}

/// A page that a host answers with for what it does not have.
fn html() -> Reply {
    Reply::Typed("text/html; charset=utf-8", "<p>Not this</p>".into())
}

/// The same, kept by the browser under the name of the file.
fn kept_html() -> Reply {
    Reply::Kept("text/html; charset=utf-8", "<p>Not this</p>".into())
}

async fn api_without_builds() -> Api {
    let api = Api::start().await;
    api.on("GET", BUILDS, builds_page(Vec::new(), 0, false));
    api
}

async fn open_builds(browser: &Browser, api: &Api) {
    browser.open(&format!("{}/builds", api.address)).await;
    browser.see("No builds yet.").await;
}

#[tokio::test]
async fn an_open_tab_says_that_the_console_was_updated_and_reloads() -> Outcome {
    let files = [
        site_file("split_pages", ".wasm"),
        site_file("pages-", ".css"),
    ];
    for file in files {
        for gone in [
            Reply::Text(404, "no such file"),
            Reply::Text(403, "AccessDenied"),
            html(),
            kept_html(),
        ] {
            let story = story(api_without_builds().await);
            let shown = story.run(async |browser, api| {
                open_builds(browser, api).await;
                api.on("GET", &file, gone);
                browser.press("link", "Settings").await;
                browser.see_in("alert", "The console was updated").await;
                assert!(browser.all("button", "Retry").await.is_empty());
                browser.axe("a page whose code is gone").await;
                api.on("GET", &file, as_built(&file));
                browser.press("button", "Reload").await;
                browser.find("heading", "Settings").await;
                assert_soon!(browser.path().await, "/connection");
                // What the browser kept was replaced.
                browser.reload().await;
                browser.find("heading", "Settings").await;
                Ok(())
            });
            shown.await?;
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_file_that_is_out_of_reach_is_tried_again_without_a_reload() -> Outcome {
    let files = [
        site_file("split_pages", ".wasm"),
        site_file("pages-", ".css"),
    ];
    for file in files {
        for failure in [Reply::CutBefore, Reply::Text(503, "busy")] {
            let story = story(api_without_builds().await);
            let shown = story.run(async |browser, api| {
                open_builds(browser, api).await;
                browser.script("window.isSamePage = true;").await;
                api.on("GET", &file, failure);
                browser.press("link", "Settings").await;
                browser.see_in("alert", "This page didn’t load").await;
                // Still not.
                browser.press("button", "Retry").await;
                browser.see_in("alert", "This page didn’t load").await;
                api.on("GET", &file, as_built(&file));
                // By itself, after a while.
                browser.focus_is_on("heading", "Settings").await;
                assert_eq!(browser.script("return window.isSamePage;").await, true);
                Ok(())
            });
            shown.await?;
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_log_is_read_without_its_tools_and_keys_wait_for_them() -> Outcome {
    let file = site_file("split_log_tools", ".wasm");
    story(log_api("F", log_entries(3)).await)
        .run(async |browser, api| {
            api.on("GET", &file, Reply::CutBefore);
            browser.open(&format!("{}/builds/b1", api.address)).await;
            browser.see("line 3").await;
            browser
                .see_in("alert", "Search, steps and menus didn’t load")
                .await;
            browser.see_no_more("Reading the log…").await;
            browser.axe("a log without its tools").await;
            browser.keys("w").await;
            api.on("GET", &file, as_built(&file));
            browser.find("searchbox", "Search the log").await;
            browser.is_pressed("Wrap").await;
            browser.find_no_more("button", "Retry").await;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn what_was_typed_is_a_draft_after_the_reload() -> Outcome {
    let file = site_file("split_palette", ".wasm");
    story(api_without_builds().await)
        .run(async |browser, api| {
            browser.open(&format!("{}{NEW_PAGE}", api.address)).await;
            browser.fill("Repository name", "typed").await;
            api.on("GET", &file, Reply::Text(404, "no such file"));
            browser.keys(Key::Control + "k").await;
            browser.see_in("alert", "The console was updated").await;
            browser.axe("a form whose palette is gone").await;
            // Once more makes no second message.
            browser.keys(Key::Control + "k").await;
            browser.fill("Repository name", "typed-last").await;
            assert_soon!(browser.all("button", "Reload").await.len(), 1);
            api.on("GET", &file, as_built(&file));
            browser.press("button", "Reload").await;
            browser.see("You have an unsent draft").await;
            assert_soon!(browser.path().await, NEW_PAGE);
            browser.press("button", "Restore").await;
            browser.holds("Repository name", 1, "typed-last").await;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn a_start_without_its_files_offers_a_reload_that_gets_them() -> Outcome {
    let files = [
        site_file("slipway-console", "_bg.wasm"),
        site_file("slipway-console", ".js"),
        site_file("split-", ".js"),
    ];
    for file in files {
        for (gone, languages) in [
            (Reply::Text(404, "no such file"), "en"),
            (kept_html(), "zh-CN"),
        ] {
            let story = story(api_without_builds().await).languages(languages);
            let shown = story.run(async |browser, api| {
                api.on("GET", &file, gone);
                browser.open(&format!("{}/builds", api.address)).await;
                let (failed, reload, empty) = match languages {
                    "en" => ("The console didn’t load", "Reload", "No builds yet."),
                    _ => ("控制台未能加载", "刷新", "还没有构建记录"),
                };
                browser.see_in("alert", failed).await;
                api.on("GET", &file, as_built(&file));
                browser.press("button", reload).await;
                browser.see(empty).await;
                browser.reload().await;
                browser.see(empty).await;
                Ok(())
            });
            shown.await?;
        }
    }
    Ok(())
}
