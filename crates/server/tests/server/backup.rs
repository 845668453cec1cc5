//! `slipway backup` and `slipway restore`, the private data folder, and databases of other versions.

use crate::program::Program;
use crate::support::*;
use reqwest::StatusCode;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

/// Runs the program and returns whether it succeeded, and what it printed.
fn run(arguments: &[&str], data: &Path) -> (bool, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_slipway"))
        .args(arguments)
        .arg("--data")
        .arg(data)
        .output()
        .unwrap();
    let text = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(text).unwrap())
}

fn mode(path: &Path) -> u32 {
    path.metadata().unwrap().permissions().mode() & 0o7777
}

/// The files of the deploy keys, by name.
fn keys(data: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = std::fs::read_dir(data.join("keys")).unwrap().flatten();
    entries
        .map(|entry| {
            let name = entry.file_name().into_string().unwrap();
            (name, std::fs::read(entry.path()).unwrap())
        })
        .collect()
}

/// All that the API says about a namespace.
async fn all(server: &TestServer, ids: &[String]) -> Vec<(StatusCode, Value)> {
    let mut answers = vec![server.get("/v1/repositories/demo").await];
    for id in ids {
        answers.push(server.get(&format!("/v1/builds/{id}")).await);
        answers.push(server.get(&format!("/v1/builds/{id}/logs")).await);
    }
    answers
}

#[tokio::test]
async fn a_backup_of_a_running_server_is_restored_elsewhere() {
    let folder = tempfile::tempdir().unwrap();
    let git = folder.path().join("git");
    let first = Program::start(tempfile::tempdir().unwrap(), &git, |_| ());
    let server = &first.server;
    let mut body = sample("create-repository.request.json");
    body["repo_name"] = json!("hosted");
    let (status, answer) = server.post("/v1/repositories/demo", &body).await;
    assert_eq!(status, StatusCode::CREATED, "{answer}");
    let other = server.repository("app", &[("Dockerfile", "FROM scratch\n")]);
    std::os::unix::fs::symlink(server.folder.path().join("git"), &git).unwrap();
    let body = create_body("app", &other.url(), vec![failing_tag_config("latest")]);
    let (status, answer) = server.post("/v1/repositories/demo", &body).await;
    assert_eq!(status, StatusCode::CREATED, "{answer}");
    let mut ids = Vec::new();
    for _ in 0..3 {
        let id = server.trigger("demo/app", "latest").await;
        server.wait_for_status(&id, "F").await;
        ids.push(id);
    }
    let before = all(server, &ids).await;
    let data = server.folder.path().join("data");
    let file = folder.path().join("backup");
    let (done, output) = run(&["backup", file.to_str().unwrap()], &data);
    assert!(done, "{output}");
    assert_eq!(mode(&file), 0o600);
    // Nothing is left beside it.
    let names = std::fs::read_dir(folder.path()).unwrap().flatten();
    assert_eq!(names.count(), 2);

    // The server that runs is left alone.
    let (done, output) = run(&["restore", file.to_str().unwrap()], &data);
    assert!(!done && output.contains("another server uses"), "{output}");
    let (done, output) = run(&["restore", "--replace", file.to_str().unwrap()], &data);
    assert!(!done && output.contains("another server uses"), "{output}");
    server.trigger("demo/app", "latest").await;
    let saved_keys = keys(&data);
    assert_eq!(saved_keys.len(), 2);

    let new = tempfile::tempdir().unwrap();
    let new_data = new.path().join("data");
    let (done, output) = run(&["restore", file.to_str().unwrap()], &new_data);
    assert!(done, "{output}");
    assert_eq!(keys(&new_data), saved_keys);
    let second = Program::start(new, &git, |_| ());
    assert_eq!(all(&second.server, &ids).await, before);
    let (_, page) = second.server.get("/v1/builds").await;
    assert_eq!(page["count"], 3);
    for (path, expected) in [
        ("", 0o700),
        ("keys", 0o700),
        ("slipway.db", 0o600),
        ("slipway.db-wal", 0o600),
        ("slipway.db-shm", 0o600),
        ("lock", 0o600),
    ] {
        assert_eq!(mode(&new_data.join(path)), expected, "{path}");
    }
    for name in saved_keys.keys() {
        assert_eq!(mode(&new_data.join("keys").join(name)), 0o600, "{name}");
    }

    // A database is replaced only if that is asked for, and kept.
    let new = second.end("-TERM");
    let (done, output) = run(&["restore", file.to_str().unwrap()], &new_data);
    assert!(!done && output.contains("--replace"), "{output}");
    let (done, output) = run(&["restore", "--replace", file.to_str().unwrap()], &new_data);
    assert!(done && output.contains("replaced-"), "{output}");
    let third = Program::start(new, &git, |_| ());
    assert_eq!(all(&third.server, &ids).await, before);
}

