//! Palette, keys, suggestions for wrong addresses, and the message of each failure.

use crate::support::fixtures::{BUILDS, build, builds_page, serve_build, waiting};
use crate::support::{Api, Outcome, Reply, assert_soon, eventually_eq, story};
use serde_json::json;
use thirtyfour::prelude::*;

/// An API with two builds of one repository.
async fn api_with_two_builds() -> Api {
    let api = Api::start().await;
    let builds = vec![
        build("5709f780-e8fb", "two", "S", json!({})),
        build("57aaaaaa-0000", "one", "F", json!({})),
    ];
    for build in &builds {
        serve_build(&api, build);
    }
    api.on("GET", BUILDS, builds_page(builds, 2, false));
    api
}

#[tokio::test]
async fn the_palette_goes_anywhere_by_keys() -> Outcome {
    story(api_with_two_builds().await)
        .run(async |browser, api| {
            browser.open(&format!("{}/builds", api.address)).await;
            browser.find("link", "team/app:two").await;
            let go = async |text: &str, path: &str| {
                browser.palette(text).await;
                browser.at(path).await;
            };
            go("57aa", "/builds/57aaaaaa-0000").await;
            go("team/app", "/repositories/team/app").await;
            // An id that was not seen before.
            go("5709f780-ffff", "/builds/5709f780-ffff").await;
            browser.see("not found.").await;
            // A build whose id begins alike is suggested.
            browser.press("link", "team/app:two · 5709f780-e8fb").await;
            browser.at("/builds/5709f780-e8fb").await;
            go("connection", "/connection").await;
            browser.palette("dark").await;
            eventually_eq("the theme", "dark".to_owned(), async || {
                browser
                    .script_text("return document.documentElement.dataset.theme;")
                    .await
            })
            .await;
            // A build by its state, in either language.
            go("failed", "/builds/57aaaaaa-0000").await;
            go("失败", "/builds/57aaaaaa-0000").await;
            browser.palette("zzzz zzzz").await;
            browser.see("No matches").await;
            browser.axe("the palette, empty").await;
            browser.keys(Key::Escape + "").await;
            browser.find_no_more("dialog", "").await;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn the_palette_names_builds_by_state_and_age_even_before_any_were_read() -> Outcome {
    story(api_with_two_builds().await)
        .run(async |browser, api| {
            browser.open(&format!("{}/connection", api.address)).await;
            browser.find("heading", "Settings").await;
            assert!(api.requests("GET", BUILDS).is_empty());
            browser.keys(Key::Control + "k").await;
            browser.see("team/app:one").await;
            assert_eq!(api.requests("GET", BUILDS).len(), 1);
            let field = browser.find("combobox", "Page, repository").await;
            field.send_keys("fail").await?;
            browser.see("1 match").await;
            browser.see("Failed · ").await;
            browser.axe("the palette with builds").await;
            field.send_keys(Key::Enter + "").await?;
            browser.at("/builds/57aaaaaa-0000").await;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn keys_move_and_act_but_never_while_typing() -> Outcome {
    story(api_with_two_builds().await)
        .run(async |browser, api| {
            api.on(
                "POST",
                BUILDS,
                Reply::Json(201, build("new", "one", "W", waiting())),
            );
            browser.open(&format!("{}/builds", api.address)).await;
            browser.find("link", "team/app:two").await;
            browser.keys("?").await;
            browser.find("dialog", "Keyboard shortcuts").await;
            browser.axe("the list of keys").await;
            browser.keys(Key::Escape + "").await;
            browser.find_no_more("dialog", "").await;
            browser.keys("jj").await;
            assert_soon!(browser.focused_text().await, "team/app:one");
            browser.keys("k").await;
            browser.keys("j").await;
            // Builds the row that has the focus.
            browser.keys("b").await;
            browser.see("Build started: team/app:one").await;
            assert_eq!(api.requests("POST", BUILDS)[0].body["tag"], "one");
            browser.keys(Key::Enter + "").await;
            browser.at("/builds/57aaaaaa-0000").await;
            browser.keys("gb").await;
            browser.at("/builds").await;
            browser.keys("/").await;
            browser.keys("gb?jk").await;
            browser.holds("Search", 1, "gb?jk").await;
            browser.at("/builds?q=gb%3Fjk").await;
            assert!(browser.all("dialog", "").await.is_empty());
            Ok(())
        })
        .await
}

#[tokio::test]
async fn a_wrong_address_offers_what_is_near() -> Outcome {
    story(api_with_two_builds().await)
        .run(async |browser, api| {
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
            Ok(())
        })
        .await
}

#[tokio::test]
async fn each_failure_has_its_own_message_once_and_a_retry() -> Outcome {
    story(api_with_two_builds().await)
        .run(async |browser, api| {
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
                api.on("GET", BUILDS, reply);
                browser.open(&format!("{}/builds", api.address)).await;
                browser.see("Loading builds failed").await;
                browser.see(words).await;
                browser.see(more).await;
                assert_soon!(browser.all("alert", "").await.len(), 1, "{words}");
            }
            browser.axe("builds that cannot be loaded").await;
            api.on(
                "GET",
                BUILDS,
                builds_page(vec![build("1", "back", "S", json!({}))], 1, false),
            );
            browser.press("button", "Retry").await;
            browser.find("link", "team/app:back").await;
            browser.see_no_more("failed:").await;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn axe_core_finds_nothing_and_nothing_is_wider_than_the_window() -> Outcome {
    let api = api_with_two_builds().await;
    for (dark, languages) in [(false, "en-US,en"), (true, "zh-CN,zh")] {
        for width in [1280, 320] {
            let story = story(&api).size(width, 800).languages(languages).dark(dark);
            let checked = story.run(async |browser, api| {
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
                    browser.loaded().await;
                    browser
                        .axe(&format!("{path} (dark: {dark}, {width} px)"))
                        .await;
                    assert_soon!(browser.too_wide().await, json!([]), "{path} at {width} px");
                }
                Ok(())
            });
            checked.await?;
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_list_that_failed_once_retries_automatically() -> Outcome {
    story(api_with_two_builds().await)
        .run(async |browser, api| {
            browser.open(&format!("{}/builds", api.address)).await;
            browser.find("link", "team/app:two").await;
            api.on("GET", BUILDS, Reply::Json(500, json!({})));
            browser.go_online().await;
            browser.see("This may be out of date").await;
            api.on(
                "GET",
                BUILDS,
                builds_page(vec![build("1", "back", "S", json!({}))], 1, false),
            );
            browser.find("link", "team/app:back").await;
            browser.see_no_more("failed:").await;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn a_build_that_may_have_started_is_looked_up_and_never_sent_again() -> Outcome {
    story(api_with_two_builds().await)
        .run(async |browser, api| {
            api.on("POST", BUILDS, Reply::CutAfter);
            browser.open(&format!("{}/builds", api.address)).await;
            browser.find("link", "team/app:two").await;
            let rows = vec![
                build("57bbbbbb-1111", "two", "W", waiting()),
                build("5709f780-e8fb", "two", "S", json!({})),
                build("57aaaaaa-0000", "one", "F", json!({})),
            ];
            api.on("GET", BUILDS, builds_page(rows, 3, false));
            browser.press("button", "Build team/app:two").await;
            browser.see("the build may have started anyway").await;
            browser.has_rows(3).await;
            assert_eq!(api.requests("POST", BUILDS).len(), 1);
            Ok(())
        })
        .await
}
