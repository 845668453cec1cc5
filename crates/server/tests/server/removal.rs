//! What is removed leaves nothing behind: repositories, and builds that are kept no longer.

use crate::support::*;
use reqwest::StatusCode;
use serde_json::{Value, json};
use std::path::PathBuf;

/// The files of deploy keys.
fn keys(server: &TestServer) -> Vec<PathBuf> {
    let folder = server.folder.path().join("data/keys");
    let entries = std::fs::read_dir(folder).unwrap().flatten();
    entries.map(|entry| entry.path()).collect()
}

/// Runs a query on the server's database.
fn count(server: &TestServer, sql: &str) -> i64 {
    let database = server.folder.path().join("data/slipway.db");
    let connection = rusqlite::Connection::open(database).unwrap();
    connection.query_row(sql, [], |row| row.get(0)).unwrap()
}

async fn delete(server: &TestServer, path: &str) {
    let (status, answer) = server.delete(&format!("/v1/repositories/{path}")).await;
    assert_eq!(status, StatusCode::NO_CONTENT, "{answer}");
}

#[tokio::test]
async fn a_removed_repository_takes_all_that_it_held_with_it() {
    let server = TestServer::start(&[]).await;
    server.register_minimal("t-remove/kept").await;
    server.register_minimal("t-remove/app").await;
    let kept = server.trigger("t-remove/kept", "latest").await;
    server.wait_for_status(&kept, "S").await;
    let ids = [
        server.trigger("t-remove/app", "latest").await,
        server.trigger("t-remove/app", "latest").await,
    ];
    for id in &ids {
        server.wait_for_status(id, "S").await;
    }
    delete(&server, "t-remove/app").await;
    for id in &ids {
        for path in ["", "/logs"] {
            let (status, _) = server.get(&format!("/v1/builds/{id}{path}")).await;
            assert_eq!(status, StatusCode::NOT_FOUND);
        }
    }
    let (_, page) = server.get("/v1/builds?namespace=t-remove").await;
    assert_eq!(page["count"], 1);
    for table in [
        "builds",
        "log_parts WHERE build NOT IN (SELECT number FROM builds)",
        "image_tags",
    ] {
        let rows = count(&server, &format!("SELECT count(*) FROM {table}"));
        assert_eq!(rows, i64::from(!table.starts_with("log_parts")), "{table}");
    }
    assert!(server.log_text(&kept).await.contains("the image"));
    wait_for("nothing is left to clear away", async || {
        (count(&server, "SELECT count(*) FROM leftovers") == 0).then_some(())
    })
    .await;
    // Both have the same image.
    let data = server.folder.path().join("data");
    assert_eq!(images(&data, "t-remove/app"), []);
    assert_eq!(images(&data, "t-remove/kept").len(), 1);
}

/// A server that was stopped goes on with what it had not removed.
#[tokio::test]
async fn builds_of_a_removed_repository_are_hidden_until_they_are_gone() {
    let mut server = TestServer::start(&[]).await;
    let source = server.repository("app", &[("x", "x")]);
    let rows = vec![failing_tag_config("latest")];
    server.register("t-many/app", &source, rows.clone()).await;
    let id = server.trigger("t-many/app", "latest").await;
    server.wait_for_status(&id, "F").await;
    server.stop().await;
    let database = server.folder.path().join("data/slipway.db");
    let connection = rusqlite::Connection::open(&database).unwrap();
    connection
        .execute_batch(
            "WITH RECURSIVE counted (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < 3000)
             INSERT INTO builds (build_id, repository_id, namespace, repo_name, status, build, plan)
             SELECT 'many-' || n, repository_id, namespace, repo_name, status,
                 json_set(build, '$.build_id', 'many-' || n), plan FROM builds, counted;",
        )
        .unwrap();
    drop(connection);
    server.start_again().await;
    let (_, page) = server.get("/v1/builds?namespace=t-many").await;
    assert_eq!(page["count"], 3001);
    delete(&server, "t-many/app").await;
    let gone = async |server: &TestServer, builds: usize| {
        let (_, page) = server.get("/v1/builds?namespace=t-many").await;
        assert_eq!(page["count"], builds);
        let (status, _) = server.get("/v1/builds/many-3000").await;
        assert_eq!(status, StatusCode::NOT_FOUND);
    };
    gone(&server, 0).await;
    server.stop().await;
    server.start_again().await;
    gone(&server, 0).await;
    server.register("t-many/app", &source, rows).await;
    let id = server.trigger("t-many/app", "latest").await;
    server.wait_for_status(&id, "F").await;
    gone(&server, 1).await;
    wait_for("the builds are gone", async || {
        let left = count(&server, "SELECT count(*) FROM builds");
        let paths = count(&server, "SELECT count(*) FROM removed_paths");
        (left == 1 && paths == 0).then_some(())
    })
    .await;
    gone(&server, 1).await;
    assert_eq!(
        count(&server, "SELECT count(DISTINCT build) FROM log_parts"),
        1
    );
}

/// Returns true if the builder has an image in a namespace, with or without a name.
fn has_image(server: &TestServer, namespace: &str, build: &Value) -> bool {
    let id = build["image_id"].as_str().unwrap();
    let storages = storages(&server.folder.path().join("data"), namespace);
    let lists = storages
        .iter()
        .flat_map(|storage| files_named(storage, "images.json"));
    let mut texts = lists.map(|list| std::fs::read_to_string(list).unwrap());
    texts.any(|text| text.contains(&format!("\"id\":\"{id}")))
}

