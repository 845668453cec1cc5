//! A server that is attacked: the program as a process of its own, with its folder, tokens and requests.

use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// The time that an attack waits for the server before it counts as stuck.
pub(crate) const MAX_WAIT: Duration = Duration::from_secs(120);

/// The start of a server.
pub(crate) struct Setup {
    pub(crate) program: PathBuf,
    pub(crate) options: Vec<String>,
}

/// A running server. Dropping it ends the process.
pub(crate) struct Victim {
    folder: TempDir,
    data: PathBuf,
    child: Child,
    arguments: Vec<String>,
    program: PathBuf,
    client: Client,
    url: String,
    /// The token of the namespace `attacker`.
    pub(crate) token: String,
    /// The token of the namespace `victim`, which no attack may learn.
    pub(crate) secret: String,
}

impl Victim {
    /// Starts a server with its data below `parent`, or in a temporary folder.
    pub(crate) fn start(setup: &Setup, parent: Option<&Path>, options: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let data = parent.unwrap_or(folder.path()).join("data");
        let random = || uuid::Uuid::new_v4().simple().to_string();
        let (token, secret) = (random(), format!("CANARY{}", random()));
        let tokens = folder.path().join("tokens");
        std::fs::write(&tokens, format!("attacker={token}\nvictim={secret}\n")).expect("tokens");
        std::fs::set_permissions(&tokens, PermissionsExt::from_mode(0o600)).expect("private");
        let git = folder.path().join("git");
        std::fs::create_dir(&git).expect("a folder");
        let mut arguments = vec![
            "--listen=127.0.0.1:0".to_owned(),
            format!("--data={}", data.display()),
            format!("--allow-local-source={}", git.display()),
            format!("--token-file={}", tokens.display()),
        ];
        arguments.extend(setup.options.iter().cloned());
        arguments.extend(options.iter().map(|option| (*option).to_owned()));
        let (child, url) = spawn(&setup.program, &arguments, folder.path());
        Self {
            data,
            child,
            arguments,
            program: setup.program.clone(),
            client: Client::new(),
            url,
            token,
            secret,
            folder,
        }
    }

    /// Kills the process without warning.
    pub(crate) fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Asks the process to stop, and waits until it has.
    pub(crate) fn stop(&mut self) {
        let id = self.child.id().to_string();
        let _ = Command::new("kill").args(["-TERM", &id]).status();
        let _ = self.child.wait();
    }

    /// Starts the server again with the same data.
    pub(crate) fn start_again(&mut self) {
        (self.child, self.url) = spawn(&self.program, &self.arguments, self.folder.path());
    }

    /// Returns true if the process has not ended.
    pub(crate) fn is_running(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// The process id.
    pub(crate) fn process(&self) -> u32 {
        self.child.id()
    }

    /// `http://127.0.0.1:PORT`.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// The address that it listens on.
    pub(crate) fn address(&self) -> &str {
        self.url.trim_start_matches("http://")
    }

    /// The folder that nothing else uses: the server's data, its tokens, the sources.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The server's data folder.
    pub(crate) fn data(&self) -> &Path {
        &self.data
    }

    /// The text that the server has written to its log.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    /// Sends a request with a token. Returns its status and its body, `Null` if that is no JSON. `None` without an
    /// answer.
    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        token: &str,
        body: Option<&Value>,
    ) -> Option<(StatusCode, Value)> {
        let mut request = self.client.request(method, format!("{}{path}", self.url));
        request = request.header("Authorization", format!("Token {token}"));
        if let Some(body) = body {
            request = request.json(body);
        }
        let answer = request.timeout(Duration::from_secs(30)).send().await.ok()?;
        let status = answer.status();
        let text = answer.text().await.ok()?;
        Some((status, serde_json::from_str(&text).unwrap_or(Value::Null)))
    }

    pub(crate) async fn get(&self, path: &str) -> Option<(StatusCode, Value)> {
        self.send(Method::GET, path, &self.token, None).await
    }

