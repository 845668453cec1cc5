//! Several builders: docker daemons and the builder of this machine. Which of them takes a build, and what happens to
//! the builds of one that is gone.

use crate::daemons::{Dockerd, PodmanService};
use crate::support::*;
use reqwest::StatusCode;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The image that the Dockerfiles of these tests start from. Each daemon has its own.
const BASE: &str = "t-base/base";

/// A step that ends at once, unless its builder's base image has the file `/endless`.
const GATE: &str = "RUN echo at the gate; while [ -e /endless ]; do sleep 0.1; done\n";

/// Returns true if the step of [`GATE`] has begun.
fn is_at_gate(log: &str) -> bool {
    log.lines().any(|line| line.ends_with(" at the gate"))
}

/// The builders, as the API shows them.
async fn builders(server: &TestServer) -> Vec<Value> {
    let (status, page) = server.get("/v1/builders").await;
    assert_eq!(status, StatusCode::OK, "{page}");
    let builders = page["results"].as_array().unwrap().clone();
    assert_eq!(page["count"], builders.len());
    builders
}

/// Waits until a builder has this state, and returns it.
async fn wait_for_builder(server: &TestServer, name: &str, state: &str) -> Value {
    wait_for(&format!("the builder {name} is {state}"), async || {
        let builders = builders(server).await;
        let builder = builders.into_iter().find(|each| each["name"] == name);
        builder.filter(|builder| builder["state"] == state)
    })
    .await
}

/// Registers repositories with a Dockerfile of the gate, and returns their paths.
async fn register_gates(server: &TestServer, namespace: &str, names: &[String]) -> Vec<String> {
    let mut paths = Vec::new();
    for name in names {
        let dockerfile = format!("FROM {BASE}\nRUN echo building {name}\n{GATE}");
        let source = server.repository(name, &[("Dockerfile", &dockerfile)]);
        let path = format!("{namespace}/{name}");
        server
            .register(&path, &source, vec![tag_config("latest")])
            .await;
        paths.push(path);
    }
    paths
}

fn at(name: &str, daemon: &Dockerd, options: &str) -> String {
    format!("--builder-at={name}={}{options}", daemon.address())
}

/// The names of the builders that have built these.
async fn used(server: &TestServer, builds: &[String]) -> BTreeSet<String> {
    let mut used = BTreeSet::new();
    for id in builds {
        let build = server.wait_for_status(id, "S").await;
        used.insert(build["builder"].as_str().unwrap().to_owned());
    }
    used
}

#[tokio::test]
async fn builds_are_spread_and_none_is_lost_with_a_daemon_that_is_killed() {
    let (Some(mut a), Some(b)) = (Dockerd::start(), Dockerd::start()) else {
        return;
    };
    for daemon in [&a, &b] {
        daemon.import_base(BASE, &[]);
    }
    let server = TestServer::start(&[
        "--workers=0",
        "--build-network=none",
        &at("a", &a, ""),
        &at("b", &b, ",slots=2"),
    ])
    .await;
    for name in ["a", "b"] {
        let builder = wait_for_builder(&server, name, "ready").await;
        assert_eq!(
            (&builder["slots"], &builder["node"]),
            (&json!(2), &Value::Null)
        );
        assert!(builder.get("address").is_none(), "{builder}");
    }
    let names: Vec<_> = (0..10).map(|number| format!("app-{number}")).collect();
    let paths = register_gates(&server, "t-spread", &names).await;
    let trigger_all = async || {
        let mut builds = Vec::new();
        for path in &paths {
            builds.push(server.trigger(path, "latest").await);
        }
        builds
    };
    let first = trigger_all().await;
    let both = BTreeSet::from(["a".to_owned(), "b".to_owned()]);
    assert_eq!(used(&server, &first).await, both);

    // From now on, what comes to `a` runs until `a` is killed.
    a.import_base(BASE, &["endless"]);
    let second = trigger_all().await;
    let held = wait_for("two builds run on a", async || {
        let mut held = Vec::new();
        for id in &second {
            let is_held =
                server.build(id).await["builder"] == "a" && is_at_gate(&server.log_text(id).await);
            held.extend(is_held.then(|| id.clone()));
        }
        (held.len() == 2).then_some(held)
    })
    .await;
    let running = wait_for_builder(&server, "a", "ready").await;
    assert_eq!(running["running"], 2);
    a.kill();
    assert_eq!(
        used(&server, &second).await,
        BTreeSet::from(["b".to_owned()])
    );
    for id in &held {
        let log = server.log_text(id).await;
        assert!(log.contains("the builder a doesn't answer"), "{log}");
        assert!(
            log.contains("the build goes back to the queue, once"),
            "{log}"
        );
        assert!(
            log.contains("building with docker on the builder b"),
            "{log}"
        );
    }
    wait_for_builder(&server, "a", "unreachable").await;
    // Nothing was started twice, and nothing is left.
    let (_, page) = server.get("/v1/builds?namespace=t-spread").await;
    assert_eq!(page["count"], 20);
    let builder = wait_for_builder(&server, "b", "ready").await;
    assert_eq!(builder["running"], 0);
    for path in &paths {
        let images = b.docker(&["images", "--quiet", path]).unwrap();
        assert!(!images.is_empty(), "{path}");
    }

    // It is tried again, and takes builds again.
    a.start_again().unwrap();
    wait_for_builder(&server, "a", "ready").await;
    a.import_base(BASE, &[]);
    assert_eq!(used(&server, &trigger_all().await).await, both);
}

