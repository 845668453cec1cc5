//! Polls that bring nothing: `ETag` and `If-None-Match`.

use crate::support::*;
use reqwest::header::{ETAG, IF_NONE_MATCH};
use reqwest::{Method, StatusCode};
use serde_json::json;

/// Reads a path with an ETag that is known; returns the status, the ETag and the body.
async fn poll(server: &TestServer, path: &str, known: &str) -> (StatusCode, String, String) {
    let request = server.request(Method::GET, path);
    let response = request.header(IF_NONE_MATCH, known).send().await.unwrap();
    let tag = response.headers()[ETAG].to_str().unwrap().to_owned();
    (response.status(), tag, response.text().await.unwrap())
}

#[tokio::test]
async fn a_poll_that_brings_nothing_is_a_304() {
    let mut server = TestServer::start(&["--workers=1"]).await;
    let source = server.repository("one", &[("Dockerfile", "FROM scratch\n")]);
    for path in ["demo/app", "demo/web", "other/app"] {
        server
            .register(path, &source, vec![failing_tag_config("latest")])
            .await;
    }
    let id = server.trigger("demo/app", "latest").await;
    server.wait_for_status(&id, "F").await;
    let build = format!("/v1/builds/{id}");
    let paths = [
        "/v1/builds",
        "/v1/builds?namespace=demo",
        "/v1/builds?namespace=demo&repo_name=app",
        &build,
        "/v1/repositories/demo",
        "/v1/repositories/demo/app",
    ];
    let mut tags = Vec::new();
    for path in paths {
        let (status, tag, body) = poll(&server, path, "\"other\"").await;
        assert_eq!(status, StatusCode::OK);
        assert!(tag.starts_with("W/\"") && !body.is_empty());
        let again = poll(&server, path, &tag).await;
        assert_eq!(
            again,
            (StatusCode::NOT_MODIFIED, tag.clone(), String::new())
        );
        tags.push(tag);
    }

    // Elsewhere something changes: what does not show it stays the same.
    let other = server.trigger("other/app", "latest").await;
    server.wait_for_status(&other, "F").await;
    let expected = [200, 304, 304, 304, 304, 304];
    for ((path, tag), expected) in paths.iter().zip(&tags).zip(expected) {
        let (status, ..) = poll(&server, path, tag).await;
        assert_eq!(status.as_u16(), expected, "{path}");
    }
    let second = server.trigger("demo/web", "latest").await;
    server.wait_for_status(&second, "F").await;
    let (status, ..) = poll(&server, paths[1], &tags[1]).await;
    assert_eq!(status, StatusCode::OK);
    let (status, ..) = poll(&server, paths[2], &tags[2]).await;
    assert_eq!(status, StatusCode::NOT_MODIFIED);

    // The content is what counts, also after a restart.
    let (_, before, _) = poll(&server, paths[0], "").await;
    let address = server.url.clone();
    server.stop().await;
    server.start_again().await;
    let request = server.request(Method::GET, paths[0]);
    let host = address.strip_prefix("http://").unwrap();
    let answer = request
        .header("Host", host)
        .header(IF_NONE_MATCH, &before)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), StatusCode::NOT_MODIFIED);
    assert_ne!(answer.headers()[ETAG].to_str().unwrap(), before);

    server.delete("/v1/repositories/demo/app").await;
    let (status, _, body) = poll(&server, paths[2], &tags[2]).await;
    assert_eq!(status, StatusCode::OK);
    assert!(body.contains("\"count\":0"), "{body}");
}

#[tokio::test]
async fn an_etag_of_another_caller_is_none() {
    let mut server = TestServer::start(&["--token=demo=one", "--token=other=two"]).await;
    server.token = Some("one".to_owned());
    let source = server.repository("one", &[("Dockerfile", "FROM scratch\n")]);
    let body = create_body("app", &source.url(), vec![failing_tag_config("latest")]);
    let body = with(body, json!({"is_public": false}));
    let created = server.post("/v1/repositories/demo", &body).await;
    assert_eq!(created.0, StatusCode::CREATED);
    let id = server.trigger("demo/app", "latest").await;
    server.wait_for_status(&id, "F").await;
    let path = "/v1/builds?namespace=demo";
    let (_, tag, own) = poll(&server, path, "").await;
    assert!(own.contains("\"count\":1"), "{own}");
    server.token = Some("two".to_owned());
    let (status, _, others) = poll(&server, path, &tag).await;
    assert_eq!(status, StatusCode::OK);
    assert!(others.contains("\"count\":0"), "{others}");
}
