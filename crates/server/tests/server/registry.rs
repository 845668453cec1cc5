//! Pushing images to a real registry, and pulling them from it.

use crate::daemons::Dockerd;
use crate::gap::Gap;
use crate::parts;
use crate::program::Program;
use crate::registry_part::{ACCOUNT, Registry};
use crate::support::*;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use reqwest::StatusCode;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::process::Command;

/// The kinds of manifests that are asked for.
const MANIFESTS: &str = "application/vnd.oci.image.manifest.v1+json, \
     application/vnd.docker.distribution.manifest.v2+json";

/// A server that pushes to this registry.
async fn server(address: &str, options: &[&str]) -> TestServer {
    let registry = format!("--registry={address}/images");
    TestServer::start(&[&[registry.as_str(), "--registry-insecure"], options].concat()).await
}

/// Returns the manifest of an image of the registry, and its digest.
async fn manifest(address: &str, path: &str, reference: &str) -> (Value, String) {
    let url = format!("http://{address}/v2/{path}/manifests/{reference}");
    let request = reqwest::Client::new().get(url).header("accept", MANIFESTS);
    let (name, password) = ACCOUNT;
    let response = request
        .basic_auth(name, Some(password))
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), StatusCode::OK, "{path}:{reference}");
    let bytes = response.bytes().await.unwrap();
    let digest = format!("sha256:{:x}", Sha256::digest(&bytes));
    (serde_json::from_slice(&bytes).unwrap(), digest)
}

/// Writes a docker config.json with this password.
fn auth_file(folder: &Path, keys: &[(&str, &str)]) -> String {
    let auths = keys.iter().map(|(key, password)| {
        let auth = BASE64_STANDARD.encode(format!("{}:{password}", ACCOUNT.0));
        ((*key).to_owned(), json!({ "auth": auth }))
    });
    let text = json!({ "auths": auths.collect::<serde_json::Map<_, _>>() });
    let path = folder.join("config.json");
    std::fs::write(&path, text.to_string()).unwrap();
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o600)).unwrap();
    format!("--registry-auth={}", path.display())
}

fn version_tagged(tag: &str) -> Value {
    with(tag_config(tag), json!({ "version_tagging": 2 }))
}

