//! Submodules: fetched by the rules of clone URLs, or named in a warning.

use crate::git_web::{is_proxied, with_web};
use crate::support::*;
use reqwest::StatusCode;
use serde_json::Value;

/// Adds a submodule to the index of a repository, as `git submodule add` does, at a commit.
pub(crate) fn add_submodule(source: &GitRepository, path: &str, url: &str, commit: &str) {
    let section = format!("submodule.{path}");
    source.git(&[
        "config",
        "--file",
        ".gitmodules",
        &format!("{section}.path"),
        path,
    ]);
    source.git(&[
        "config",
        "--file",
        ".gitmodules",
        &format!("{section}.url"),
        url,
    ]);
    let entry = format!("160000,{commit},{path}");
    source.git(&["update-index", "--add", "--cacheinfo", &entry]);
    source.git(&["add", ".gitmodules"]);
    source.git(&["commit", "--quiet", "--message=A submodule"]);
}

/// The warnings of a log.
async fn warnings(server: &TestServer, id: &str) -> Vec<String> {
    let log = server.log(id).await;
    let warnings = log.iter().filter(|entry| entry["level"] == "WARNING");
    let text = |entry: &Value| entry["message"].as_str().unwrap().to_owned();
    warnings.map(text).collect()
}

#[tokio::test]
async fn submodules_are_fetched_with_their_own() {
    let server = TestServer::start(&[]).await;
    let inner = server.repository("inner", &[("deep", "deep")]);
    let inner_commit = inner.git(&["rev-parse", "HEAD"]);
    let library = server.repository("library", &[("lib", "lib")]);
    add_submodule(&library, "in ner", "../inner", &inner_commit);
    let commit = library.git(&["rev-parse", "HEAD"]);
    // The commit of the source is not the last one of the submodule.
    library.commit(&[("later", "x")]);
    let dockerfile = server.minimal_dockerfile().replace(
        "COPY Dockerfile",
        "COPY [\"a/lib\", \"a/in ner/deep\", \"b/lib\", \"/x/\"]\nCOPY Dockerfile",
    );
    let source = server.repository("app", &[("Dockerfile", &dockerfile)]);
    add_submodule(&source, "a", "../library", &commit);
    add_submodule(&source, "b", &library.url(), &commit);
    server
        .register("t-sub/app", &source, vec![tag_config("latest")])
        .await;
    let id = server.trigger("t-sub/app", "latest").await;
    server.wait_for_status(&id, "S").await;
    assert!(warnings(&server, &id).await.is_empty());
    let log = server.log_text(&id).await;
    assert!(
        log.contains("Fetching the submodule a/in ner from "),
        "{log}"
    );
    assert!(!log.contains("refs/"), "{log}");
}

