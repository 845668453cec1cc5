//! The static site and the sample repository.

use crate::support::*;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use reqwest::{Method, Response, StatusCode};
use serde_json::Value;
use std::path::Path;
use std::time::{Duration, SystemTime};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A server of a site that a test can change.
struct Hosted {
    site: TempDir,
    server: TestServer,
}

impl Hosted {
    async fn start(options: &[&str]) -> Self {
        let site = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| std::fs::write(site.path().join(name), text).unwrap();
        write("index.html", "<!doctype html><title>The console</title>");
        write("config.json", "{}");
        write(
            "console-0123456789abcdef.js",
            &"let hello = 1;\n".repeat(1000),
        );
        std::fs::create_dir(site.path().join("assets")).unwrap();
        write("assets/style-0123456789abcdef.css", "a{}");
        let option = format!("--site={}", site.path().display());
        let server = TestServer::start(&[&[option.as_str()], options].concat()).await;
        Self { site, server }
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.site.path().join(name)
    }

    async fn send(&self, method: Method, path: &str, headers: &[(&str, &str)]) -> Response {
        let mut request = self.server.request(method, path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.send().await.unwrap()
    }

    async fn get(&self, path: &str, headers: &[(&str, &str)]) -> Response {
        self.send(Method::GET, path, headers).await
    }

    /// Sends a path as it is, which reqwest does not. Returns the response's head and body.
    async fn raw(&self, path: &str) -> String {
        let address = self.server.url.trim_start_matches("http://");
        let mut stream = TcpStream::connect(address).await.unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).await.unwrap();
        text.to_ascii_lowercase()
    }
}

fn header<'a>(response: &'a Response, name: &str) -> Option<&'a str> {
    response.headers().get(name)?.to_str().ok()
}

fn set_modified(path: &Path, time: SystemTime) {
    let file = std::fs::File::options().write(true).open(path).unwrap();
    file.set_modified(time).unwrap();
}

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
        "/repositories/demo/node.js",
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
            text.contains("The console") || text == "Not found.\n",
            "{path}: {text}"
        );
    }
    let api = get("/v1/builds", "identity").await;
    assert_eq!(api.headers()["cache-control"], "private, no-cache");
    let missing = get("/v1/builds/missing", "identity").await;
    assert_eq!(missing.headers()["cache-control"], "no-store");
}

