//! The insight page, over the real server's database.

use crate::api::{Api, Reply};
use crate::builds::{page, row};
use crate::harness::{Browser, Outcome, Server, Setup, eventually};
use crate::source::Source;
use crate::stories::{connect, create_simple};
use serde_json::{Value, json};

#[tokio::test]
async fn two_hundred_builds_are_summed_up_page_by_page() -> Outcome {
    let source = Source::with_steps(&["/bin/busybox echo hello"]);
    let folder = source.parent();
    let server = Server::start(&["--allow-local-source", &folder.display().to_string()]).await;
    let browser = Browser::start(Setup::default()).await;
    connect(&browser, &server, "team").await;
    create_simple(&browser, "many", &source).await;
    browser.at("/repositories/team/many").await;
    browser.build("team/many:latest").await;
    browser.see("Succeeded").await;

    // 200 more like it: every fourth of 'edge' failed, and each takes 1 to 10 minutes.
    let database = rusqlite::Connection::open(server.data.join("slipway.db"))?;
    let build: String = database.query_row("SELECT build FROM builds", [], |row| row.get(0))?;
    for number in 0..200 {
        let mut one: Value = serde_json::from_str(&build)?;
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
            one[key] = value;
        }
        let status = if failed { "F" } else { "S" };
        database.execute(
            "INSERT INTO builds (build_id, repository_id, namespace, repo_name, status, build, plan)
             SELECT ?1, repository_id, namespace, repo_name, ?2, ?3, plan FROM builds WHERE number = 1",
            (&id, status, one.to_string()),
        )?;
    }
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
    browser.see("median 30 s, 95% within 30 s").await;
    browser.see("40 builds").await;
    // The slowest by the median, and the one whose outcome changes.
    browser.see("changed result 49 of 99 times").await;
    // Each build has a mark that leads to its page, and a row in the table.
    let marks = browser
        .script("return document.querySelectorAll('.chart a[href^=\"/builds/\"]').length;")
        .await;
    assert_eq!(marks, 201);
    browser.axe("insight").await;
    browser.choose("Image tag", "edge").await;
    browser
        .at("/repositories/team/many/insight?tag=edge&last=all")
        .await;
    browser.see("of 100 builds: 75 succeeded, 25 failed").await;
    browser.reload().await;
    browser.see("of 100 builds: 75 succeeded, 25 failed").await;
    browser.close().await;
    Ok(())
}

#[tokio::test]
async fn reading_goes_two_at_a_time_can_be_stopped_and_goes_on() -> Outcome {
    let api = Api::start().await;
    let path = |page: usize| format!("/v1/builds?page={page}&namespace=team&repo_name=app");
    let rows = |number: usize| -> Vec<Value> {
        (0..20)
            .map(|n| row(&format!("{number}-{n}"), "a", "S", json!({})))
            .collect()
    };
    for number in 1..=5 {
        let answer = page(rows(number), 100, number < 5);
        let held = match number {
            1 => answer,
            _ => Reply::Held(Box::new(answer)),
        };
        api.on("GET", &path(number), held);
    }
    let browser = Browser::start(Setup::default()).await;
    browser
        .open(&format!(
            "{}/repositories/team/app/insight?last=all",
            api.address
        ))
        .await;
    browser.see("1 of 5 pages read").await;
    browser.see("of 20 builds").await;
    let queries = || -> Vec<String> {
        let asked = api.asked("GET", "/v1/builds").into_iter();
        asked.map(|one| one.query).collect()
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
        api.on("GET", &path(number), page(rows(number), 100, number < 5));
    }
    browser.press("button", "Continue").await;
    browser.see("of 100 builds").await;
    browser.see_no_more("(stopped)").await;
    // A failure keeps what was read, and is gone on with.
    api.on("GET", &path(3), Reply::Json(500, json!({})));
    browser.reload().await;
    browser.see("the API had an internal error").await;
    browser.see("100%").await;
    api.on("GET", &path(3), page(rows(3), 100, true));
    browser.press("button", "Retry").await;
    browser.see("of 100 builds").await;
    browser.close().await;
    Ok(())
}
