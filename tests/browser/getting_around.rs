//! Palette, keys, ways out of what is not there, and what each failure says.

use crate::api::{Api, Reply};
use crate::builds::{page, row};
use crate::harness::{Browser, Outcome, Setup, eventually};
use serde_json::json;
use thirtyfour::prelude::*;

/// An API with two builds of one repository.
async fn api() -> Api {
    let api = Api::start().await;
    let rows = vec![
        row("5709f780-e8fb", "two", "S", json!({})),
        row("57aaaaaa-0000", "one", "F", json!({})),
    ];
    for build in &rows {
        let id = build["build_id"].as_str().unwrap_or_default();
        api.on(
            "GET",
            &format!("/v1/builds/{id}"),
            Reply::Json(200, build.clone()),
        );
        api.on(
            "GET",
            &format!("/v1/builds/{id}/logs"),
            Reply::Json(200, json!([])),
        );
    }
    api.on("GET", "/v1/builds", page(rows, 2, false));
    api
}

#[tokio::test]
async fn the_palette_goes_anywhere_by_keys() -> Outcome {
    let api = api().await;
    let browser = Browser::start(Setup::default()).await;
    browser.open(&format!("{}/builds", api.address)).await;
    browser.find("link", "team/app:two").await;
    let go = async |text: &str, path: &str| {
        browser.palette(text).await;
        browser.at(path).await;
    };
    go("57aa", "/builds/57aaaaaa-0000").await;
    go("team/app", "/repositories/team/app").await;
    // A part of an id that this visit has not seen.
    go("5709f780-ffff", "/builds/5709f780-ffff").await;
    browser.see("not found.").await;
    // What is near: a build seen whose id begins alike.
    browser.press("link", "team/app:two · 5709f780-e8fb").await;
    browser.at("/builds/5709f780-e8fb").await;
    go("connection", "/connection").await;
    browser.palette("dark").await;
    eventually("the theme is dark", async || {
        let theme = browser
            .script("return document.documentElement.dataset.theme;")
            .await;
        (theme == "dark").then_some(())
    })
    .await;
    browser.palette("zzzz zzzz").await;
    browser.see("No matches").await;
    browser.axe("the palette, empty").await;
    browser.keys(Key::Escape + "").await;
    eventually("the palette is closed", async || {
        browser.all("dialog", "").await.is_empty().then_some(())
    })
    .await;
    browser.close().await;
    Ok(())
}

#[tokio::test]
async fn keys_move_and_act_but_never_while_typing() -> Outcome {
    let api = api().await;
    api.on(
        "POST",
        "/v1/builds",
        Reply::Json(
            201,
            row(
                "new",
                "one",
                "W",
                json!({ "started_at": null, "ended_at": null }),
            ),
        ),
    );
    let browser = Browser::start(Setup::default()).await;
    browser.open(&format!("{}/builds", api.address)).await;
    browser.find("link", "team/app:two").await;
    browser.keys("?").await;
    browser.find("dialog", "Keyboard shortcuts").await;
    browser.axe("the list of keys").await;
    browser.keys(Key::Escape + "").await;
    eventually("the list is closed", async || {
        browser.all("dialog", "").await.is_empty().then_some(())
    })
    .await;
    browser.keys("jj").await;
    let focused = browser
        .script("return document.activeElement.textContent;")
        .await;
    assert_eq!(focused, "team/app:one");
    browser.keys("k").await;
    browser.keys("j").await;
    // Builds the row that has the focus.
    browser.keys("b").await;
    browser.see("Build started: team/app:one").await;
    assert_eq!(api.asked("POST", "/v1/builds")[0].body["tag"], "one");
    browser.keys(Key::Enter + "").await;
    browser.at("/builds/57aaaaaa-0000").await;
    browser.keys("gb").await;
    browser.at("/builds").await;
    browser.keys("/").await;
    browser.keys("gb?jk").await;
    browser.holds("Search", 1, "gb?jk").await;
    browser.at("/builds?q=gb%3Fjk").await;
    assert!(browser.all("dialog", "").await.is_empty());
    browser.close().await;
    Ok(())
}

#[tokio::test]
async fn a_wrong_address_offers_what_is_near() -> Outcome {
    let api = api().await;
    let browser = Browser::start(Setup::default()).await;
    browser.open(&format!("{}/builds", api.address)).await;
    browser.find("link", "team/app:two").await;
    browser
        .open(&format!("{}/build/5709f780-e8fb/logs", api.address))
        .await;
    browser.see("Page not found").await;
    browser.press("link", "/builds/5709f780-e8fb").await;
    browser.at("/builds/5709f780-e8fb").await;
    browser.open(&format!("{}/app/x/app", api.address)).await;
    browser.press("link", "/repositories/team/app").await;
    browser.at("/repositories/team/app").await;
    browser.close().await;
    Ok(())
}

