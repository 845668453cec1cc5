//! Continuous builds: with `is_active`, a push starts a build.

use crate::support::*;
use reqwest::StatusCode;
use serde_json::json;

#[tokio::test]
async fn a_push_starts_a_build_and_the_first_poll_does_not() {
    let server = TestServer::start(&["--poll-interval=100ms"]).await;
    let source = server.repository("app", &[("Dockerfile", &server.minimal_dockerfile())]);
    let active = with(tag_config("latest"), json!({"is_active": true}));
    let idle = tag_config("idle");
    // A source that can't be polled does not affect the others.
    let broken = server.repository("broken", &[("Dockerfile", &server.minimal_dockerfile())]);
    server
        .register("t-push/broken", &broken, vec![active.clone()])
        .await;
    std::fs::remove_dir_all(&broken.0).unwrap();
    server
        .register("t-push/app", &source, vec![active.clone(), idle])
        .await;

    // The first poll builds nothing, so push until one build shows that it has happened.
    let mut pushes = Vec::new();
    let build = wait_for("a push is built", async || {
        pushes.push(source.commit(&[]));
        let (_, page) = server
            .get("/v1/builds?namespace=t-push&repo_name=app")
            .await;
        page["results"].as_array().unwrap().last().cloned()
    })
    .await;
    assert_eq!(build["auto_created"], true);
    assert_eq!(build["docker_repo_tag"], "latest");
    let id = build["build_id"].as_str().unwrap();
    let built = server.wait_for_status(id, "S").await;
    let commit = built["code_head_commit"].as_str().unwrap().to_owned();
    assert!(pushes.contains(&commit), "the first head is not built");

    // The last push is built, and only for the active tag config.
    let head = pushes.last().unwrap();
    wait_for("the last push is built", async || {
        let (_, page) = server
            .get("/v1/builds?namespace=t-push&repo_name=app")
            .await;
        (page["results"][0]["code_head_commit"] == **head).then_some(())
    })
    .await;
    let (_, page) = server.get("/v1/builds?namespace=t-push").await;
    let rows = page["results"].as_array().unwrap();
    assert!(rows.iter().all(|row| row["docker_repo_tag"] == "latest"));

    // After a change of the branch, the first poll again builds nothing.
    source.git(&["branch", "stable"]);
    let (_, read) = server.get("/v1/repositories/t-push/app").await;
    let row = read["build_config"]["tag_configs"][0].clone();
    let row = with(row, json!({"code_repo_type_value": "stable"}));
    let (status, _) = server
        .put(
            "/v1/repositories/t-push/app/build-config",
            &json!({"tag_configs": [row]}),
        )
        .await;
    assert_eq!(status, StatusCode::OK);
    source.git(&["checkout", "--quiet", "stable"]);
    wait_for("a push to the other branch is built", async || {
        source.commit(&[]);
        let (_, page) = server
            .get("/v1/builds?namespace=t-push&repo_name=app")
            .await;
        (page["results"][0]["code_repo_type_value"] == "stable").then_some(())
    })
    .await;
}

/// The interval is for other hosts: a local source is watched, and read at once after a change of its config.
#[tokio::test]
async fn a_commit_starts_a_build_of_each_row_without_waiting_for_the_interval() {
    let mut server = TestServer::start(&["--poll-interval=1h", "--workers=4"]).await;
    let source = server.repository("app", &[("Dockerfile", "FROM scratch\n")]);
    source.git(&["tag", "--annotate", "--message=one", "v1"]);
    let active = |tag: &str, changes: serde_json::Value| {
        let row = failing_tag_config(tag);
        let row = with(row, json!({"is_active": true, "version_tagging": 1}));
        with(row, changes)
    };
    let on_master = json!({"code_repo_type_value": "master", "dockerfile_location": "/none"});
    let mut rows: Vec<_> = (0..6)
        .map(|number| active(&format!("row-{number}"), on_master.clone()))
        .collect();
    rows.push(active("missing", json!({})));
    let tagged = json!({"code_repo_type": "tag", "code_repo_type_value": "v1"});
    rows.push(active(
        "tag",
        with(tagged, json!({"dockerfile_location": "/none"})),
    ));
    server.register("t-rows/app", &source, rows).await;

    let built = async |server: &TestServer, tag: &str| {
        let (_, page) = server.get("/v1/builds?namespace=t-rows").await;
        let rows = page["results"].as_array().unwrap().clone();
        rows.into_iter().find(|row| row["docker_repo_tag"] == tag)
    };
    // The first poll builds nothing, so push until one build shows that it has happened.
    wait_for("a commit is built", async || {
        source.commit(&[]);
        built(&server, "row-5").await
    })
    .await;
    let (_, page) = server.get("/v1/builds?namespace=t-rows").await;
    let rows = page["results"].as_array().unwrap();
    let tags: std::collections::HashSet<_> = rows
        .iter()
        .map(|row| row["docker_repo_version_tag"].as_str().unwrap())
        .collect();
    assert_eq!(tags.len(), rows.len(), "{rows:?}");
    assert!(rows.len() >= 6, "all rows of the commit are queued at once");
    assert!(rows.iter().all(|row| row["auto_created"] == true));
    assert!(built(&server, "missing").await.is_none());
    assert!(built(&server, "tag").await.is_none());

    // A commit while the server is stopped is found by its first poll.
    server.stop().await;
    let head = source.commit(&[]);
    source.git(&["tag", "--force", "--annotate", "--message=two", "v1"]);
    server.start_again().await;
    for tag in ["row-0", "tag"] {
        wait_for("the commit is built", async || {
            let row = built(&server, tag).await?;
            (row["code_head_commit"] == *head).then_some(())
        })
        .await;
    }
}
