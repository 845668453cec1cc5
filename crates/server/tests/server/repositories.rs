//! Calls 1 and 6, and the optional calls that read and remove repositories.

use crate::support::*;
use reqwest::StatusCode;
use serde_json::{Value, json};
use slipway_api::{BuildConfig, CodeClient, Page, Repository};

#[tokio::test]
async fn the_reference_request_gets_the_reference_response() {
    let server = TestServer::start(&[]).await;
    let request = sample("create-repository.request.json");
    let (status, answer) = server.post("/v1/repositories/alauda", &request).await;
    assert_eq!(status, StatusCode::CREATED, "{answer}");
    let expected = sample("repository.response.json");
    assert_eq!(keys(&answer), keys(&expected));
    // Only the registry knows them.
    assert!(answer["download"].is_null() && answer["upload"].is_null());
    let (config, expected) = (&answer["build_config"], &expected["build_config"]);
    assert_eq!(keys(config), keys(expected));
    let row = &config["tag_configs"][0];
    let mut row_keys = keys(&expected["tag_configs"][0]);
    // The reference does not name it.
    row_keys.insert("build_cache_enabled".to_owned());
    assert_eq!(keys(row), row_keys);
    assert_eq!(row["docker_build_config_id"], config["id"]);
    assert_eq!(config["code_repo_path"], "yournamespace/Docker-image");
    assert_eq!(
        config["code_repo_path_url"],
        "https://github.com/yournamespace/Docker-image"
    );
    assert_eq!(
        config["deploy_url"],
        "https://github.com/yournamespace/Docker-image/settings/keys"
    );
    assert_eq!(answer["repo_path"], "alauda/docker_images_test");
    let decoded: Repository = serde_json::from_value(answer.clone()).unwrap();
    assert_eq!(serde_json::to_value(decoded).unwrap(), answer);
}

#[tokio::test]
async fn a_repository_has_a_deploy_key_that_only_its_owner_can_read() {
    use std::os::unix::fs::PermissionsExt;
    let server = TestServer::start(&[]).await;
    let request = sample("create-repository.request.json");
    let (_, answer) = server.post("/v1/repositories/alauda", &request).await;
    let key = answer["build_config"]["code_repo_public_key"].as_str();
    assert!(
        key.is_some_and(|key| key.starts_with("ssh-ed25519 ")),
        "{answer}"
    );
    let private = || {
        let keys = std::fs::read_dir(server.folder.path().join("data/keys")).unwrap();
        let keys = keys.flatten().map(|entry| entry.path());
        keys.filter(|path| path.extension().is_none())
            .collect::<Vec<_>>()
    };
    let found = private();
    assert_eq!(found.len(), 1);
    let mode = found[0].metadata().unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    server
        .delete("/v1/repositories/alauda/docker_images_test")
        .await;
    wait_for("the key is gone", async || {
        private().is_empty().then_some(())
    })
    .await;
}

#[tokio::test]
async fn all_five_clients_are_accepted() {
    let server = TestServer::start(&[]).await;
    for client in CodeClient::KNOWN {
        let name = client.as_str().to_lowercase();
        let config = match client {
            CodeClient::Simple => sample("simple-build-config.request.json"),
            _ => json!({
                "code_repo_client": client.as_str(),
                "code_repo_namespace": "owner",
                "code_repo_name": "project",
                "tag_configs": [tag_config("latest")],
            }),
        };
        let body = json!({"repo_name": name, "is_public": false, "build_config": config});
        let (status, answer) = server.post("/v1/repositories/demo", &body).await;
        assert_eq!(status, StatusCode::CREATED, "{client}: {answer}");
        let config = &answer["build_config"];
        assert_eq!(config["code_repo_client"], client.as_str());
        assert_eq!(config["tag_configs"][0]["build_context_path"], "/");
        if client == CodeClient::Simple {
            assert_eq!(config["code_repo_path"], "example/example");
            assert_eq!(
                config["code_repo_clone_url"],
                "http://github.com/example/example.git"
            );
        }
    }
}

#[tokio::test]
async fn repositories_are_listed_read_and_removed_with_and_without_a_slash() {
    let server = TestServer::start(&[]).await;
    let source = server.repository("one", &[("Dockerfile", &server.minimal_dockerfile())]);
    for number in 0..21 {
        let path = format!("demo/app{number:02}");
        server
            .register(&path, &source, vec![tag_config("latest")])
            .await;
    }
    let (status, page) = server.get("/v1/repositories/demo").await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(page["count"], 21);
    assert_eq!(
        page["next"],
        format!("{}/v1/repositories/demo?page=2", server.url)
    );
    let page: Page<Repository> = serde_json::from_value(page).unwrap();
    assert_eq!((page.results.read.len(), page.results.unread), (20, 0));
    assert!(page.results.read[0].build_config.is_some());

    let (_, plain) = server.get("/v1/repositories/demo/app00").await;
    let (status, slash) = server.get("/v1/repositories/demo/app00/").await;
    assert_eq!((status, &slash), (StatusCode::OK, &plain));
    assert_eq!(
        server.delete("/v1/repositories/demo/app00/").await.0,
        StatusCode::NO_CONTENT
    );
    for path in [
        "/v1/repositories/demo/app00",
        "/v1/repositories/other/app01",
    ] {
        let (status, body) = server.get(path).await;
        assert_eq!(status, StatusCode::NOT_FOUND);
        assert_eq!(body, json!({"detail": "Not found."}));
    }
    assert_eq!(
        server.delete("/v1/repositories/demo/app00").await.0,
        StatusCode::NOT_FOUND
    );
    assert_eq!(server.get("/v1/repositories/demo/").await.1["count"], 20);
}

