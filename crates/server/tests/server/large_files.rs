//! Files of git-lfs: fetched, or named in a warning.

use crate::git_web::{Web, is_proxied, with_web};
use crate::program::Program;
use crate::support::*;
use reqwest::StatusCode;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::net::TcpListener;

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

/// A Dockerfile that builds only if a large file has this content.
fn checks(content: &str) -> String {
    format!(
        "FROM scratch\nCOPY busybox /bin/busybox\nCOPY one.bin /one.bin\n\
         RUN [\"/bin/busybox\", \"grep\", \"-qx\", \"{content}\", \"/one.bin\"]\n"
    )
}

/// Builds a source of a web server by this URL, and returns the log.
async fn built(server: &TestServer, url: &str) -> String {
    let body = create_body("app", url, vec![tag_config("latest")]);
    let (status, answer) = server.post("/v1/repositories/t-lfs-web", &body).await;
    assert_eq!(status, StatusCode::CREATED, "{answer}");
    let id = server.trigger("t-lfs-web/app", "latest").await;
    server.wait_for_status(&id, "S").await;
    server.log_text(&id).await
}

/// Commits a pointer to a large file that the web server has.
fn with_pointer(source: GitRepository, web: &Web, content: &str, wanted: &str) {
    let pointer = web.large_file(content, wanted);
    source.commit(&[
        ("one.bin", &pointer),
        (".gitattributes", "*.bin filter=lfs\n"),
    ]);
}

#[tokio::test]
async fn the_sources_own_host_gives_its_large_files_without_an_option_for_its_name() {
    if is_proxied() {
        return;
    }
    let content = "content of a large file";
    let options = ["--allow-source-host=127.0.0.1,::1", "--allow-url-secrets"];
    for login in ["", "me:hunter22@"] {
        let (server, source, web) = with_web(&options).await;
        source.commit(&[("Dockerfile", &checks(content))]);
        with_pointer(source.with_busybox(), &web, content, content);
        let locked = if login.is_empty() { "" } else { "locked/" };
        let url = format!("http://{login}localhost:{}/{locked}app/.git", web.port);
        let log = built(&server, &url).await;
        assert!(!log.contains("WARNING"), "{log}");
        let asked = web.asked();
        let batch = format!("/{locked}app/.git/info/lfs/objects/batch");
        assert!(asked.contains(&batch), "{asked:?}");
    }
}

#[tokio::test]
async fn a_host_of_large_files_leads_to_no_private_address() {
    if is_proxied() {
        return;
    }
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let connections = Arc::new(AtomicUsize::new(0));
    let counted = connections.clone();
    let task = tokio::spawn(async move {
        while listener.accept().await.is_ok() {
            counted.fetch_add(1, Ordering::SeqCst);
        }
    });
    // The first host is allowed by its address only, so that it is not one that the server trusts.
    for (allowed, host) in [("127.0.0.1,::1", "127.0.0.1"), ("localhost", "127.0.0.1")] {
        let option = format!("--allow-source-host={allowed}");
        let (server, source, web) = with_web(&[&option]).await;
        with_pointer(source, &web, "x", "x");
        web.send_for_large_files(&format!("http://{host}:{port}/"));
        let log = built(&server, &format!("http://localhost:{}/app/.git", web.port)).await;
        let reason = "one.bin (127.0.0.1 is at an address of this machine";
        assert!(log.contains(reason), "{log}");
    }
    assert_eq!(connections.load(Ordering::SeqCst), 0);
    task.abort();
}

#[tokio::test]
async fn a_large_file_is_what_its_pointer_says_or_it_stays_a_pointer() {
    if is_proxied() {
        return;
    }
    for (content, wanted) in [("other", "exact"), ("too long", "short"), ("", "gone")] {
        let (server, source, web) = with_web(&["--allow-source-host=localhost"]).await;
        with_pointer(source, &web, content, wanted);
        let log = built(&server, &format!("http://localhost:{}/app/.git", web.port)).await;
        let reason = "one.bin (a download is not what its pointer says)";
        assert!(log.contains(reason), "{content}: {log}");
        assert!(!log.contains("slipway-large"), "{log}");
    }
}
