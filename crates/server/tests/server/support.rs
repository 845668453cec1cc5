//! What the tests share: a server in this process, requests, and waiting for what comes.

pub use crate::fixtures::*;

use reqwest::{Client, Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};
use slipway_server::{Options, Server, serve};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::OnceLock;
use std::time::Duration;
use tempfile::TempDir;
use tokio::time::Instant;

/// How long a test waits for anything before it fails.
pub const PATIENCE: Duration = Duration::from_secs(90);

/// A server on a port of its own with a data folder of its own, and a folder of git repositories
/// that it may clone from.
pub struct TestServer {
    pub folder: TempDir,
    pub url: String,
    pub client: Client,
    pub token: Option<String>,
    options: Vec<String>,
    server: Option<Server>,
    /// Of the images that are built from its Dockerfiles.
    label: OnceLock<Label>,
}

impl TestServer {
    /// Starts one with more options.
    pub async fn start(options: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("git")).unwrap();
        let mut server = Self {
            url: String::new(),
            client: Client::new(),
            token: None,
            options: options.iter().map(|option| option.to_string()).collect(),
            server: None,
            label: OnceLock::new(),
            folder,
        };
        server.resume().await;
        server
    }

    /// Calls to a server that runs elsewhere; the folder lives as long as this.
    pub fn elsewhere(folder: TempDir, url: &str) -> Self {
        Self {
            url: url.to_owned(),
            client: Client::new(),
            token: None,
            options: Vec::new(),
            server: None,
            label: OnceLock::new(),
            folder,
        }
    }

    /// The command line that it is started with.
    pub fn arguments(&self) -> Vec<String> {
        let path = |name: &str| self.folder.path().join(name).display().to_string();
        let mut arguments = vec![
            "--listen=127.0.0.1:0".to_owned(),
            format!("--data={}", path("data")),
            format!("--allow-local-source={}", path("git")),
        ];
        arguments.extend(self.options.iter().cloned());
        arguments
    }

    /// Starts it again on the same data.
    pub async fn resume(&mut self) {
        let arguments = [vec!["slipway".to_owned()], self.arguments()].concat();
        let options = <Options as clap::Parser>::try_parse_from(arguments).unwrap();
        let server = serve(options).await.unwrap();
        self.url = format!("http://{}", server.address());
        self.server = Some(server);
    }

    pub async fn stop(&mut self) {
        if let Some(server) = self.server.take() {
            server.stop().await;
        }
    }

    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.client.request(method, format!("{}{path}", self.url));
        match &self.token {
            Some(token) => request.header("Authorization", format!("Token {token}")),
            None => request,
        }
    }

    pub async fn get(&self, path: &str) -> (StatusCode, Value) {
        answer(self.request(Method::GET, path)).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> (StatusCode, Value) {
        answer(self.request(Method::POST, path).json(body)).await
    }

    pub async fn put(&self, path: &str, body: &Value) -> (StatusCode, Value) {
        answer(self.request(Method::PUT, path).json(body)).await
    }

    pub async fn delete(&self, path: &str) -> (StatusCode, Value) {
        answer(self.request(Method::DELETE, path)).await
    }

    /// A git repository that the server may clone, with these files on `master`.
    pub fn repository(&self, name: &str, files: &[(&str, &str)]) -> GitRepository {
        let repository = GitRepository(self.folder.path().join("git").join(name));
        std::fs::create_dir_all(&repository.0).unwrap();
        repository.git(&["init", "--quiet", "--initial-branch=master"]);
        repository.commit(files);
        repository
    }

    /// The smallest Dockerfile that builds.
    pub fn plain(&self) -> String {
        let label = self.label.get_or_init(Label::default);
        format!("FROM scratch\nLABEL {label}\nCOPY Dockerfile /Dockerfile\n")
    }

    /// The start of a Dockerfile whose RUN steps have a shell.
    pub fn shell(&self) -> String {
        let label = self.label.get_or_init(Label::default);
        format!(
            "FROM scratch\nLABEL {label}\nCOPY busybox /bin/busybox\n\
             RUN [\"/bin/busybox\", \"--install\", \"/bin\"]\n"
        )
    }

    /// Registers `namespace/name` with these tag configs; a build config's answer.
    pub async fn register(
        &self,
        path: &str,
        source: &GitRepository,
        tag_configs: Vec<Value>,
    ) -> Value {
        let (namespace, name) = path.split_once('/').unwrap();
        let body = create_body(name, &source.url(), tag_configs);
        let (status, answer) = self
            .post(&format!("/v1/repositories/{namespace}"), &body)
            .await;
        assert_eq!(status, StatusCode::CREATED, "{answer}");
        answer
    }

    /// Starts a build of `namespace/name` and answers its id.
    pub async fn trigger(&self, path: &str, tag: &str) -> String {
        let (namespace, name) = path.split_once('/').unwrap();
        let body = json!({"namespace": namespace, "repo_name": name, "tag": tag});
        let (status, build) = self.post("/v1/builds", &body).await;
        assert_eq!(status, StatusCode::CREATED, "{build}");
        build["build_id"].as_str().unwrap().to_owned()
    }

    pub async fn build(&self, id: &str) -> Value {
        let (status, build) = self.get(&format!("/v1/builds/{id}")).await;
        assert_eq!(status, StatusCode::OK, "{build}");
        build
    }

    pub async fn log(&self, id: &str) -> Vec<Value> {
        let (status, log) = self.get(&format!("/v1/builds/{id}/logs")).await;
        assert_eq!(status, StatusCode::OK, "{log}");
        log.as_array().unwrap().clone()
    }

    /// A log's messages, a line each.
    pub async fn log_text(&self, id: &str) -> String {
        let log = self.log(id).await;
        let messages: Vec<_> = log.iter().map(|e| e["message"].as_str().unwrap()).collect();
        messages.join("\n")
    }

    /// Waits until a build ends and answers it; the log is in the panic when it ended otherwise
    /// than expected.
    pub async fn ended(&self, id: &str, status: &str) -> Value {
        let build = eventually("the build ends", async || {
            let build = self.build(id).await;
            (!build["ended_at"].is_null()).then_some(build)
        })
        .await;
        assert_eq!(build["status"], status, "{}", self.log_text(id).await);
        build
    }

    /// Waits until a build's log holds a line with this text.
    pub async fn says(&self, id: &str, text: &str) {
        eventually(&format!("the log says {text}"), async || {
            self.log_text(id).await.contains(text).then_some(())
        })
        .await;
    }
}

