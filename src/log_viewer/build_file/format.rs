//! The head of a saved build: everything but the log. `docs/build-file.md` documents the whole file.

use crate::api::redact::MASK;
use crate::api::{Build, BuildConfig, SourceUrl, Status, Timestamp, lenient_time};
use serde::{Deserialize, Serialize};

/// The version of the format that this console writes, and the last one that it reads.
pub(crate) const VERSION: u32 = 1;

/// The end of the name of a saved build.
pub(crate) const EXTENSION: &str = ".slipway.json.gz";

/// The shortest secret that is looked for in the log: a shorter one would be found in many a word.
const MIN_SECRET_CHARS: usize = 6;

/// The head of the file. Its keys come before the log's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Head {
    /// The version of the format.
    pub(crate) slipway: u32,
    /// The version of the console that wrote the file.
    #[serde(default)]
    pub(crate) app: String,
    /// When it was written.
    #[serde(default, deserialize_with = "lenient_time")]
    pub(crate) saved_at: Option<Timestamp>,
    /// True if the file has only a part of the log.
    #[serde(default)]
    pub(crate) is_part: bool,
    /// The build, as call 4 gives it, with the `detail` of call 2.
    pub(crate) build: Build,
    /// The build config of its repository; `None` if the API did not give it.
    #[serde(default)]
    pub(crate) config: Option<BuildConfig>,
}

impl Head {
    /// The head of a file that is saved now, without secrets.
    pub(crate) fn new(
        build: &Build,
        config: Option<&BuildConfig>,
        is_part: bool,
        now: Option<Timestamp>,
    ) -> Self {
        Self {
            slipway: VERSION,
            app: env!("CARGO_PKG_VERSION").to_owned(),
            saved_at: now,
            is_part,
            build: as_the_api_gives_it(build),
            config: config.map(redacted_config),
        }
    }

    /// The beginning of the file, up to the log's first entry.
    pub(crate) fn text(&self, secrets: &Secrets) -> String {
        // Fails for no value of these types.
        let json = serde_json::to_string(self).unwrap_or_default();
        let open = json.strip_suffix('}').unwrap_or(&json);
        secrets.masked(&format!("{open},\n\"log\":[\n"))
    }

    /// The build config as indented JSON, in the form that the config editor imports.
    pub(crate) fn config_text(&self) -> Option<String> {
        serde_json::to_string_pretty(self.config.as_ref()?).ok()
    }
}

/// The end of the file, after the log's last entry.
pub(crate) const END: &[u8] = b"\n]}\n";

/// A build with the status that the API has of it: its `detail` says that it was canceled.
fn as_the_api_gives_it(build: &Build) -> Build {
    let mut build = build.clone();
    if build.status == Status::Canceled && build.detail.is_some() {
        build.status = Status::Failed;
    }
    build
}

/// A build config without its deploy key and the secret of its webhook. The secrets of its URLs are masked as JSON is
/// written.
fn redacted_config(config: &BuildConfig) -> BuildConfig {
    BuildConfig {
        code_repo_webhook_code: None,
        code_repo_public_key: None,
        ..config.clone()
    }
}

/// The secrets that the console knows of. They are masked wherever they stand in the file, so also where the builder
/// has printed them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Secrets {
    /// As they are written inside a JSON string.
    escaped: Vec<String>,
}

impl Secrets {
    /// Collects the secrets of a build and a build config, and the API's token.
    pub(crate) fn of(build: &Build, config: Option<&BuildConfig>, token: Option<&str>) -> Self {
        let mut secrets = Self::default();
        secrets.add(token.unwrap_or_default());
        secrets.add_of(Some(&build.code_repo_path));
        secrets.add_of(build.code_repo_http_url.as_ref());
        secrets.add_of(build.code_commit_http_url.as_ref());
        secrets.add_of(build.code_repo_branch_url.as_ref());
        if let Some(config) = config {
            secrets.add(config.code_repo_webhook_code.as_deref().unwrap_or_default());
            let key = config.code_repo_public_key.as_deref().unwrap_or_default();
            // The kind of key and the comment say nothing.
            secrets.add(key.split_whitespace().nth(1).unwrap_or(key));
            secrets.add_of(Some(&config.code_repo_path));
            secrets.add_of(config.code_repo_clone_url.as_ref());
            secrets.add_of(config.code_repo_path_url.as_ref());
            secrets.add_of(config.deploy_url.as_ref());
        }
        // A secret that contains another one goes first.
        secrets
            .escaped
            .sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        secrets.escaped.dedup();
        secrets
    }

    fn add(&mut self, secret: &str) {
        if secret.chars().count() >= MIN_SECRET_CHARS {
            let json = serde_json::to_string(secret).unwrap_or_default();
            self.escaped.push(json.trim_matches('"').to_owned());
        }
    }

    fn add_of(&mut self, url: Option<&SourceUrl>) {
        let secrets = url.map(SourceUrl::secrets).unwrap_or_default();
        secrets.iter().for_each(|secret| self.add(secret));
    }

    /// JSON with each secret in it masked.
    pub(crate) fn masked(&self, json: &str) -> String {
        let mut text = json.to_owned();
        for secret in &self.escaped {
            if text.contains(secret.as_str()) {
                text = text.replace(secret.as_str(), MASK);
            }
        }
        text
    }