#[tokio::test]
async fn a_name_can_be_used_once() {
    let server = TestServer::start(&[]).await;
    let source = server.register_minimal("demo/app").await;
    let body = create_body("app", &source.url(), vec![tag_config("latest")]);
    let again = server.post("/v1/repositories/demo", &body).await;
    assert_field(&again, "/repo_name", "already exists");
    let (status, _) = server.post("/v1/repositories/other", &body).await;
    assert_eq!(status, StatusCode::CREATED);
}

#[tokio::test]
async fn all_errors_are_reported_at_once() {
    let server = TestServer::start(&[]).await;
    let body = json!({
        "repo_name": "Not A Name",
        "description": "x".repeat(201),
        "is_public": "yes",
        "build_config": {
            "code_repo_client": "SourceForge",
            "build_node": 7,
            "email_enabled": 1,
            "tag_configs": [
                tag_config("latest"),
                {
                    "docker_repo_tag": "la\ntest",
                    "code_repo_type": "commit",
                    "code_repo_type_value": "-x",
                    "dockerfile_location": "../../etc",
                    "build_context_path": "/a/../../b",
                    "is_active": null,
                    "version_tagging": 3,
                },
                7,
                tag_config("latest"),
            ],
        },
    });
    let answer = server.post("/v1/repositories/demo", &body).await;
    for (pointer, expected) in [
        ("/repo_name", "lower-case"),
        ("/description", "no more than 200 characters"),
        ("/is_public", "valid boolean"),
        (
            "/build_config/code_repo_client",
            "\"SourceForge\" is not a valid choice.",
        ),
        ("/build_config/build_node", "Not a valid string."),
        ("/build_config/email_enabled", "valid boolean"),
        (
            "/build_config/tag_configs/1/docker_repo_tag",
            "A tag consists",
        ),
        (
            "/build_config/tag_configs/1/code_repo_type",
            "\"commit\" is not a valid choice.",
        ),
        ("/build_config/tag_configs/1/code_repo_type_value", "git"),
        (
            "/build_config/tag_configs/1/dockerfile_location",
            "begins with '/'",
        ),
        ("/build_config/tag_configs/1/build_context_path", "'..'"),
        (
            "/build_config/tag_configs/1/version_tagging",
            "\"3\" is not a valid choice.",
        ),
        (
            "/build_config/tag_configs/2/non_field_errors",
            "Expected a dictionary, but got int.",
        ),
        ("/build_config/tag_configs/3/docker_repo_tag", "same tag"),
    ] {
        assert_field(&answer, pointer, expected);
    }
    assert_eq!(answer.1["build_config"]["tag_configs"][0], json!({}));
    assert_eq!(server.get("/v1/repositories/demo").await.1["count"], 0);
}

#[tokio::test]
async fn missing_fields_are_reported() {
    let server = TestServer::start(&[]).await;
    let post = async |body: Value| server.post("/v1/repositories/demo", &body).await;
    let required = "This field is required.";
    let answer = post(json!({})).await;
    assert_field(&answer, "/repo_name", required);
    assert_field(&answer, "/build_config", required);
    let answer = post(json!({"repo_name": null, "build_config": []})).await;
    assert_field(&answer, "/repo_name", "may not be null");
    assert_field(&answer, "/build_config/non_field_errors", "but got list");
    let hosted = json!({"code_repo_client": "GitHub", "tag_configs": []});
    let answer = post(json!({"repo_name": "", "build_config": hosted})).await;
    assert_field(&answer, "/repo_name", "may not be blank");
    assert_field(&answer, "/build_config/code_repo_namespace", required);
    assert_field(&answer, "/build_config/code_repo_name", required);
    assert_field(&answer, "/build_config/tag_configs", "may not be empty");
    let simple = json!({"code_repo_client": "Simple", "tag_configs": [{}]});
    let answer = post(json!({"repo_name": 1, "build_config": simple})).await;
    assert_field(&answer, "/repo_name", "Not a valid string.");
    assert_field(&answer, "/build_config/code_repo_clone_url", required);
    let row = "/build_config/tag_configs/0";
    for field in [
        "docker_repo_tag",
        "code_repo_type",
        "code_repo_type_value",
        "dockerfile_location",
    ] {
        assert_field(&answer, &format!("{row}/{field}"), required);
    }
    let rows = json!({"code_repo_client": "Simple", "tag_configs": "x"});
    let answer = post(json!({"repo_name": "a", "build_config": rows})).await;
    assert_field(
        &answer,
        "/build_config/tag_configs",
        "Expected a list of items but got type",
    );
    let body = create_body("a", "http://host.example/a", vec![tag_config("latest")]);
    let answer = server.post("/v1/repositories/Not.One", &body).await;
    assert_field(&answer, "/namespace", "A namespace consists");
}