    /// Registers a repository of a namespace with the tag config `latest`.
    pub(crate) async fn register(
        &self,
        namespace: &str,
        name: &str,
        clone_url: &str,
    ) -> Option<(StatusCode, Value)> {
        let body = json!({
            "repo_name": name,
            "is_public": false,
            "build_config": {
                "code_repo_client": "Simple",
                "code_repo_clone_url": clone_url,
                "tag_configs": [{
                    "code_repo_type": "branch",
                    "code_repo_type_value": "master",
                    "docker_repo_tag": "latest",
                    "dockerfile_location": "/",
                    "build_context_path": "/",
                    "is_active": false,
                    "version_tagging": 0,
                }],
            },
        });
        let path = format!("/v1/repositories/{namespace}");
        self.send(Method::POST, &path, self.token_of(namespace), Some(&body))
            .await
    }

    fn token_of(&self, namespace: &str) -> &str {
        match namespace {
            "victim" => &self.secret,
            _ => &self.token,
        }
    }

    /// Starts a build of the tag `latest`. Returns its id.
    pub(crate) async fn trigger(&self, namespace: &str, name: &str) -> Option<String> {
        let body = json!({"namespace": namespace, "repo_name": name, "tag": "latest"});
        let token = self.token_of(namespace);
        let (status, build) = self
            .send(Method::POST, "/v1/builds", token, Some(&body))
            .await?;
        (status == StatusCode::CREATED).then(|| build["build_id"].as_str().unwrap_or("").to_owned())
    }

    /// Waits until a build has ended. Returns its status; `None` if it does not end.
    pub(crate) async fn end_of(&self, namespace: &str, id: &str) -> Option<String> {
        let deadline = Instant::now() + MAX_WAIT;
        let path = format!("/v1/builds/{id}");
        while Instant::now() < deadline {
            let token = self.token_of(namespace);
            if let Some((StatusCode::OK, build)) = self.send(Method::GET, &path, token, None).await
                && !build["ended_at"].is_null()
            {
                return Some(build["status"].as_str().unwrap_or_default().to_owned());
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        None
    }

    /// The messages of a build's log, one in each line.
    pub(crate) async fn log_of(&self, id: &str) -> String {
        let log = self.get(&format!("/v1/builds/{id}/logs")).await;
        let entries = log.map(|(_, log)| log).unwrap_or_default();
        let entries = entries.as_array().cloned().unwrap_or_default();
        let messages = entries.iter().filter_map(|entry| entry["message"].as_str());
        messages.collect::<Vec<_>>().join("\n")
    }

    /// The fault of the server itself after an attack.
    pub(crate) async fn problems(&mut self) -> Vec<String> {
        let mut problems = Vec::new();
        if !self.is_running() {
            problems.push("the server has ended".to_owned());
        } else if !matches!(self.get("/v1/builds").await, Some((StatusCode::OK, _))) {
            problems.push("the server does not answer".to_owned());
        }
        if self.log().contains("panicked at") {
            problems.push("the server panicked".to_owned());
        }
        problems
    }
}

impl Drop for Victim {
    fn drop(&mut self) {
        if self.is_running() {
            self.stop();
        }
    }
}

/// Starts the program, and waits until it listens. Returns its address.
fn spawn(program: &Path, arguments: &[String], folder: &Path) -> (Child, String) {
    let log = File::options()
        .append(true)
        .create(true)
        .mode(0o600)
        .open(folder.join("log"))
        .expect("a log");
    let mut child = Command::new(program)
        .args(arguments)
        .stdout(Stdio::piped())
        .stderr(log)
        .spawn()
        .unwrap_or_else(|error| panic!("{} does not start: {error}", program.display()));
    let mut line = String::new();
    let stdout = child.stdout.take().expect("its output");
    BufReader::new(stdout)
        .read_line(&mut line)
        .expect("its output");
    let Some(url) = line.strip_prefix("Slipway listens on ") else {
        let log = std::fs::read_to_string(folder.join("log")).unwrap_or_default();
        panic!("the server does not start: {log}");
    };
    (child, url.trim().to_owned())
}