#[tokio::test]
async fn a_missing_file_is_never_the_page_and_never_stored() {
    let hosted = Hosted::start(&[]).await;
    for path in [
        "/console-ffffffffffff0000.js",
        "/chunk_10-291a0d0d77de3a0b.wasm",
        "/split-5b1f8a90c2d3e4f5_bg.wasm",
        "/build-3db1ea6413134fc.css",
        "/missing.js",
        "/MISSING.JS",
        "/missing%2Ejs",
        "/missing.js?v=1",
        "/missing.js/",
        "/assets/missing.css",
        "/console/missing-0123456789abcdef.js",
        "/repositories/demo/missing-0123456789abcdef.js",
        "/console-0123456789abcdef.js/more.js",
        "/console-0123456789abcdef.js.map",
        "/missing.json",
        "/missing.svg",
        "/missing.png",
        "/favicon.ico",
        "/robots.txt",
        "/missing.webmanifest",
    ] {
        for method in [Method::GET, Method::HEAD] {
            let response = hosted.send(method, path, &[]).await;
            assert_eq!(response.status(), StatusCode::NOT_FOUND, "{path}");
            assert_eq!(
                header(&response, "cache-control"),
                Some("no-store"),
                "{path}"
            );
            assert_eq!(header(&response, "x-content-type-options"), Some("nosniff"));
            for name in ["etag", "last-modified"] {
                assert_eq!(header(&response, name), None, "{path}");
            }
            let text = response.text().await.unwrap();
            assert!(!text.contains("The console"), "{path}");
        }
    }
    for path in [
        "/assets/../missing.js",
        "/assets/../index.html",
        "/assets/../../etc/passwd",
        "/assets/..%2f..%2fCargo.toml",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/index.html%00.js",
        "/%00",
        "/builds/%00",
        &format!("/{}", "a".repeat(300)),
        &format!("/builds/{}", "a".repeat(5000)),
        &format!("/{}", "a/".repeat(20_000)),
    ] {
        let answer = hosted.raw(path).await;
        assert!(answer.starts_with("http/1.1 404"), "{path}: {answer}");
        assert!(
            answer.contains("cache-control: no-store"),
            "{path}: {answer}"
        );
    }
    let posted = hosted.send(Method::POST, "/", &[]).await;
    assert_eq!(posted.status(), StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(header(&posted, "allow"), Some("GET, HEAD"));
}

#[tokio::test]
async fn a_file_that_was_missing_is_there_once_it_is_back_whatever_its_date() {
    let hosted = Hosted::start(&[]).await;
    let path = "/split_build-00112233445566ff.wasm";
    let file = hosted.path(&path[1..]);
    let missing = hosted.get(path, &[]).await;
    assert_eq!(missing.status(), StatusCode::NOT_FOUND);
    // What a browser sends that has stored an answer of an older server for this path.
    let page = hosted.get("/", &[]).await;
    let tag = header(&page, "etag").unwrap().to_owned();
    let stored = [
        ("if-modified-since", "Fri, 01 Jan 2027 00:00:00 GMT"),
        ("if-none-match", tag.as_str()),
    ];
    assert_eq!(
        hosted.get(path, &stored).await.status(),
        StatusCode::NOT_FOUND
    );
    std::fs::write(&file, b"\0asm").unwrap();
    set_modified(&file, SystemTime::UNIX_EPOCH + Duration::from_secs(1));
    for headers in [&stored[..], &stored[..1], &[]] {
        let back = hosted.get(path, headers).await;
        assert_eq!(back.status(), StatusCode::OK, "{headers:?}");
        assert_eq!(header(&back, "content-type"), Some("application/wasm"));
        assert!(
            header(&back, "cache-control")
                .unwrap()
                .contains("immutable")
        );
        assert_eq!(&back.bytes().await.unwrap()[..], b"\0asm");
    }
}

#[tokio::test]
async fn the_page_is_known_by_its_content_and_not_by_its_date() {
    let hosted = Hosted::start(&["--sample"]).await;
    let tag_of = async |path: &str| {
        let response = hosted.get(path, &[]).await;
        assert_eq!(header(&response, "last-modified"), None, "{path}");
        assert_eq!(
            header(&response, "cache-control"),
            Some("no-cache"),
            "{path}"
        );
        header(&response, "etag").unwrap().to_owned()
    };
    let before = tag_of("/").await;
    assert!(before.starts_with('"'), "{before} is not strong");
    for path in ["/index.html", "/builds", "/repositories/demo/app"] {
        assert_eq!(tag_of(path).await, before, "{path}");
    }
    assert_ne!(tag_of("/config.json").await, before);
    for known in [
        before.clone(),
        format!("W/{before}"),
        format!("\"x\", {before}"),
    ] {
        let response = hosted.get("/builds", &[("if-none-match", &known)]).await;
        assert_eq!(response.status(), StatusCode::NOT_MODIFIED, "{known}");
        assert_eq!(header(&response, "etag"), Some(before.as_str()));
        assert_eq!(header(&response, "cache-control"), Some("no-cache"));
        assert_eq!(response.text().await.unwrap(), "");
    }
    // A deploy with files of the same date and size.
    let index = hosted.path("index.html");
    let modified = std::fs::metadata(&index).unwrap().modified().unwrap();
    std::fs::write(&index, "<!doctype html><title>The Console</title>").unwrap();
    set_modified(&index, modified);
    let conditions = [
        ("if-none-match", before.as_str()),
        ("if-modified-since", "Fri, 01 Jan 2027 00:00:00 GMT"),
    ];
    let response = hosted.get("/", &conditions).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_ne!(header(&response, "etag"), Some(before.as_str()));
    assert!(response.text().await.unwrap().contains("The Console"));
}

#[tokio::test]
async fn each_encoding_has_a_tag_of_its_own() {
    let hosted = Hosted::start(&[]).await;
    let path = "/console-0123456789abcdef.js";
    let mut tags = std::collections::BTreeSet::new();
    for encoding in ["br", "gzip", "identity"] {
        let headers = [("accept-encoding", encoding)];
        let response = hosted.get(path, &headers).await;
        assert_eq!(header(&response, "content-type"), Some("text/javascript"));
        let tag = header(&response, "etag").unwrap().to_owned();
        let again = [headers[0], ("if-none-match", tag.as_str())];
        let response = hosted.get(path, &again).await;
        assert_eq!(response.status(), StatusCode::NOT_MODIFIED, "{encoding}");
        assert_eq!(header(&response, "etag"), Some(tag.as_str()));
        tags.insert(tag);
    }
    assert_eq!(tags.len(), 3, "{tags:?}");
    // A part of one encoding does not continue another one.
    for tag in tags {
        let range = [("range", "bytes=0-3"), ("if-range", tag.as_str())];
        let response = hosted.get(path, &range).await;
        let is_plain = !tag.ends_with("-br\"") && !tag.ends_with("-gzip\"");
        assert_eq!(
            response.status() == StatusCode::PARTIAL_CONTENT,
            is_plain,
            "{tag}"
        );
    }
}

#[tokio::test]
async fn a_head_is_a_get_without_its_body() {
    let hosted = Hosted::start(&[]).await;
    for path in [
        "/",
        "/builds/x",
        "/console-0123456789abcdef.js",
        "/assets/style-0123456789abcdef.css",
        "/config.json",
    ] {
        for encoding in ["identity", "br"] {
            let headers = [("accept-encoding", encoding)];
            let get = hosted.get(path, &headers).await;
            let head = hosted.send(Method::HEAD, path, &headers).await;
            assert_eq!(head.status(), get.status());
            for name in ["etag", "cache-control", "content-type", "content-encoding"] {
                assert_eq!(header(&head, name), header(&get, name), "{path} {name}");
            }
            if encoding == "identity" {
                let length = header(&head, "content-length").unwrap().to_owned();
                assert_eq!(length, get.bytes().await.unwrap().len().to_string());
            }
        }
    }
}

/// Any range of a file is the same part of its bytes.
#[tokio::test]
async fn ranges_are_parts_of_the_file() {
    let hosted = Hosted::start(&[]).await;
    let path = "/console-0123456789abcdef.js";
    let whole = hosted.get(path, &[]).await.bytes().await.unwrap();
    let total = whole.len();
    let mut runner = TestRunner::new(Config {
        failure_persistence: None,
        ..Config::default()
    });
    let numbers = proptest::option::of(0..total * 2);
    let ranges = proptest::collection::vec((numbers.clone(), numbers), 64);
    let ranges = ranges.new_tree(&mut runner).unwrap();
    for (first, last) in proptest::strategy::ValueTree::current(&ranges) {
        let text = |number: Option<usize>| number.map_or(String::new(), |n| n.to_string());
        let range = format!("bytes={}-{}", text(first), text(last));
        let expected = match (first, last) {
            (Some(first), Some(last)) if first > last => None,
            (Some(first), last) if first < total => {
                Some(first..last.map_or(total, |last| total.min(last + 1)))
            }
            (None, Some(count)) if count > 0 => Some(total.saturating_sub(count)..total),
            (None, None) => None,
            _ => Some(0..0),
        };
        let response = hosted.get(path, &[("range", &range)]).await;
        match expected {
            None => assert_eq!(response.status(), StatusCode::OK, "{range}"),
            Some(part) if part.is_empty() => {
                assert_eq!(
                    response.status(),
                    StatusCode::RANGE_NOT_SATISFIABLE,
                    "{range}"
                );
                assert_eq!(
                    header(&response, "content-range"),
                    Some(format!("bytes */{total}").as_str())
                );
                assert_eq!(header(&response, "cache-control"), Some("no-store"));
            }
            Some(part) => {
                assert_eq!(response.status(), StatusCode::PARTIAL_CONTENT, "{range}");
                assert_eq!(
                    header(&response, "content-range"),
                    Some(format!("bytes {}-{}/{total}", part.start, part.end - 1).as_str())
                );
                assert_eq!(
                    response.bytes().await.unwrap(),
                    whole.slice(part),
                    "{range}"
                );
            }
        }
    }
}

#[tokio::test]
async fn the_sample_is_created_once_and_builds_without_network() {
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
