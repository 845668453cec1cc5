//! Branches, tags and Dockerfiles of a source: what is built, and what is said where there is nothing to build.

use crate::support::*;
use serde_json::json;

/// A row that builds a branch or a tag.
fn row_of(kind: &str, value: &str) -> serde_json::Value {
    with(
        tag_config("latest"),
        json!({"code_repo_type": kind, "code_repo_type_value": value}),
    )
}

#[tokio::test]
async fn a_tag_of_any_kind_leads_to_its_commit() {
    let server = TestServer::start(&[]).await;
    let source = server.repository("app", &[("Dockerfile", &server.minimal_dockerfile())]);
    let tagged = source.git(&["rev-parse", "HEAD"]);
    source.git(&["tag", "light"]);
    source.git(&["tag", "--annotate", "--message=x", "annotated"]);
    source.git(&["tag", "--annotate", "--message=x", "nested", "annotated"]);
    source.git(&["tag", "--annotate", "--message=x", "same"]);
    let head = source.commit(&[("more", "x")]);
    source.git(&["branch", "same"]);
    let rows = [
        ("tag", "light", &tagged),
        ("tag", "annotated", &tagged),
        ("tag", "nested", &tagged),
        ("tag", "same", &tagged),
        ("branch", "same", &head),
        ("branch", "refs/heads/same", &head),
        ("tag", "refs/tags/nested", &tagged),
    ];
    let configs = rows.iter().enumerate().map(|(index, (kind, value, _))| {
        with(
            row_of(kind, value),
            json!({"docker_repo_tag": format!("t{index}")}),
        )
    });
    let stored = server
        .register("t-tags/app", &source, configs.collect())
        .await;
    let values = &stored["build_config"]["tag_configs"];
    assert_eq!(values[5]["code_repo_type_value"], "same");
    assert_eq!(values[6]["code_repo_type_value"], "nested");
    for (index, (kind, value, commit)) in rows.iter().enumerate() {
        let id = server.trigger("t-tags/app", &format!("t{index}")).await;
        let build = server.wait_for_status(&id, "S").await;
        assert_eq!(build["code_head_commit"], **commit, "{kind} {value}");
        let log = server.log_text(&id).await;
        assert!(!log.contains("refs/"), "{log}");
    }
}

#[tokio::test]
async fn a_source_without_the_branch_or_tag_is_explained() {
    let server = TestServer::start(&[]).await;
    let source = server.repository("app", &[("Dockerfile", &server.minimal_dockerfile())]);
    source.git(&["tag", "release"]);
    source.git(&["branch", "docs"]);
    let blob = source.git(&["rev-parse", "HEAD:Dockerfile"]);
    let tree = source.git(&["rev-parse", "HEAD^{tree}"]);
    source.git(&["tag", "a-file", &blob]);
    source.git(&["tag", "--annotate", "--message=x", "a-named-file", &blob]);
    source.git(&["tag", "a-folder", &tree]);
    // HEAD names a branch that does not exist.
    source.git(&["symbolic-ref", "HEAD", "refs/heads/unborn"]);
    let empty = GitRepository(server.folder.path().join("git/empty"));
    std::fs::create_dir_all(&empty.0).unwrap();
    empty.git(&["init", "--quiet", "--initial-branch=main"]);
    let folder = GitRepository(server.folder.path().join("git/folder"));
    std::fs::create_dir_all(&folder.0).unwrap();
    for (number, (source, kind, value, expected)) in [
        (
            &source,
            "branch",
            "missing",
            "the source has no branch missing. It has: docs, master",
        ),
        (
            &source,
            "branch",
            "unborn",
            "the source has no branch unborn",
        ),
        (&source, "branch", "Master", "no branch Master, but master"),
        (
            &source,
            "branch",
            "release",
            "no branch release, but a tag of this name",
        ),
        (
            &source,
            "tag",
            "docs",
            "no tag docs, but a branch of this name",
        ),
        (&source, "tag", "v9", "no tag v9. It has: a-file"),
        (
            &source,
            "tag",
            "a-file",
            "the tag a-file names a single file",
        ),
        (
            &source,
            "tag",
            "a-named-file",
            "the tag a-named-file names a single file",
        ),
        (
            &source,
            "tag",
            "a-folder",
            "the tag a-folder names a folder",
        ),
        (&empty, "branch", "main", "the source is empty"),
        (&folder, "branch", "main", "there is no git repository"),
    ]
    .into_iter()
    .enumerate()
    {
        let path = format!("t-missing/app{number}");
        server
            .register(&path, source, vec![row_of(kind, value)])
            .await;
        let id = server.trigger(&path, "latest").await;
        let message = server.wait_for_failure(&id).await;
        assert!(message.contains(expected), "{kind} {value}: {message}");
        let log = server.log_text(&id).await;
        for jargon in ["refs/", "fatal:", "ref "] {
            assert!(!log.contains(jargon), "{kind} {value}: {log}");
        }
    }
}

