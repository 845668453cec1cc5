//! Calls 3 and 4, with real builds.

use crate::support::*;
use reqwest::StatusCode;
use serde_json::json;
use slipway_api::Build;

#[tokio::test]
async fn a_build_goes_from_source_to_image() {
    let server = TestServer::start(&[]).await;
    let dockerfile = format!(
        "{}RUN echo built from $(cat /source.txt || echo nothing)\n",
        server.shell_dockerfile()
    );
    let source = server
        .repository(
            "app",
            &[("docker/Dockerfile", &dockerfile), ("README", "x")],
        )
        .with_busybox();
    let head = source.commit(&[]);
    let row = with(
        tag_config("latest"),
        json!({"dockerfile_location": "/docker", "version_tagging": 1}),
    );
    server.register("t-image/app", &source, vec![row]).await;

    let body = json!({"namespace": "t-image", "repo_name": "app", "tag": "latest"});
    let (status, asked) = server.post("/v1/builds", &body).await;
    assert_eq!(status, StatusCode::CREATED, "{asked}");
    let expected = sample("trigger-build.response.json");
    assert_eq!(keys(&asked), keys(&expected));
    for field in [
        "status",
        "step_at",
        "started_at",
        "ended_at",
        "image_id",
        "is_removable",
    ] {
        assert_eq!(asked[field], expected[field], "{field}");
    }
    assert_eq!(asked["created_by"], "local");
    assert_eq!(asked["auto_created"], false);
    let decoded: Build = serde_json::from_value(asked.clone()).unwrap();
    let version = decoded.created_at.unwrap().version_tag();
    assert_eq!(decoded.version_tag(), Some(version.as_str()));

    let built = server.wait_for_status(&decoded.build_id, "S").await;
    assert_eq!(keys(&built), keys(&sample("build.response.json")));
    assert_eq!(built["step_at"], 50);
    assert_eq!(built["code_head_commit"], head);
    assert_eq!(built["docker_repo_path"], "t-image/app");
    assert_eq!(built["is_removable"], true);
    let image = built["image_id"].as_str().unwrap();
    assert_eq!(image.len(), 12);
    let listed = server.images("t-image/app");
    for tag in ["latest", &version] {
        let name = format!("localhost/t-image/app:{tag}");
        assert!(listed.contains(&(name, image.to_owned())), "{listed:?}");
    }

    let (_, page) = server.get("/v1/builds?namespace=t-image").await;
    let row = &page["results"][0];
    assert_eq!(
        keys(row),
        keys(&sample("builds-page.response.json")["results"][0])
    );
    assert_eq!(row["build_id"], built["build_id"]);
    assert!(row["detail"].as_str().unwrap().ends_with('\n'));

    let log = server.log(&decoded.build_id).await;
    let expected = sample("logs.response.json");
    assert!(log.iter().all(|entry| keys(entry) == keys(&expected[0])));
    assert_eq!(log[0]["message"], "starting to build");
    assert_eq!(
        log[1]["message"],
        "cloning code source from repo app on branch:master"
    );
    let text = server.log_text(&decoded.build_id).await;
    assert!(text.contains("Dockerfile path: ") && text.contains(". Build context path: "));
    assert!(text.contains("\nbuilt from nothing\n"), "{text}");
    let work = server.folder.path().join("data/tmp");
    assert_eq!(std::fs::read_dir(work).unwrap().count(), 0);
}

#[tokio::test]
async fn the_log_grows_while_the_build_runs() {
    let server = TestServer::start(&[]).await;
    // The step never ends, so the log is read while it runs.
    let step = "echo first; while ! [ -e /never ]; do sleep 0.1; done; echo second";
    server.register_step("t-grow/app", step).await;
    let id = server.trigger("t-grow/app", "latest").await;
    server.wait_for_log(&id, "\nfirst").await;
    let running = server.build(&id).await;
    assert_eq!(running["status"], "I");
    assert!(running["ended_at"].is_null() && !running["started_at"].is_null());
    assert!(
        (10..50).contains(&running["step_at"].as_i64().unwrap()),
        "{running}"
    );
    assert!(!server.log_text(&id).await.contains("\nsecond"));
    let (status, _) = server.delete("/v1/repositories/t-grow/app").await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    // The build is stopped, and goes with its repository.
    for path in ["", "/logs"] {
        let (status, _) = server.get(&format!("/v1/builds/{id}{path}")).await;
        assert_eq!(status, StatusCode::NOT_FOUND);
    }
    let (_, page) = server.get("/v1/builds?namespace=t-grow").await;
    assert_eq!(page["count"], 0);
}

