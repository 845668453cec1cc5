//! Webhooks: a host tells of a push, and what is new is built.

use crate::parts;
use crate::queue::{Held, ONE_WORKER};
use crate::support::*;
use hmac::{Hmac, Mac};
use reqwest::StatusCode;
use serde_json::{Value, json};
use sha2::Sha256;
use std::collections::HashSet;
use std::os::unix::fs::PermissionsExt;

/// A delivery of GitHub's that tells of a push to `master`.
fn push(commit: &str, message: &str) -> Value {
    json!({
        "ref": "refs/heads/master", "before": "0".repeat(40), "after": commit, "deleted": false,
        "head_commit": {"id": commit, "message": message},
    })
}

/// A tag config that is built on each push to `master`; its builds fail at once.
fn active(tag: &str) -> Value {
    with(
        tag_config(tag),
        json!({"is_active": true, "dockerfile_location": "/none"}),
    )
}

/// Sends a delivery to an address, without a token.
async fn deliver(url: &str, headers: &[(&str, &str)], body: String) -> StatusCode {
    let mut request = reqwest::Client::new().post(url).body(body);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.send().await.unwrap().status()
}

impl TestServer {
    async fn webhook(&self, path: &str) -> Value {
        let (status, webhook) = self.get(&format!("/v1/repositories/{path}/webhook")).await;
        assert_eq!(status, StatusCode::OK, "{webhook}");
        webhook
    }

    /// Waits until the newest delivery but those of polls was looked at, and returns it.
    async fn looked_at(&self, path: &str) -> Value {
        wait_for("the delivery was looked at", async || {
            let webhook = self.webhook(path).await;
            let mut deliveries = webhook["deliveries"].as_array().unwrap().iter();
            let newest = deliveries.find(|delivery| delivery["via"] != "poll")?;
            (newest["state"] != "pending").then(|| newest.clone())
        })
        .await
    }

    async fn builds_of(&self, path: &str) -> Vec<Value> {
        let (namespace, name) = path.split_once('/').unwrap();
        let query = format!("/v1/builds?namespace={namespace}&repo_name={name}");
        let (_, page) = self.get(&query).await;
        page["results"].as_array().unwrap().clone()
    }
}

/// Each commit is built once for each row, whether a poll or the delivery finds it first.
#[tokio::test]
async fn an_answer_is_a_sentence_for_who_asks_for_text() {
    let server = TestServer::start(&["--poll-interval=1h"]).await;
    let source = server.repository("app", &[("x", "x")]);
    server
        .register("t-text/app", &source, vec![active("latest")])
        .await;
    let webhook = server.webhook("t-text/app").await;
    let url = webhook["url"].as_str().unwrap();
    let unknown = url.replace(webhook["code"].as_str().unwrap(), "1-unknown");
    let notes = format!("{} {} refs/notes/commits", "0".repeat(40), "1".repeat(40));
    for (url, body, status, sentence) in [
        (url, "", StatusCode::ACCEPTED, "Slipway knows of the push"),
        (url, &notes, StatusCode::OK, "no branch and no tag"),
        (url, "x", StatusCode::BAD_REQUEST, "this is no push"),
        (
            &unknown,
            "",
            StatusCode::NOT_FOUND,
            "no webhook with this address",
        ),
    ] {
        let ask = async |accept: &str| {
            let request = reqwest::Client::new().post(url).body(body.to_owned());
            let answer = request.header("accept", accept).send().await.unwrap();
            assert_eq!(answer.status(), status, "{body}");
            let kind = answer.headers()["content-type"]
                .to_str()
                .unwrap()
                .to_owned();
            (kind, answer.text().await.unwrap())
        };
        let (kind, text) = ask("text/plain, */*;q=0.1").await;
        assert!(kind.starts_with("text/plain"), "{kind}");
        assert!(
            text.contains(sentence) && text.lines().count() == 1,
            "{text}"
        );
        let (kind, text) = ask("*/*").await;
        assert_eq!(kind, "application/json");
        assert!(serde_json::from_str::<Value>(&text).unwrap().is_object());
    }
}