#[tokio::test]
async fn a_commit_that_the_branch_does_not_have_is_named() {
    let server = TestServer::start(&[]).await;
    server.register_minimal("t-commit/app").await;
    let body = json!({
        "namespace": "t-commit", "repo_name": "app", "tag": "latest", "code_commit_id": "0123456789ab",
    });
    let (_, build) = server.post("/v1/builds", &body).await;
    let message = server
        .wait_for_failure(build["build_id"].as_str().unwrap())
        .await;
    assert_eq!(
        message,
        "the commit 0123456789ab is not on the branch master"
    );
}

#[tokio::test]
async fn what_is_no_branch_or_tag_is_refused_at_its_field() {
    let server = TestServer::start(&[]).await;
    for (kind, value, expected) in [
        ("branch", "HEAD", "HEAD is not a branch"),
        ("tag", "HEAD", "HEAD is not a branch"),
        ("branch", "refs/heads/HEAD", "HEAD is not a branch"),
        ("branch", "refs/tags/v1", "refs/tags/v1 is a tag"),
        ("tag", "refs/heads/main", "refs/heads/main is a branch"),
        ("branch", "refs/pull/1/head", "neither a branch nor a tag"),
        (
            "branch",
            "refs/remotes/origin/main",
            "neither a branch nor a tag",
        ),
        ("branch", "refs/heads/", "not a valid git branch"),
        ("branch", "refs/heads/a..b", "not a valid git branch"),
    ] {
        let body = create_body("app", "https://host.example/a", vec![row_of(kind, value)]);
        let answer = server.post("/v1/repositories/demo", &body).await;
        let field = "/build_config/tag_configs/0/code_repo_type_value";
        assert_field(&answer, field, expected);
    }
}

#[tokio::test]
async fn a_dockerfile_is_found_wherever_it_is() {
    let server = TestServer::start(&[]).await;
    let dockerfile = server
        .minimal_dockerfile()
        .replace("COPY Dockerfile /", "COPY . /");
    let source = server.repository(
        "app",
        &[
            ("Dockerfile", &dockerfile),
            ("Dockerfile.prod", &dockerfile),
            ("docker/prod env/Dockerfile", &dockerfile),
            ("a b/#1/Dockerfile", &dockerfile),
            ("-x/Dockerfile", &dockerfile),
            ("名/构建文件", &dockerfile),
            ("odd/a:b,c%20'\"$(x)/Dockerfile", &dockerfile),
            ("folder/Dockerfile/Dockerfile", &dockerfile),
            ("beside/keep", "x"),
        ],
    );
    std::os::unix::fs::symlink("../Dockerfile.prod", source.0.join("beside/linked")).unwrap();
    source.commit(&[]);
    let places = [
        ("./Dockerfile", "/Dockerfile", "/"),
        ("Dockerfile", "/Dockerfile", "."),
        (".", "/", "./"),
        ("/Dockerfile/", "/Dockerfile", "/"),
        ("Dockerfile.prod", "/Dockerfile.prod", "/beside"),
        (
            "docker/prod env/Dockerfile",
            "/docker/prod env/Dockerfile",
            "/docker",
        ),
        ("/a b/#1/Dockerfile", "/a b/#1/Dockerfile", "/a b/#1"),
        ("a b/#1/", "/a b/#1", "/beside/"),
        ("-x", "/-x", "-x"),
        ("/名/构建文件", "/名/构建文件", "/名"),
        (
            "odd/a:b,c%20'\"$(x)",
            "/odd/a:b,c%20'\"$(x)",
            "odd/a:b,c%20'\"$(x)",
        ),
        ("/folder/Dockerfile", "/folder/Dockerfile", "/folder"),
        ("beside/linked", "/beside/linked", "/beside"),
    ];
    let rows = places
        .iter()
        .enumerate()
        .map(|(index, (typed, _, context))| {
            let tag = format!("t{index}");
            let changes = json!({"dockerfile_location": typed, "build_context_path": context});
            with(tag_config(&tag), changes)
        });
    let stored = server
        .register("t-places/app", &source, rows.collect())
        .await;
    for (index, (typed, becomes, _)) in places.iter().enumerate() {
        let row = &stored["build_config"]["tag_configs"][index];
        assert_eq!(row["dockerfile_location"], *becomes, "{typed}");
        let id = server.trigger("t-places/app", &format!("t{index}")).await;
        server.wait_for_status(&id, "S").await;
    }
}

#[tokio::test]
async fn a_place_that_leads_out_is_refused_by_its_name() {
    let server = TestServer::start(&[]).await;
    for place in ["../x", "/../x", "./../Dockerfile", "/a/../../etc", ".."] {
        for field in ["dockerfile_location", "build_context_path"] {
            let row = with(tag_config("latest"), json!({field: place}));
            let body = create_body("app", "https://host.example/a", vec![row]);
            let answer = server.post("/v1/repositories/demo", &body).await;
            let field = format!("/build_config/tag_configs/0/{field}");
            assert_field(
                &answer,
                &field,
                &format!("'{place}' leads out of the source"),
            );
        }
    }
}
