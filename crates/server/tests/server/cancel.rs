//! `DELETE /v1/builds/{id}`: a waiting build leaves the queue, a running one is stopped, an ended one is removed.

use crate::queue::{Held, ONE_WORKER, builds};
use crate::support::*;
use reqwest::StatusCode;
use serde_json::{Value, json};

async fn delete(server: &TestServer, id: &str, query: &str) -> (StatusCode, Value) {
    server.delete(&format!("/v1/builds/{id}{query}")).await
}

/// Asserts that a build was cancelled, and says so in its log and in its `detail`.
async fn assert_cancelled(server: &TestServer, id: &str, by: &str) {
    let build = server.wait_for_status(id, "F").await;
    assert!(build["image_id"].is_null(), "{build}");
    let expected = format!("the build was cancelled by {by}");
    let log = server.log_text(id).await;
    assert_eq!(log.lines().last(), Some(expected.as_str()), "{log}");
    let path = build["docker_repo_path"].as_str().unwrap();
    let (namespace, name) = path.split_once('/').unwrap();
    let query = format!("namespace={namespace}&repo_name={name}");
    let listed = builds(server, &query).await;
    let row = listed.iter().find(|row| row["build_id"] == id).unwrap();
    let detail = row["detail"].as_str().unwrap();
    assert!(detail.trim_end().ends_with(&expected), "{detail}");
}

#[tokio::test]
async fn a_waiting_build_leaves_the_queue() {
    let server = TestServer::start(&ONE_WORKER).await;
    let source = server.repository("app", &[("x", "x")]);
    let row = with(failing_tag_config("latest"), json!({"version_tagging": 1}));
    server.register("t-wait/app", &source, vec![row]).await;
    let held = Held::start(&server, "t-held/app").await;
    let cancelled = server.trigger("t-wait/app", "latest").await;
    let kept = server.trigger("t-wait/app", "latest").await;
    let (status, build) = delete(&server, &cancelled, "?status=W").await;
    assert_eq!(status, StatusCode::OK, "{build}");
    assert_eq!(build["status"], "F");
    // It is no longer the one that has a version tag.
    assert_eq!(build["docker_repo_version_tag"], "");
    assert_cancelled(&server, &cancelled, "local").await;
    assert_eq!(server.build(&kept).await["status"], "W");
    held.release();
    server.wait_for_status(&kept, "F").await;
    assert_cancelled(&server, &cancelled, "local").await;
    assert!(!server.log_text(&cancelled).await.contains("cloning"));
}

#[tokio::test]
async fn a_running_build_is_stopped_with_all_of_its_processes() {
    let server = TestServer::start(&["--workers=1"]).await;
    // It takes no notice of a polite request to end.
    let step = r#"sh -c 'trap "" TERM INT; echo running; sleep 86407'"#;
    server.register_step("t-stop/app", step).await;
    let id = server.trigger("t-stop/app", "latest").await;
    server.wait_for_log(&id, "\nrunning").await;
    assert_eq!(server.build(&id).await["is_removable"], true);
    let (status, build) = delete(&server, &id, "?status=I").await;
    assert_eq!(status, StatusCode::ACCEPTED, "{build}");
    assert_eq!(build["build_id"], id);
    assert_cancelled(&server, &id, "local").await;
    wait_for("the processes of the build end", async || {
        processes_with("sleep 86407").is_empty().then_some(())
    })
    .await;
    // The worker is free for the next one.
    server.register_minimal("t-stop/next").await;
    let next = server.trigger("t-stop/next", "latest").await;
    server.wait_for_status(&next, "S").await;
}

#[tokio::test]
async fn an_ended_build_is_removed_with_its_log_unless_it_was_to_be_stopped() {
    let server = TestServer::start(&[]).await;
    server.register_minimal("t-gone/app").await;
    let id = server.trigger("t-gone/app", "latest").await;
    server.wait_for_status(&id, "S").await;
    for seen in ["W", "I"] {
        let (status, answer) = delete(&server, &id, &format!("?status={seen}")).await;
        assert_eq!(status, StatusCode::CONFLICT, "{answer}");
    }
    server.wait_for_status(&id, "S").await;
    let (status, answer) = delete(&server, &id, "?status=S").await;
    assert_eq!((status, answer), (StatusCode::NO_CONTENT, Value::Null));
    for path in ["", "/logs"] {
        let (status, _) = server.get(&format!("/v1/builds/{id}{path}")).await;
        assert_eq!(status, StatusCode::NOT_FOUND);
    }
    assert_eq!(
        builds(&server, "namespace=t-gone").await,
        Vec::<Value>::new()
    );
    assert_eq!(delete(&server, &id, "").await.0, StatusCode::NOT_FOUND);
    // The image that the tag names is still there.
    assert_eq!(server.images("t-gone/app").len(), 1);
}

#[tokio::test]
async fn the_last_success_takes_its_version_tag_with_it() {
    let server = TestServer::start(&[]).await;
    let source = server.repository("app", &[("Dockerfile", &server.minimal_dockerfile())]);
    let row = with(tag_config("latest"), json!({"version_tagging": 1}));
    server.register("t-last/app", &source, vec![row]).await;
    let id = server.trigger("t-last/app", "latest").await;
    let build = server.wait_for_status(&id, "S").await;
    assert_eq!(server.images("t-last/app").len(), 2);
    assert_eq!(delete(&server, &id, "").await.0, StatusCode::NO_CONTENT);
    wait_for("the version tag is gone", async || {
        (server.images("t-last/app").len() == 1).then_some(())
    })
    .await;
    // What the image tag names is there until another build takes its place.
    let (name, image) = server.images("t-last/app").remove(0);
    assert_eq!(name, "localhost/t-last/app:latest");
    assert_eq!(image, build["image_id"].as_str().unwrap());
    assert_eq!(
        builds(&server, "namespace=t-last").await,
        Vec::<Value>::new()
    );
    let next = server.trigger("t-last/app", "latest").await;
    server.wait_for_status(&next, "S").await;
}