#[tokio::test]
async fn a_commit_id_can_be_short_or_full() {
    let server = TestServer::start(&[]).await;
    let source = server.repository("app", &[("Dockerfile", &server.minimal_dockerfile())]);
    let first = source.git(&["rev-parse", "HEAD"]);
    let second = source.commit(&[("other", "x")]);
    source.git(&["checkout", "--quiet", "-b", "aside"]);
    let aside = source.commit(&[("aside", "x")]);
    let row = with(tag_config("latest"), json!({"version_tagging": 2}));
    server.register("t-commit/app", &source, vec![row]).await;
    let build = async |commit: &str| {
        let body = json!({
            "namespace": "t-commit", "repo_name": "app", "tag": "latest", "code_commit_id": commit,
        });
        let (status, build) = server.post("/v1/builds", &body).await;
        assert_eq!(status, StatusCode::CREATED, "{build}");
        build["build_id"].as_str().unwrap().to_owned()
    };
    // Each image has a version tag of its own, the next longer one.
    let asked = [first.clone(), first[..7].to_owned(), first.to_uppercase()];
    for (digits, asked) in (12..).zip(asked) {
        let id = build(&asked).await;
        let built = server.wait_for_status(&id, "S").await;
        assert_eq!(built["code_head_commit"], first);
        assert_eq!(built["docker_repo_version_tag"], first[..digits]);
    }
    let id = server.trigger("t-commit/app", "latest").await;
    assert_eq!(
        server.wait_for_status(&id, "S").await["code_head_commit"],
        second
    );
    for missing in [aside, "0".repeat(40)] {
        let id = build(&missing).await;
        server.wait_for_status(&id, "F").await;
        assert!(
            server
                .log_text(&id)
                .await
                .contains("is not on the branch master")
        );
    }
}

#[tokio::test]
async fn a_tag_is_not_the_branch_of_its_name() {
    let server = TestServer::start(&[]).await;
    let source = server.repository("app", &[("Dockerfile", &server.minimal_dockerfile())]);
    let tagged = source.git(&["rev-parse", "HEAD"]);
    source.git(&["tag", "--annotate", "--message=one", "v1"]);
    source.git(&["checkout", "--quiet", "-b", "v1"]);
    let branched = source.commit(&[("more", "x")]);
    let row = |tag: &str, kind: &str| {
        with(
            tag_config(tag),
            json!({"code_repo_type": kind, "code_repo_type_value": "v1"}),
        )
    };
    server
        .register(
            "t-tag/app",
            &source,
            vec![row("tag", "tag"), row("branch", "branch")],
        )
        .await;
    for (tag, commit) in [("tag", tagged), ("branch", branched)] {
        let id = server.trigger("t-tag/app", tag).await;
        let built = server.wait_for_status(&id, "S").await;
        assert_eq!(built["code_head_commit"], commit);
        assert_eq!(built["docker_repo_version_tag"], "");
    }
}

#[tokio::test]
async fn a_hosted_source_is_cloned_from_its_template() {
    let folder = tempfile::tempdir().unwrap();
    let template = format!(
        "--source=Bitbucket={}/{{namespace}}-{{name}}",
        folder.path().display()
    );
    let server = TestServer::start(&[&template]).await;
    let source = GitRepository(folder.path().join("owner-project"));
    std::fs::create_dir(&source.0).unwrap();
    source.git(&["init", "--quiet", "--initial-branch=master"]);
    let head = source.commit(&[("Dockerfile", &server.minimal_dockerfile())]);
    let body = json!({
        "repo_name": "app",
        "is_public": true,
        "build_config": {
            "code_repo_client": "Bitbucket",
            "code_repo_namespace": "owner",
            "code_repo_name": "project",
            "tag_configs": [tag_config("latest")],
        },
    });
    let (status, answer) = server.post("/v1/repositories/t-hosted", &body).await;
    assert_eq!(status, StatusCode::CREATED, "{answer}");
    let id = server.trigger("t-hosted/app", "latest").await;
    let built = server.wait_for_status(&id, "S").await;
    assert_eq!(built["code_repo_path"], "owner/project");
    let project = "https://bitbucket.org/owner/project";
    assert_eq!(built["code_repo_http_url"], project);
    assert_eq!(
        built["code_commit_http_url"],
        format!("{project}/commits/{head}")
    );
    assert_eq!(
        built["code_repo_branch_url"],
        format!("{project}/branch/master")
    );
}

#[tokio::test]
async fn progress_counts_over_all_stages() {
    let server = TestServer::start(&[]).await;
    let dockerfile = format!(
        "{}FROM scratch\nCOPY --from=0 /bin/busybox /bin/sh\nRUN echo Step 1/9: of a program; exit 3\nCMD x\n",
        server.shell_dockerfile()
    );
    let source = server
        .repository("stages", &[("Dockerfile", &dockerfile)])
        .with_busybox();
    server
        .register("t-stages/app", &source, vec![tag_config("latest")])
        .await;
    let id = server.trigger("t-stages/app", "latest").await;
    server.wait_for_failure(&id).await;
    // All but the last step have begun.
    let step_at = server.build(&id).await["step_at"].as_i64().unwrap();
    assert!((40..50).contains(&step_at), "{step_at}");
    let (_, page) = server.get("/v1/builds?namespace=t-stages").await;
    let detail = page["results"][0]["detail"].as_str().unwrap();
    assert!(
        detail.contains("RUN echo Step 1/9: of a program; exit 3: the build failed"),
        "{detail}"
    );
}

