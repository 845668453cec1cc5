//! A version tag names one image for good, whatever else is built.

use crate::support::*;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRunner};
use reqwest::StatusCode;
use rusqlite::Connection;
use serde_json::{Value, json};
use slipway_api::Build;
use std::collections::{BTreeMap, BTreeSet, HashSet};

const BY_TIME: i64 = 1;
const BY_COMMIT: i64 = 2;

fn row(tag: &str, version_tagging: i64) -> Value {
    with(tag_config(tag), json!({"version_tagging": version_tagging}))
}

async fn all_builds(server: &TestServer, query: &str) -> Vec<Build> {
    let mut builds = Vec::new();
    for page in 1.. {
        let (status, answer) = server.get(&format!("/v1/builds?{query}&page={page}")).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
        for build in answer["results"].as_array().unwrap() {
            builds.push(serde_json::from_value(build.clone()).unwrap());
        }
        if answer["next"].is_null() {
            break;
        }
    }
    builds
}

/// Asserts what holds for the builds of one repository, newest first. `by_time` are the image tags of the rows
/// whose version tag is a time.
fn check(builds: &[Build], by_time: &HashSet<String>) {
    let mut names = HashSet::new();
    let image_tags: HashSet<&str> = builds.iter().map(|b| b.docker_repo_tag.as_str()).collect();
    for build in builds {
        let created_at = build.created_at.unwrap();
        match build.version_tag() {
            Some(tag) => {
                assert!(names.insert(tag), "{tag} names two images");
                assert!(!image_tags.contains(tag), "{tag} is an image tag");
            }
            None => assert!(!by_time.contains(&build.docker_repo_tag), "{build:?}"),
        }
        if by_time.contains(&build.docker_repo_tag) {
            assert_eq!(build.version_tag(), Some(created_at.version_tag().as_str()));
        }
    }
    let times: Vec<_> = builds.iter().map(|build| build.created_at).collect();
    let in_order = times.windows(2).all(|two| two[0] > two[1]);
    assert!(
        in_order,
        "created_at has another order than the builds: {times:?}"
    );
}

#[tokio::test]
async fn builds_of_one_second_have_their_own_version_tags() {
    let mut server = TestServer::start(&["--workers=4"]).await;
    let source = server.repository("app", &[("Dockerfile", &server.minimal_dockerfile())]);
    let tags: Vec<String> = (0..10).map(|number| format!("row-{number}")).collect();
    let rows = tags.iter().map(|tag| row(tag, BY_TIME)).collect();
    let failing = vec![with(
        failing_tag_config("latest"),
        json!({"version_tagging": 1}),
    )];
    server.register("t-second/app", &source, rows).await;
    server.register("t-second/other", &source, failing).await;
    let start = async |path: &'static str, tag: String| server.trigger(path, &tag).await;
    let started = futures_util::future::join_all(
        tags.iter()
            .map(|tag| start("t-second/app", tag.clone()))
            .chain([start("t-second/other", "latest".to_owned())]),
    )
    .await;
    for id in &started[..tags.len()] {
        server.wait_for_status(id, "S").await;
    }
    let by_time: HashSet<String> = tags.iter().cloned().collect();
    let builds = all_builds(&server, "namespace=t-second&repo_name=app").await;
    check(&builds, &by_time);
    // Each name of an image is that of its build.
    let listed: BTreeMap<String, String> = server.images("t-second/app").into_iter().collect();
    for build in &builds {
        for tag in [build.docker_repo_tag.as_str(), build.version_tag().unwrap()] {
            let name = format!("localhost/t-second/app:{tag}");
            assert_eq!(
                listed.get(&name),
                build.image_id.as_ref(),
                "{name}: {listed:?}"
            );
        }
    }
    // A restart forgets none of them, and another repository has its own.
    server.stop().await;
    server.start_again().await;
    server.trigger("t-second/app", "row-3").await;
    let builds = all_builds(&server, "namespace=t-second&repo_name=app").await;
    assert_eq!(builds.len(), 11);
    check(&builds, &by_time);
    let other = all_builds(&server, "namespace=t-second&repo_name=other").await;
    let own = builds.iter().find(|b| b.created_at == other[0].created_at);
    assert!(own.is_none_or(|own| own.version_tag() == other[0].version_tag()));
}