/// Pulls an image with a builder that has none, and returns its id and the digest of its manifest.
fn pulled(program: &Path, reference: &str) -> (String, String) {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| {
        let output = Command::new(program)
            .args(["--storage-driver", "vfs", "--root"])
            .arg(folder.path().join("root"))
            .arg("--runroot")
            .arg(folder.path().join("run"))
            .args(arguments)
            .output()
            .unwrap();
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {error}");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    };
    let id = run(&["pull", "--quiet", "--tls-verify=false", reference]);
    let format = match program.file_name().is_some_and(|name| name == "podman") {
        true => "{{.Digest}}",
        false => "{{.FromImageDigest}}",
    };
    let digest = run(&["inspect", "--type", "image", "--format", format, &id]);
    (id, digest)
}

#[tokio::test]
async fn an_image_is_pushed_and_pulled_by_another_builder() {
    let Some(registry) = Registry::start() else {
        return;
    };
    let server = server(&registry.address, &[]).await;
    let source = server.repository("app", &[("Dockerfile", &server.minimal_dockerfile())]);
    server
        .register("t-push/app", &source, vec![version_tagged("latest")])
        .await;
    let id = server.trigger("t-push/app", "latest").await;
    let build = server.wait_for_status(&id, "S").await;

    let version = build["docker_repo_version_tag"].as_str().unwrap();
    let (content, digest) = manifest(&registry.address, "images/t-push/app", "latest").await;
    assert_eq!(
        manifest(&registry.address, "images/t-push/app", version)
            .await
            .1,
        digest
    );
    assert_eq!(build["image_digest"], digest);
    let layers = content["layers"].as_array().unwrap().iter();
    let sizes = layers
        .chain([&content["config"]])
        .map(|part| part["size"].as_u64().unwrap());
    assert_eq!(build["image_size"], sizes.sum::<u64>());
    let (_, list) = server.get("/v1/builds?namespace=t-push").await;
    for key in ["image_digest", "image_size", "pushed_at"] {
        assert_eq!(list["results"][0][key], build[key], "{key}");
    }
    let (_, repository) = server.get("/v1/repositories/t-push/app").await;
    assert_eq!(repository["pushed_at"], build["pushed_at"]);
    let name = format!("{}/images/t-push/app", registry.address);
    let log = server.log_text(&id).await;
    for line in [
        format!("\npushing {name}:{version}\n"),
        format!("\npushing {name}:latest\n"),
        format!("\nthe image is in the registry: {name}@{digest}, "),
    ] {
        assert!(log.contains(&line), "{line}: {log}");
    }

    let image = build["image_id"].as_str().unwrap();
    for program in ["buildah", "podman"] {
        let Some(program) = parts::program(program, program) else {
            continue;
        };
        for reference in [format!("{name}:latest"), format!("{name}@{digest}")] {
            let (id, found) = pulled(&program, &reference);
            assert!(id.starts_with(image), "{id}: {image}");
            assert_eq!(found, digest);
        }
    }
}

#[tokio::test]
async fn layers_that_are_there_are_not_sent_again() {
    let Some(registry) = Registry::start() else {
        return;
    };
    let gap = Gap::open(&registry.address).await;
    let server = server(&gap.address, &[]).await;
    let source = server.register_minimal("t-push-layers/app").await;
    let first = server.trigger("t-push-layers/app", "latest").await;
    let first = server.wait_for_status(&first, "S").await;
    let layers = |uploads: std::collections::BTreeSet<String>| {
        uploads
            .into_iter()
            .filter(|request| request.contains("/blobs/uploads/"))
            .count()
    };
    assert!(layers(gap.uploads()) > 0);
    // The same image, of another commit.
    source.git(&["commit", "--quiet", "--allow-empty", "--message=Nothing"]);
    let second = server.trigger("t-push-layers/app", "latest").await;
    let second = server.wait_for_status(&second, "S").await;
    assert_eq!(first["image_digest"], second["image_digest"]);
    let uploads = gap.uploads();
    let manifests = uploads
        .iter()
        .filter(|request| request.contains("/manifests/latest"));
    assert_eq!(manifests.count(), 1, "{uploads:?}");
    assert_eq!(layers(uploads.clone()), 0, "{uploads:?}");
}

#[tokio::test]
async fn a_registry_that_goes_away_in_the_middle_is_tried_again() {
    let Some(registry) = Registry::start() else {
        return;
    };
    let gap = Gap::open(&registry.address).await;
    let server = server(&gap.address, &[]).await;
    server.register_step("t-push-gap/app", "true").await;
    // Less than the program that is a layer of the image.
    gap.break_after(100_000);
    let id = server.trigger("t-push-gap/app", "latest").await;
    server
        .wait_for_log(&id, "\npushing failed, trying again in 2s (1 of 3 tries): ")
        .await;
    assert!(gap.is_broken());
    assert_eq!(server.build(&id).await["status"], "I");
    gap.mend();
    let build = server.wait_for_status(&id, "S").await;
    let (_, digest) = manifest(&registry.address, "images/t-push-gap/app", "latest").await;
    assert_eq!(build["image_digest"], digest);
    let warnings = server
        .log(&id)
        .await
        .into_iter()
        .filter(|entry| entry["level"] == "WARNING");
    let warnings: Vec<_> = warnings.map(|entry| entry["message"].to_string()).collect();
    assert!(
        warnings.iter().any(|text| text.contains("pushing failed")),
        "{warnings:?}"
    );
}

/// An authority of one's own is trusted where the system trusts it.
#[tokio::test]
async fn a_registry_has_a_certificate_of_an_authority_that_the_system_trusts() {
    let Some(registry) = Registry::with_certificate() else {
        return;
    };
    if !std::fs::metadata("/proc/self").is_ok_and(|data| data.uid() == 0) {
        return skip(
            "root",
            "only root can give a program another /etc/ssl/certs",
        );
    }
    let folder = tempfile::tempdir().unwrap();
    let (git, certificates) = (folder.path().join("git"), folder.path().join("certs"));
    for folder in [&git, &certificates] {
        std::fs::create_dir(folder).unwrap();
    }
    let bundle = certificates.join("ca-certificates.crt");
    std::fs::copy(registry.authority(), bundle).unwrap();
    let script = "mount --bind \"$CERTIFICATES\" /etc/ssl/certs && exec \"$0\" \"$@\"";
    let mut command = Command::new("unshare");
    command.args([
        "--mount",
        "--",
        "sh",
        "-c",
        script,
        env!("CARGO_BIN_EXE_slipway"),
    ]);
    command.env("CERTIFICATES", &certificates);
    let program = Program::start_with(command, folder, &git, |command| {
        command.arg(format!("--registry={}/images", registry.address));
    });
    let server = &program.server;
    server.register_minimal("t-push-tls/app").await;
    let id = server.trigger("t-push-tls/app", "latest").await;
    let build = server.wait_for_status(&id, "S").await;
    assert!(
        build["image_digest"]
            .as_str()
            .unwrap()
            .starts_with("sha256:")
    );
    // The server has asked the registry itself.
    assert!(
        build["image_size"].as_u64().is_some_and(|size| size > 0),
        "{build}"
    );
}

#[tokio::test]
async fn a_daemon_that_is_killed_while_it_pushes_loses_nothing() {
    let Some(registry) = Registry::start() else {
        return;
    };
    let Some(mut daemon) = Dockerd::start() else {
        return;
    };
    let gap = Gap::open(&registry.address).await;
    let at = format!("--builder-at=there={}", daemon.address());
    let server = server(&gap.address, &["--workers=0", "--build-network=none", &at]).await;
    server.register_minimal("t-push-killed/app").await;
    gap.hold();
    let id = server.trigger("t-push-killed/app", "latest").await;
    server
        .wait_for_log(&id, "\nThe push refers to repository")
        .await;
    daemon.kill();
    server
        .wait_for_log(&id, "\nthe build goes back to the queue, once")
        .await;
    gap.release();
    daemon.start_again().unwrap();
    let build = server.wait_for_status(&id, "S").await;
    let (_, digest) = manifest(&registry.address, "images/t-push-killed/app", "latest").await;
    assert_eq!(build["image_digest"], digest);
    let log = server.log_text(&id).await;
    assert!(log.contains("the builder there doesn't answer"), "{log}");
    let (_, page) = server.get("/v1/builds?namespace=t-push-killed").await;
    assert_eq!(page["count"], 1);
}

#[tokio::test]
async fn a_push_that_fails_fails_the_build_with_the_reason() {
    let Some(registry) = Registry::start() else {
        return;
    };
    let gap = Gap::open(&registry.address).await;
    let server = server(&gap.address, &[]).await;
    server.register_step("t-push-gone/app", "true").await;
    gap.break_after(100_000);
    let id = server.trigger("t-push-gone/app", "latest").await;
    let last = server.wait_for_failure(&id).await;
    let name = format!("{}/images/t-push-gone/app:latest", gap.address);
    let expected = format!("the image was built, but could not be pushed to {name}: ");
    assert!(last.starts_with(&expected), "{last}");
    let log = server.log_text(&id).await;
    assert!(
        log.contains("(1 of 3 tries)") && log.contains("(2 of 3 tries)"),
        "{log}"
    );
    let build = server.build(&id).await;
    // The builder has the image, and the registry has none.
    assert!(build["image_id"].is_string());
    for key in ["image_digest", "image_size", "pushed_at"] {
        assert_eq!(build.get(key), None, "{key}");
    }
    let (_, list) = server.get("/v1/builds?namespace=t-push-gone").await;
    let detail = list["results"][0]["detail"].as_str().unwrap();
    // A list has room for one line: the reason comes first.
    let (reason, rest) = detail.split_once(": the image was built").unwrap();
    assert!(last.ends_with(reason), "{last}: {detail}");
    assert!(rest.trim_end().ends_with(&name), "{detail}");
    assert!(!reason.contains("pinging"), "{detail}");
    let (_, repository) = server.get("/v1/repositories/t-push-gone/app").await;
    assert_eq!(repository["pushed_at"], Value::Null);

    // The next build has to do less.
    gap.mend();
    let id = server.trigger("t-push-gone/app", "latest").await;
    let build = server.wait_for_status(&id, "S").await;
    assert!(build["image_digest"].is_string());
}

#[tokio::test]
async fn credentials_reach_the_builder_and_nothing_else() {
    let Some(registry) = Registry::with_account() else {
        return;
    };
    let gap = Gap::open(&registry.address).await;
    let folder = tempfile::tempdir().unwrap();
    let (_, password) = ACCOUNT;
    let namespace = format!("{}/images/t-push-auth", gap.address);
    let keys = [
        (gap.address.as_str(), "wrong-password"),
        (&namespace, password),
    ];
    let auth = auth_file(folder.path(), &keys);
    let server = server(&gap.address, &[&auth]).await;

    server.register_minimal("t-push-auth/app").await;
    gap.hold();
    let id = server.trigger("t-push-auth/app", "latest").await;
    let reference = format!("docker://{namespace}/app:latest");
    let running = wait_for("the image is pushed", async || {
        let found = processes_with(&reference);
        (!found.is_empty()).then_some(found)
    })
    .await;
    let encoded = BASE64_STANDARD.encode(format!("{}:{password}", ACCOUNT.0));
    for secret in [password, encoded.as_str()] {
        assert!(processes_with(secret).is_empty());
        for process in running.keys() {
            let environment = std::fs::read(format!("/proc/{process}/environ")).unwrap_or_default();
            assert!(!String::from_utf8_lossy(&environment).contains(secret));
        }
    }
    gap.release();
    let build = server.wait_for_status(&id, "S").await;
    let (_, digest) = manifest(&registry.address, "images/t-push-auth/app", "latest").await;
    assert_eq!(build["image_digest"], digest);
    assert!(build["image_size"].is_u64());

    // The password of the whole registry is wrong.
    server.register_minimal("t-push-auth-other/app").await;
    let id = server.trigger("t-push-auth-other/app", "latest").await;
    let last = server.wait_for_failure(&id).await;
    assert!(last.contains("could not be pushed to"), "{last}");
    assert!(
        last.contains("authentication required") || last.contains("unauthorized"),
        "{last}"
    );
    let log = server.log_text(&id).await;
    assert!(!log.contains("wrong-password"), "{log}");
}

/// A step that shows all that it can see of the credentials.
const LOOK: &str = "cat /sandbox/registry/* /proc/*/root/sandbox/registry/* 2>/dev/null; \
     find / -name auth.json -exec cat {} + 2>/dev/null; cat /proc/*/environ; env; echo looked";

#[tokio::test]
async fn another_builder_finds_layers_in_the_registry() {
    let Some(registry) = Registry::with_account() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let auth = auth_file(folder.path(), &[(&registry.address, ACCOUNT.1)]);
    let options = [auth.as_str(), "--cache=registry", "--build-network=host"];
    let mut ids = Vec::new();
    // Each has a storage of its own.
    for place in ["first", "second"] {
        let server = server(&registry.address, &options).await;
        server.register_step("t-push-cache/app", LOOK).await;
        let id = server.trigger("t-push-cache/app", "latest").await;
        let build = server.wait_for_status(&id, "S").await;
        let log = server.log_text(&id).await;
        match place {
            "first" => {
                assert!(log.contains("\nlooked\n"), "{log}");
                assert!(!log.contains("Cache pulled"), "{log}");
            }
            _ => {
                assert!(log.contains("Cache pulled from remote"), "{log}");
                assert!(!log.contains("\nlooked\n"), "{log}");
            }
        }
        let encoded = BASE64_STANDARD.encode(format!("{}:{}", ACCOUNT.0, ACCOUNT.1));
        for secret in [ACCOUNT.1, encoded.as_str(), "auths"] {
            assert!(!log.contains(secret), "{log}");
        }
        ids.push(build["image_id"].clone());
    }
    assert_eq!(ids[0], ids[1]);
}

#[tokio::test]
async fn a_build_without_the_way_to_the_cache_says_so() {
    let Some(registry) = Registry::start() else {
        return;
    };
    let server = server(
        &registry.address,
        &["--cache=registry", "--build-network=none"],
    )
    .await;
    server.register_minimal("t-push-nocache/app").await;
    let id = server.trigger("t-push-nocache/app", "latest").await;
    server.wait_for_status(&id, "S").await;
    let log = server.log_text(&id).await;
    assert!(log.contains("--build-network=host"), "{log}");
    assert!(log.contains("the image is in the registry"), "{log}");
}

#[tokio::test]
async fn without_a_registry_nothing_is_said_of_one() {
    let mut server = TestServer::start(&[]).await;
    server.register_minimal("t-alone/app").await;
    let id = server.trigger("t-alone/app", "latest").await;
    server.wait_for_status(&id, "S").await;
    let log = server.log_text(&id).await;
    assert!(!log.contains("push") && !log.contains("registry"), "{log}");
    let pushed = async |server: &TestServer| {
        let build = server.build(&id).await;
        let (_, list) = server.get("/v1/builds?namespace=t-alone").await;
        let row = list["results"][0].get("image_digest").cloned();
        assert_eq!(build.get("image_digest").cloned(), row);
        row
    };
    assert_eq!(pushed(&server).await, None);
    // A server that pushes says of an older image that it was not pushed.
    server.stop().await;
    server.with_option("--registry=registry.example.com");
    server.start_again().await;
    assert_eq!(pushed(&server).await, Some(json!("")));
}

#[tokio::test]
async fn the_site_is_told_the_registry() {
    let site = tempfile::tempdir().unwrap();
    std::fs::write(site.path().join("index.html"), "<title>t</title>").unwrap();
    std::fs::write(
        site.path().join("config.json"),
        r#"{"api": "", "namespace": "team"}"#,
    )
    .unwrap();
    let option = format!("--site={}", site.path().display());
    for (options, expected) in [
        (
            vec![option.as_str()],
            json!({ "api": "", "namespace": "team" }),
        ),
        (
            vec![option.as_str(), "--registry=registry.example.com:5000/x"],
            json!({ "api": "", "namespace": "team", "registry": "registry.example.com:5000/x" }),
        ),
    ] {
        let server = TestServer::start(&options).await;
        assert_eq!(server.get("/config.json").await, (StatusCode::OK, expected));
    }
}

#[tokio::test]
async fn a_docker_daemon_finds_what_another_one_has_pushed() {
    let Some(registry) = Registry::with_account() else {
        return;
    };
    let (Some(first), Some(second)) = (Dockerd::start(), Dockerd::start()) else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let auth = auth_file(folder.path(), &[(&registry.address, ACCOUNT.1)]);
    let options = [
        auth.as_str(),
        "--cache=registry",
        "--build-network=none",
        "--workers=0",
    ];
    let name = format!("{}/images/t-push-docker/app", registry.address);
    let mut digests = Vec::new();
    for daemon in [&first, &second] {
        let at = format!("--builder-at=there={}", daemon.address());
        let server = server(&registry.address, &[&options[..], &[&at]].concat()).await;
        server
            .register_step("t-push-docker/app", "echo built here")
            .await;
        let id = server.trigger("t-push-docker/app", "latest").await;
        let build = server.wait_for_status(&id, "S").await;
        let (_, digest) = manifest(&registry.address, "images/t-push-docker/app", "latest").await;
        assert_eq!(build["image_digest"], digest);
        assert!(
            build["image_size"]
                .as_u64()
                .is_some_and(|size| size > 100_000),
            "{build}"
        );
        let log = server.log_text(&id).await;
        assert!(
            log.contains(&format!("the image is in the registry: {name}@{digest}")),
            "{log}"
        );
        // The name by which it was pushed is gone from the daemon, and the image stays.
        let images = daemon
            .docker(&["images", "--format", "{{.Repository}}"])
            .unwrap();
        assert_eq!(images, "t-push-docker/app");
        for entry in server.log(&id).await {
            assert_ne!(entry["level"], "ERROR", "{entry}");
        }
        digests.push((digest, log));
    }
    let (_, log) = &digests[0];
    let empty = "the registry has no layers of earlier builds yet";
    assert!(log.contains(empty), "{log}");
    assert_eq!(digests[0].0, digests[1].0);
    let (_, log) = &digests[1];
    assert!(
        log.contains("CACHED") && log.contains("Layer already exists") && !log.contains(empty),
        "{log}"
    );
}
