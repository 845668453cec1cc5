//! The insight page, over the real server's database.

use crate::support::fixtures::{BUILDS, build, builds_page, serve_build};
use crate::support::steps::{connect, create_simple};
use crate::support::{
    Api, Browser, Outcome, Reply, Server, Source, assert_soon, eventually, story,
};
use serde_json::{Value, json};
use std::path::Path;
use thirtyfour::prelude::*;

/// Adds builds like the one that is there: every fourth of `edge` failed, and each took 1 to 10 minutes.
fn add_builds(database: &Path, count: usize) -> Outcome {
    let database = rusqlite::Connection::open(database)?;
    let sample: String = database.query_row("SELECT build FROM builds", [], |row| row.get(0))?;
    for number in 0..count {
        let mut build: Value = serde_json::from_str(&sample)?;
        let id = format!("made-{number:03}");
        let (tag, failed) = match number % 2 {
            0 => ("latest", false),
            _ => ("edge", number % 8 == 7),
        };
        let minutes = 1 + number % 10;
        for (key, value) in [
            ("build_id", json!(id)),
            ("docker_repo_tag", json!(tag)),
            ("status", json!(if failed { "F" } else { "S" })),
            ("created_at", json!("2026-01-02T03:00:00.000Z")),
            ("started_at", json!("2026-01-02T03:00:30.000Z")),
            (
                "ended_at",
                json!(format!("2026-01-02T03:{minutes:02}:30.000Z")),
            ),
            ("auto_created", json!(number % 5 == 0)),
        ] {
            build[key] = value;
        }
        let status = if failed { "F" } else { "S" };
        database.execute(
            "INSERT INTO builds (build_id, repository_id, namespace, repo_name, status, build, plan)
             SELECT ?1, repository_id, namespace, repo_name, ?2, ?3, plan FROM builds WHERE number = 1",
            (&id, status, build.to_string()),
        )?;
    }
    Ok(())
}

/// How many builds have a bar in the chart that leads to their page.
async fn bars(browser: &Browser) -> u64 {
    let chart = browser.find("group", "Durations of builds").await;
    let script = "return [...arguments[0].querySelectorAll('a')]
        .filter((bar) => bar.getAttribute('href').startsWith('/builds/')).length;";
    let bars = browser.script_on(&chart, script).await;
    bars.as_u64().unwrap_or_default()
}

