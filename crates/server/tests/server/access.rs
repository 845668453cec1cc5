//! Access: tokens, origins and hosts, and how calls are rejected.

use crate::support::*;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

#[tokio::test]
async fn with_tokens_every_call_needs_one() {
    let mut server = TestServer::start(&["--token=demo=secret", "--token=other=hidden"]).await;
    for (method, path) in [
        (Method::GET, "/v1/builds"),
        (Method::POST, "/v1/builds"),
        (Method::GET, "/v1/builds/x"),
        (Method::DELETE, "/v1/builds/x"),
        (Method::GET, "/v1/builds/x/logs"),
        (Method::GET, "/v1/repositories/demo"),
        (Method::POST, "/v1/repositories/demo"),
        (Method::GET, "/v1/repositories/demo/app"),
        (Method::DELETE, "/v1/repositories/demo/app"),
        (Method::PUT, "/v1/repositories/demo/app/build-config"),
        (Method::GET, "/v1/sources?namespace=demo"),
        (Method::GET, "/v1/regions/demo"),
        (Method::GET, "/v1/auth/demo/profile"),
        (Method::POST, "/v1/generate-api-token"),
    ] {
        for token in [
            None,
            Some("Token wrong"),
            Some("Token "),
            Some("Bearer secret"),
            Some("secret"),
        ] {
            let mut request = server.request(method.clone(), path);
            if let Some(token) = token {
                request = request.header("Authorization", token);
            }
            let response = request.send().await.unwrap();
            assert_eq!(
                response.status(),
                StatusCode::UNAUTHORIZED,
                "{method} {path} {token:?}"
            );
            assert_eq!(response.headers()["www-authenticate"], "Token");
            let body: Value = response.json().await.unwrap();
            assert_eq!(keys(&body), ["detail".to_owned()].into());
        }
    }
    server.token = Some("secret".to_owned());
    assert_eq!(server.get("/v1/builds").await.0, StatusCode::OK);
}

#[tokio::test]
async fn tokens_can_be_in_a_private_file() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tokens");
    std::fs::write(&path, "# the team\nteam=0123456789abcdef\n").unwrap();
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o600)).unwrap();
    let option = format!("--token-file={}", path.display());
    let mut server = TestServer::start(&[&option, "--token=demo=secret"]).await;
    assert_eq!(server.get("/v1/builds").await.0, StatusCode::UNAUTHORIZED);
    for (token, namespace) in [("0123456789abcdef", "team"), ("secret", "demo")] {
        server.token = Some(token.to_owned());
        let (_, profile) = server.get(&format!("/v1/auth/{namespace}/profile")).await;
        assert_eq!(profile["is_available"], true, "{namespace}");
    }
    drop(server);

    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o644)).unwrap();
    let run = std::process::Command::new(env!("CARGO_BIN_EXE_slipway"))
        .args(["--listen=127.0.0.1:0", &option, "--data"])
        .arg(folder.path().join("data"))
        .output()
        .unwrap();
    assert!(!run.status.success());
    let output = String::from_utf8(run.stderr).unwrap();
    assert!(output.contains("chmod 600"), "{output}");
    assert!(!output.contains("0123456789abcdef"), "{output}");
}

#[tokio::test]
async fn wrong_tokens_slow_their_sender_and_no_right_one() {
    let mut server = TestServer::start(&["--token=demo=secret"]).await;
    server.token = Some("wrong".to_owned());
    wait_for("an address is refused", async || {
        let requests = (0..20).map(|_| server.request(Method::GET, "/v1/builds").send());
        let answers = futures_util::future::join_all(requests).await;
        let mut answers = answers.into_iter().map(Result::unwrap);
        let refused = answers.find(|answer| answer.status() == StatusCode::TOO_MANY_REQUESTS)?;
        assert_eq!(refused.headers()["retry-after"], "4");
        assert!(!refused.headers().contains_key("www-authenticate"));
        Some(())
    })
    .await;
    // Its answer comes after seconds.
    let slowed = tokio::spawn(server.request(Method::GET, "/v1/builds").send());
    server.token = Some("secret".to_owned());
    assert_eq!(server.get("/v1/builds").await.0, StatusCode::OK);
    assert!(!slowed.is_finished());
    let status = slowed.await.unwrap().unwrap().status();
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    // No token is not a wrong one.
    server.token = None;
    for _ in 0..30 {
        assert_eq!(server.get("/v1/builds").await.0, StatusCode::UNAUTHORIZED);
    }
}