#[tokio::test]
async fn each_failure_has_its_own_words_in_one_place_and_a_retry() -> Outcome {
    let api = api().await;
    let browser = Browser::start(Setup::default()).await;
    let cases = [
        (
            Reply::Json(401, json!({ "detail": "Token?" })),
            "needs a valid token",
            "HTTP 401",
        ),
        (
            Reply::Json(403, json!({ "detail": "No." })),
            "this token isn’t allowed to do that",
            "HTTP 403",
        ),
        (Reply::Json(404, json!({})), "not found.", "HTTP 404"),
        (Reply::TooMany(90), "wait 1 m 30 s", "HTTP 429"),
        (
            Reply::Json(500, json!({ "detail": "Oops" })),
            "the API had an internal error",
            "HTTP 500",
        ),
        (Reply::CutAfter, "the API can’t be reached", "API address"),
        (
            Reply::Text(200, "<h1>Welcome</h1>"),
            "the API sent an unexpected response",
            "<h1>",
        ),
    ];
    for (reply, words, more) in cases {
        api.on("GET", "/v1/builds", reply);
        browser.open(&format!("{}/builds", api.address)).await;
        browser.see("Loading builds failed").await;
        browser.see(words).await;
        browser.see(more).await;
        assert_eq!(browser.all("alert", "").await.len(), 1, "{words}");
    }
    browser.axe("builds that cannot be loaded").await;
    api.on(
        "GET",
        "/v1/builds",
        page(vec![row("1", "back", "S", json!({}))], 1, false),
    );
    browser.press("button", "Retry").await;
    browser.find("link", "team/app:back").await;
    browser.see_no_more("failed:").await;
    browser.close().await;
    Ok(())
}

#[tokio::test]
async fn axe_core_finds_nothing_and_nothing_is_wider_than_the_window() -> Outcome {
    let api = api().await;
    for (dark, languages) in [(false, "en-US,en"), (true, "zh-CN,zh")] {
        for width in [1280, 320] {
            let browser = Browser::start(Setup {
                dark,
                languages,
                size: (width, 800),
                ..Setup::default()
            })
            .await;
            for path in [
                "/builds",
                "/builds?status=S&q=zzz",
                "/builds/5709f780-e8fb",
                "/builds/unknown",
                "/repositories/team/app",
                "/repositories/team/app/insight",
                "/build/5709",
            ] {
                browser.open(&format!("{}{path}", api.address)).await;
                browser.ready().await;
                eventually("the page is there", async || {
                    browser
                        .all("status", "Loading")
                        .await
                        .is_empty()
                        .then_some(())
                })
                .await;
                browser
                    .axe(&format!("{path} (dark: {dark}, {width} px)"))
                    .await;
                let wide = browser
                    .script(
                        "return document.documentElement.scrollWidth <= innerWidth ? [] :
                           [...document.querySelectorAll('main *')]
                             .filter((part) => part.getBoundingClientRect().right > innerWidth)
                             .map((part) => part.outerHTML.slice(0, 120));",
                    )
                    .await;
                assert_eq!(wide, json!([]), "{path} at {width} px");
            }
            browser.close().await;
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_list_that_failed_once_goes_on_by_itself() -> Outcome {
    let api = api().await;
    let browser = Browser::start(Setup::default()).await;
    browser.open(&format!("{}/builds", api.address)).await;
    browser.find("link", "team/app:two").await;
    api.on("GET", "/v1/builds", Reply::Json(500, json!({})));
    browser.script("dispatchEvent(new Event('online'));").await;
    browser.see("This may be out of date").await;
    api.on(
        "GET",
        "/v1/builds",
        page(vec![row("1", "back", "S", json!({}))], 1, false),
    );
    browser.find("link", "team/app:back").await;
    browser.see_no_more("failed:").await;
    browser.close().await;
    Ok(())
}

#[tokio::test]
async fn a_build_that_may_have_started_is_looked_for_and_never_sent_again() -> Outcome {
    let api = api().await;
    api.on("POST", "/v1/builds", Reply::CutAfter);
    let browser = Browser::start(Setup::default()).await;
    browser.open(&format!("{}/builds", api.address)).await;
    browser.find("link", "team/app:two").await;
    let rows = vec![
        row(
            "57bbbbbb-1111",
            "two",
            "W",
            json!({ "started_at": null, "ended_at": null }),
        ),
        row("5709f780-e8fb", "two", "S", json!({})),
        row("57aaaaaa-0000", "one", "F", json!({})),
    ];
    api.on("GET", "/v1/builds", page(rows, 3, false));
    browser.press("button", "Build team/app:two").await;
    browser.see("the build may have started anyway").await;
    eventually("the build is in the table", async || {
        let rows = browser
            .script("return document.querySelectorAll('tbody tr').length;")
            .await;
        (rows == 3).then_some(())
    })
    .await;
    assert_eq!(api.asked("POST", "/v1/builds").len(), 1);
    browser.close().await;
    Ok(())
}