#[tokio::test]
async fn a_delivery_builds_each_commit_once() {
    let server = TestServer::start(&["--poll-interval=1h"]).await;
    let source = server.repository("app", &[("Dockerfile", "FROM scratch\n")]);
    let rows = vec![active("latest"), active("edge"), tag_config("idle")];
    server.register("t-hook/app", &source, rows).await;
    let url = server.webhook("t-hook/app").await["url"]
        .as_str()
        .unwrap()
        .to_owned();
    // From then on the heads are known, whether this delivery has found them or the first poll.
    assert_eq!(
        deliver(&url, &[], String::new()).await,
        StatusCode::ACCEPTED
    );
    server.looked_at("t-hook/app").await;
    let zero = "0".repeat(40);
    let mut commits = HashSet::new();
    for number in 0..3 {
        let commit = source.commit(&[("file", &number.to_string())]);
        let (headers, body) = match number {
            0 => (
                vec![("x-github-event", "push")],
                push(&commit, "One").to_string(),
            ),
            1 => {
                let new = json!({"type": "branch", "name": "master", "target": {"hash": commit}});
                let body = json!({"push": {"changes": [{"old": null, "new": new}]}});
                (vec![("x-event-key", "repo:push")], body.to_string())
            }
            _ => (vec![], format!("{zero} {commit} refs/heads/master\n")),
        };
        assert_eq!(deliver(&url, &headers, body).await, StatusCode::ACCEPTED);
        let delivery = server.looked_at("t-hook/app").await;
        assert_eq!(delivery["state"], "done", "{delivery}");
        assert_eq!(delivery["refs"][0]["commit"], *commit);
        let results = delivery["refs"][0]["results"].as_array().unwrap();
        let tags: Vec<_> = results
            .iter()
            .map(|row| row["docker_repo_tag"].as_str().unwrap())
            .collect();
        assert_eq!(tags, ["latest", "edge", "idle"]);
        assert_eq!(results[2]["result"], "inactive");
        for row in &results[..2] {
            assert!(
                ["started", "known"].contains(&row["result"].as_str().unwrap()),
                "{row}"
            );
            let id = row["build_id"].as_str().unwrap();
            let build = server.wait_for_status(id, "F").await;
            assert_eq!(build["code_head_commit"], *commit);
            assert_eq!(build["auto_created"], true);
        }
        commits.insert(commit);
        // Told once more, it is known, with its build.
        let again = push(commits.iter().next().unwrap(), "");
        deliver(&url, &[("x-gitee-event", "Push Hook")], again.to_string()).await;
        let delivery = server.looked_at("t-hook/app").await;
        let row = &delivery["refs"][0]["results"][0];
        assert_eq!(row["result"], "known", "{delivery}");
        assert!(row["build_id"].is_string());
    }
    assert_eq!(server.webhook("t-hook/app").await["is_delivering"], true);
    let builds = server.builds_of("t-hook/app").await;
    let mut built: Vec<(String, String)> = builds
        .iter()
        .map(|build| {
            let text = |key: &str| build[key].as_str().unwrap().to_owned();
            (text("code_head_commit"), text("docker_repo_tag"))
        })
        .collect();
    built.retain(|(commit, _)| commits.contains(commit));
    assert_eq!(built.len(), 6, "{built:?}");
    let different: HashSet<_> = built.iter().collect();
    assert_eq!(different.len(), 6, "each commit once for each row");
}