#[tokio::test]
async fn two_hundred_builds_are_summarised_page_by_page() -> Outcome {
    let source = Source::with_steps(&["/bin/busybox echo hello"]);
    story(Server::with_source(&source).await)
        .run(async |browser, server| {
            connect(browser, server, "team").await;
            create_simple(browser, "many", &source).await;
            browser.at("/repositories/team/many").await;
            browser.build("team/many:latest").await;
            browser.see("Succeeded").await;

            add_builds(&server.data.join("slipway.db"), 200)?;
            browser
                .open(&format!("{}/repositories/team/many", server.address))
                .await;
            browser.press("link", "Insights").await;
            browser.at("/repositories/team/many/insight").await;
            browser.see("of 50 builds").await;
            browser.choose("Builds", "All").await;
            browser.at("/repositories/team/many/insight?last=all").await;
            browser.see("of 201 builds: 176 succeeded, 25 failed").await;
            browser.see("88%").await;
            browser.see("95% within 30 s").await;
            browser.see("Continuous builds\n40").await;
            // All builds of the tag are of one commit, and some of them failed.
            browser.see("1 of 1 commit both succeeded and failed").await;
            // Each build has a bar that leads to its page.
            assert_soon!(bars(browser).await, 201);
            browser.axe("insight").await;
            browser.choose("Image tag", "edge").await;
            browser
                .at("/repositories/team/many/insight?tag=edge&last=all")
                .await;
            browser.see("of 100 builds: 75 succeeded, 25 failed").await;
            browser.reload().await;
            browser.see("of 100 builds: 75 succeeded, 25 failed").await;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn pages_are_read_two_at_a_time_and_reading_can_be_stopped_and_resumed() -> Outcome {
    story(Api::start().await)
        .run(async |browser, api| {
            let path = |page: usize| format!("/v1/builds?page={page}&namespace=team&repo_name=app");
            let rows = |number: usize| -> Vec<Value> {
                (0..20)
                    .map(|n| build(&format!("{number}-{n}"), "a", "S", json!({})))
                    .collect()
            };
            for number in 1..=5 {
                let answer = builds_page(rows(number), 100, number < 5);
                let held = match number {
                    1 => answer,
                    _ => Reply::Held(Box::new(answer)),
                };
                api.on("GET", &path(number), held);
            }
            browser
                .open(&format!(
                    "{}/repositories/team/app/insight?last=all",
                    api.address
                ))
                .await;
            browser.see("1 of 5 pages read").await;
            browser.see("of 20 builds").await;
            let queries = || -> Vec<String> {
                let requests = api.requests("GET", BUILDS).into_iter();
                requests.map(|request| request.query).collect()
            };
            eventually("two pages are asked for", async || {
                (queries().len() >= 3).then_some(())
            })
            .await;
            assert_eq!(queries().len(), 3, "{:?}", queries());
            api.release();
            browser.see("2 of 5 pages read").await;
            browser.press("button", "Stop").await;
            browser.see("(stopped)").await;
            browser.see("of 40 builds").await;
            for number in 1..=5 {
                api.on(
                    "GET",
                    &path(number),
                    builds_page(rows(number), 100, number < 5),
                );
            }
            browser.press("button", "Continue").await;
            browser.see("of 100 builds").await;
            browser.see_no_more("(stopped)").await;
            // A failure keeps the pages read so far, and a retry goes on from there.
            api.on("GET", &path(3), Reply::Json(500, json!({})));
            browser.reload().await;
            browser.see("the API had an internal error").await;
            browser.see("100%").await;
            api.on("GET", &path(3), builds_page(rows(3), 100, true));
            browser.press("button", "Retry").await;
            browser.see("of 100 builds").await;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn the_chart_is_read_by_keys_and_opens_a_build() -> Outcome {
    story(Api::start().await)
        .run(async |browser, api| {
            let commit = json!({ "code_head_commit": "abcdef0123456789" });
            let rows = vec![
                build("3", "edge", "I", json!({ "ended_at": null })),
                build("2", "edge", "F", commit),
                build("1", "latest", "S", json!({})),
            ];
            serve_build(api, &rows[1]);
            api.on("GET", BUILDS, builds_page(rows, 3, false));
            browser
                .open(&format!("{}/repositories/team/app/insight", api.address))
                .await;
            // The running build has no duration yet.
            browser.see("Duration of the last 2 finished builds").await;
            browser.see("median 6 m 02 s").await;
            browser.see("Point at a bar").await;
            assert_soon!(bars(browser).await, 2);
            // The chart is one stop of the Tab key: the newest build.
            browser.tab_to("team/app:edge").await;
            browser.see("Failed\n6 m 02 s\nedge\nabcdef0").await;
            browser.keys(Key::Left + "").await;
            browser.see("Succeeded\n6 m 02 s\nlatest\n119d9dc").await;
            browser.keys(Key::Left + "").await;
            browser.see("Succeeded\n6 m 02 s\nlatest").await;
            browser.axe("insight with a bar in focus").await;
            browser.keys(Key::End + "").await;
            browser.see("Failed\n6 m 02 s\nedge").await;
            browser.keys(Key::Enter + "").await;
            browser.at("/builds/2").await;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn without_builds_the_next_step_is_offered() -> Outcome {
    story(Api::start().await)
        .run(async |browser, api| {
            api.on("GET", BUILDS, builds_page(Vec::new(), 0, false));
            browser
                .open(&format!("{}/repositories/team/app/insight", api.address))
                .await;
            browser.see("No builds yet.").await;
            browser.axe("insight without builds").await;
            browser.press("link", "Back to the repository").await;
            browser.at("/repositories/team/app").await;
            Ok(())
        })
        .await
}