#[tokio::test]
async fn a_failed_step_is_in_the_log() {
    let server = TestServer::start(&[]).await;
    server
        .register_step("t-fail/app", "echo about to fail; exit 3\nRUN echo never")
        .await;
    let id = server.trigger("t-fail/app", "latest").await;
    let message = server.wait_for_failure(&id).await;
    assert!(message.contains("exited with code"), "{message}");
    // A list of builds can say where each of them failed.
    let (_, page) = server.get("/v1/builds?namespace=t-fail").await;
    let detail = page["results"][0]["detail"].as_str().unwrap();
    assert!(
        detail.contains("RUN echo about to fail; exit 3: the build failed: "),
        "{detail}"
    );
    let failed = server.build(&id).await;
    assert!(failed["image_id"].is_null());
    assert!(failed["step_at"].as_i64().unwrap() < 50);
    let text = server.log_text(&id).await;
    assert!(
        text.contains("\nabout to fail\n") && !text.contains("\nnever\n"),
        "{text}"
    );
    let log = server.log(&id).await;
    let has_error = log.iter().any(|entry| {
        entry["level"] == "ERROR" && entry["message"].as_str().unwrap().contains("exit 3")
    });
    assert!(has_error, "the builder's own error is missing: {text}");
}

#[tokio::test]
async fn two_workers_build_at_the_same_time() {
    let server = TestServer::start(&["--workers=2"]).await;
    server
        .register_step("t-two/app", "echo running; sleep 86402")
        .await;
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.push(server.trigger("t-two/app", "latest").await);
    }
    server.wait_for_log(&ids[0], "\nrunning").await;
    server.wait_for_log(&ids[1], "\nrunning").await;
    // Both builds run and never end, so the third one waits.
    assert_eq!(server.build(&ids[0]).await["status"], "I");
    assert_eq!(server.build(&ids[1]).await["status"], "I");
    assert_eq!(server.build(&ids[2]).await["status"], "W");
    server.delete("/v1/repositories/t-two/app").await;
    wait_for("the builds are stopped", async || {
        processes_with("sleep 86402").is_empty().then_some(())
    })
    .await;
}

#[tokio::test]
async fn invalid_requests_are_not_queued() {
    let server = TestServer::start(&[]).await;
    server.register_minimal("demo/app").await;
    let body = json!({"namespace": "demo", "repo_name": "app", "tag": "latest"});
    for (change, field, expected) in [
        (json!({"tag": "other"}), "/tag", "has this tag"),
        (json!({"tag": "la\ntest"}), "/tag", "A tag consists"),
        (
            json!({"repo_name": "missing"}),
            "/repo_name",
            "no repository with this name",
        ),
        (
            json!({"namespace": "missing"}),
            "/repo_name",
            "no repository with this name",
        ),
        (json!({"namespace": 1}), "/namespace", "Not a valid string."),
        (
            json!({"code_commit_id": "HEAD"}),
            "/code_commit_id",
            "7 to 40",
        ),
        (
            json!({"code_commit_id": "--upload-pack"}),
            "/code_commit_id",
            "7 to 40",
        ),
        (
            json!({"code_commit_id": 5}),
            "/code_commit_id",
            "Not a valid string.",
        ),
    ] {
        let answer = server.post("/v1/builds", &with(body.clone(), change)).await;
        assert_field(&answer, field, expected);
    }
    let answer = server.post("/v1/builds/", &json!({})).await;
    for field in ["/namespace", "/repo_name", "/tag"] {
        assert_field(&answer, field, "This field is required.");
    }
    assert_eq!(server.get("/v1/builds").await.1["count"], 0);
    for path in [
        "/v1/builds/5709f780-e8fb-4b52-aa3b-6256b572fb51",
        "/v1/builds/x/logs",
    ] {
        assert_eq!(server.get(path).await.0, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn a_tag_config_without_build_cache_runs_each_step_again() {
    let server = TestServer::start(&[]).await;
    server
        .register_step("t-cache/app", "echo ran $((40 + 2))")
        .await;
    let has_run = async || {
        let id = server.trigger("t-cache/app", "latest").await;
        server.wait_for_status(&id, "S").await;
        server.log_text(&id).await.contains("ran 42")
    };
    assert!(has_run().await);
    assert!(!has_run().await, "the layer of the first build is used");
    let (_, read) = server.get("/v1/repositories/t-cache/app").await;
    let row = read["build_config"]["tag_configs"][0].clone();
    let row = with(row, json!({"build_cache_enabled": false}));
    let path = "/v1/repositories/t-cache/app/build-config";
    let (status, answer) = server.put(path, &json!({"tag_configs": [row]})).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    assert!(has_run().await);
}