    /// Returns true if there is nothing to mask.
    pub(crate) fn is_empty(&self) -> bool {
        self.escaped.is_empty()
    }
}

/// The name of the file of a build: its image and the beginning of its id.
pub(crate) fn file_name(build: &Build) -> String {
    let (path, id) = (&build.docker_repo_path, &build.build_id);
    let id = id.get(..8).unwrap_or(id);
    let parts = [
        path.rsplit('/').next().unwrap_or_default(),
        &build.docker_repo_tag,
        id,
    ];
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    let name: String = parts
        .join("-")
        .chars()
        .map(|char| match char {
            'a'..='z' | 'A'..='Z' | '0'..='9' | '-' | '_' | '.' => char,
            _ => '-',
        })
        .collect();
    format!("{}{EXTENSION}", name.trim_start_matches('.'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const KEY: &str = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAB deploy@host";

    /// A build and a config with a secret in each place that can have one.
    fn with_secrets(password: &str, query: &str, hook: &str) -> (Build, BuildConfig) {
        let url = |path: &str| {
            let url = format!("https://me:{password}@git.test/{path}?token={query}");
            Some(SourceUrl::from(url))
        };
        let build = Build {
            build_id: "b1".to_owned(),
            code_repo_path: format!("https://{password}@git.test/a").into(),
            code_repo_http_url: url("a"),
            code_commit_http_url: url("a/commit"),
            code_repo_branch_url: url("a/tree"),
            detail: Some(format!("git clone https://me:{password}@git.test/a failed")),
            ..Build::default()
        };
        let config = BuildConfig {
            code_repo_path: format!("me:{password}@git.test:a").into(),
            code_repo_clone_url: url("a"),
            code_repo_webhook_code: Some(hook.to_owned()),
            code_repo_public_key: Some(KEY.to_owned()),
            code_repo_path_url: url("b"),
            deploy_url: url("keys"),
            ..BuildConfig::default()
        };
        (build, config)
    }

    proptest! {
        #[test]
        fn no_secret_is_in_the_file(
            password in "[a-zA-Z0-9_\\-\"\\\\]{6,30}",
            query in "[a-zA-Z0-9]{6,30}",
            hook in "[a-z0-9]{8,40}",
            token in "[!-~]{10,40}",
        ) {
            prop_assume!(!["code_repo", "docker", "git.test"].iter().any(|word| {
                [&password, &query, &hook, &token].iter().any(|secret| word.contains(secret.as_str()))
            }));
            let (build, config) = with_secrets(&password, &query, &hook);
            let secrets = Secrets::of(&build, Some(&config), Some(&token));
            let head = Head::new(&build, Some(&config), false, None).text(&secrets);
            let printed = format!("cloning https://x:{password}@h, {hook}, {KEY}, {token} and {query}");
            let entry = secrets.masked(&serde_json::json!({ "message": printed }).to_string());
            for secret in [&password, &query, &hook, &token] {
                let escaped = serde_json::to_string(secret).unwrap();
                let escaped = escaped.trim_matches('"');
                prop_assert!(!head.contains(escaped), "{} in {}", escaped, head);
                prop_assert!(!entry.contains(escaped), "{} in {}", escaped, entry);
            }
            prop_assert!(!head.contains("AAAAB3") && !entry.contains("AAAAB3"));
        }
    }

    #[test]
    fn a_head_reads_as_it_was_written() {
        let build = Build {
            build_id: "b1".to_owned(),
            detail: Some("It \"failed\"".to_owned()),
            ..Build::default()
        };
        let config = BuildConfig {
            code_repo_path: "team/app".into(),
            ..BuildConfig::default()
        };
        let head = Head::new(&build, Some(&config), true, Timestamp::from_millis(1_000));
        let text = head.text(&Secrets::default());
        let whole: serde_json::Value = serde_json::from_str(&format!("{text}{{}}\n]}}\n")).unwrap();
        assert_eq!(whole["log"].as_array().map(Vec::len), Some(1));
        assert_eq!(serde_json::from_value::<Head>(whole).unwrap(), head);
    }

    #[test]
    fn what_is_not_secret_stays() {
        let config = BuildConfig {
            code_repo_clone_url: Some("ssh://git@git.test/a".into()),
            ..BuildConfig::default()
        };
        let secrets = Secrets::of(&Build::default(), Some(&config), Some("short"));
        assert!(secrets.is_empty());
        assert_eq!(redacted_config(&config), config);
    }

    #[test]
    fn a_file_name_has_no_odd_characters() {
        let mut build = Build {
            build_id: "0123456789".to_owned(),
            docker_repo_path: "team/my app".to_owned(),
            docker_repo_tag: "1.0".to_owned(),
            ..Build::default()
        };
        assert_eq!(file_name(&build), "my-app-1.0-01234567.slipway.json.gz");
        build.docker_repo_path = String::new();
        build.docker_repo_tag = "../..".to_owned();
        build.build_id = "é".to_owned();
        assert_eq!(file_name(&build), "-..--.slipway.json.gz");
    }
}