/// Requests of all kinds at the same time, with restarts and removals in between.
#[tokio::test]
async fn no_order_of_requests_gives_a_version_tag_twice() {
    let mut server = TestServer::start(&["--workers=8"]).await;
    let source = server.repository("app", &[("Dockerfile", "FROM scratch\n")]);
    let mut runner = TestRunner::new(Config {
        failure_persistence: None,
        ..Config::default()
    });
    // Rows by their tagging, rounds of requests by row, and what happens after each round.
    let scripts = (
        proptest::collection::vec(0_i64..3, 1..5),
        proptest::collection::vec(
            (
                proptest::collection::vec(any::<prop::sample::Index>(), 1..12),
                0_u8..3,
            ),
            1..4,
        ),
    );
    for case in 0..8 {
        let (taggings, rounds) = scripts.new_tree(&mut runner).unwrap().current();
        let name = format!("app-{case}");
        let path = format!("t-any/{name}");
        let rows: Vec<Value> = (0..)
            .zip(&taggings)
            .map(|(number, tagging)| {
                let row = failing_tag_config(&format!("row-{number}"));
                with(row, json!({"version_tagging": tagging}))
            })
            .collect();
        server.register(&path, &source, rows.clone()).await;
        let mut kept = 0;
        for (requests, after) in &rounds {
            kept += requests.len();
            let asked = requests.iter().map(|index| {
                let body = json!({
                    "namespace": "t-any", "repo_name": name,
                    "tag": format!("row-{}", index.index(taggings.len())),
                });
                let server = &server;
                async move { server.post("/v1/builds", &body).await }
            });
            for (status, answer) in futures_util::future::join_all(asked).await {
                assert_eq!(status, StatusCode::CREATED, "{answer}");
            }
            match after {
                1 => {
                    server.stop().await;
                    server.start_again().await;
                }
                // A removed repository takes its builds and their tags with it.
                2 => {
                    kept = 0;
                    server.delete(&format!("/v1/repositories/{path}")).await;
                    server.register(&path, &source, rows.clone()).await;
                }
                _ => {}
            }
        }
        let by_time = (0..)
            .zip(&taggings)
            .filter(|(_, tagging)| **tagging == BY_TIME)
            .map(|(number, _): (usize, _)| format!("row-{number}"))
            .collect();
        let builds = all_builds(&server, &format!("namespace=t-any&repo_name={name}")).await;
        assert_eq!(builds.len(), kept);
        check(&builds, &by_time);
    }
}

#[tokio::test]
async fn an_image_tag_that_looks_like_a_version_tag_is_passed_over() {
    let server = TestServer::start(&[]).await;
    let source = server.repository("app", &[("Dockerfile", "FROM scratch\n")]);
    let now = chrono::Utc::now().timestamp_millis();
    let second = |number: i64| {
        let time = slipway_api::Timestamp::from_millis(now + number * 1000).unwrap();
        time.version_tag()
    };
    // The image tags of all seconds of the next minute but one.
    let free = second(59);
    let mut rows: Vec<Value> = (-1..60)
        .map(second)
        .filter(|tag| *tag != free)
        .map(|tag| failing_tag_config(&tag))
        .collect();
    let mut timed = failing_tag_config("latest");
    timed["version_tagging"] = json!(BY_TIME);
    rows.push(timed);
    server.register("t-looks/app", &source, rows).await;
    let id = server.trigger("t-looks/app", "latest").await;
    let build: Build = serde_json::from_value(server.build(&id).await).unwrap();
    assert_eq!(build.version_tag(), Some(free.as_str()));
    assert_eq!(build.created_at.unwrap().version_tag(), free);

    // And the other way around: a version tag is no image tag.
    let (_, read) = server.get("/v1/repositories/t-looks/app").await;
    let latest = read["build_config"]["tag_configs"][60].clone();
    assert_eq!(latest["docker_repo_tag"], "latest");
    let change = json!({"tag_configs": [latest, failing_tag_config(&free)]});
    let config = "/v1/repositories/t-looks/app/build-config";
    let answer = server.put(config, &change).await;
    assert_field(
        &answer,
        "/tag_configs/1/docker_repo_tag",
        "version tag of an earlier build",
    );
    assert_eq!(answer.1["tag_configs"][0], json!({}));
    let change = json!({"tag_configs": [latest]});
    assert_eq!(server.put(config, &change).await.0, StatusCode::OK);
    // In another repository it is a tag as any other, and so it is once its own was removed with the image.
    let rows = vec![failing_tag_config(&free)];
    server
        .register("t-looks/other", &source, rows.clone())
        .await;
    server.trigger("t-looks/other", &free).await;
    server.delete("/v1/repositories/t-looks/app").await;
    server.register("t-looks/app", &source, rows).await;
    server.trigger("t-looks/app", &free).await;
}

