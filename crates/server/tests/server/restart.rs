//! Stopping, crashing and starting again: no data is lost and no process is left.

use crate::program::Program;
use crate::support::*;
use reqwest::StatusCode;
use serde_json::json;
use std::collections::BTreeMap;
use std::process::Command;

#[tokio::test]
async fn a_restart_loses_nothing() {
    let mut server = TestServer::start(&["--workers=1"]).await;
    server.register_minimal("t-again/app").await;
    let first = server.trigger("t-again/app", "latest").await;
    server.wait_for_status(&first, "S").await;
    let before = (
        server.get("/v1/repositories/t-again/app").await,
        server.build(&first).await,
        server.log(&first).await,
    );
    server.stop().await;
    server.start_again().await;
    let after = (
        server.get("/v1/repositories/t-again/app").await,
        server.build(&first).await,
        server.log(&first).await,
    );
    assert_eq!(after, before);
    let second = server.trigger("t-again/app", "latest").await;
    server.wait_for_status(&second, "S").await;
}

#[tokio::test]
async fn stopping_ends_running_builds_and_keeps_waiting_ones() {
    let mut server = TestServer::start(&["--workers=1"]).await;
    let endless = format!(
        "{}RUN echo running; sleep 86401\n",
        server.shell_dockerfile()
    );
    let source = server
        .repository(
            "app",
            &[
                ("endless/Dockerfile", &endless),
                ("Dockerfile", &server.minimal_dockerfile()),
            ],
        )
        .with_busybox();
    let row = with(
        tag_config("endless"),
        json!({"dockerfile_location": "/endless"}),
    );
    server
        .register("t-stop/app", &source, vec![row, tag_config("latest")])
        .await;
    let running = server.trigger("t-stop/app", "endless").await;
    server.wait_for_log(&running, "\nrunning").await;
    let waiting = server.trigger("t-stop/app", "latest").await;
    assert!(!processes_with("sleep 86401").is_empty());
    server.stop().await;
    assert_eq!(processes_with("sleep 86401"), BTreeMap::new());

    server.start_again().await;
    let message = server.wait_for_failure(&running).await;
    assert!(message.contains("the server stopped"), "{message}");
    server.wait_for_status(&waiting, "S").await;
}

#[tokio::test]
async fn signals_stop_the_program_and_a_crash_is_handled_at_the_next_start() {
    let server = TestServer::start(&[]).await;
    let endless = format!(
        "{}RUN echo running; sleep 86406\n",
        server.shell_dockerfile()
    );
    let source = server
        .repository("app", &[("Dockerfile", &endless)])
        .with_busybox();
    let git = server.folder.path().join("git");
    let mut folder = tempfile::tempdir().unwrap();
    let mut ended = Vec::new();
    for signal in ["-TERM", "-INT", "-KILL"] {
        let program = Program::start(folder, &git, |_| ());
        if ended.is_empty() {
            let rows = vec![tag_config("latest")];
            program.server.register("t-crash/app", &source, rows).await;
        }
        let id = program.server.trigger("t-crash/app", "latest").await;
        program.server.wait_for_log(&id, "\nrunning").await;
        folder = program.end(signal);
        ended.push(id);
        wait_for("the processes of the build end", async || {
            processes_with("sleep 86406").is_empty().then_some(())
        })
        .await;
    }
    let program = Program::start(folder, &git, |_| ());
    for id in ended {
        let build = program.server.wait_for_status(&id, "F").await;
        assert_eq!(build["is_removable"], true);
        let text = program.server.log_text(&id).await;
        assert!(
            text.lines().last().unwrap().contains("the server stopped"),
            "{text}"
        );
    }
}

#[tokio::test]
async fn two_servers_do_not_share_a_data_folder() {
    let server = TestServer::start(&[]).await;
    let second = Command::new(env!("CARGO_BIN_EXE_slipway"))
        .args(server.arguments())
        .output()
        .unwrap();
    assert!(!second.status.success());
    let output = String::from_utf8(second.stderr).unwrap();
    assert!(
        output.contains("another server uses the data folder"),
        "{output}"
    );
    assert_eq!(server.get("/v1/builds").await.0, StatusCode::OK);
}

#[tokio::test]
async fn no_token_is_printed() {
    let run = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_slipway"))
            .args(arguments)
            .env("SLIPWAY_TOKEN", "demo=s3cr3t")
            .output()
            .unwrap();
        format!(
            "{}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        )
    };
    let help = run(&["--help"]);
    assert!(
        help.contains("--token <NAMESPACE=TOKEN>") && !help.contains("s3cr3t"),
        "{help}"
    );
    for invalid in ["demo:s3cr3t", "De mo=s3cr3t", "=s3cr3t"] {
        let output = run(&["--token", invalid]);
        assert!(
            output.contains("--token") && !output.contains("s3cr3t"),
            "{output}"
        );
    }
}
