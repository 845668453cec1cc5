//! Files of git-lfs: fetched where it is installed, or named in a warning.

use crate::program::Program;
use crate::support::*;
use std::path::Path;

/// A repository with files in git-lfs, as a clone with git-lfs makes it.
fn with_large_files(server: &TestServer, name: &str, files: &[(&str, &str)]) -> GitRepository {
    let dockerfile = server.minimal_dockerfile() + "COPY *.bin /large/\n";
    let source = server.repository(name, &[("Dockerfile", &dockerfile)]);
    source.git(&["lfs", "install", "--local"]);
    source.git(&["lfs", "track", "*.bin"]);
    source.commit(files);
    source
}

/// Asserts that a file of the last commit is a pointer.
fn assert_pointer(source: &GitRepository, path: &str) {
    let text = source.git(&["show", &format!("HEAD:{path}")]);
    assert!(text.starts_with("version https://git-lfs"), "{text}");
}

#[tokio::test]
async fn large_files_are_fetched() {
    let server = TestServer::start(&[]).await;
    let content = "content of a large file";
    let source = with_large_files(&server, "app", &[("one.bin", content), ("two.bin", "2")]);
    assert_pointer(&source, "one.bin");
    // The build fails unless the file has its content.
    let check = "FROM scratch\nCOPY busybox /bin/busybox\nCOPY *.bin /large/\n\
        RUN [\"/bin/busybox\", \"grep\", \"-qx\", \"content of a large file\", \"/large/one.bin\"]\n";
    source.commit(&[("Dockerfile", check)]);
    let source = source.with_busybox();
    server
        .register("t-lfs/app", &source, vec![tag_config("latest")])
        .await;
    let id = server.trigger("t-lfs/app", "latest").await;
    server.wait_for_status(&id, "S").await;
    let log = server.log(&id).await;
    assert!(log.iter().all(|entry| entry["level"] == "INFO"), "{log:#?}");
}

#[tokio::test]
async fn large_files_that_are_gone_are_named() {
    let server = TestServer::start(&[]).await;
    let source = with_large_files(&server, "app", &[("gone.bin", "x"), ("there.bin", "y")]);
    let pointer = source.git(&["show", "HEAD:gone.bin"]);
    let id = pointer
        .split_once("sha256:")
        .unwrap()
        .1
        .split_whitespace()
        .next()
        .unwrap();
    let object = source
        .0
        .join(".git/lfs/objects")
        .join(&id[..2])
        .join(&id[2..4])
        .join(id);
    std::fs::remove_file(object).unwrap();
    server
        .register("t-lfs/gone", &source, vec![tag_config("latest")])
        .await;
    let id = server.trigger("t-lfs/gone", "latest").await;
    server.wait_for_status(&id, "S").await;
    let log = server.log_text(&id).await;
    assert!(
        log.contains("WARNING: 1 file is a git-lfs pointer, not its content: gone.bin"),
        "{log}"
    );
}

#[tokio::test]
async fn no_other_host_is_asked_for_large_files() {
    let server = TestServer::start(&[]).await;
    let source = with_large_files(&server, "app", &[("one.bin", "x")]);
    source.commit(&[(".lfsconfig", "[lfs]\n\turl = https://other.invalid/lfs\n")]);
    server
        .register("t-lfs/host", &source, vec![tag_config("latest")])
        .await;
    let id = server.trigger("t-lfs/host", "latest").await;
    server.wait_for_status(&id, "S").await;
    let log = server.log_text(&id).await;
    assert!(
        log.contains("one.bin (the file .lfsconfig names other.invalid"),
        "{log}"
    );
}

#[tokio::test]
async fn without_git_lfs_the_pointers_are_named() {
    // The programs of this machine, but for git-lfs.
    let folder = tempfile::tempdir().unwrap();
    let programs = folder.path().join("bin");
    std::fs::create_dir(&programs).unwrap();
    for file in ["/usr/local/bin", "/usr/bin", "/bin"]
        .iter()
        .flat_map(|folder| {
            let entries = std::fs::read_dir(Path::new(folder));
            entries.into_iter().flatten().flatten()
        })
    {
        if file.file_name() != "git-lfs" {
            let _ = std::os::unix::fs::symlink(file.path(), programs.join(file.file_name()));
        }
    }
    let fixtures = TestServer::start(&[]).await;
    let names: Vec<_> = (0..12).map(|number| format!("f{number:02}.bin")).collect();
    let files: Vec<_> = names
        .iter()
        .map(|name| (name.as_str(), name.as_str()))
        .collect();
    let source = with_large_files(&fixtures, "app", &files);
    let git = fixtures.folder.path().join("git");
    let program = Program::start(folder, &git, |command| {
        command.env("PATH", &programs);
    });
    let server = &program.server;
    server
        .register("t-lfs/none", &source, vec![tag_config("latest")])
        .await;
    let id = server.trigger("t-lfs/none", "latest").await;
    server.wait_for_status(&id, "S").await;
    let log = server.log(&id).await;
    let warning = log
        .iter()
        .find(|entry| entry["level"] == "WARNING")
        .unwrap();
    let warning = warning["message"].as_str().unwrap();
    assert!(
        warning.contains("12 files are git-lfs pointers"),
        "{warning}"
    );
    assert!(
        warning.contains("f09.bin, and 2 more (git-lfs is not installed"),
        "{warning}"
    );
}