#[tokio::test]
async fn builds_of_one_commit_have_their_own_commit_tags() {
    let mut server = TestServer::start(&["--workers=4"]).await;
    let dockerfile = |name: &str| format!("{}LABEL name={name}\n", server.minimal_dockerfile());
    let source = server.repository(
        "app",
        &[
            ("a/Dockerfile", &dockerfile("a")),
            ("b/Dockerfile", &dockerfile("b")),
            ("broken/Dockerfile", "FROM scratch\nCOPY missing /\n"),
            ("Dockerfile", "x"),
        ],
    );
    let commit = source.git(&["rev-parse", "HEAD"]);
    let placed =
        |tag: &str, folder: &str| with(row(tag, BY_COMMIT), json!({"dockerfile_location": folder}));
    let rows = vec![
        placed("a", "/a"),
        placed("b", "/b"),
        placed("broken", "/broken"),
        // An image tag that the commit could give.
        with(failing_tag_config(&commit[..12]), json!({})),
    ];
    server.register("t-commits/app", &source, rows).await;
    let build = async |server: &TestServer, tag: &str, asked: Option<&str>| {
        let mut body = json!({"namespace": "t-commits", "repo_name": "app", "tag": tag});
        if let Some(asked) = asked {
            body["code_commit_id"] = json!(asked);
        }
        let (status, answer) = server.post("/v1/builds", &body).await;
        assert_eq!(status, StatusCode::CREATED, "{answer}");
        answer["build_id"].as_str().unwrap().to_owned()
    };
    // A build that makes no image takes no tag away.
    let broken = build(&server, "broken", Some(&commit)).await;
    let failed = server.wait_for_status(&broken, "F").await;
    assert_eq!(failed["docker_repo_version_tag"], "");

    let mut ids = Vec::new();
    for asked in [
        None,
        Some(&commit[..7]),
        Some(&commit[..20]),
        Some(&commit[..]),
    ] {
        for tag in ["a", "b"] {
            ids.push(build(&server, tag, asked).await);
        }
    }
    for id in &ids {
        server.wait_for_status(id, "S").await;
    }
    server.stop().await;
    server.start_again().await;
    ids.push(build(&server, "a", None).await);
    let mut tags = BTreeSet::new();
    let listed: BTreeMap<String, String> = server.images("t-commits/app").into_iter().collect();
    for id in &ids {
        let built = server.wait_for_status(id, "S").await;
        let tag = built["docker_repo_version_tag"].as_str().unwrap();
        assert!(commit.starts_with(tag) && tag.len() > 12, "{tag}");
        assert!(tags.insert(tag.to_owned()), "{tag} names two images");
        if let Some(listed) = listed.get(&format!("localhost/t-commits/app:{tag}")) {
            assert_eq!(*listed, built["image_id"].as_str().unwrap(), "{tag}");
        }
    }
    let lengths: Vec<usize> = tags.iter().map(String::len).collect();
    assert_eq!(lengths, (13..13 + ids.len()).collect::<Vec<_>>());
}

