//! A disk that fills up, as a small tmpfs: nothing is lost, reading goes on, and all is well once there is room.

use crate::program::Program;
use crate::support::*;
use reqwest::StatusCode;
use serde_json::{Value, json};
use std::fs::File;
use std::io::Write;
use std::path::PathBuf;
use std::process::Command;
use tempfile::TempDir;

/// A small disk, and a folder beside it for sources and logs. Dropping it takes the disk away.
struct Disk {
    folder: TempDir,
}

impl Disk {
    /// Mounts the disk. Returns `None`, and says why, where that is not possible.
    fn mount() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        for name in ["disk", "git"] {
            std::fs::create_dir(folder.path().join(name)).unwrap();
        }
        let disk = Self { folder };
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=192m", "tmpfs"])
            .arg(disk.path())
            .output();
        let why = match mounted {
            Ok(output) if output.status.success() => return Some(disk),
            Ok(output) => String::from_utf8_lossy(&output.stderr).into_owned(),
            Err(error) => error.to_string(),
        };
        skip("tmpfs", format_args!("none can be mounted: {why}"));
        None
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("disk")
    }

    /// Writes until no more than this many bytes are free.
    fn fill_up_to(&self, free: usize) {
        let mut file = File::options()
            .append(true)
            .create(true)
            .open(self.path().join("filler"))
            .unwrap();
        for size in [1 << 20, 4096] {
            while file.write_all(&vec![0; size]).is_ok() {}
        }
        let length = file.metadata().unwrap().len();
        file.set_len(length.saturating_sub(free as u64)).unwrap();
    }

    /// Makes room again.
    fn clear(&self) {
        std::fs::remove_file(self.path().join("filler")).unwrap();
    }

    /// Starts a server with its data on the disk.
    fn start(&self, folder: TempDir, options: &[&str]) -> Program {
        let log = File::options()
            .append(true)
            .create(true)
            .open(self.log_path())
            .unwrap();
        Program::start(folder, &self.folder.path().join("git"), |command| {
            command.args(options).stderr(log);
        })
    }

    fn log_path(&self) -> PathBuf {
        self.folder.path().join("log")
    }

    /// Waits until the server's log contains this text.
    async fn wait_for_log(&self, text: &str) {
        wait_for(&format!("the server's log contains {text}"), async || {
            let log = std::fs::read_to_string(self.log_path()).unwrap();
            log.contains(text).then_some(())
        })
        .await;
    }

    /// Registers a repository with the tag config `latest` and this Dockerfile.
    async fn register(&self, server: &TestServer, path: &str, dockerfile: &str) {
        let name = path.rsplit('/').next().unwrap();
        let source = GitRepository(self.folder.path().join("git").join(name));
        std::fs::create_dir_all(&source.0).unwrap();
        source.git(&["init", "--quiet", "--initial-branch=master"]);
        source.commit(&[("Dockerfile", dockerfile)]);
        let source = source.with_busybox();
        server
            .register(path, &source, vec![tag_config("latest")])
            .await;
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.path()).status();
    }
}

/// Creates repositories, large ones first, until none fits: the files of a database have room inside when the disk has
/// none left. Returns the last answer.
async fn write_until_refused(server: &TestServer) -> (StatusCode, Value) {
    let mut number = 0;
    let mut refused = 0;
    wait_for("writes are refused", async || {
        number += 1;
        let row = failing_tag_config("latest");
        let body = create_body(
            &format!("app-{number}"),
            "https://host.example/a",
            vec![row],
        );
        let size = if refused == 0 { 100_000 } else { 10 };
        let body = with(body, json!({"full_description": "x".repeat(size)}));
        let answer = server.post("/v1/repositories/t-full", &body).await;
        refused = match answer.0 {
            StatusCode::CREATED => refused.min(1),
            _ => refused + 1,
        };
        (refused > 10).then_some(answer)
    })
    .await
}

#[tokio::test]
async fn writes_are_refused_and_reading_goes_on() {
    let Some(disk) = Disk::mount() else { return };
    let folder = tempfile::tempdir_in(disk.path()).unwrap();
    let program = disk.start(folder, &["--min-free-space=0"]);
    let server = &program.server;
    disk.register(server, "t-full/app", "FROM missing.example/none\n")
        .await;
    let id = server.trigger("t-full/app", "latest").await;
    server.wait_for_status(&id, "F").await;
    let read = async || {
        (
            server.get("/v1/repositories/t-full/app").await,
            server.build(&id).await,
            server.log(&id).await,
        )
    };
    let before = read().await;

    disk.fill_up_to(0);
    let (status, body) = write_until_refused(server).await;
    assert_eq!(status, StatusCode::INSUFFICIENT_STORAGE, "{body}");
    let expected = "No space left on the server's disk. Nothing was changed.";
    assert_eq!(body, json!({ "detail": expected }));
    assert_eq!(read().await, before);

    disk.clear();
    let row = failing_tag_config("latest");
    let body = create_body("again", "https://host.example/a", vec![row]);
    let created = server.post("/v1/repositories/t-full", &body).await;
    assert_eq!(created.0, StatusCode::CREATED, "{}", created.1);
}