#[tokio::test]
async fn a_submodule_that_is_not_fetched_is_named_with_the_reason() {
    let server = TestServer::start(&[]).await;
    let witness = server.folder.path().join("witness");
    let outside = server.folder.path().join("outside");
    std::fs::create_dir(&outside).unwrap();
    let library = server.repository("library", &[("lib", "lib")]);
    let commit = library.git(&["rev-parse", "HEAD"]);
    let source = server.repository("app", &[("Dockerfile", &server.minimal_dockerfile())]);
    let foreign = "0123456789012345678901234567890123456789";
    let cases = [
        (
            "ext",
            format!("ext::sh -c 'touch {}'", witness.display()),
            "not an address",
        ),
        ("option", "--upload-pack=x".to_owned(), "not an address"),
        ("file", "file:///etc".to_owned(), "--allow-local-source"),
        (
            "outside",
            outside.display().to_string(),
            "--allow-local-source",
        ),
        ("up", "../../outside".to_owned(), "--allow-local-source"),
        ("root", "../".repeat(40), "leads out of the host"),
        (
            "host",
            "https://other.invalid/a".to_owned(),
            "other.invalid is not the host",
        ),
        (
            "secret",
            "https://me:hunter22@github.com/a/b".to_owned(),
            "password or token",
        ),
        ("gone", "../nothing".to_owned(), "--allow-local-source"),
    ];
    for (path, url, _) in &cases {
        add_submodule(&source, path, url, &commit);
    }
    add_submodule(&source, "commit", &library.url(), foreign);
    add_submodule(&source, "none", &library.url(), &commit);
    source.git(&[
        "config",
        "--file",
        ".gitmodules",
        "submodule.none.update",
        "none",
    ]);
    source.git(&["add", ".gitmodules"]);
    let entry = format!("160000,{commit},unnamed");
    source.git(&["update-index", "--add", "--cacheinfo", &entry]);
    source.git(&["commit", "--quiet", "--message=More"]);
    server
        .register("t-sub/odd", &source, vec![tag_config("latest")])
        .await;
    let id = server.trigger("t-sub/odd", "latest").await;
    server.wait_for_status(&id, "S").await;
    let warnings = warnings(&server, &id).await;
    let cases = cases.iter().map(|(path, _, reason)| (*path, *reason));
    let more = [
        ("commit", "could not be fetched"),
        ("none", "update = none"),
        ("unnamed", ".gitmodules has no URL"),
    ];
    for (path, reason) in cases.chain(more) {
        let start = format!("WARNING: the submodule {path} is missing: ");
        let found = warnings.iter().find(|warning| warning.starts_with(&start));
        let found = found.unwrap_or_else(|| panic!("{path}: {warnings:#?}"));
        assert!(found.contains(reason), "{found}");
        assert!(!found.contains("hunter22"), "{found}");
    }
    assert!(!witness.exists());
    let log = server.log_text(&id).await;
    assert!(!log.contains("hunter22") && !log.contains("refs/"), "{log}");
}

#[tokio::test]
async fn submodules_in_each_other_come_to_an_end() {
    let server = TestServer::start(&[]).await;
    // Each names the one before it.
    let mut commit = server
        .repository("s0", &[("x", "0")])
        .git(&["rev-parse", "HEAD"]);
    for number in 1..9 {
        let next = server.repository(&format!("s{number}"), &[("x", "1")]);
        add_submodule(&next, "m", &format!("../s{}", number - 1), &commit);
        commit = next.git(&["rev-parse", "HEAD"]);
    }
    let source = server.repository("app", &[("Dockerfile", &server.minimal_dockerfile())]);
    add_submodule(&source, "m", "../s8", &commit);
    server
        .register("t-sub/deep", &source, vec![tag_config("latest")])
        .await;
    let id = server.trigger("t-sub/deep", "latest").await;
    server.wait_for_status(&id, "S").await;
    let warnings = warnings(&server, &id).await;
    assert_eq!(warnings.len(), 1, "{warnings:#?}");
    assert!(
        warnings[0].contains("the submodule m/m/m/m/m/m is missing: only 5"),
        "{warnings:#?}"
    );
}

#[tokio::test]
async fn a_submodule_at_the_host_of_its_source_needs_no_option() {
    if is_proxied() {
        return;
    }
    // The host is allowed by its address, and no option names it.
    let (server, source, web) = with_web(&["--allow-source-host=127.0.0.1,::1"]).await;
    let library = server.repository("library", &[("lib", "lib")]);
    let commit = library.git(&["rev-parse", "HEAD"]);
    let dockerfile = server.minimal_dockerfile() + "COPY a/lib /lib\n";
    source.commit(&[("Dockerfile", &dockerfile)]);
    let url = format!("http://localhost:{}/library/.git", web.port);
    add_submodule(&source, "a", &url, &commit);
    let url = format!("http://localhost:{}/app/.git", web.port);
    let body = create_body("app", &url, vec![tag_config("latest")]);
    let (status, answer) = server.post("/v1/repositories/t-sub-host", &body).await;
    assert_eq!(status, StatusCode::CREATED, "{answer}");
    let id = server.trigger("t-sub-host/app", "latest").await;
    server.wait_for_status(&id, "S").await;
    assert!(warnings(&server, &id).await.is_empty());
}
