//! `is_active`: a push starts a build.

use crate::support::*;
use reqwest::StatusCode;
use serde_json::json;

#[tokio::test]
async fn a_push_starts_a_build_and_the_first_look_does_not() {
    let server = TestServer::start(&["--poll-interval=100ms"]).await;
    let source = server.repository("app", &[("Dockerfile", &server.plain())]);
    let active = with(tag_config("latest"), json!({"is_active": true}));
    let idle = tag_config("idle");
    // A source that cannot be asked does not stop the others.
    let broken = server.repository("broken", &[("Dockerfile", &server.plain())]);
    server
        .register("t-push/broken", &broken, vec![active.clone()])
        .await;
    std::fs::remove_dir_all(&broken.0).unwrap();
    server
        .register("t-push/app", &source, vec![active.clone(), idle])
        .await;

    // One more push than is built is needed to know that the first head has been seen.
    let mut pushes = Vec::new();
    let build = eventually("a push is built", async || {
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
    let built = server.ended(id, "S").await;
    let commit = built["code_head_commit"].as_str().unwrap().to_owned();
    assert!(pushes.contains(&commit), "the first head was not built");

    // The last head is built, and then nothing more is.
    let head = pushes.last().unwrap();
    eventually("the last push is built", async || {
        let (_, page) = server
            .get("/v1/builds?namespace=t-push&repo_name=app")
            .await;
        (page["results"][0]["code_head_commit"] == **head).then_some(())
    })
    .await;
    let (_, page) = server.get("/v1/builds?namespace=t-push").await;
    let rows = page["results"].as_array().unwrap();
    assert!(rows.iter().all(|row| row["docker_repo_tag"] == "latest"));

    // A changed branch starts afresh: its head is recorded, not built.
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
    eventually("a push to the other branch is built", async || {
        source.commit(&[]);
        let (_, page) = server
            .get("/v1/builds?namespace=t-push&repo_name=app")
            .await;
        (page["results"][0]["code_repo_type_value"] == "stable").then_some(())
    })
    .await;
}