#[tokio::test]
async fn a_token_writes_in_its_own_namespace_only() {
    let mut server = TestServer::start(&[
        "--token=demo=secret",
        "--token=team=secret",
        "--token=other=hidden",
    ])
    .await;
    server.token = Some("secret".to_owned());
    let source = server.repository("one", &[("Dockerfile", &server.minimal_dockerfile())]);
    let row = failing_tag_config("latest");
    let body = create_body("app", &source.url(), vec![row]);
    let created = server.post("/v1/repositories/demo", &body).await;
    assert_eq!(created.0, StatusCode::CREATED, "{}", created.1);
    assert_eq!(created.1["created_by"], "demo");
    let hidden = with(
        with(body.clone(), json!({"is_public": false})),
        json!({"repo_name": "own"}),
    );
    assert_eq!(
        server.post("/v1/repositories/team", &hidden).await.0,
        StatusCode::CREATED
    );
    let build = server.trigger("team/own", "latest").await;
    assert_eq!(server.build(&build).await["created_by"], "team");
    let public_build = server.trigger("demo/app", "latest").await;
    assert_eq!(server.get("/v1/builds").await.1["count"], 2);

    server.token = Some("hidden".to_owned());
    let refusal = json!({"detail": "You do not have permission to perform this action."});
    let config = "/v1/repositories/demo/app/build-config";
    for answer in [
        server.post("/v1/repositories/demo", &body).await,
        server
            .put(config, &json!({"tag_configs": [tag_config("x")]}))
            .await,
        server.delete("/v1/repositories/demo/app").await,
        server
            .post(
                "/v1/builds",
                &json!({"namespace": "demo", "repo_name": "app", "tag": "latest"}),
            )
            .await,
    ] {
        assert_eq!(answer, (StatusCode::FORBIDDEN, refusal.clone()));
    }
    // A public repository can be read; a private one is not found.
    assert_eq!(
        server.get("/v1/repositories/demo/app").await.0,
        StatusCode::OK
    );
    assert_eq!(
        server.get("/v1/repositories/team/own").await.0,
        StatusCode::NOT_FOUND
    );
    assert_eq!(server.get("/v1/repositories/team").await.1["count"], 0);
    assert_eq!(
        server.get(&format!("/v1/builds/{public_build}")).await.0,
        StatusCode::OK
    );
    assert_eq!(
        server.get(&format!("/v1/builds/{build}")).await.0,
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        server.get(&format!("/v1/builds/{build}/logs")).await.0,
        StatusCode::NOT_FOUND
    );
    assert_eq!(server.get("/v1/builds?namespace=team").await.1["count"], 0);
    assert_eq!(server.get("/v1/builds?namespace=demo").await.1["count"], 1);
    assert_eq!(server.get("/v1/builds").await.1["count"], 0);
}

#[tokio::test]
async fn the_profile_shows_if_a_token_matches() {
    let mut server = TestServer::start(&["--token=demo=secret"]).await;
    server.token = Some("secret".to_owned());
    assert_eq!(
        server.get("/v1/auth/demo/profile").await.1["is_available"],
        true
    );
    assert_eq!(
        server.get("/v1/auth/other/profile/").await.1["is_available"],
        false
    );
    let (status, body) = server.post("/v1/generate-api-token", &json!({})).await;
    assert_eq!(status, StatusCode::NOT_IMPLEMENTED);
    assert!(body["detail"].as_str().unwrap().contains("--token"));
    let open = TestServer::start(&[]).await;
    assert_eq!(
        open.get("/v1/auth/any/profile").await.1["is_available"],
        true
    );
}

#[tokio::test]
async fn only_pages_of_allowed_origins_may_call() {
    let server = TestServer::start(&["--allow-origin=https://console.example"]).await;
    let preflight = async |origin: &str| {
        server
            .request(Method::OPTIONS, "/v1/builds")
            .header("Origin", origin)
            .header("Access-Control-Request-Method", "POST")
            .header(
                "Access-Control-Request-Headers",
                "authorization,content-type",
            )
            .send()
            .await
            .unwrap()
    };
    let allowed = preflight("https://console.example").await;
    assert!(allowed.status().is_success());
    let header = |name: &str| allowed.headers()[name].to_str().unwrap().to_lowercase();
    assert_eq!(
        header("access-control-allow-origin"),
        "https://console.example"
    );
    for method in ["get", "post", "put", "delete"] {
        assert!(header("access-control-allow-methods").contains(method));
    }
    for name in ["authorization", "content-type"] {
        assert!(header("access-control-allow-headers").contains(name));
    }
    assert!(
        !allowed
            .headers()
            .contains_key("access-control-allow-credentials")
    );
    for origin in [
        "https://evil.example",
        "null",
        "https://console.example.evil.example",
    ] {
        let refused = preflight(origin).await;
        assert!(
            !refused
                .headers()
                .contains_key("access-control-allow-origin"),
            "{origin}"
        );
    }
    let get = async |origin: &str| {
        let request = server.request(Method::GET, "/v1/builds/x");
        request.header("Origin", origin).send().await.unwrap()
    };
    let read = get("https://console.example").await;
    assert_eq!(read.status(), StatusCode::NOT_FOUND);
    assert_eq!(
        read.headers()["access-control-allow-origin"],
        "https://console.example"
    );
    let exposed = read.headers()["access-control-expose-headers"].to_str();
    assert_eq!(exposed.unwrap().to_lowercase(), "date,retry-after,etag");
    let other_origin = get("https://evil.example").await;
    assert!(
        !other_origin
            .headers()
            .contains_key("access-control-allow-origin")
    );
}