#[tokio::test]
async fn what_is_no_backup_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = TestServer::start(&[]).await;
    let data = server.folder.path().join("data");
    server.stop().await;
    let good = folder.path().join("good");
    let (done, output) = run(&["backup", good.to_str().unwrap()], &data);
    assert!(done, "{output}");
    let archive = std::fs::read(&good).unwrap();
    let packed = |name: &str, content: &[u8]| {
        let mut tar = tar::Builder::new(zstd::Encoder::new(Vec::new(), 1).unwrap());
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        let bytes = header.as_old_mut().name.iter_mut();
        for (byte, from) in bytes.zip(name.bytes()) {
            *byte = from;
        }
        header.set_cksum();
        tar.append(&header, content).unwrap();
        tar.into_inner().unwrap().finish().unwrap()
    };
    for (what, content) in [
        ("empty", Vec::new()),
        ("text", b"hello".to_vec()),
        ("cut", archive[..archive.len() - 40].to_vec()),
        ("outside", packed("../slipway.db", b"x")),
        ("key outside", packed("keys/../../x", b"x")),
        ("other", packed("etc/passwd", b"x")),
        ("no database", packed("slipway.db", b"x")),
    ] {
        let file = folder.path().join("bad");
        std::fs::write(&file, content).unwrap();
        let (done, output) = run(&["restore", "--replace", file.to_str().unwrap()], &data);
        assert!(
            !done && output.contains("is not a sound backup"),
            "{what}: {output}"
        );
        let left: Vec<_> = std::fs::read_dir(&data)
            .unwrap()
            .flatten()
            .map(|entry| entry.file_name().into_string().unwrap())
            .filter(|name| name.starts_with("restore") || name.starts_with("replaced"))
            .collect();
        assert!(left.is_empty(), "{what}: {left:?}");
    }
    let none = folder.path().join("none");
    let (done, output) = run(&["backup", good.to_str().unwrap()], &none);
    assert!(!done && output.contains("there is no database"), "{output}");
    server.start_again().await;
    assert_eq!(server.get("/v1/builds").await.0, StatusCode::OK);
}

#[tokio::test]
async fn a_data_folder_of_before_is_made_private_and_a_shared_one_refused() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    std::fs::create_dir(&data).unwrap();
    let set_mode = |path: &Path, mode| {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    set_mode(&data, 0o755);
    std::fs::write(data.join("slipway.db"), "").unwrap();
    set_mode(&data.join("slipway.db"), 0o644);
    let program = Program::start(folder, Path::new("/nonexistent"), |_| ());
    assert_eq!(mode(&data), 0o700);
    for name in ["slipway.db", "slipway.db-wal", "slipway.db-shm"] {
        assert_eq!(mode(&data.join(name)), 0o600, "{name}");
    }
    let folder = program.end("-TERM");
    for shared in [0o777, 0o1777] {
        set_mode(&data, shared);
        let (done, output) = run(&["--listen=127.0.0.1:0"], &data);
        assert!(
            !done && output.contains("Choose a folder of its own"),
            "{output}"
        );
        assert_eq!(mode(&data), shared);
    }
    drop(folder);
}

#[tokio::test]
async fn a_database_of_a_newer_version_is_refused() {
    let mut server = TestServer::start(&[]).await;
    server.stop().await;
    let data = server.folder.path().join("data");
    let database = rusqlite::Connection::open(data.join("slipway.db")).unwrap();
    database.pragma_update(None, "user_version", 1000).unwrap();
    drop(database);
    let file = server.folder.path().join("backup");
    for arguments in [
        vec!["--listen=127.0.0.1:0"],
        vec!["backup", file.to_str().unwrap()],
    ] {
        let (done, output) = run(&arguments, &data);
        assert!(
            !done && output.contains("made by a newer version of Slipway"),
            "{output}"
        );
    }
    assert!(!file.exists());
}