#[tokio::test]
async fn a_build_whose_builder_is_gone_twice_fails_with_the_reason() {
    let Some(mut a) = Dockerd::start() else {
        return;
    };
    a.import_base(BASE, &["endless"]);
    let server =
        TestServer::start(&["--workers=0", "--build-network=none", &at("a", &a, "")]).await;
    let paths = register_gates(&server, "t-twice", &["app".to_owned()]).await;
    let id = server.trigger(&paths[0], "latest").await;
    wait_for("the build is at the gate", async || {
        is_at_gate(&server.log_text(&id).await).then_some(())
    })
    .await;
    a.kill();
    // It waits until there is a builder.
    wait_for("the build waits again", async || {
        let build = server.build(&id).await;
        let is_waiting = build["status"] == "W" && build["started_at"].is_null();
        (is_waiting && build["is_removable"] == true).then_some(())
    })
    .await;
    a.start_again().unwrap();
    wait_for("the build runs again", async || {
        let log = server.log_text(&id).await;
        let count = log.matches("building with docker on the builder a").count();
        let runs = log.rsplit("building with").next().unwrap_or_default();
        (count == 2 && is_at_gate(runs)).then_some(())
    })
    .await;
    a.kill();
    let message = server.wait_for_failure(&id).await;
    assert!(
        message.contains("the builder a doesn't answer"),
        "{message}"
    );
    assert!(message.contains("a second time"), "{message}");
    // The step that it was at is not to blame.
    let (_, page) = server.get("/v1/builds?namespace=t-twice").await;
    let detail = page["results"][0]["detail"].as_str().unwrap();
    assert_eq!(detail.trim_end(), message);
}

#[tokio::test]
async fn a_build_that_no_builder_can_take_says_once_why_it_waits() {
    let Some(mut a) = Dockerd::start() else {
        return;
    };
    a.import_base(BASE, &[]);
    a.kill();
    let options = ["--builder-node=in", "--build-network=none"];
    let at = at("a", &a, ",node=cn");
    let server = TestServer::start(&[&options[..], &[&at]].concat()).await;
    let paths = register_gates(&server, "t-waits", &["app".to_owned()]).await;
    let url = format!("/v1/repositories/{}", paths[0]);
    let (_, repository) = server.get(&url).await;
    let rows = repository["build_config"]["tag_configs"].clone();
    let body = json!({"build_node": "cn", "tag_configs": rows});
    let (status, answer) = server.put(&format!("{url}/build-config"), &body).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    let id = server.trigger(&paths[0], "latest").await;
    let reason = "no builder of the build node cn answers (a): the build waits until one does";
    server.wait_for_log(&id, reason).await;
    assert_eq!(server.build(&id).await["status"], "W");
    let (_, page) = server.get("/v1/builds?namespace=t-waits").await;
    assert_eq!(page["results"][0]["detail"], format!("{reason}\n"));
    // Others go on, and each of them has a worker look at the queue again.
    server.register_minimal("t-waits/other").await;
    for _ in 0..2 {
        let other = server.trigger("t-waits/other", "latest").await;
        assert_eq!(
            server.wait_for_status(&other, "S").await["builder"],
            "local"
        );
    }
    a.start_again().unwrap();
    assert_eq!(server.wait_for_status(&id, "S").await["builder"], "a");
    let log = server.log_text(&id).await;
    let lines: Vec<_> = log.lines().take(3).collect();
    let goes_on = "a builder answers again: the build goes on";
    assert_eq!(lines, [reason, goes_on, "starting to build"], "{log}");
    assert_eq!(log.matches(reason).count(), 1, "{log}");
}

#[tokio::test]
async fn a_build_node_chooses_among_its_builders() {
    let (Some(a), Some(b)) = (Dockerd::start(), Dockerd::start()) else {
        return;
    };
    for daemon in [&a, &b] {
        daemon.import_base(BASE, &[]);
    }
    let server = TestServer::start(&[
        "--workers=0",
        "--build-network=none",
        &at("a", &a, ",slots=1,node=in"),
        &at("b", &b, ",slots=1,node=cn"),
    ])
    .await;
    let builders = builders(&server).await;
    let nodes: Vec<_> = builders.iter().map(|each| &each["node"]).collect();
    assert_eq!(nodes, ["in", "cn"]);
    let names: Vec<_> = (0..3).map(|number| format!("app-{number}")).collect();
    let paths = register_gates(&server, "t-node", &names).await;
    let mut builds = Vec::new();
    for (path, node) in paths.iter().zip(["in", "cn", "eu"]) {
        let (_, repository) = server.get(&format!("/v1/repositories/{path}")).await;
        let rows = repository["build_config"]["tag_configs"].clone();
        let body = json!({"build_node": node, "tag_configs": rows});
        let (status, answer) = server
            .put(&format!("/v1/repositories/{path}/build-config"), &body)
            .await;
        assert_eq!(status, StatusCode::OK, "{answer}");
        for _ in 0..3 {
            builds.push((node, server.trigger(path, "latest").await));
        }
    }
    for (node, id) in builds {
        let build = server.wait_for_status(&id, "S").await;
        let log = server.log_text(&id).await;
        let warning = format!("no builder is of the build node {node}");
        assert_eq!(log.contains(&warning), node == "eu", "{log}");
        match node {
            "in" => assert_eq!(build["builder"], "a"),
            "cn" => assert_eq!(build["builder"], "b"),
            _ => assert!(["a", "b"].contains(&build["builder"].as_str().unwrap())),
        }
    }
}

