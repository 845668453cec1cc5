//! Shared by the tests: a server in this process, requests, and waiting for a condition.

pub(crate) use crate::fixtures::*;
pub(crate) use crate::parts::skip;

use reqwest::{Client, Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};
use slipway_server::{Options, Server, serve};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;
use tempfile::TempDir;
use tokio::time::Instant;

/// How long a test waits for a condition before it fails.
pub(crate) const MAX_WAIT: Duration = Duration::from_secs(90);

/// A server with a port and a data folder of its own, and a folder of git repositories that it may
/// clone.
pub(crate) struct TestServer {
    pub(crate) folder: TempDir,
    pub(crate) url: String,
    pub(crate) client: Client,
    pub(crate) token: Option<String>,
    options: Vec<String>,
    server: Option<Server>,
}

impl TestServer {
    /// Starts a server with additional options.
    pub(crate) async fn start(options: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("git")).unwrap();
        let mut server = Self {
            url: String::new(),
            client: Client::new(),
            token: None,
            options: options.iter().map(|option| option.to_string()).collect(),
            server: None,
            folder,
        };
        server.start_again().await;
        server
    }

    /// Sends requests to a server in another process. Keeps `folder` until it is dropped.
    pub(crate) fn remote(folder: TempDir, url: &str) -> Self {
        Self {
            url: url.to_owned(),
            client: Client::new(),
            token: None,
            options: Vec::new(),
            server: None,
            folder,
        }
    }

    /// The arguments of the server's command line.
    pub(crate) fn arguments(&self) -> Vec<String> {
        let path = |name: &str| self.folder.path().join(name).display().to_string();
        let mut arguments = vec![
            format!("--data={}", path("data")),
            format!("--allow-local-source={}", path("git")),
        ];
        arguments.extend(self.options.iter().cloned());
        if !arguments
            .iter()
            .any(|option| option.starts_with("--listen"))
        {
            arguments.push("--listen=127.0.0.1:0".to_owned());
        }
        arguments
    }

    /// Starts the server again with the same data.
    pub(crate) async fn start_again(&mut self) {
        let arguments = [vec!["slipway".to_owned()], self.arguments()].concat();
        let mut options = <Options as clap::Parser>::try_parse_from(arguments).unwrap();
        options.sandbox_program = Some(env!("CARGO_BIN_EXE_slipway").into());
        let server = serve(options).await.unwrap();
        self.url = format!("http://{}", server.address());
        self.server = Some(server);
    }

    /// Adds an option for the next start.
    pub(crate) fn with_option(&mut self, option: &str) {
        self.options.push(option.to_owned());
    }

    /// Replaces the options that begin so, for the next start.
    pub(crate) fn replace_option(&mut self, beginning: &str, option: &str) {
        self.options.retain(|option| !option.starts_with(beginning));
        self.options.push(option.to_owned());
    }

    pub(crate) async fn stop(&mut self) {
        if let Some(server) = self.server.take() {
            server.stop().await;
        }
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.client.request(method, format!("{}{path}", self.url));
        match &self.token {
            Some(token) => request.header("Authorization", format!("Token {token}")),
            None => request,
        }
    }

    pub(crate) async fn get(&self, path: &str) -> (StatusCode, Value) {
        send(self.request(Method::GET, path)).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> (StatusCode, Value) {
        send(self.request(Method::POST, path).json(body)).await
    }

    pub(crate) async fn put(&self, path: &str, body: &Value) -> (StatusCode, Value) {
        send(self.request(Method::PUT, path).json(body)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> (StatusCode, Value) {
        send(self.request(Method::DELETE, path)).await
    }

    /// Creates a git repository that the server may clone, with these files on `master`.
    pub(crate) fn repository(&self, name: &str, files: &[(&str, &str)]) -> GitRepository {
        let repository = GitRepository(self.folder.path().join("git").join(name));
        std::fs::create_dir_all(&repository.0).unwrap();
        repository.git(&["init", "--quiet", "--initial-branch=master"]);
        repository.commit(files);
        repository
    }

    /// Returns the smallest Dockerfile that builds.
    pub(crate) fn minimal_dockerfile(&self) -> String {
        "FROM scratch\nCOPY Dockerfile /Dockerfile\n".to_owned()
    }

    /// Returns the start of a Dockerfile with a shell for RUN steps.
    pub(crate) fn shell_dockerfile(&self) -> String {
        "FROM scratch\nCOPY busybox /bin/busybox\nRUN [\"/bin/busybox\", \"--install\", \"/bin\"]\n"
            .to_owned()
    }

    /// Returns the images of a repository that the builder has, as `name:tag` and short id.
    pub(crate) fn images(&self, path: &str) -> Vec<(String, String)> {
        images(&self.folder.path().join("data"), path)
    }

    /// Registers `namespace/name` with the smallest Dockerfile and the tag config `latest`.
    pub(crate) async fn register_minimal(&self, path: &str) -> GitRepository {
        let name = path.rsplit('/').next().unwrap();
        let source = self.repository(name, &[("Dockerfile", &self.minimal_dockerfile())]);
        self.register(path, &source, vec![tag_config("latest")])
            .await;
        source
    }

    /// Registers `namespace/name` with the tag config `latest` and a Dockerfile that runs `step`.
    pub(crate) async fn register_step(&self, path: &str, step: &str) {
        let name = path.rsplit('/').next().unwrap();
        let dockerfile = format!("{}RUN {step}\n", self.shell_dockerfile());
        let source = self
            .repository(name, &[("Dockerfile", &dockerfile)])
            .with_busybox();
        self.register(path, &source, vec![tag_config("latest")])
            .await;
    }

    /// Registers `namespace/name` with these tag configs and returns the response.
    pub(crate) async fn register(
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

    /// Starts a build of `namespace/name` and returns its id.
    pub(crate) async fn trigger(&self, path: &str, tag: &str) -> String {
        let (namespace, name) = path.split_once('/').unwrap();
        let body = json!({"namespace": namespace, "repo_name": name, "tag": tag});
        let (status, build) = self.post("/v1/builds", &body).await;
        assert_eq!(status, StatusCode::CREATED, "{build}");
        build["build_id"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn build(&self, id: &str) -> Value {
        let (status, build) = self.get(&format!("/v1/builds/{id}")).await;
        assert_eq!(status, StatusCode::OK, "{build}");
        build
    }

    pub(crate) async fn log(&self, id: &str) -> Vec<Value> {
        let (status, log) = self.get(&format!("/v1/builds/{id}/logs")).await;
        assert_eq!(status, StatusCode::OK, "{log}");
        log.as_array().unwrap().clone()
    }

    /// Returns the messages of a log, separated by line breaks.
    pub(crate) async fn log_text(&self, id: &str) -> String {
        let log = self.log(id).await;
        let messages: Vec<_> = log.iter().map(|e| e["message"].as_str().unwrap()).collect();
        messages.join("\n")
    }

    /// Waits until a build ends and returns it. Panics with the log if its status is another one.
    pub(crate) async fn wait_for_status(&self, id: &str, status: &str) -> Value {
        let build = wait_for("the build ends", async || {
            let build = self.build(id).await;
            (!build["ended_at"].is_null()).then_some(build)
        })
        .await;
        assert_eq!(build["status"], status, "{}", self.log_text(id).await);
        build
    }

    /// Waits until a build fails and returns the last message of its log, an error.
    pub(crate) async fn wait_for_failure(&self, id: &str) -> String {
        self.wait_for_status(id, "F").await;
        let log = self.log(id).await;
        let last = log.last().unwrap();
        assert_eq!(last["level"], "ERROR");
        last["message"].as_str().unwrap().to_owned()
    }

    /// Waits until a build's log contains this text.
    pub(crate) async fn wait_for_log(&self, id: &str, text: &str) {
        wait_for(&format!("the log contains {text}"), async || {
            self.log_text(id).await.contains(text).then_some(())
        })
        .await;
    }
}

async fn send(request: RequestBuilder) -> (StatusCode, Value) {
    let response = request.send().await.unwrap();
    let status = response.status();
    let body = response.text().await.unwrap();
    let value = match body.is_empty() {
        true => Value::Null,
        false => serde_json::from_str(&body).unwrap_or_else(|_| panic!("not JSON: {body}")),
    };
    (status, value)
}

/// Calls `check` until it returns a value.
pub(crate) async fn wait_for<T>(condition: &str, mut check: impl AsyncFnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + MAX_WAIT;
    loop {
        if let Some(value) = check().await {
            return value;
        }
        assert!(Instant::now() < deadline, "timed out: {condition}");
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
}

/// Returns a minimal tag config.
pub(crate) fn tag_config(tag: &str) -> Value {
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

/// Returns a tag config whose branch does not exist, so that its builds fail early.
pub(crate) fn failing_tag_config(tag: &str) -> Value {
    with(tag_config(tag), json!({"code_repo_type_value": "missing"}))
}

/// Returns a JSON object with some values changed.
pub(crate) fn with(mut value: Value, changes: Value) -> Value {
    for (key, change) in changes.as_object().unwrap() {
        value[key] = change.clone();
    }
    value
}

/// Returns the body of call 1 for a `Simple` source.
pub(crate) fn create_body(name: &str, clone_url: &str, tag_configs: Vec<Value>) -> Value {
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

/// Returns a sample of the API reference.
pub(crate) fn sample(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../tests/samples")
        .join(name);
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// Returns the keys of an object.
pub(crate) fn keys(value: &Value) -> BTreeSet<String> {
    value.as_object().unwrap().keys().cloned().collect()
}

/// Asserts that a response is a 400 whose message about one field contains `expected`.
#[track_caller]
pub(crate) fn assert_field(response: &(StatusCode, Value), pointer: &str, expected: &str) {
    let (status, body) = response;
    assert_eq!(*status, StatusCode::BAD_REQUEST, "{body}");
    let message = body
        .pointer(&format!("{pointer}/0"))
        .and_then(Value::as_str);
    let message = message.unwrap_or_else(|| panic!("nothing at {pointer}: {body}"));
    assert!(message.contains(expected), "{message}");
}

/// Returns the processes whose command line contains this text, by id.
pub(crate) fn processes_with(text: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir("/proc").unwrap().flatten() {
        let line = std::fs::read(entry.path().join("cmdline")).unwrap_or_default();
        let line = String::from_utf8_lossy(&line).replace('\0', " ");
        if line.contains(text) {
            found.insert(entry.file_name().into_string().unwrap(), line);
        }
    }
    found
}