#[tokio::test]
async fn what_builds_nothing_says_why() {
    let server = TestServer::start(&["--poll-interval=1h"]).await;
    let source = server.repository("app", &[("Dockerfile", "FROM scratch\n")]);
    server
        .register("t-why/app", &source, vec![active("latest")])
        .await;
    let url = server.webhook("t-why/app").await["url"]
        .as_str()
        .unwrap()
        .to_owned();
    let commit = source.git(&["rev-parse", "HEAD"]);
    let tell = async |headers: &[(&str, &str)], body: Value| {
        let status = deliver(&url, headers, body.to_string()).await;
        (status, server.looked_at("t-why/app").await)
    };
    let github = [("x-github-event", "push")];
    let (_, other) = tell(
        &github,
        with(push(&commit, ""), json!({"ref": "refs/heads/x"})),
    )
    .await;
    assert_eq!(
        (&other["state"], &other["refs"][0]["results"]),
        (&json!("done"), &json!([]))
    );
    let (status, ping) = tell(&[("x-github-event", "ping")], json!({})).await;
    assert_eq!((status, &ping["state"]), (StatusCode::OK, &json!("ping")));
    let (status, issue) = tell(&[("x-github-event", "issues")], json!({})).await;
    assert_eq!(
        (status, &issue["state"]),
        (StatusCode::OK, &json!("not_a_push"))
    );
    assert_eq!(issue["reason"], "issues");
    let (status, broken) = tell(&github, json!([])).await;
    assert_eq!(
        (status, &broken["state"]),
        (StatusCode::BAD_REQUEST, &json!("unreadable"))
    );
    let (_, removed) = tell(&github, with(push(&commit, ""), json!({"deleted": true}))).await;
    assert_eq!(removed["refs"][0]["is_removed"], true);
    assert_eq!(removed["refs"][0]["results"][0]["result"], "missing");

    // A message that says so, told by the sender or read from the source.
    let before = server.builds_of("t-why/app").await.len();
    for (number, is_told) in [(1, true), (2, false)] {
        std::fs::write(source.0.join("file"), number.to_string()).unwrap();
        source.git(&["add", "--all"]);
        source.git(&["commit", "--quiet", "--message=Fix the docs [skip ci]"]);
        let commit = source.git(&["rev-parse", "HEAD"]);
        let message = if is_told {
            "Fix the docs [skip ci]"
        } else {
            ""
        };
        let mut body = push(&commit, message);
        if !is_told {
            body["head_commit"] = Value::Null;
        }
        tell(&github, body).await;
        let skipped = wait_for("the commit is skipped", async || {
            let webhook = server.webhook("t-why/app").await;
            let deliveries = webhook["deliveries"].as_array().unwrap().clone();
            deliveries.into_iter().find(|delivery| {
                let pushed = &delivery["refs"][0];
                pushed["commit"] == *commit && pushed["results"][0]["result"] == "skipped"
            })
        })
        .await;
        assert!(skipped["refs"][0]["results"][0]["build_id"].is_null());
    }
    assert_eq!(server.builds_of("t-why/app").await.len(), before);

    // A source that can't be read: the delivery says so.
    std::fs::remove_dir_all(&source.0).unwrap();
    let (_, failed) = tell(&github, push(&"1".repeat(40), "")).await;
    assert_eq!(failed["state"], "failed", "{failed}");
    let (_, last) = server.get("/v1/repositories/t-why/app/webhook").await;
    assert!(last["deliveries"].as_array().unwrap().len() <= 10);
}

/// A push is found by polling as well, with the same rules, and said at the repository.
#[tokio::test]
async fn a_commit_that_is_not_to_be_built_is_skipped_by_polls_too() {
    let server = TestServer::start(&["--poll-interval=100ms"]).await;
    let source = server.repository("app", &[("Dockerfile", "FROM scratch\n")]);
    server
        .register("t-poll/app", &source, vec![active("latest")])
        .await;
    wait_for("a commit is built", async || {
        source.commit(&[]);
        (!server.builds_of("t-poll/app").await.is_empty()).then_some(())
    })
    .await;
    let head = source.commit(&[]);
    wait_for("the last commit is built", async || {
        (server.builds_of("t-poll/app").await[0]["code_head_commit"] == *head).then_some(())
    })
    .await;
    source.git(&[
        "commit",
        "--quiet",
        "--allow-empty",
        "--message=Docs\n\n[CI skip]",
    ]);
    let commit = source.git(&["rev-parse", "HEAD"]);
    let newest = wait_for("the commit is skipped", async || {
        let webhook = server.webhook("t-poll/app").await;
        let newest = webhook["deliveries"][0].clone();
        (newest["refs"][0]["commit"] == *commit).then_some(newest)
    })
    .await;
    assert_eq!(newest["via"], "poll");
    let result = &newest["refs"][0]["results"][0];
    assert_eq!(result["result"], "skipped");
    assert!(result["build_id"].is_null(), "it has started no build");
    let head = source.commit(&[]);
    wait_for("the next commit is built", async || {
        (server.builds_of("t-poll/app").await[0]["code_head_commit"] == *head).then_some(())
    })
    .await;
}

