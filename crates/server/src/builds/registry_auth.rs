//! The credentials for the registry, from a docker `config.json`. A builder is given those for one image alone.

use crate::builds::find_program::find_program;
use crate::process::environment::remove_private_variables;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use tokio::io::AsyncWriteExt;

/// How long a program that keeps credentials may take to answer.
const HELPER_TIMEOUT: Duration = Duration::from_secs(20);

/// The largest file with credentials, in bytes.
const MAX_FILE_BYTES: u64 = 1 << 20;

/// The name that a program that keeps credentials gives for an identity token.
const TOKEN_USER: &str = "<token>";

/// Docker Hub, as images name it and as its credentials are stored.
pub(crate) const DOCKER_HUB: &str = "docker.io";
const DOCKER_HUB_KEY: &str = "https://index.docker.io/v1/";

/// Credentials for a registry. They can't be printed.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Credentials {
    pub(crate) user: String,
    pub(crate) secret: String,
    /// True if the secret is an identity token, which is exchanged for others.
    pub(crate) is_token: bool,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Credentials")
    }
}

impl Credentials {
    /// Returns a docker `config.json` with nothing but these credentials, for a registry's host.
    pub(crate) fn config(&self, host: &str) -> Value {
        let key = match host {
            DOCKER_HUB => DOCKER_HUB_KEY,
            host => host,
        };
        let entry = match self.is_token {
            true => json!({ "auth": self.encoded(""), "identitytoken": self.secret }),
            false => json!({ "auth": self.encoded(&self.secret) }),
        };
        json!({ "auths": { key: entry } })
    }

    /// The texts that no log may show.
    pub(crate) fn secrets(&self) -> [String; 2] {
        [self.secret.clone(), self.encoded(&self.secret)]
    }

    fn encoded(&self, secret: &str) -> String {
        BASE64_STANDARD.encode(format!("{}:{secret}", self.user))
    }
}

/// A file with credentials.
#[derive(Debug)]
pub(crate) struct AuthFile {
    path: PathBuf,
}

/// The credentials in a docker `config.json`.
#[derive(Deserialize)]
struct Config {
    #[serde(default)]
    auths: HashMap<String, Entry>,
    #[serde(default, rename = "credHelpers")]
    helpers: HashMap<String, String>,
    #[serde(default, rename = "credsStore")]
    store: String,
}

#[derive(Deserialize)]
struct Entry {
    #[serde(default)]
    auth: String,
    #[serde(default)]
    username: String,
    #[serde(default)]
    password: String,
    #[serde(default, rename = "identitytoken")]
    identity_token: String,
}

/// The answer of a program that keeps credentials.
#[derive(Deserialize)]
struct Answer {
    #[serde(rename = "Username")]
    user: String,
    #[serde(rename = "Secret")]
    secret: String,
}

impl AuthFile {
    /// Takes a file that can be read, and that other users can't read.
    ///
    /// # Errors
    ///
    /// A sentence about why it is not taken.
    pub(crate) fn open(path: &Path) -> Result<Self, String> {
        let file = Self {
            path: path.to_owned(),
        };
        file.read()?;
        let shown = path.display();
        let metadata = fs::metadata(path).map_err(|error| format!("{shown}: {error}"))?;
        match metadata.permissions().mode() & 0o007 {
            0 => Ok(file),
            _ => Err(format!(
                "all users of this machine can use the credentials in {shown}: make it private with chmod 600"
            )),
        }
    }

    fn read(&self) -> Result<Config, String> {
        let path = self.path.display();
        let failed = |error: &dyn std::fmt::Display| {
            format!("the credentials in {path} can't be read: {error}")
        };
        let size = fs::metadata(&self.path)
            .map_err(|error| failed(&error))?
            .len();
        if size > MAX_FILE_BYTES {
            return Err(failed(&"the file is too large"));
        }
        let text = fs::read(&self.path).map_err(|error| failed(&error))?;
        // The message of the JSON's error may quote a secret.
        serde_json::from_slice(&text).map_err(|error| {
            let place = format!("line {}, column {}", error.line(), error.column());
            failed(&format!("it is no docker config.json: {place}"))
        })
    }