#[tokio::test]
async fn a_builder_that_does_not_answer_is_left_out() {
    let folder = tempfile::tempdir().unwrap();
    let missing = format!("--builder-at=far=unix://{}/none", folder.path().display());
    let server = TestServer::start(&["--builder-node=in", &missing]).await;
    server.register_minimal("t-left/app").await;
    for _ in 0..4 {
        let id = server.trigger("t-left/app", "latest").await;
        let build = server.wait_for_status(&id, "S").await;
        assert_eq!(build["builder"], "local");
    }
    let far = wait_for_builder(&server, "far", "unreachable").await;
    assert_eq!((&far["running"], &far["slots"]), (&json!(0), &json!(2)));
    assert!(far.get("disk").is_none(), "{far}");
    let local = wait_for_builder(&server, "local", "ready").await;
    assert_eq!(local["node"], "in");
    wait_for("the free disk is known", async || {
        let local = wait_for_builder(&server, "local", "ready").await;
        let disk = &local["disk"];
        assert!(disk.get("used").is_none(), "{local}");
        let is_known = disk["free"].as_u64().is_some_and(|free| free > 0);
        is_known.then(|| assert!(disk["checked_at"].is_string(), "{local}"))
    })
    .await;
}

#[tokio::test]
async fn a_lone_builder_is_not_named() {
    let server = TestServer::start(&["--workers=3"]).await;
    server.register_minimal("t-lone/app").await;
    let id = server.trigger("t-lone/app", "latest").await;
    let build = server.wait_for_status(&id, "S").await;
    assert!(build.get("builder").is_none(), "{build}");
    let local = wait_for_builder(&server, "local", "ready").await;
    assert_eq!((&local["slots"], &local["running"]), (&json!(3), &json!(0)));
    assert!(!server.log_text(&id).await.contains("on the builder"));
}

#[tokio::test]
async fn a_daemon_is_reached_with_certificates() {
    let Some(daemon) = Dockerd::start_with_tls() else {
        return;
    };
    let address = daemon.tls_address().unwrap();
    let certificates = daemon.certificates();
    let with = format!("--builder-at=with={address},tls={}", certificates.display());
    let without = format!("--builder-at=without={address}");
    let server = TestServer::start(&["--workers=0", &with, &without]).await;
    wait_for_builder(&server, "with", "ready").await;
    wait_for_builder(&server, "without", "unreachable").await;
    server.register_minimal("t-tls/app").await;
    let id = server.trigger("t-tls/app", "latest").await;
    assert_eq!(server.wait_for_status(&id, "S").await["builder"], "with");
    assert!(
        !daemon
            .docker(&["images", "--quiet", "t-tls/app"])
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn podmans_service_builds_and_names_images() {
    let Some(service) = PodmanService::start() else {
        return;
    };
    let builder = format!("--builder-at=p=podman+{},slots=1", service.address());
    let server = TestServer::start(&["--workers=0", &builder, "--build-network=none"]).await;
    let source = server.repository("app", &[("Dockerfile", &server.minimal_dockerfile())]);
    let row = with(tag_config("latest"), json!({"version_tagging": 1}));
    server.register("t-podman/app", &source, vec![row]).await;
    let id = server.trigger("t-podman/app", "latest").await;
    let build = server.wait_for_status(&id, "S").await;
    assert_eq!(build["builder"], "p");
    let version = build["docker_repo_version_tag"].as_str().unwrap();
    let image = build["image_id"].as_str().unwrap();
    for tag in ["latest", version] {
        let name = format!("localhost/t-podman/app:{tag}");
        let found = service.podman(&["images", "--quiet", &name]).unwrap();
        assert_eq!(found, image, "{name}");
    }
    wait_for("the disk is known", async || {
        let builder = wait_for_builder(&server, "p", "ready").await;
        builder["disk"]["used"].as_u64()
    })
    .await;
    // The image goes with its repository.
    let (status, _) = server.delete("/v1/repositories/t-podman/app").await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    wait_for("the image is gone", async || {
        let found = service.podman(&["images", "--quiet", "localhost/t-podman/app"]);
        // While the image is being removed, podman may fail to list it.
        found.ok()?.is_empty().then_some(())
    })
    .await;
}
