//! Hostile values: options, paths and URLs that try to run or read something else.

use crate::support::*;
use reqwest::{Method, StatusCode};
use serde_json::json;
use std::os::unix::fs::symlink;

#[tokio::test]
async fn no_clone_url_is_an_option_a_program_or_a_file() {
    let server = TestServer::start(&[]).await;
    let witness = server.folder.path().join("witness");
    let outside = server.folder.path().join("outside");
    std::fs::create_dir(&outside).unwrap();
    symlink(&outside, server.folder.path().join("git/link")).unwrap();
    let touch = format!("touch {}", witness.display());
    for url in [
        format!("--upload-pack={touch}"),
        format!("-u{touch}"),
        format!("ext::sh -c '{touch}'"),
        format!("ssh://-oProxyCommand={touch}/x"),
        format!("git@-oProxyCommand={touch}:x"),
        "file:///etc".to_owned(),
        "/etc".to_owned(),
        outside.display().to_string(),
        format!("{}/git/../outside", server.folder.path().display()),
        format!("{}/git/link", server.folder.path().display()),
        format!("{}/git/missing", server.folder.path().display()),
        "https://user:password@host.example/a".to_owned(),
        "https://host.example/a\nb".to_owned(),
        "ftp://host.example/a".to_owned(),
        "../../etc".to_owned(),
    ] {
        let body = create_body("app", &url, vec![tag_config("latest")]);
        let answer = server.post("/v1/repositories/demo", &body).await;
        let field = "/build_config/code_repo_clone_url";
        assert_field(&answer, field, "");
        let message = answer.1.pointer(field).unwrap().to_string();
        assert!(!message.contains("password@"), "{message}");
    }
    assert!(!witness.exists());
}

#[tokio::test]
async fn no_name_is_a_path_or_an_option() {
    let server = TestServer::start(&[]).await;
    for name in ["..", "../x", "-x", "a/b", "--upload-pack=x", "a\nb", "."] {
        let body = json!({
            "repo_name": "app",
            "is_public": true,
            "build_config": {
                "code_repo_client": "GitHub",
                "code_repo_namespace": name,
                "code_repo_name": name,
                "tag_configs": [tag_config("latest")],
            },
        });
        let answer = server.post("/v1/repositories/demo", &body).await;
        assert_field(&answer, "/build_config/code_repo_namespace", "code host");
        assert_field(&answer, "/build_config/code_repo_name", "code host");
    }
    for (field, value) in [
        ("docker_repo_tag", "latest\n"),
        ("docker_repo_tag", "--all"),
        ("docker_repo_tag", "a,push=true"),
        ("code_repo_type_value", "--upload-pack=x"),
        ("code_repo_type_value", "a:refs/heads/b"),
        ("dockerfile_location", "../../etc"),
        ("dockerfile_location", "/../../etc"),
        ("build_context_path", "/a/../../etc"),
        ("build_context_path", "/a\0"),
    ] {
        let row = with(tag_config("latest"), json!({field: value}));
        let body = create_body("app", "https://host.example/a", vec![row]);
        let answer = server.post("/v1/repositories/demo", &body).await;
        assert_field(&answer, &format!("/build_config/tag_configs/0/{field}"), "");
    }
    assert_eq!(server.get("/v1/repositories/demo").await.1["count"], 0);
}

#[tokio::test]
async fn no_path_leaves_the_checkout() {
    let server = TestServer::start(&[]).await;
    let source = server.repository("app", &[("Dockerfile", &server.minimal_dockerfile())]);
    let secret = server.folder.path().join("secret");
    std::fs::create_dir(&secret).unwrap();
    std::fs::write(secret.join("Dockerfile"), server.minimal_dockerfile()).unwrap();
    std::fs::create_dir(source.0.join("linked")).unwrap();
    symlink(
        secret.join("Dockerfile"),
        source.0.join("linked/Dockerfile"),
    )
    .unwrap();
    symlink(&secret, source.0.join("folder")).unwrap();
    symlink("../../../../../../../../etc", source.0.join("up")).unwrap();
    source.commit(&[]);
    let row = |tag: &str, location: &str, context: &str| {
        with(
            tag_config(tag),
            json!({"dockerfile_location": location, "build_context_path": context}),
        )
    };
    let rows = vec![
        row("file", "/linked", "/"),
        row("path", "/linked/Dockerfile", "/"),
        row("folder", "/folder", "/"),
        row("context", "/", "/folder"),
        row("up", "/", "/up"),
    ];
    server.register("t-links/app", &source, rows).await;
    for tag in ["file", "path", "folder", "context", "up"] {
        let id = server.trigger("t-links/app", tag).await;
        let message = server.wait_for_failure(&id).await;
        assert!(
            message.contains("leads out of the source"),
            "{tag}: {message}"
        );
    }
}

#[tokio::test]
async fn a_folder_that_becomes_a_link_is_not_followed() {
    let server = TestServer::start(&[]).await;
    let source = server.register_minimal("t-moved/app").await;
    let outside = server.folder.path().join("outside");
    std::fs::rename(&source.0, &outside).unwrap();
    symlink(&outside, &source.0).unwrap();
    let id = server.trigger("t-moved/app", "latest").await;
    server.wait_for_status(&id, "F").await;
    assert!(server.log_text(&id).await.contains("--allow-local-source"));
}

#[tokio::test]
async fn hooks_and_submodules_of_a_source_do_not_run() {
    let server = TestServer::start(&[]).await;
    let witness = server.folder.path().join("witness");
    let source = server.repository(
        "app",
        &[
            ("Dockerfile", &server.minimal_dockerfile()),
            (
                ".gitmodules",
                "[submodule \"x\"]\n\tpath = x\n\turl = ext::sh -c 'touch /never'\n",
            ),
            (".gitattributes", "* filter=x\n"),
        ],
    );
    for hook in ["post-checkout", "post-upload-pack", "pre-receive"] {
        let path = source.0.join(".git/hooks").join(hook);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, format!("#!/bin/sh\ntouch {}\n", witness.display())).unwrap();
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        std::fs::set_permissions(path, mode).unwrap();
    }
    let pack_hook = format!("touch {}; exec \"$@\"", witness.display());
    source.git(&["config", "uploadpack.packObjectsHook", &pack_hook]);
    server
        .register("t-hooks/app", &source, vec![tag_config("latest")])
        .await;
    let id = server.trigger("t-hooks/app", "latest").await;
    server.wait_for_status(&id, "S").await;
    assert!(!witness.exists());
}

#[tokio::test]
async fn a_large_body_is_rejected() {
    let server = TestServer::start(&[]).await;
    let body = format!("{{\"repo_name\": \"{}\"}}", "x".repeat(10 << 20));
    let response = server
        .request(Method::POST, "/v1/repositories/demo")
        .header("Content-Type", "application/json")
        .body(body)
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), StatusCode::PAYLOAD_TOO_LARGE);
    let body: serde_json::Value = response.json().await.unwrap();
    assert_eq!(keys(&body), ["detail".to_owned()].into());
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let response = server
        .request(Method::POST, "/v1/builds")
        .header("Content-Type", "application/json")
        .body(deep)
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), StatusCode::BAD_REQUEST);
    let rows: Vec<_> = (0..1001).map(|n| tag_config(&format!("t{n}"))).collect();
    let body = create_body("app", "https://host.example/a", rows);
    let answer = server.post("/v1/repositories/demo", &body).await;
    assert_field(&answer, "/build_config/tag_configs", "no more than 1000");
    assert_eq!(server.get("/v1/builds").await.0, StatusCode::OK);
}