#[tokio::test]
async fn a_server_starts_on_a_full_disk_to_read() {
    let Some(disk) = Disk::mount() else { return };
    let folder = tempfile::tempdir_in(disk.path()).unwrap();
    let options = ["--min-free-space=0"];
    let mut program = disk.start(folder, &options);
    disk.register(
        &program.server,
        "t-full-start/app",
        "FROM missing.example/none\n",
    )
    .await;
    let id = program.server.trigger("t-full-start/app", "latest").await;
    let build = program.server.wait_for_status(&id, "F").await;
    let body = create_body("app", "https://host.example/a", vec![tag_config("latest")]);
    for signal in ["-KILL", "-TERM"] {
        let folder = program.end(signal);
        disk.fill_up_to(0);
        program = disk.start(folder, &options);
        let server = &program.server;
        assert_eq!(server.build(&id).await, build, "{signal}");
        assert!(!server.log(&id).await.is_empty());
        let list = server.get("/v1/repositories/t-full-start").await;
        assert_eq!(list.1["count"], 1);
        if signal == "-TERM" {
            // The files beside the database were gone, and there is no room for new ones.
            disk.wait_for_log("the server only reads until there is room")
                .await;
            let (refused, _) = server.post("/v1/repositories/t-full-two", &body).await;
            assert_eq!(refused, StatusCode::INSUFFICIENT_STORAGE);
        }
        disk.clear();
        wait_for("the server writes again", async || {
            let namespace = format!("/v1/repositories/t-full{}", signal.to_lowercase());
            let (status, _) = server.post(&namespace, &body).await;
            (status == StatusCode::CREATED).then_some(())
        })
        .await;
        let id = server.trigger("t-full-start/app", "latest").await;
        server.wait_for_status(&id, "F").await;
    }
}

/// A database that somebody else has locked fails as reliably as a full disk does not: SQLite reuses the room in its
/// files.
#[tokio::test]
async fn the_end_of_a_build_is_kept_until_it_can_be_stored() {
    let folder = tempfile::tempdir().unwrap();
    let log_path = folder.path().join("log");
    let git = folder.path().join("git");
    std::fs::create_dir(&git).unwrap();
    let log = File::create(&log_path).unwrap();
    let program = Program::start(tempfile::tempdir().unwrap(), &git, |command| {
        command.arg("--build-timeout=10s").stderr(log);
    });
    let server = &program.server;
    let dockerfile = format!(
        "{}RUN echo running; sleep 86408\n",
        server.shell_dockerfile()
    );
    let source = GitRepository(git.join("app"));
    std::fs::create_dir_all(&source.0).unwrap();
    source.git(&["init", "--quiet", "--initial-branch=master"]);
    source.commit(&[("Dockerfile", &dockerfile)]);
    let source = source.with_busybox();
    let rows = vec![tag_config("latest")];
    server.register("t-kept/app", &source, rows).await;
    let id = server.trigger("t-kept/app", "latest").await;
    server.wait_for_log(&id, "\nrunning").await;

    let database = server.folder.path().join("data/slipway.db");
    let lock = rusqlite::Connection::open(database).unwrap();
    lock.execute_batch("BEGIN IMMEDIATE").unwrap();
    wait_for("the end of the build is kept", async || {
        let log = std::fs::read_to_string(&log_path).unwrap();
        log.contains("is kept until it can be stored").then_some(())
    })
    .await;
    assert_eq!(server.build(&id).await["status"], "I");
    lock.execute_batch("ROLLBACK").unwrap();
    let message = server.wait_for_failure(&id).await;
    assert!(message.contains("the build was stopped"), "{message}");
}

#[tokio::test]
async fn no_build_begins_without_free_space() {
    let Some(disk) = Disk::mount() else { return };
    let folder = tempfile::tempdir_in(disk.path()).unwrap();
    let program = disk.start(folder, &["--min-free-space=64M"]);
    let server = &program.server;
    disk.register(server, "t-space/app", "FROM missing.example/none\n")
        .await;
    disk.fill_up_to(32 << 20);
    let id = server.trigger("t-space/app", "latest").await;
    disk.wait_for_log("no build begins").await;
    assert_eq!(server.build(&id).await["status"], "W");
    disk.clear();
    server.wait_for_status(&id, "F").await;
}