#[tokio::test]
async fn a_condition_that_does_not_hold_or_is_not_known_changes_nothing() {
    let server = TestServer::start(&ONE_WORKER).await;
    let source = server.repository("app", &[("x", "x")]);
    let rows = vec![failing_tag_config("latest")];
    server.register("t-strict/app", &source, rows).await;
    let held = Held::start(&server, "t-held/app").await;
    let running = builds(&server, "namespace=t-held").await;
    let running = running[0]["build_id"].as_str().unwrap().to_owned();
    let waiting = server.trigger("t-strict/app", "latest").await;
    for id in [&running, &waiting] {
        for seen in ["S", "F"] {
            let (status, answer) = delete(&server, id, &format!("?status={seen}")).await;
            assert_eq!(status, StatusCode::CONFLICT, "{answer}");
        }
        for (query, field, message) in [
            ("?status=", "/status", "none of W, I, S and F"),
            ("?status=X", "/status", "none of W, I, S and F"),
            ("?status=I&status=S", "/status", "once"),
            ("?state=S", "/state", "no such parameter"),
            ("?status=I&force=1", "/force", "no such parameter"),
        ] {
            assert_field(&delete(&server, id, query).await, field, message);
        }
    }
    assert_eq!(server.build(&running).await["status"], "I");
    assert_eq!(server.build(&waiting).await["status"], "W");
    // A running one was waiting when it was seen.
    let (status, answer) = delete(&server, &running, "?status=W").await;
    assert_eq!(status, StatusCode::ACCEPTED, "{answer}");
    held.release();
    server.wait_for_status(&waiting, "F").await;
    let (status, answer) = delete(&server, &waiting, "?status=S").await;
    assert_eq!(status, StatusCode::CONFLICT, "{answer}");
    let answer = server
        .delete("/v1/repositories/t-strict/app?keep=images")
        .await;
    assert_field(&answer, "/keep", "no such parameter");
    server.wait_for_status(&waiting, "F").await;
}

#[tokio::test]
async fn only_the_namespace_of_a_build_may_cancel_or_remove_it() {
    let mut server = TestServer::start(&["--token=ours=secret", "--token=other=hidden"]).await;
    server.token = Some("secret".to_owned());
    let source = server.repository("app", &[("x", "x")]);
    let rows = vec![failing_tag_config("latest")];
    let mut ids = Vec::new();
    for (name, is_public) in [("open", true), ("closed", false)] {
        let body = create_body(name, &source.url(), rows.clone());
        let body = with(body, json!({"is_public": is_public}));
        let (status, answer) = server.post("/v1/repositories/ours", &body).await;
        assert_eq!(status, StatusCode::CREATED, "{answer}");
        let id = server.trigger(&format!("ours/{name}"), "latest").await;
        server.wait_for_status(&id, "F").await;
        assert_eq!(server.build(&id).await["is_removable"], true);
        ids.push(id);
    }
    server.token = Some("hidden".to_owned());
    assert_eq!(server.build(&ids[0]).await["is_removable"], false);
    assert_eq!(delete(&server, &ids[0], "").await.0, StatusCode::FORBIDDEN);
    assert_eq!(delete(&server, &ids[1], "").await.0, StatusCode::NOT_FOUND);
    server.token = None;
    let (status, _) = delete(&server, &ids[0], "").await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    server.token = Some("secret".to_owned());
    for id in &ids {
        assert_eq!(delete(&server, id, "").await.0, StatusCode::NO_CONTENT);
    }
}

#[tokio::test]
async fn a_newer_push_takes_the_place_of_the_waiting_one() {
    let options = [
        &ONE_WORKER[..],
        &["--queue-limit=2", "--poll-interval=100ms"],
    ]
    .concat();
    let server = TestServer::start(&options).await;
    let source = server.repository("app", &[("x", "x")]);
    let row = with(
        tag_config("latest"),
        json!({"is_active": true, "dockerfile_location": "/none"}),
    );
    let other = with(
        row.clone(),
        json!({"docker_repo_tag": "by-hand", "is_active": false}),
    );
    server
        .register("t-newer/app", &source, vec![row, other])
        .await;
    let held = Held::start(&server, "t-held/app").await;
    // What somebody asked for stays, although it fills the queue up.
    let asked = server.trigger("t-newer/app", "by-hand").await;
    let of_pushes = async || {
        let mut listed = builds(&server, "namespace=t-newer").await;
        listed.retain(|build| build["auto_created"] == true);
        listed
    };
    // The first poll builds nothing, so push until a build shows that it has happened.
    let first = wait_for("a push is queued", async || {
        source.commit(&[]);
        of_pushes().await.first().cloned()
    })
    .await;
    wait_for("a newer push is queued", async || {
        source.commit(&[]);
        (of_pushes().await.len() > 1).then_some(())
    })
    .await;
    let first = first["build_id"].as_str().unwrap();
    assert_cancelled(&server, first, "a newer push").await;
    let head = source.git(&["rev-parse", "HEAD"]);
    let listed = of_pushes().await;
    let waiting = listed.iter().filter(|build| build["status"] == "W");
    assert_eq!(waiting.count(), 1, "{listed:?}");
    assert_eq!(server.build(&asked).await["status"], "W");
    held.release();
    server.wait_for_status(&asked, "F").await;
    wait_for("the last push is built", async || {
        let listed = of_pushes().await;
        let newest = listed.last()?;
        (newest["code_head_commit"] == *head).then_some(())
    })
    .await;
}