    /// Returns the credentials for an image, `HOST/path`: those for the longest part of its path, or those for its host.
    ///
    /// # Errors
    ///
    /// A sentence about a file, or a program that keeps credentials, that does not answer. It has no secret in it.
    pub(crate) async fn find(
        &self,
        host: &str,
        repository: &str,
    ) -> Result<Option<Credentials>, String> {
        let config = self.read()?;
        let entries: HashMap<&str, &Entry> = (config.auths.iter())
            .map(|(key, entry)| (host_of_key(key), entry))
            .collect();
        let mut place = repository;
        while place != host {
            if let Some(found) = entries.get(place).and_then(|entry| entry.credentials()) {
                return Ok(Some(found));
            }
            place = place.rsplit_once('/').map_or(host, |(parent, _)| parent);
        }
        let helpers = config.helpers.iter();
        let helper = helpers
            .filter(|(key, _)| host_of_key(key) == host)
            .map(|(_, name)| name)
            .next();
        if let Some(name) = helper {
            return ask(name, host).await;
        }
        match entries.get(host).and_then(|entry| entry.credentials()) {
            Some(found) => Ok(Some(found)),
            None if config.store.is_empty() => Ok(None),
            None => ask(&config.store, host).await,
        }
    }
}

/// Returns the registry's host, or host and path, that a key stands for: it may be written as a URL.
fn host_of_key(key: &str) -> &str {
    let key = key
        .strip_prefix("https://")
        .or_else(|| key.strip_prefix("http://"))
        .unwrap_or(key)
        .trim_end_matches('/');
    let key = key
        .strip_suffix("/v1")
        .or_else(|| key.strip_suffix("/v2"))
        .unwrap_or(key);
    match key {
        "index.docker.io" | "registry-1.docker.io" => DOCKER_HUB,
        key => key,
    }
}

impl Entry {
    fn credentials(&self) -> Option<Credentials> {
        let decoded = BASE64_STANDARD
            .decode(self.auth.trim_end_matches('\0'))
            .ok()?;
        let decoded = String::from_utf8(decoded).ok()?;
        let (user, secret) = match decoded.split_once(':') {
            Some((user, secret)) => (user.to_owned(), secret.trim_end_matches('\0').to_owned()),
            None => (self.username.clone(), self.password.clone()),
        };
        if !self.identity_token.is_empty() {
            return Some(Credentials {
                user,
                secret: self.identity_token.clone(),
                is_token: true,
            });
        }
        (!user.is_empty()).then_some(Credentials {
            user,
            secret,
            is_token: false,
        })
    }
}