/// Builds that an older version of the server has stored keep what they have, and no new one gets it.
#[tokio::test]
async fn version_tags_of_an_older_database_are_kept() {
    let mut server = TestServer::start(&[]).await;
    let source = server.repository("app", &[("Dockerfile", "FROM scratch\n")]);
    let timed = |tag: &str| with(failing_tag_config(tag), json!({"version_tagging": 1}));
    let rows = vec![
        timed("a"),
        timed("b"),
        failing_tag_config("v20150902.081742"),
    ];
    server.register("t-older/app", &source, rows).await;
    let first = server.trigger("t-older/app", "a").await;
    let second = server.trigger("t-older/app", "b").await;
    server.wait_for_status(&first, "F").await;
    server.wait_for_status(&second, "F").await;
    server.stop().await;
    let database = Connection::open(server.folder.path().join("data/slipway.db")).unwrap();
    database
        .execute_batch(
            "DROP TRIGGER build_added; DROP TRIGGER build_changed; DROP TRIGGER build_removed;
             DROP TRIGGER build_uncounted; DROP TABLE removed_paths;
             DROP INDEX builds_in_namespace; DROP INDEX builds_named; DROP INDEX builds_waiting;
             DROP INDEX builds_of_tag; DROP INDEX builds_of_image;
             ALTER TABLE builds DROP COLUMN tag; ALTER TABLE builds DROP COLUMN image_id;
             DROP TABLE build_counts; DROP TABLE versions; DROP TABLE log_parts;
             DROP TABLE leftovers; DROP TABLE image_tags;
             DROP TRIGGER build_ended; DROP TABLE mails; DROP TABLE mail_namespaces; DROP TABLE deliveries;
             ALTER TABLE repositories DROP COLUMN webhook_code; ALTER TABLE repositories DROP COLUMN hook_delivers;
             CREATE TABLE log (
                 id INTEGER PRIMARY KEY, build_id TEXT NOT NULL, part INTEGER NOT NULL,
                 first_time INTEGER NOT NULL, last_time INTEGER NOT NULL, entries TEXT NOT NULL,
                 UNIQUE (build_id, part)
             );
             PRAGMA user_version = 2;",
        )
        .unwrap();
    // Both share a tag, which is in the future for the new version; the second one still waits.
    let ahead = chrono::Utc::now() + chrono::TimeDelta::seconds(20);
    let ahead = slipway_api::Timestamp::from(ahead);
    for (id, status) in [(&first, "S"), (&second, "W")] {
        database
            .execute(
                "UPDATE builds SET status = ?2, build = json_set(build, '$.status', ?2,
                 '$.created_at', ?3, '$.docker_repo_version_tag', ?4) WHERE build_id = ?1",
                [id, status, &ahead.to_string(), &ahead.version_tag()],
            )
            .unwrap();
    }
    drop(database);
    server.start_again().await;
    let kept = server.build(&first).await;
    assert_eq!(kept["docker_repo_version_tag"], ahead.version_tag());
    assert_eq!(server.build(&second).await["docker_repo_version_tag"], "");
    let mut seen = HashSet::from([ahead.version_tag()]);
    for tag in ["a", "b", "a", "b"] {
        let id = server.trigger("t-older/app", tag).await;
        let build = server.build(&id).await;
        let tag = build["docker_repo_version_tag"].as_str().unwrap();
        assert!(seen.insert(tag.to_owned()), "{tag} names two images");
    }
    let (_, read) = server.get("/v1/repositories/t-older/app").await;
    let mut rows = read["build_config"]["tag_configs"].clone();
    rows[2]["docker_repo_tag"] = json!(ahead.version_tag());
    let config = "/v1/repositories/t-older/app/build-config";
    let answer = server.put(config, &json!({"tag_configs": rows})).await;
    assert_field(&answer, "/tag_configs/2/docker_repo_tag", "version tag");
}
