//! Stopping, crashing and starting again: nothing is lost, and nothing is left running.

use crate::support::*;
use reqwest::StatusCode;
use serde_json::json;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// The `slipway` program as a process of its own.
pub struct Program {
    child: Child,
    pub client: Client,
}

/// Calls a server that runs elsewhere; same calls as of one in this process.
pub type Client = TestServer;

impl Program {
    /// Starts the program on a data folder of its own, with the repositories of `beside`.
    pub fn start_with(beside: &TestServer, change: impl FnOnce(&mut Command)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let git = beside.folder.path().join("git");
        Self::start(folder, &git, change)
    }

    fn start(folder: tempfile::TempDir, git: &Path, change: impl FnOnce(&mut Command)) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_slipway"));
        command
            .args(["--listen", "127.0.0.1:0", "--data"])
            .arg(folder.path().join("data"))
            .arg("--allow-local-source")
            .arg(git)
            .stdout(Stdio::piped());
        change(&mut command);
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let url = line
            .strip_prefix("Slipway is listening on ")
            .unwrap()
            .trim();
        let client = Client::elsewhere(folder, url);
        Self { child, client }
    }

    /// Sends a signal and waits for the end; answers the data's folder.
    fn end(mut self, signal: &str) -> tempfile::TempDir {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args([signal, &id]).status().unwrap();
        assert!(sent.success());
        let status = self.child.wait().unwrap();
        assert_eq!(status.success(), signal != "-KILL", "{status}");
        let folder = tempfile::tempdir().unwrap();
        std::mem::replace(&mut self.client.folder, folder)
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test]
async fn a_restart_loses_nothing() {
    let mut server = TestServer::start(&["--workers=1"]).await;
    let source = server.repository("app", &[("Dockerfile", &server.plain())]);
    server
        .register("t-again/app", &source, vec![tag_config("latest")])
        .await;
    let first = server.trigger("t-again/app", "latest").await;
    server.ended(&first, "S").await;
    let before = (
        server.get("/v1/repositories/t-again/app").await,
        server.build(&first).await,
        server.log(&first).await,
    );
    server.stop().await;
    server.resume().await;
    let after = (
        server.get("/v1/repositories/t-again/app").await,
        server.build(&first).await,
        server.log(&first).await,
    );
    assert_eq!(after, before);
    let second = server.trigger("t-again/app", "latest").await;
    server.ended(&second, "S").await;
}

#[tokio::test]
async fn stopping_ends_the_builds_and_what_waits_is_built_later() {
    let mut server = TestServer::start(&["--workers=1"]).await;
    let endless = format!("{}RUN echo running; sleep 86401\n", server.shell());
    let source = server
        .repository(
            "app",
            &[
                ("endless/Dockerfile", &endless),
                ("Dockerfile", &server.plain()),
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
    server.says(&running, "\nrunning").await;
    let waiting = server.trigger("t-stop/app", "latest").await;
    assert!(!processes_with("sleep 86401").is_empty());
    server.stop().await;
    assert_eq!(processes_with("sleep 86401"), Vec::<String>::new());

    server.resume().await;
    server.ended(&running, "F").await;
    let log = server.log(&running).await;
    let last = log.last().unwrap();
    assert_eq!(last["level"], "ERROR");
    assert!(
        last["message"]
            .as_str()
            .unwrap()
            .contains("the server stopped"),
        "{last}"
    );
    server.ended(&waiting, "S").await;
}

#[tokio::test]
async fn signals_stop_the_program_and_a_crash_is_found_at_the_next_start() {
    let beside = TestServer::start(&[]).await;
    let endless = format!("{}RUN echo running; sleep 86406\n", beside.shell());
    let source = beside
        .repository("app", &[("Dockerfile", &endless)])
        .with_busybox();
    let git = beside.folder.path().join("git");
    let mut folder = tempfile::tempdir().unwrap();
    let mut ended = Vec::new();
    for signal in ["-TERM", "-INT", "-KILL"] {
        let program = Program::start(folder, &git, |_| ());
        if ended.is_empty() {
            let rows = vec![tag_config("latest")];
            program.client.register("t-crash/app", &source, rows).await;
        }
        let id = program.client.trigger("t-crash/app", "latest").await;
        program.client.says(&id, "\nrunning").await;
        folder = program.end(signal);
        ended.push(id);
        if signal == "-KILL" {
            // Nobody was left to end them; that is the test's to do.
            for process in processes_of("sleep 86406") {
                let _ = Command::new("kill").args(["-KILL", &process]).status();
            }
        }
        eventually("its processes end", async || {
            processes_with("sleep 86406").is_empty().then_some(())
        })
        .await;
    }
    let program = Program::start(folder, &git, |_| ());
    for id in ended {
        let build = program.client.ended(&id, "F").await;
        assert_eq!(build["is_removable"], false);
        let text = program.client.log_text(&id).await;
        assert!(
            text.lines().last().unwrap().contains("the server stopped"),
            "{text}"
        );
    }
}

/// The numbers of the processes whose command line holds this text.
fn processes_of(text: &str) -> Vec<String> {
    let output = Command::new("pgrep").args(["-f", text]).output().unwrap();
    let numbers = String::from_utf8(output.stdout).unwrap();
    numbers.lines().map(str::to_owned).collect()
}

#[tokio::test]
async fn two_servers_do_not_share_a_data_folder() {
    let server = TestServer::start(&[]).await;
    let second = Command::new(env!("CARGO_BIN_EXE_slipway"))
        .args(server.arguments())
        .output()
        .unwrap();
    assert!(!second.status.success());
    let said = String::from_utf8(second.stderr).unwrap();
    assert!(
        said.contains("another server uses the data folder"),
        "{said}"
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
    for wrong in ["demo:s3cr3t", "De mo=s3cr3t", "=s3cr3t"] {
        let said = run(&["--token", wrong]);
        assert!(
            said.contains("--token") && !said.contains("s3cr3t"),
            "{said}"
        );
    }
}