#[tokio::test]
async fn a_page_of_another_origin_changes_nothing() {
    let server = TestServer::start(&["--allow-origin=https://console.example"]).await;
    let trigger = async |origin: &str| {
        let body = json!({"namespace": "demo", "repo_name": "app", "tag": "latest"});
        let request = server.request(Method::POST, "/v1/builds").json(&body);
        request
            .header("Origin", origin)
            .send()
            .await
            .unwrap()
            .status()
    };
    assert_eq!(trigger("https://evil.example").await, StatusCode::FORBIDDEN);
    assert_eq!(trigger("null").await, StatusCode::FORBIDDEN);
    assert_eq!(
        trigger("https://console.example").await,
        StatusCode::BAD_REQUEST
    );
    assert_eq!(trigger(&server.url).await, StatusCode::BAD_REQUEST);

    let with_host = async |host: &str| {
        let request = server.request(Method::GET, "/v1/builds");
        request.header("Host", host).send().await.unwrap().status()
    };
    for host in [
        "localhost",
        "localhost:8080",
        "127.0.0.1",
        "[::1]:8080",
        "a.localhost",
    ] {
        assert_eq!(with_host(host).await, StatusCode::OK, "{host}");
    }
    for host in [
        "evil.example",
        "localhost.evil.example",
        "127.0.0.1.evil.example:80",
        "10.0.0.1",
    ] {
        assert_eq!(with_host(host).await, StatusCode::FORBIDDEN, "{host}");
    }
}

/// A name that resolves to the server makes a page of another origin one of its own.
#[tokio::test]
async fn without_a_token_no_foreign_name_is_answered_on_any_address() {
    let options = ["--listen=0.0.0.0:0", "--allow-host=builds.example.com"];
    let open = TestServer::start(&options).await;
    let status = async |server: &TestServer, method: Method, host: &str| {
        let request = server.request(method, "/v1/builds").header("Host", host);
        let request = request.json(&json!({"namespace": "a", "repo_name": "b", "tag": "c"}));
        request.send().await.unwrap().status()
    };
    for host in [
        "10.0.0.1:8080",
        "[2001:db8::1]",
        "localhost",
        "builds.example.com",
    ] {
        assert_eq!(
            status(&open, Method::GET, host).await,
            StatusCode::OK,
            "{host}"
        );
    }
    for host in [
        "evil.example",
        "10.0.0.1.evil.example",
        "builds.example.com.evil.example",
    ] {
        for method in [Method::GET, Method::POST] {
            let refused = status(&open, method, host).await;
            assert_eq!(refused, StatusCode::FORBIDDEN, "{host}");
        }
    }
    let mut closed = TestServer::start(&["--listen=0.0.0.0:0", "--token=demo=secret"]).await;
    closed.token = Some("secret".to_owned());
    assert_eq!(
        status(&closed, Method::GET, "builds.example.com").await,
        StatusCode::OK
    );
}

#[tokio::test]
async fn the_body_of_a_write_has_to_be_json() {
    let server = TestServer::start(&[]).await;
    let post = async |kind: Option<&str>, body: &str| {
        let mut request = server
            .request(Method::POST, "/v1/builds")
            .body(body.to_owned());
        if let Some(kind) = kind {
            request = request.header("Content-Type", kind);
        }
        let response = request.send().await.unwrap();
        (response.status(), response.json::<Value>().await.unwrap())
    };
    for kind in [
        None,
        Some("text/plain"),
        Some("application/x-www-form-urlencoded"),
    ] {
        let (status, body) = post(kind, "{}").await;
        assert_eq!(status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{body}");
    }
    for body in ["", "{", "{\"a\":}", "\u{0}"] {
        let (status, answer) = post(Some("application/json; charset=utf-8"), body).await;
        assert_eq!(status, StatusCode::BAD_REQUEST);
        let detail = answer["detail"].as_str().unwrap();
        assert!(detail.starts_with("JSON parse error - "), "{detail}");
    }
    let (status, answer) = post(Some("application/json"), "[]").await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(answer["non_field_errors"].is_array());
}

#[tokio::test]
async fn unknown_paths_and_methods_are_rejected_with_json() {
    let server = TestServer::start(&[]).await;
    for path in [
        "/v1",
        "/v1/",
        "/v1/nothing",
        "/v1/builds/a/b/c",
        "/v1/builds/%ff",
        "/v1/repositories",
    ] {
        let (status, body) = server.get(path).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{path}");
        assert_eq!(body, json!({"detail": "Not found."}), "{path}");
    }
    for (method, path) in [
        (Method::DELETE, "/v1/builds"),
        (Method::POST, "/v1/builds/x"),
        (Method::PATCH, "/v1/repositories/demo/app"),
        (Method::GET, "/v1/repositories/demo/app/build-config"),
    ] {
        let response = server.request(method.clone(), path).send().await.unwrap();
        assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED);
        assert!(response.headers().contains_key("allow"), "{method} {path}");
        let body: Value = response.json().await.unwrap();
        assert_eq!(body["detail"], format!("Method \"{method}\" not allowed."));
    }
    let head = server
        .request(Method::HEAD, "/v1/builds")
        .send()
        .await
        .unwrap();
    assert_eq!(head.status(), StatusCode::OK);
    assert!(head.text().await.unwrap().is_empty());
}
