//! Call 2 with more builds than fit on a page.

use crate::support::*;
use reqwest::StatusCode;
use serde_json::{Value, json};
use slipway_api::{Build, Page};
use std::collections::HashSet;

#[tokio::test]
async fn sixty_builds_are_three_pages_newest_first() {
    let server = TestServer::start(&["--workers=1", "--queue-limit=100"]).await;
    let source = server.repository("one", &[("Dockerfile", &server.minimal_dockerfile())]);
    let row = failing_tag_config("latest");
    server
        .register("demo/app", &source, vec![row.clone()])
        .await;
    server.register("other/app", &source, vec![row]).await;
    let mut started = Vec::new();
    for _ in 0..60 {
        started.push(server.trigger("demo/app", "latest").await);
    }
    started.reverse();
    server.trigger("other/app", "latest").await;

    let mut read = Vec::new();
    for number in 1..=3 {
        let path = format!("/v1/builds?namespace=demo&repo_name=app&page={number}");
        let (status, page) = server.get(&path).await;
        assert_eq!(status, StatusCode::OK);
        assert_eq!(keys(&page), keys(&sample("builds-page.response.json")));
        assert_eq!(page["count"], 60);
        let link = |to: i32| {
            json!(format!(
                "{}/v1/builds?namespace=demo&repo_name=app&page={to}",
                server.url
            ))
        };
        assert_eq!(
            page["next"],
            if number < 3 {
                link(number + 1)
            } else {
                Value::Null
            }
        );
        assert_eq!(
            page["previous"],
            if number > 1 {
                link(number - 1)
            } else {
                Value::Null
            }
        );
        let page: Page<Build> = serde_json::from_value(page).unwrap();
        assert_eq!(page.pages(), 3);
        assert_eq!((page.results.read.len(), page.results.unread), (20, 0));
        read.extend(page.results.read.into_iter().map(|build| build.build_id));
    }
    assert_eq!(read, started);
    assert_eq!(read.iter().collect::<HashSet<_>>().len(), 60);

    for page in ["4", "0", "-1", "x", "99999999999999999999"] {
        let answer = server
            .get(&format!("/v1/builds?namespace=demo&page={page}"))
            .await;
        assert_eq!(answer.0, StatusCode::NOT_FOUND);
        assert_eq!(answer.1, json!({"detail": "Invalid page."}));
    }
    assert_eq!(server.get("/v1/builds/").await.1["count"], 61);
    assert_eq!(server.get("/v1/builds?namespace=").await.1["count"], 61);
    assert_eq!(server.get("/v1/builds?namespace=other").await.1["count"], 1);
    assert_eq!(server.get("/v1/builds?repo_name=app").await.1["count"], 61);
    let (status, none) = server.get("/v1/builds?namespace=nobody").await;
    assert_eq!(
        (status, &none["count"], &none["results"]),
        (StatusCode::OK, &json!(0), &json!([]))
    );
    server.wait_for_status(&read[0], "F").await;
}

#[tokio::test]
async fn links_have_the_host_of_the_request() {
    let server = TestServer::start(&[]).await;
    let source = server.repository("one", &[("Dockerfile", &server.minimal_dockerfile())]);
    let row = failing_tag_config("latest");
    server.register("demo/app", &source, vec![row]).await;
    for _ in 0..21 {
        server.trigger("demo/app", "latest").await;
    }
    let page: Value = server
        .request(reqwest::Method::GET, "/v1/builds?namespace=demo")
        .header("Host", "builds.localhost:99")
        .header("X-Forwarded-Proto", "https")
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(
        page["next"],
        "https://builds.localhost:99/v1/builds?namespace=demo&page=2"
    );
}
