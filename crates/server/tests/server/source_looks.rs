//! What a source offers, before anything of it is built: `GET /v1/sources`.

use crate::git_web::{is_proxied, with_web};
use crate::support::*;
use crate::tree_bombs::plant;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use slipway_api::url::join_url;
use slipway_api::{AskedSource, CodeSource, SourceKind, SourceQuestion, TagConfig};

/// A row as the console asks about it.
fn row(kind: SourceKind, value: &str, location: &str) -> TagConfig {
    TagConfig {
        code_repo_type: kind,
        code_repo_type_value: value.to_owned(),
        dockerfile_location: location.to_owned(),
        build_context_path: Some("/".to_owned()),
        ..TagConfig::default()
    }
}

/// Asks what a source offers, as the console does.
async fn ask(
    server: &TestServer,
    source: AskedSource<'_>,
    row: Option<&TagConfig>,
) -> (StatusCode, Value) {
    let question = SourceQuestion {
        namespace: "t-look",
        source,
        row,
    };
    let parameters = question.parameters();
    let query: Vec<_> = parameters
        .iter()
        .map(|(key, value)| (*key, value.as_ref()))
        .collect();
    server.get(&join_url("", &["sources"], &query)).await
}

/// Asks about a clone URL.
async fn ask_url(
    server: &TestServer,
    clone_url: &str,
    row: Option<&TagConfig>,
) -> (StatusCode, Value) {
    let clone_url = clone_url.to_owned();
    let source = CodeSource::Simple { clone_url };
    ask(server, AskedSource::At(&source), row).await
}

