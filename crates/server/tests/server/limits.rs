//! The limits of a build, and a machine without an image builder.

use crate::program::Program;
use crate::support::*;
use std::collections::BTreeMap;

/// Runs `step` in a build that fails and returns the last message of its log.
async fn failure_of(options: &[&str], namespace: &str, step: &str) -> String {
    let server = TestServer::start(options).await;
    let path = format!("{namespace}/app");
    server.register_step(&path, step).await;
    let id = server.trigger(&path, "latest").await;
    server.wait_for_failure(&id).await
}

#[tokio::test]
async fn a_build_that_takes_too_long_is_stopped() {
    assert_eq!(
        failure_of(&["--build-timeout=6s"], "t-time", "sleep 86403").await,
        "the build was stopped: it exceeded the time limit of 6s"
    );
    assert_eq!(processes_with("sleep 86403"), BTreeMap::new());
}

#[tokio::test]
async fn a_build_that_writes_too_much_is_stopped() {
    let step = "while :; do echo and on and on and on; done; sleep 86404";
    assert_eq!(
        failure_of(&["--log-limit=20K"], "t-log", step).await,
        "the build was stopped: its log exceeded the limit of 20480 bytes"
    );
    assert_eq!(processes_with("echo and on and on"), BTreeMap::new());
}

/// An empty line is an entry of some 50 bytes.
#[tokio::test]
async fn a_log_of_empty_lines_has_the_same_limit() {
    const LIMIT: usize = 40_000;
    let server = TestServer::start(&[&format!("--log-limit={LIMIT}")]).await;
    // A builder shows the command, but not the lines that it prints, which are far fewer bytes than the limit.
    let step = "i=0; while [ $i -lt 20000 ]; do echo; i=$((i+1)); done; sleep 86406";
    server.register_step("t-empty/app", step).await;
    let id = server.trigger("t-empty/app", "latest").await;
    let message = server.wait_for_failure(&id).await;
    assert_eq!(
        message,
        format!("the build was stopped: its log exceeded the limit of {LIMIT} bytes")
    );
    let path = format!("/v1/builds/{id}/logs");
    let answer = server.request(reqwest::Method::GET, &path).send().await;
    let stored = answer.unwrap().text().await.unwrap().len();
    // The server's own lines do not count.
    assert!((LIMIT / 2..LIMIT + 2_000).contains(&stored), "{stored}");
}

#[tokio::test]
async fn a_background_process_does_not_outlive_its_build() {
    let server = TestServer::start(&[]).await;
    server
        .register_step("t-back/app", "sleep 86405 & echo left behind")
        .await;
    let id = server.trigger("t-back/app", "latest").await;
    wait_for("the build ends", async || {
        let build = server.build(&id).await;
        (!build["ended_at"].is_null()).then_some(())
    })
    .await;
    wait_for("the processes of the build end", async || {
        processes_with("sleep 86405").is_empty().then_some(())
    })
    .await;
}

#[tokio::test]
async fn without_a_builder_the_log_says_what_to_install() {
    let server = TestServer::start(&[]).await;
    let source = server.repository("app", &[("Dockerfile", &server.minimal_dockerfile())]);
    let git = server.folder.path().join("git");
    let program = Program::start(tempfile::tempdir().unwrap(), &git, |command| {
        // PATH contains git and nothing else.
        let path = server.folder.path().join("path");
        std::fs::create_dir(&path).unwrap();
        let git = std::env::split_paths(&std::env::var_os("PATH").unwrap())
            .map(|folder| folder.join("git"))
            .find(|file| file.exists())
            .unwrap();
        std::os::unix::fs::symlink(git, path.join("git")).unwrap();
        command.env("PATH", path);
    });
    let server = &program.server;
    server
        .register("demo/app", &source, vec![tag_config("latest")])
        .await;
    let id = server.trigger("demo/app", "latest").await;
    let message = server.wait_for_failure(&id).await;
    assert!(
        message.contains("install buildah, podman or docker"),
        "{message}"
    );
}
