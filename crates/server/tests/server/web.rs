//! The static site and the sample repository.

use crate::support::*;
use reqwest::{Method, StatusCode};
use serde_json::Value;

#[tokio::test]
async fn the_site_serves_every_path_except_the_api() {
    let site = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| std::fs::write(site.path().join(name), text).unwrap();
    file("index.html", "<!doctype html><title>The console</title>");
    file(
        "console-0123456789abcdef.js",
        &"let hello = 1;\n".repeat(1000),
    );
    file("config.json", "{}");
    let option = format!("--site={}", site.path().display());
    let server = TestServer::start(&[&option]).await;
    let get = async |path: &str, encoding: &str| {
        let request = server.request(Method::GET, path);
        request
            .header("Accept-Encoding", encoding)
            .send()
            .await
            .unwrap()
    };
    for path in [
        "/",
        "/repositories/demo/app",
        "/builds/x?page=2",
        "/v1x",
        "/missing.js",
    ] {
        let response = get(path, "identity").await;
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        assert_eq!(response.headers()["cache-control"], "no-cache");
        assert_eq!(response.headers()["x-content-type-options"], "nosniff");
        assert!(response.headers().contains_key("referrer-policy"));
        assert_eq!(
            response.headers()["content-security-policy"],
            "frame-ancestors 'none'"
        );
        assert!(
            response.text().await.unwrap().contains("The console"),
            "{path}"
        );
    }
    for (encoding, expected) in [
        ("br", Some("br")),
        ("gzip", Some("gzip")),
        ("identity", None),
    ] {
        let response = get("/console-0123456789abcdef.js", encoding).await;
        let cache = response.headers()["cache-control"].to_str().unwrap();
        assert!(cache.contains("immutable"), "{cache}");
        let encoded = response.headers().get("content-encoding");
        assert_eq!(encoded.and_then(|value| value.to_str().ok()), expected);
    }
    let config = get("/config.json", "identity").await;
    assert_eq!(config.headers()["cache-control"], "no-cache");
    assert_eq!(config.json::<Value>().await.unwrap(), serde_json::json!({}));
    for path in ["/v1", "/v1/missing"] {
        assert_eq!(get(path, "identity").await.status(), StatusCode::NOT_FOUND);
    }
    for path in [
        "/../Cargo.toml",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/..%2f..%2fetc/passwd",
    ] {
        let text = get(path, "identity").await.text().await.unwrap();
        assert!(
            text.contains("The console") || text.is_empty(),
            "{path}: {text}"
        );
    }
    let api = get("/v1/builds", "identity").await;
    assert_eq!(api.headers()["cache-control"], "no-store");
}

#[tokio::test]
async fn the_sample_is_created_once_and_builds_without_network() {
    let _label = Label::default();
    let mut server = TestServer::start(&["--sample"]).await;
    let (status, sample) = server.get("/v1/repositories/demo/hello-slipway").await;
    assert_eq!(status, StatusCode::OK, "{sample}");
    assert_eq!(
        sample["build_config"]["tag_configs"][0]["docker_repo_tag"],
        "latest"
    );
    assert_eq!(
        server.get("/v1/builds").await.1["count"],
        0,
        "not built yet"
    );
    let id = server.trigger("demo/hello-slipway", "latest").await;
    let built = server.wait_for_status(&id, "S").await;
    assert!(
        built["docker_repo_version_tag"]
            .as_str()
            .unwrap()
            .starts_with('v')
    );

    server.delete("/v1/repositories/demo/hello-slipway").await;
    server.stop().await;
    server.start_again().await;
    let (_, page) = server.get("/v1/repositories/demo").await;
    assert_eq!(page["count"], 0, "the removed sample does not come back");
}
