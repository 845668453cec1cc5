//! Sources that are small as git keeps them, and large once they are checked out.

use crate::support::*;
use std::io::Write;
use std::process::{Command, Stdio};

/// Runs a git command of a repository with some input and returns what it prints.
fn git_with(source: &GitRepository, arguments: &[&str], input: &str) -> String {
    let mut child = Command::new("git")
        .arg("-C")
        .arg(&source.0)
        .args(["-c", "user.name=Test", "-c", "user.email=test@localhost"])
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(input.as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "git {arguments:?}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// Puts a tree on `master` whose folders all have the same ten folders in them, so many levels deep, and in the last ones
/// ten times the same object.
pub(crate) fn plant(source: &GitRepository, levels: usize, mode: &str, kind: &str, object: &str) {
    let ten = |mode: &str, kind: &str, object: &str| {
        let entries: String = (0..10)
            .map(|number| format!("{mode} {kind} {object}\tf{number}\n"))
            .collect();
        git_with(source, &["mktree"], &entries)
    };
    let mut tree = ten(mode, kind, object);
    for _ in 0..levels {
        tree = ten("040000", "tree", &tree);
    }
    let commit = git_with(source, &["commit-tree", &tree], "A tree\n");
    source.git(&["update-ref", "refs/heads/master", &commit]);
}

#[tokio::test]
async fn a_tree_of_billions_of_files_is_not_checked_out() {
    let server = TestServer::start(&[]).await;
    let source = server.repository("app", &[("x", "x")]);
    let blob = source.git(&["rev-parse", "HEAD:x"]);
    let empty = git_with(&source, &["mktree"], "");
    let rows = vec![tag_config("latest")];
    server.register("t-bomb/app", &source, rows).await;
    for (mode, kind, object) in [("100644", "blob", &blob), ("040000", "tree", &empty)] {
        plant(&source, 9, mode, kind, object);
        let id = server.trigger("t-bomb/app", "latest").await;
        let message = server.wait_for_failure(&id).await;
        assert_eq!(
            message,
            "the source has more files and folders than the limit of 500000 for a checkout"
        );
    }
}

#[tokio::test]
async fn files_that_are_too_large_together_are_not_checked_out() {
    let server = TestServer::start(&["--checkout-limit=10M"]).await;
    let source = server.repository("app", &[("x", &"x".repeat(100_000))]);
    let blob = source.git(&["rev-parse", "HEAD:x"]);
    plant(&source, 2, "100644", "blob", &blob);
    server
        .register("t-large/app", &source, vec![tag_config("latest")])
        .await;
    let id = server.trigger("t-large/app", "latest").await;
    let message = server.wait_for_failure(&id).await;
    assert_eq!(
        message,
        "the source is larger than the limit of 10M for a checkout"
    );
}

#[tokio::test]
async fn the_memory_of_git_has_a_limit() {
    if !cfg!(target_os = "linux") {
        skip("linux", "only Linux limits another process");
        return;
    }
    // Smaller than what git reads in parts.
    let zeros = "0".repeat(50 << 20);
    for (memory, status) in [("20M", "F"), ("1G", "S")] {
        let server = TestServer::start(&[&format!("--git-memory={memory}")]).await;
        let files = [
            ("Dockerfile", &*server.minimal_dockerfile()),
            ("zeros", &zeros),
        ];
        let source = server.repository("app", &files);
        server
            .register("t-memory/app", &source, vec![tag_config("latest")])
            .await;
        let id = server.trigger("t-memory/app", "latest").await;
        server.wait_for_status(&id, status).await;
        if status == "F" {
            let log = server.log_text(&id).await.to_ascii_lowercase();
            assert!(log.contains("out of memory"), "{log}");
        }
    }
}
