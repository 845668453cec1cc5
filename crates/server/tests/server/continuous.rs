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