/// A commit that is not to be built may follow while the build of the one before it waits.
#[tokio::test]
async fn a_waiting_build_is_of_the_commit_that_was_pushed() {
    let options = [&ONE_WORKER[..], &["--poll-interval=100ms"]].concat();
    let server = TestServer::start(&options).await;
    let source = server.repository("app", &[("Dockerfile", &server.minimal_dockerfile())]);
    server
        .register("t-pin/app", &source, vec![active("latest")])
        .await;
    wait_for("a commit is built", async || {
        source.commit(&[]);
        (!server.builds_of("t-pin/app").await.is_empty()).then_some(())
    })
    .await;
    let held = Held::start(&server, "t-held/app").await;
    let pushed = source.commit(&[]);
    let waiting = wait_for("the commit waits to be built", async || {
        let newest = server.builds_of("t-pin/app").await[0].clone();
        (newest["code_head_commit"] == *pushed && newest["status"] == "W").then_some(newest)
    })
    .await;
    source.git(&[
        "commit",
        "--quiet",
        "--allow-empty",
        "--message=Docs [skip ci]",
    ]);
    let skipped = source.git(&["rev-parse", "HEAD"]);
    wait_for("the next one is skipped", async || {
        let webhook = server.webhook("t-pin/app").await;
        (webhook["deliveries"][0]["refs"][0]["commit"] == *skipped).then_some(())
    })
    .await;
    held.release();
    let id = waiting["build_id"].as_str().unwrap();
    server.wait_for_status(id, "F").await;
    let log = server.log_text(id).await;
    assert!(log.contains(&format!("building commit {pushed}")), "{log}");
}

#[tokio::test]
async fn only_those_who_know_the_code_deliver_and_only_the_namespaces_own_people_see_it() {
    let mut server =
        TestServer::start(&["--token=t-own=own-secret", "--token=other=other-secret"]).await;
    server.token = Some("own-secret".to_owned());
    let source = server.repository("app", &[("Dockerfile", "FROM scratch\n")]);
    let created = server
        .register("t-own/app", &source, vec![active("latest")])
        .await;
    let webhook = server.webhook("t-own/app").await;
    let (url, code) = (
        webhook["url"].as_str().unwrap(),
        webhook["code"].as_str().unwrap(),
    );
    assert_eq!(created["build_config"]["code_repo_webhook_code"], *code);
    assert!(url.ends_with(&format!("/v1/hooks/{code}")) && code.len() > 32);

    // Others read the repository, which is public, without the code.
    server.token = Some("other-secret".to_owned());
    for path in ["/v1/repositories/t-own/app", "/v1/repositories/t-own"] {
        let (status, body) = server.get(path).await;
        assert_eq!(status, StatusCode::OK);
        assert!(!body.to_string().contains(code), "{path}");
    }
    let (status, _) = server.get("/v1/repositories/t-own/app/webhook").await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    server.token = Some("own-secret".to_owned());
    let (_, listed) = server.get("/v1/repositories/t-own").await;
    assert_eq!(
        listed["results"][0]["build_config"]["code_repo_webhook_code"],
        *code
    );
    // A change of the config keeps it.
    let row = created["build_config"]["tag_configs"][0].clone();
    let path = "/v1/repositories/t-own/app/build-config";
    let (_, changed) = server.put(path, &json!({"tag_configs": [row]})).await;
    assert_eq!(changed["code_repo_webhook_code"], *code);

    let body = push(&source.git(&["rev-parse", "HEAD"]), "").to_string();
    let mut mac = Hmac::<Sha256>::new_from_slice(code.as_bytes()).unwrap();
    mac.update(body.as_bytes());
    let hex: String = mac
        .finalize()
        .into_bytes()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let signed = format!("sha256={hex}");
    let github = ("x-github-event", "push");
    let send = async |signature: &str, body: &str| {
        let headers = [github, ("x-hub-signature-256", signature)];
        deliver(url, &headers, body.to_owned()).await
    };
    assert_eq!(send(&signed, &body).await, StatusCode::ACCEPTED);
    assert_eq!(
        send(&signed, &format!("{body} ")).await,
        StatusCode::FORBIDDEN
    );
    assert_eq!(send("sha256=00", &body).await, StatusCode::FORBIDDEN);
    assert_eq!(server.looked_at("t-own/app").await["state"], "wrong_secret");
    let large = format!("{}{body}", " ".repeat(9 << 20));
    assert_eq!(
        deliver(url, &[github], large).await,
        StatusCode::PAYLOAD_TOO_LARGE
    );
    let (number, _) = code.split_once('-').unwrap();
    for wrong in [
        format!("{number}-{}", "0".repeat(32)),
        number.to_owned(),
        format!("{number}-"),
        format!("99{code}"),
        "x".to_owned(),
        code.to_uppercase() + "0",
    ] {
        let url = format!("{}/v1/hooks/{wrong}", server.url);
        assert_eq!(
            deliver(&url, &[github], body.clone()).await,
            StatusCode::NOT_FOUND,
            "{wrong}"
        );
    }
    let (status, _) = server.get(&format!("/v1/hooks/{code}")).await;
    assert_eq!(status, StatusCode::METHOD_NOT_ALLOWED);
}

