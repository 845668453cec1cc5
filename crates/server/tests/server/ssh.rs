//! Builders and private sources by ssh, with submodules and large files.

use crate::daemons::{Dockerd, PodmanService};
use crate::git_web::{Web, is_proxied};
use crate::program::Program;
use crate::sshd::{Sshd, write_program};
use crate::submodules::add_submodule;
use crate::support::*;
use reqwest::StatusCode;
use serde_json::Value;
use std::process::Command;

/// The server as a process with the builder `there` alone. `configure` sets what its clients need.
fn program(builder: &str, configure: impl FnOnce(&mut Command)) -> Program {
    let folder = tempfile::tempdir().unwrap();
    let git = folder.path().join("git");
    std::fs::create_dir(&git).unwrap();
    Program::start(folder, &git, |command| {
        let builder = format!("--builder-at=there={builder}");
        command.args(["--workers=0", "--build-network=none", &builder]);
        configure(command);
    })
}

/// Waits until the only builder has this state.
async fn wait_for_state(server: &TestServer, state: &str) {
    wait_for(&format!("the builder is {state}"), async || {
        let (_, page) = server.get("/v1/builders").await;
        (page["results"][0]["state"] == state).then_some(())
    })
    .await;
}

/// Checks that a builder is called only if its host has the key that is known, and builds there.
async fn build_by_ssh(sshd: &Sshd, server: &TestServer, path: &str) -> Value {
    wait_for_state(server, "unreachable").await;
    assert!(!sshd.home().join(".ssh/known_hosts").exists());
    sshd.make_known(false);
    server.register_minimal(path).await;
    let id = server.trigger(path, "latest").await;
    let reason = "no builder answers (there): the build waits until one does";
    server.wait_for_log(&id, reason).await;
    assert_eq!(server.build(&id).await["status"], "W");
    sshd.make_known(true);
    let build = server.wait_for_status(&id, "S").await;
    assert_eq!(build["builder"], "there");
    wait_for_state(server, "ready").await;
    build
}

/// `PATH`, with the programs of the tests first.
fn path_of(sshd: &Sshd) -> String {
    let path = std::env::var("PATH").unwrap_or_default();
    format!("{}:{path}", sshd.programs().display())
}

#[tokio::test]
async fn a_docker_daemon_builds_by_ssh_with_a_known_host_alone() {
    let Some(daemon) = Dockerd::start() else {
        return;
    };
    let Some(sshd) = Sshd::start(&[("DOCKER_HOST", &daemon.address())]) else {
        return;
    };
    let program = program(&sshd.address(""), |command| {
        command.env("PATH", path_of(&sshd));
    });
    let build = build_by_ssh(&sshd, &program.server, "t-ssh-docker/app").await;
    let image = build["image_id"].as_str().unwrap();
    let found = daemon.docker(&["images", "--quiet", "t-ssh-docker/app"]);
    assert_eq!(found.unwrap(), image);
}

#[tokio::test]
async fn podmans_service_builds_by_ssh_with_a_known_host_alone() {
    let Some(service) = PodmanService::start() else {
        return;
    };
    let Some(sshd) = Sshd::start(&[]) else {
        return;
    };
    let socket = service.address();
    let address = sshd.address(socket.trim_start_matches("unix://"));
    let program = program(&format!("podman+{address}"), |command| {
        command.env("HOME", sshd.home());
        command.env("CONTAINER_SSHKEY", sshd.key());
    });
    let build = build_by_ssh(&sshd, &program.server, "t-ssh-podman/app").await;
    let image = build["image_id"].as_str().unwrap();
    let found = service.podman(&["images", "--quiet", "localhost/t-ssh-podman/app"]);
    assert_eq!(found.unwrap(), image);
}

#[tokio::test]
async fn a_private_source_is_read_by_its_deploy_key_with_submodules_and_large_files() {
    if is_proxied() {
        return;
    }
    let Some(sshd) = Sshd::start(&[]) else {
        return;
    };
    // git-lfs asks the host, by ssh, where the files are.
    let options = ["--allow-source-host=127.0.0.1,localhost,::1"];
    let server = TestServer::start(&options).await;
    let folder = server.folder.path().join("git");
    let web = Web::start(folder.clone()).await;
    let content = "content of a large file";
    let library = server.repository("library", &[("lib", "lib")]);
    let dockerfile = "FROM scratch\nCOPY busybox /bin/busybox\nCOPY sub/lib one.bin /\n\
         RUN [\"/bin/busybox\", \"grep\", \"-qx\", \"content of a large file\", \"/one.bin\"]\n";
    let pointer = web.large_file(content, content);
    let source = server.repository("app", &[("Dockerfile", dockerfile)]);
    let source = source.with_busybox();
    source.commit(&[
        ("one.bin", &pointer),
        (".gitattributes", "*.bin filter=lfs\n"),
    ]);
    let commit = library.git(&["rev-parse", "HEAD"]);
    add_submodule(&source, "sub", "../library", &commit);
    let answer = format!(
        "#!/bin/sh\necho \"$@\" >>{0}/asked\necho '{{\"href\": \"http://localhost:{1}/app/.git/info/lfs\"}}'\n",
        server.folder.path().display(),
        web.port
    );
    write_program(&sshd.programs().join("git-lfs-authenticate"), &answer);

    let url = sshd.address(&format!("{}/app", folder.display()));
    let body = create_body("app", &url, vec![tag_config("latest")]);
    let (status, repository) = server.post("/v1/repositories/t-ssh-git", &body).await;
    assert_eq!(status, StatusCode::CREATED, "{repository}");
    let id = server.trigger("t-ssh-git/app", "latest").await;
    let message = server.wait_for_failure(&id).await;
    assert!(
        message.contains("it is private, or it does not exist"),
        "{message}"
    );

    let key = repository["build_config"]["code_repo_public_key"].as_str();
    sshd.allow(key.unwrap());
    let id = server.trigger("t-ssh-git/app", "latest").await;
    let build = server.wait_for_status(&id, "S").await;
    assert_eq!(
        build["code_head_commit"],
        *source.git(&["rev-parse", "HEAD"])
    );
    let log = server.log(&id).await;
    let warning = log.iter().find(|entry| entry["level"] != "INFO");
    assert_eq!(warning, None);
    let asked = std::fs::read_to_string(server.folder.path().join("asked")).unwrap();
    let path = format!("{}/app download", folder.display());
    assert!(asked.trim_end().ends_with(&path), "{asked}");
}
