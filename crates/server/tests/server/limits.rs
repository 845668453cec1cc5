//! What ends a build before its time, and a machine that has no builder.

use crate::support::*;
use serde_json::Value;

/// Builds a Dockerfile that does not end well and answers the log's last entry.
async fn last_line(options: &[&str], namespace: &str, step: &str) -> Value {
    let server = TestServer::start(options).await;
    let dockerfile = format!("{}RUN {step}\n", server.shell());
    let source = server
        .repository("app", &[("Dockerfile", &dockerfile)])
        .with_busybox();
    let path = format!("{namespace}/app");
    server
        .register(&path, &source, vec![tag_config("latest")])
        .await;
    let id = server.trigger(&path, "latest").await;
    server.ended(&id, "F").await;
    let log = server.log(&id).await;
    log.last().unwrap().clone()
}

#[tokio::test]
async fn a_build_that_takes_too_long_is_ended() {
    let last = last_line(&["--build-timeout=6s"], "t-time", "sleep 86403").await;
    assert_eq!(last["level"], "ERROR");
    assert_eq!(
        last["message"],
        "the time limit of 6s was met, and the build was stopped"
    );
    assert_eq!(processes_with("sleep 86403"), Vec::<String>::new());
}

#[tokio::test]
async fn a_build_that_says_too_much_is_ended() {
    let step = "while :; do echo and on and on and on; done; sleep 86404";
    let last = last_line(&["--log-limit=20K"], "t-log", step).await;
    assert_eq!(last["level"], "ERROR");
    assert_eq!(
        last["message"],
        "the log limit of 20480 bytes was met, and the build was stopped"
    );
    assert_eq!(processes_with("echo and on and on"), Vec::<String>::new());
}

#[tokio::test]
async fn a_background_process_does_not_outlive_its_build() {
    let server = TestServer::start(&[]).await;
    let dockerfile = format!("{}RUN sleep 86405 & echo left behind\n", server.shell());
    let source = server
        .repository("app", &[("Dockerfile", &dockerfile)])
        .with_busybox();
    server
        .register("t-back/app", &source, vec![tag_config("latest")])
        .await;
    let id = server.trigger("t-back/app", "latest").await;
    eventually("the build ends", async || {
        let build = server.build(&id).await;
        (!build["ended_at"].is_null()).then_some(())
    })
    .await;
    eventually("its processes end", async || {
        processes_with("sleep 86405").is_empty().then_some(())
    })
    .await;
}

#[tokio::test]
async fn without_a_builder_the_log_says_what_to_install() {
    let server = TestServer::start(&[]).await;
    let source = server.repository("app", &[("Dockerfile", &server.plain())]);
    let program = crate::restart::Program::start_with(&server, |command| {
        // A machine with git and nothing else.
        let path = server.folder.path().join("path");
        std::fs::create_dir(&path).unwrap();
        let git = std::env::split_paths(&std::env::var_os("PATH").unwrap())
            .map(|folder| folder.join("git"))
            .find(|file| file.exists())
            .unwrap();
        std::os::unix::fs::symlink(git, path.join("git")).unwrap();
        command.env("PATH", path);
    });
    let server = &program.client;
    server
        .register("demo/app", &source, vec![tag_config("latest")])
        .await;
    let id = server.trigger("demo/app", "latest").await;
    server.ended(&id, "F").await;
    let log = server.log(&id).await;
    let last = log.last().unwrap();
    assert_eq!(last["level"], "ERROR");
    let message = last["message"].as_str().unwrap();
    assert!(
        message.contains("install buildah, podman or docker"),
        "{message}"
    );
}