/// The hook of the README, with a real push.
#[tokio::test]
async fn a_push_to_a_repository_with_the_readmes_hook_is_built() {
    if parts::program("curl", "curl").is_none() {
        return;
    }
    let server = TestServer::start(&["--poll-interval=1h"]).await;
    let source = server.repository("app", &[("Dockerfile", "FROM scratch\n")]);
    let bare = GitRepository(server.folder.path().join("git/bare.git"));
    source.git(&["clone", "--quiet", "--bare", ".", bare.0.to_str().unwrap()]);
    server
        .register("t-real/app", &bare, vec![active("latest")])
        .await;
    let url = server.webhook("t-real/app").await["url"]
        .as_str()
        .unwrap()
        .to_owned();
    let readme = concat!(env!("CARGO_MANIFEST_DIR"), "/../../README.md");
    let readme = std::fs::read_to_string(readme).unwrap();
    let (_, hook) = readme
        .split_once("```sh\n#!/bin/sh\n# hooks/post-receive")
        .unwrap();
    let hook = hook.split("```").next().unwrap();
    let hook = hook.replace("https://builds.example.com/v1/hooks/CODE", &url);
    assert!(hook.contains(&url));
    let script = bare.0.join("hooks/post-receive");
    std::fs::write(&script, format!("#!/bin/sh\n#{hook}")).unwrap();
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o700)).unwrap();
    let commit = source.commit(&[("file", "one")]);
    // The hook calls the server, which runs on this thread.
    let (path, folder) = (bare.url(), source.0.clone());
    let push = move || {
        let mut git = std::process::Command::new("git");
        git.arg("-C").arg(folder).args(["push", &path, "master"]);
        git.output().unwrap()
    };
    let pushed = tokio::task::spawn_blocking(push).await.unwrap();
    let said = String::from_utf8_lossy(&pushed.stderr);
    assert!(pushed.status.success(), "{said}");
    // Whoever pushes reads one plain sentence.
    let lines = said
        .lines()
        .filter_map(|line| line.strip_prefix("remote: "));
    let lines: Vec<_> = lines.map(str::trim_end).collect();
    let sentence = "Slipway knows of the push: the page of the repository shows what is built";
    assert_eq!(lines, [sentence], "{said}");
    let delivery = server.looked_at("t-real/app").await;
    assert_eq!(delivery["via"], "git", "{delivery}");
    assert_eq!(delivery["refs"][0]["commit"], *commit);
    let id = delivery["refs"][0]["results"][0]["build_id"]
        .as_str()
        .unwrap();
    let build = server.wait_for_status(id, "F").await;
    assert_eq!(build["code_head_commit"], *commit);
}
