//! The queue: namespaces take turns, a repository may only have so many waiting builds, and sources of continuous builds
//! that hang hold up no other.

use crate::support::*;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};

/// A repository whose builds wait for a host that does not answer, until [`Held::release`].
pub(crate) struct Held {
    _connection: TcpStream,
}

impl Held {
    /// Starts a build that occupies a worker.
    pub(crate) async fn start(server: &TestServer, path: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (namespace, name) = path.split_once('/').unwrap();
        let url = format!("git://127.0.0.1:{port}/a.git");
        let body = create_body(name, &url, vec![tag_config("latest")]);
        let (status, answer) = server
            .post(&format!("/v1/repositories/{namespace}"), &body)
            .await;
        assert_eq!(status, StatusCode::CREATED, "{answer}");
        server.trigger(path, "latest").await;
        let (connection, _) = listener.accept().await.unwrap();
        Self {
            _connection: connection,
        }
    }

    /// Lets the build fail, by closing the connection.
    pub(crate) fn release(self) {}
}

/// Options with one worker, and with a host that does not answer.
pub(crate) const ONE_WORKER: [&str; 3] = [
    "--workers=1",
    "--allow-source-host=127.0.0.1",
    "--source-timeout=10m",
];

/// The builds of a list, the oldest first.
pub(crate) async fn builds(server: &TestServer, query: &str) -> Vec<Value> {
    let (_, page) = server.get(&format!("/v1/builds?{query}")).await;
    let mut builds = page["results"].as_array().unwrap().clone();
    builds.reverse();
    builds
}

#[tokio::test]
async fn namespaces_take_turns() {
    let server = TestServer::start(&ONE_WORKER).await;
    let source = server.repository("app", &[("x", "x")]);
    for namespace in ["t-one", "t-two"] {
        let rows = vec![failing_tag_config("latest")];
        server
            .register(&format!("{namespace}/app"), &source, rows)
            .await;
    }
    let held = Held::start(&server, "t-held/app").await;
    let mut ids = Vec::new();
    for namespace in ["t-one", "t-one", "t-one", "t-one", "t-two", "t-two"] {
        ids.push(server.trigger(&format!("{namespace}/app"), "latest").await);
    }
    held.release();
    let mut started = Vec::new();
    for id in ids {
        let build = server.wait_for_status(&id, "F").await;
        let at = build["started_at"].as_str().unwrap().to_owned();
        started.push((at, build["docker_repo_path"].as_str().unwrap().to_owned()));
    }
    started.sort();
    let order: Vec<_> = started.iter().map(|(_, path)| path.as_str()).collect();
    let (one, two) = ("t-one/app", "t-two/app");
    assert_eq!(order, [one, two, one, two, one, one]);
}

#[tokio::test]
async fn a_repository_has_only_so_many_waiting_builds() {
    let options = [
        &ONE_WORKER[..],
        &["--queue-limit=2", "--poll-interval=100ms"],
    ]
    .concat();
    let server = TestServer::start(&options).await;
    let source = server.repository("app", &[("x", "x")]);
    let rows = vec![failing_tag_config("latest")];
    for name in ["t-full/app", "t-full/other"] {
        server.register(name, &source, rows.clone()).await;
    }
    let pushed = server.repository("pushed", &[("x", "x")]);
    let active = json!({"is_active": true, "dockerfile_location": "/none"});
    let rows = ["a", "b", "c"].map(|tag| with(tag_config(tag), active.clone()));
    server.register("t-full/pushed", &pushed, rows.into()).await;
    let held = Held::start(&server, "t-held/app").await;

    for _ in 0..2 {
        server.trigger("t-full/app", "latest").await;
    }
    let body = json!({"namespace": "t-full", "repo_name": "app", "tag": "latest"});
    let refused = server
        .request(Method::POST, "/v1/builds")
        .json(&body)
        .send()
        .await
        .unwrap();
    assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(refused.headers()["Retry-After"], "30");
    let answer: Value = refused.json().await.unwrap();
    let detail = answer["detail"].as_str().unwrap();
    assert!(
        detail.starts_with("This repository has 2 waiting builds"),
        "{detail}"
    );
    server.trigger("t-full/other", "latest").await;

    // The first poll builds nothing, so push until builds show that it has happened.
    wait_for("a push is queued", async || {
        pushed.commit(&[]);
        let queued = builds(&server, "namespace=t-full&repo_name=pushed").await;
        (!queued.is_empty()).then_some(())
    })
    .await;
    let head = pushed.commit(&[]);
    let mut queued = builds(&server, "namespace=t-full&repo_name=pushed").await;
    // Newer pushes have taken the place of older ones.
    queued.retain(|build| build["status"] == "W");
    assert!(queued.len() <= 2, "{queued:?}");
    held.release();
    // What the queue had no room for is built once it has.
    for tag in ["a", "b", "c"] {
        wait_for("the last push is built", async || {
            let built = builds(&server, "namespace=t-full&repo_name=pushed").await;
            let of_head = |build: &Value| {
                build["docker_repo_tag"] == tag && build["code_head_commit"] == *head
            };
            built.iter().any(of_head).then_some(())
        })
        .await;
    }
    server.trigger("t-full/app", "latest").await;
}

/// Each on a host of its own, since every address of this machine's loopback network is one.
#[tokio::test]
async fn sources_that_hang_hold_up_no_other() {
    let options = [
        "--poll-interval=100ms",
        "--allow-source-host=127.0.0.0/8",
        "--source-timeout=10m",
    ];
    let server = TestServer::start(&options).await;
    let active = json!({"is_active": true, "dockerfile_location": "/none"});
    let row = with(tag_config("latest"), active);
    let source = server.repository("app", &[("x", "x")]);
    let mut hanging = Vec::new();
    for number in 2..62 {
        let Ok(listener) = TcpListener::bind((format!("127.0.0.{number}"), 0)).await else {
            skip("network", "this machine has one loopback address");
            return;
        };
        let url = format!("git://{}/a.git", listener.local_addr().unwrap());
        let body = create_body(&format!("hangs{number}"), &url, vec![row.clone()]);
        let (status, answer) = server.post("/v1/repositories/t-hang", &body).await;
        assert_eq!(status, StatusCode::CREATED, "{answer}");
        hanging.push(listener);
    }
    let mut open = Vec::new();
    for listener in &hanging[..10] {
        open.push(listener.accept().await.unwrap());
    }
    server.register("t-hang/app", &source, vec![row]).await;
    // `open` keeps the connections, so that their polls go on until the end of the test.
    wait_for("a push is built", async || {
        source.commit(&[]);
        let built = builds(&server, "namespace=t-hang&repo_name=app").await;
        (!built.is_empty()).then_some(())
    })
    .await;
    drop(open);
}