#[tokio::test]
async fn a_build_config_is_replaced_row_by_row() {
    let server = TestServer::start(&[]).await;
    let source = server.repository("one", &[("Dockerfile", &server.minimal_dockerfile())]);
    let rows = vec![tag_config("one"), tag_config("two"), tag_config("three")];
    let created = server.register("demo/app", &source, rows).await;
    let rows = &created["build_config"]["tag_configs"];
    let path = "/v1/repositories/demo/app/build-config";
    let body = json!({
        "build_node": "cn",
        "tag_configs": [
            tag_config("new"),
            with(
                rows[2].clone(),
                json!({"version_tagging": 2, "build_cache_enabled": false}),
            ),
            with(rows[0].clone(), json!({"docker_repo_tag": "first"})),
        ],
    });
    let (status, answer) = server.put(path, &body).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    let config: BuildConfig = serde_json::from_value(answer.clone()).unwrap();
    assert_eq!(config.build_node.as_deref(), Some("cn"));
    let tags: Vec<_> = config
        .tag_configs
        .iter()
        .map(|row| row.docker_repo_tag.as_str())
        .collect();
    assert_eq!(tags, ["new", "three", "first"]);
    assert_eq!(answer["tag_configs"][1]["id"], rows[2]["id"]);
    assert_eq!(answer["tag_configs"][1]["version_tagging"], 2);
    assert_eq!(answer["tag_configs"][2]["id"], rows[0]["id"]);
    let new = answer["tag_configs"][0]["id"].as_i64().unwrap();
    assert!(rows.as_array().unwrap().iter().all(|row| row["id"] != new));
    let (_, read) = server.get("/v1/repositories/demo/app").await;
    assert_eq!(read["build_config"], answer);

    // A client that does not know of the build cache leaves it as it is.
    assert_eq!(answer["tag_configs"][0]["build_cache_enabled"], true);
    let mut row = answer["tag_configs"][1].clone();
    assert_eq!(row["build_cache_enabled"], false);
    row.as_object_mut().unwrap().remove("build_cache_enabled");
    let (_, answer) = server.put(path, &json!({"tag_configs": [row]})).await;
    assert_eq!(answer["tag_configs"][0]["build_cache_enabled"], false);

    // Without a build node, the old one is kept. A row that is left out is removed.
    let body = json!({"tag_configs": [tag_config("only")]});
    let (_, answer) = server.put(&format!("{path}/"), &body).await;
    assert_eq!(answer["build_node"], "cn");
    assert_eq!(answer["tag_configs"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn an_invalid_row_leaves_the_build_config_unchanged() {
    let server = TestServer::start(&[]).await;
    let source = server.repository("one", &[("Dockerfile", &server.minimal_dockerfile())]);
    let created = server
        .register(
            "demo/app",
            &source,
            vec![tag_config("one"), tag_config("two")],
        )
        .await;
    let other = server
        .register("demo/other", &source, vec![tag_config("x")])
        .await;
    let before = created["build_config"].clone();
    let rows = &before["tag_configs"];
    let path = "/v1/repositories/demo/app/build-config";
    let put = async |rows: Value| server.put(path, &json!({"tag_configs": rows})).await;

    let foreign_row = other["build_config"]["tag_configs"][0].clone();
    let answer = put(json!([rows[0], foreign_row])).await;
    assert_field(&answer, "/tag_configs/1/id", "object does not exist");
    assert_field(
        &answer,
        "/tag_configs/1/docker_build_config_id",
        "another build config",
    );
    assert_eq!(answer.1["tag_configs"][0], json!({}));
    let twice = with(rows[0].clone(), json!({"docker_repo_tag": "more"}));
    let answer = put(json!([rows[0], twice])).await;
    assert_field(&answer, "/tag_configs/1/id", "same id");
    let wrong = with(
        rows[0].clone(),
        json!({"id": "x", "docker_repo_tag": "a b"}),
    );
    let answer = put(json!([wrong])).await;
    assert_field(&answer, "/tag_configs/0/id", "A valid integer is required.");
    assert_field(&answer, "/tag_configs/0/docker_repo_tag", "A tag consists");
    assert_field(&put(json!([])).await, "/tag_configs", "may not be empty");
    let answer = server
        .put(path, &json!({"build_node": "x".repeat(65)}))
        .await;
    assert_field(&answer, "/build_node", "no more than 64");
    assert_field(&answer, "/tag_configs", "This field is required.");

    let (_, read) = server.get("/v1/repositories/demo/app").await;
    assert_eq!(read["build_config"], before);
    let sample = sample("update-build-config.request.json");
    let (status, _) = server
        .put("/v1/repositories/demo/missing/build-config", &sample)
        .await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}