/// Asks the program `docker-credential-NAME` for the credentials of a host.
async fn ask(name: &str, host: &str) -> Result<Option<Credentials>, String> {
    let program = format!("docker-credential-{name}");
    let path = (!name.contains('/'))
        .then(|| find_program(&program))
        .flatten();
    let path = path.ok_or_else(|| {
        format!("{program}, which keeps the credentials for {host}, is not installed")
    })?;
    let failed = |error: &dyn std::fmt::Display| {
        format!("{program}, which keeps the credentials for {host}, failed: {error}")
    };
    let mut command = std::process::Command::new(path);
    remove_private_variables(&mut command, &["XDG_CONFIG_HOME"]);
    command
        .arg("get")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    let mut command = tokio::process::Command::from(command);
    let mut child = command
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| failed(&error))?;
    let asked = match host {
        DOCKER_HUB => DOCKER_HUB_KEY,
        host => host,
    };
    let answer = async {
        if let Some(mut input) = child.stdin.take() {
            input.write_all(asked.as_bytes()).await?;
        }
        child.wait_with_output().await
    };
    let output = match tokio::time::timeout(HELPER_TIMEOUT, answer).await {
        Ok(output) => output.map_err(|error| failed(&error))?,
        Err(_) => return Err(failed(&"it did not answer")),
    };
    if !output.status.success() {
        let text = String::from_utf8_lossy(&output.stdout);
        return match text.contains("credentials not found") {
            true => Ok(None),
            false => Err(failed(&output.status)),
        };
    }
    // Nothing of the answer is shown: it has the secret.
    let answer: Answer = serde_json::from_slice(&output.stdout)
        .map_err(|_| failed(&"its answer has no user name and secret"))?;
    Ok(Some(Credentials {
        is_token: answer.user == TOKEN_USER,
        user: answer.user,
        secret: answer.secret,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::Permissions;

    fn file(text: &str) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.json");
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
        (folder, path)
    }

    async fn find(text: &str, repository: &str) -> Option<(String, String, bool)> {
        let (_folder, path) = file(text);
        let host = repository.split('/').next().unwrap();
        let found = AuthFile::open(&path)
            .unwrap()
            .find(host, repository)
            .await
            .unwrap()?;
        Some((found.user, found.secret, found.is_token))
    }

    fn auth(text: &str) -> String {
        BASE64_STANDARD.encode(text)
    }

    #[tokio::test]
    async fn the_longest_path_that_fits_gives_the_credentials() {
        let text = json!({ "auths": {
            "https://index.docker.io/v1/": { "auth": auth("hub:h") },
            "http://registry.example.com/v2/": { "auth": auth("all:a:b") },
            "registry.example.com/team": { "auth": auth("team:t") },
            "registry.example.com/team/app": { "auth": "" },
            "token.example.com": { "auth": auth("00000000-0000-0000-0000-000000000000:"), "identitytoken": "long" },
            "plain.example.com": { "username": "p", "password": "q" },
        }})
        .to_string();
        let expected = |user: &str, secret: &str| Some((user.to_owned(), secret.to_owned(), false));
        for (repository, found) in [
            ("registry.example.com/other/app", expected("all", "a:b")),
            ("registry.example.com/team/app", expected("team", "t")),
            ("registry.example.com/team/x/y", expected("team", "t")),
            ("registry.example.com/teams/app", expected("all", "a:b")),
            ("docker.io/team/app", expected("hub", "h")),
            ("plain.example.com/a/b", expected("p", "q")),
            ("registry.example.com:5000/team/app", None),
            ("nobody.example.com/team/app", None),
        ] {
            assert_eq!(find(&text, repository).await, found, "{repository}");
        }
        let (_, secret, is_token) = find(&text, "token.example.com/a/b").await.unwrap();
        assert!(is_token && secret == "long");
    }

    #[tokio::test]
    async fn a_program_that_is_missing_is_named() {
        let (_folder, path) = file(
            r#"{"credHelpers": {"registry.example.com": "slipway-none"}, "credsStore": "../x"}"#,
        );
        let file = AuthFile::open(&path).unwrap();
        for (host, program) in [
            ("registry.example.com", "docker-credential-slipway-none"),
            ("other.example.com", "docker-credential-../x"),
        ] {
            let repository = format!("{host}/team/app");
            let message = file.find(host, &repository).await.unwrap_err();
            assert!(
                message.starts_with(program) && message.contains("is not installed"),
                "{message}"
            );
        }
    }

    #[test]
    fn a_file_that_is_wrong_is_refused_without_its_text() {
        for (text, mode, expected) in [
            (r#"{"auths": {}}"#, 0o644, "chmod 600"),
            (r#"{"auths": "hidden"}"#, 0o600, "line 1"),
            ("hidden", 0o600, "line 1"),
        ] {
            let (_folder, path) = file(text);
            fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
            let message = AuthFile::open(&path).unwrap_err();
            assert!(
                message.contains(expected) && !message.contains("hidden"),
                "{message}"
            );
        }
        let missing = AuthFile::open(Path::new("/none/config.json")).unwrap_err();
        assert!(missing.contains("/none/config.json"), "{missing}");
    }

    #[test]
    fn a_builder_is_given_one_entry() {
        let credentials = Credentials {
            user: "a".to_owned(),
            secret: "b".to_owned(),
            is_token: false,
        };
        assert_eq!(
            credentials.config("registry.example.com"),
            json!({ "auths": { "registry.example.com": { "auth": auth("a:b") } } })
        );
        let hub = credentials.config(DOCKER_HUB);
        assert!(hub["auths"][DOCKER_HUB_KEY]["auth"].is_string());
        let token = Credentials {
            is_token: true,
            ..credentials
        };
        let entry = &token.config("r.example.com")["auths"]["r.example.com"];
        assert_eq!(entry["identitytoken"], "b");
        assert_eq!(format!("{token:?}"), "Credentials");
    }
}