async fn answer(request: RequestBuilder) -> (StatusCode, Value) {
    let response = request.send().await.unwrap();
    let status = response.status();
    let body = response.text().await.unwrap();
    let value = match body.is_empty() {
        true => Value::Null,
        false => serde_json::from_str(&body).unwrap_or_else(|_| panic!("no JSON: {body}")),
    };
    (status, value)
}

/// Asks until there is an answer.
pub async fn eventually<T>(what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(Instant::now() < deadline, "waited in vain: {what}");
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
}

/// One of the simplest tag configs.
pub fn tag_config(tag: &str) -> Value {
    json!({
        "code_repo_type": "branch",
        "code_repo_type_value": "master",
        "docker_repo_tag": tag,
        "dockerfile_location": "/",
        "build_context_path": "/",
        "is_active": false,
        "version_tagging": 0,
    })
}

/// A JSON object with some of its values changed.
pub fn with(mut value: Value, changes: Value) -> Value {
    for (key, change) in changes.as_object().unwrap() {
        value[key] = change.clone();
    }
    value
}

/// The body of call 1 for a `Simple` source.
pub fn create_body(name: &str, clone_url: &str, tag_configs: Vec<Value>) -> Value {
    json!({
        "repo_name": name,
        "description": "",
        "full_description": "",
        "is_public": true,
        "build_config": {
            "code_repo_client": "Simple",
            "code_repo_clone_url": clone_url,
            "tag_configs": tag_configs,
        },
    })
}

/// One of the reference's samples.
pub fn sample(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../tests/samples")
        .join(name);
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// The keys of an object.
pub fn keys(value: &Value) -> BTreeSet<String> {
    value.as_object().unwrap().keys().cloned().collect()
}

/// The message of a refusal about one field.
#[track_caller]
pub fn assert_field(answer: &(StatusCode, Value), pointer: &str, says: &str) {
    let (status, body) = answer;
    assert_eq!(*status, StatusCode::BAD_REQUEST, "{body}");
    let message = body
        .pointer(&format!("{pointer}/0"))
        .and_then(Value::as_str);
    let message = message.unwrap_or_else(|| panic!("nothing at {pointer}: {body}"));
    assert!(message.contains(says), "{message}");
}

/// The processes whose command line holds this text.
pub fn processes_with(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir("/proc").unwrap().flatten() {
        let line = std::fs::read(entry.path().join("cmdline")).unwrap_or_default();
        let line = String::from_utf8_lossy(&line).replace('\0', " ");
        if line.contains(text) {
            found.push(line);
        }
    }
    found
}