#[tokio::test]
async fn the_images_of_old_builds_go_with_them() {
    let mut server = TestServer::start(&["--workers=1"]).await;
    let source = server.repository("app", &[]);
    let row = with(tag_config("latest"), json!({"version_tagging": 1}));
    server.register("t-images/app", &source, vec![row]).await;
    let mut builds = Vec::new();
    for number in 0..3 {
        let dockerfile = format!("{}LABEL number={number}\n", server.minimal_dockerfile());
        source.commit(&[("Dockerfile", &dockerfile)]);
        let id = server.trigger("t-images/app", "latest").await;
        builds.push(server.wait_for_status(&id, "S").await);
    }
    let data = server.folder.path().join("data");
    assert_eq!(images(&data, "t-images/app").len(), 4);
    server.stop().await;
    server.with_option("--keep-builds=1");
    server.start_again().await;
    let name = |build: &Value, field: &str| {
        let name = format!("localhost/t-images/app:{}", build[field].as_str().unwrap());
        (name, build["image_id"].as_str().unwrap().to_owned())
    };
    let mut expected = [
        name(&builds[2], "docker_repo_tag"),
        name(&builds[2], "docker_repo_version_tag"),
    ];
    expected.sort();
    wait_for("the old images are gone", async || {
        let mut left = images(&data, "t-images/app");
        left.sort();
        (left == expected).then_some(())
    })
    .await;
    wait_for("nothing is left to clear away", async || {
        (count(&server, "SELECT count(*) FROM leftovers") == 0).then_some(())
    })
    .await;
    let is_there = |build: &Value| has_image(&server, "t-images", build);
    assert_eq!(
        builds.iter().map(is_there).collect::<Vec<_>>(),
        [false, false, true]
    );
    assert_eq!(count(&server, "SELECT count(*) FROM builds"), 1);
}

#[tokio::test]
async fn the_deploy_key_of_a_removed_repository_goes_even_after_a_crash() {
    let mut server = TestServer::start(&[]).await;
    let mut body = sample("create-repository.request.json");
    body["repo_name"] = json!("app");
    let (status, answer) = server.post("/v1/repositories/demo", &body).await;
    assert_eq!(status, StatusCode::CREATED, "{answer}");
    assert_eq!(keys(&server).len(), 2);
    delete(&server, "demo/app").await;
    wait_for("the key is gone", async || {
        keys(&server).is_empty().then_some(())
    })
    .await;

    // As if the server had crashed between the two.
    let (status, _) = server.post("/v1/repositories/demo", &body).await;
    assert_eq!(status, StatusCode::CREATED);
    let name = keys(&server)[0]
        .file_stem()
        .unwrap()
        .to_str()
        .unwrap()
        .to_owned();
    server.stop().await;
    let database = server.folder.path().join("data/slipway.db");
    let connection = rusqlite::Connection::open(database).unwrap();
    connection
        .execute_batch(&format!(
            "DELETE FROM repositories;
             INSERT INTO leftovers (kind, namespace, name) VALUES ('key', '', '{name}');"
        ))
        .unwrap();
    drop(connection);
    server.start_again().await;
    wait_for("the key is gone", async || {
        keys(&server).is_empty().then_some(())
    })
    .await;
}

/// The build that is stopped stores its end when its repository is gone already.
#[tokio::test]
async fn a_build_that_ends_after_its_repository_leaves_nothing() {
    let server = TestServer::start(&["--workers=1"]).await;
    server
        .register_step("t-late/app", "echo running; sleep 86407")
        .await;
    let id = server.trigger("t-late/app", "latest").await;
    server.wait_for_log(&id, "\nrunning").await;
    delete(&server, "t-late/app").await;
    // The only worker is free again: the build has ended.
    let source = server.repository("next", &[("Dockerfile", "FROM scratch\n")]);
    server
        .register("t-late/next", &source, vec![failing_tag_config("latest")])
        .await;
    let next = server.trigger("t-late/next", "latest").await;
    server.wait_for_status(&next, "F").await;
    let others = "SELECT count(*) FROM log_parts WHERE build NOT IN (SELECT number FROM builds)";
    assert_eq!(count(&server, others), 0);
    assert_eq!(count(&server, "SELECT count(*) FROM builds"), 1);
}

#[tokio::test]
async fn old_builds_are_removed_but_the_last_success_of_a_tag() {
    let mut server = TestServer::start(&["--workers=1"]).await;
    let source = server.register_minimal("t-keep/app").await;
    let first = server.trigger("t-keep/app", "latest").await;
    server.wait_for_status(&first, "S").await;
    source.git(&["branch", "--move", "master", "elsewhere"]);
    let mut failed = Vec::new();
    for _ in 0..4 {
        let id = server.trigger("t-keep/app", "latest").await;
        server.wait_for_status(&id, "F").await;
        failed.push(id);
    }
    server.stop().await;
    server.with_option("--keep-builds=2");
    server.start_again().await;
    let listed = async || -> Vec<Value> {
        let (_, page) = server.get("/v1/builds?namespace=t-keep").await;
        let builds = page["results"].as_array().unwrap().iter();
        builds.map(|build| build["build_id"].clone()).collect()
    };
    let expected = [&failed[3], &failed[2], &first]
        .map(|id| json!(id))
        .to_vec();
    wait_for("the old builds are gone", async || {
        (listed().await == expected).then_some(())
    })
    .await;
    assert_eq!(
        count(&server, "SELECT count(DISTINCT build) FROM log_parts"),
        3
    );
    let (status, _) = server.get(&format!("/v1/builds/{}/logs", failed[0])).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert!(!server.log(&first).await.is_empty());
}