/// Waits until nothing of a look is left in the data folder.
async fn leaves_nothing(server: &TestServer) {
    let work = server.folder.path().join("data/tmp");
    wait_for("the folders of looks are gone", async || {
        let mut left = std::fs::read_dir(&work).unwrap().flatten();
        let is_look = |name: &str| name.starts_with("look-");
        (!left.any(|entry| is_look(&entry.file_name().to_string_lossy()))).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_source_says_what_can_be_built_of_it() {
    let server = TestServer::start(&[]).await;
    let source = server.repository(
        "app",
        &[
            ("Dockerfile", "FROM scratch\n"),
            ("docker/web.Dockerfile", "FROM scratch\n"),
            ("docs/a", "x"),
        ],
    );
    for tag in ["v1.9.0", "v1.10.0"] {
        source.git(&["tag", tag]);
    }
    source.git(&["tag", "--annotate", "--message=x", "v1.2.0"]);
    source.git(&["branch", "dev"]);
    let head = source.git(&["rev-parse", "HEAD"]);
    let (status, listing) = ask_url(&server, &source.url(), None).await;
    assert_eq!(status, StatusCode::OK, "{listing}");
    assert_eq!(
        listing,
        json!({
            "default_branch": "master",
            "branches": ["dev", "master"],
            "tags": ["v1.10.0", "v1.9.0", "v1.2.0"],
            "is_complete": true,
            "row": null,
        })
    );
    for (kind, value, location, dockerfile) in [
        (SourceKind::Branch, "master", "/", json!("/Dockerfile")),
        (
            SourceKind::Branch,
            "refs/heads/dev",
            "Dockerfile",
            json!("/Dockerfile"),
        ),
        (SourceKind::Tag, "v1.2.0", "/docker", Value::Null),
        (
            SourceKind::Tag,
            "v1.9.0",
            "/docker/web.Dockerfile",
            json!("/docker/web.Dockerfile"),
        ),
    ] {
        let asked = row(kind, value, location);
        let (_, listing) = ask_url(&server, &source.url(), Some(&asked)).await;
        let found = &listing["row"];
        assert_eq!(found["commit"], *head, "{listing}");
        assert_eq!(found["dockerfile"], dockerfile, "{value} {location}");
        assert_eq!(found["build_context"], "/");
        let all = json!(["/Dockerfile", "/docker/web.Dockerfile"]);
        assert_eq!(found["dockerfiles"], all);
    }
    let mut elsewhere = row(SourceKind::Branch, "dev", "/");
    elsewhere.build_context_path = Some("/missing".to_owned());
    let (_, listing) = ask_url(&server, &source.url(), Some(&elsewhere)).await;
    assert_eq!(listing["row"]["build_context"], Value::Null);
    leaves_nothing(&server).await;
}

#[tokio::test]
async fn what_fails_is_named_at_its_field() {
    let server = TestServer::start(&["--allow-url-secrets"]).await;
    let source = server.repository("app", &[("Dockerfile", "FROM scratch\n")]);
    let blob = source.git(&["rev-parse", "HEAD:Dockerfile"]);
    source.git(&["tag", "a-file", &blob]);
    let empty = GitRepository(server.folder.path().join("git/empty"));
    std::fs::create_dir_all(&empty.0).unwrap();
    let url = source.url();
    for (kind, value, expected) in [
        (
            SourceKind::Branch,
            "main",
            "The source has no branch main. It has: master.",
        ),
        (SourceKind::Tag, "a-file", "The tag a-file is not a commit"),
        (SourceKind::Branch, "HEAD", "HEAD is not a branch"),
    ] {
        let asked = row(kind, value, "/");
        let answer = ask_url(&server, &url, Some(&asked)).await;
        assert_field(&answer, "/code_repo_type_value", expected);
    }
    for (url, expected) in [
        (empty.url(), "there is no git repository"),
        ("/etc".to_owned(), "--allow-local-source"),
        ("ext::sh -c id".to_owned(), "http(s), ssh or git URL"),
        // Not even where a clone URL may have one: this one would be in the URL of a request.
        (
            "https://me:hunter22@git.invalid/a".to_owned(),
            "must not be part of another URL",
        ),
    ] {
        let answer = ask_url(&server, &url, None).await;
        assert_field(&answer, "/code_repo_clone_url", expected);
        assert!(!answer.1.to_string().contains("hunter22"));
    }
    let missing = ask(&server, AskedSource::Of { repo_name: "none" }, None).await;
    assert_field(&missing, "/repo_name", "no repository with this name");
    let (status, _) = server.get("/v1/sources?namespace=t-look").await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    leaves_nothing(&server).await;
}

#[tokio::test]
async fn a_source_on_the_network_is_looked_into_by_the_rules_of_builds() {
    if is_proxied() {
        return;
    }
    let asked = row(SourceKind::Branch, "master", "/");
    let (server, _source, web) = with_web(&[]).await;
    let url = format!("http://localhost:{}/app/.git", web.port);
    let answer = ask_url(&server, &url, Some(&asked)).await;
    assert_field(&answer, "/code_repo_clone_url", "--allow-source-host");
    assert!(web.asked().is_empty());

    let (server, source, web) = with_web(&["--allow-source-host=localhost"]).await;
    let url = format!("http://localhost:{}/app/.git", web.port);
    let (status, listing) = ask_url(&server, &url, Some(&asked)).await;
    assert_eq!(status, StatusCode::OK, "{listing}");
    assert_eq!(
        listing["row"]["commit"],
        *source.git(&["rev-parse", "HEAD"])
    );
    assert_eq!(listing["row"]["dockerfile"], "/Dockerfile");
    // A private source names what to do.
    let url = format!("http://localhost:{}/locked/app/.git", web.port);
    let answer = ask_url(&server, &url, None).await;
    assert_field(
        &answer,
        "/code_repo_clone_url",
        "it is private, or it does not exist",
    );
}

#[tokio::test]
async fn the_source_of_a_repository_is_read_with_its_own_secret() {
    if is_proxied() {
        return;
    }
    let options = ["--allow-source-host=localhost", "--allow-url-secrets"];
    let (server, _source, web) = with_web(&options).await;
    let url = format!("http://me:hunter22@localhost:{}/locked/app/.git", web.port);
    let body = create_body("app", &url, vec![tag_config("latest")]);
    let (status, answer) = server.post("/v1/repositories/t-look", &body).await;
    assert_eq!(status, StatusCode::CREATED, "{answer}");
    let asked = row(SourceKind::Branch, "master", "/");
    let of = AskedSource::Of { repo_name: "app" };
    let (status, listing) = ask(&server, of, Some(&asked)).await;
    assert_eq!(status, StatusCode::OK, "{listing}");
    assert_eq!(listing["row"]["dockerfile"], "/Dockerfile");
    assert!(!listing.to_string().contains("hunter22"));
    let asked = row(SourceKind::Branch, "none", "/");
    let answer = ask(&server, of, Some(&asked)).await;
    assert_field(&answer, "/code_repo_type_value", "no branch none");
    assert!(!answer.1.to_string().contains("hunter22"));
}

#[tokio::test]
async fn only_who_may_write_in_a_namespace_looks_into_sources() {
    let mut server = TestServer::start(&["--token=t-look=secret", "--token=other=hidden"]).await;
    let source = server.repository("app", &[("Dockerfile", "FROM scratch\n")]);
    server.token = Some("secret".to_owned());
    server
        .register("t-look/app", &source, vec![tag_config("latest")])
        .await;
    let of = AskedSource::Of { repo_name: "app" };
    assert_eq!(ask(&server, of, None).await.0, StatusCode::OK);
    server.token = Some("hidden".to_owned());
    assert_eq!(ask(&server, of, None).await.0, StatusCode::FORBIDDEN);
    let (status, _) = ask_url(&server, &source.url(), None).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn no_page_of_another_site_makes_the_server_look_into_a_source() {
    let server = TestServer::start(&["--allow-origin=https://console.test"]).await;
    let source = server.repository("app", &[("Dockerfile", "FROM scratch\n")]);
    let query = [
        ("namespace", "t-look"),
        ("code_repo_client", "Simple"),
        ("code_repo_clone_url", &source.url()),
    ];
    let path = join_url("", &["sources"], &query);
    for (site, origin, expected) in [
        ("same-origin", "", StatusCode::OK),
        ("none", "", StatusCode::OK),
        ("cross-site", "", StatusCode::FORBIDDEN),
        ("same-site", "", StatusCode::FORBIDDEN),
        ("cross-site", "https://evil.test", StatusCode::FORBIDDEN),
        ("cross-site", "https://console.test", StatusCode::OK),
    ] {
        let mut request = server
            .request(Method::GET, &path)
            .header("Sec-Fetch-Site", site);
        if !origin.is_empty() {
            request = request.header("Origin", origin);
        }
        let status = request.send().await.unwrap().status();
        assert_eq!(status, expected, "{site} {origin}");
    }
}

#[tokio::test]
async fn a_look_into_billions_of_files_comes_to_an_end() {
    let server = TestServer::start(&[]).await;
    let source = server.repository("app", &[("x", "x")]);
    let blob = source.git(&["rev-parse", "HEAD:x"]);
    plant(&source, 9, "100644", "blob", &blob);
    let asked = row(SourceKind::Branch, "master", "/");
    let answer = ask_url(&server, &source.url(), Some(&asked)).await;
    let expected = "more files and folders than the limit of 500000";
    assert_field(&answer, "/dockerfile_location", expected);
    // The branches are known nevertheless.
    let (status, listing) = ask_url(&server, &source.url(), None).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(listing["branches"], json!(["master"]));
    leaves_nothing(&server).await;
}
