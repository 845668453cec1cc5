//! The files with which a builder reaches the registry, with credentials and settings, and the variables that name
//! them. No command line has a secret, and no step of a Dockerfile sees the files.

use crate::builds::builder_choice::BuilderChoice;
use crate::builds::registry_auth::Credentials;
use serde_json::{Map, Value, json};
use std::fs::{self, DirBuilder, File};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, symlink};
use std::path::{Path, PathBuf};

/// The folder of these files in a sandbox.
const IN_SANDBOX: &str = "/sandbox/registry";

/// The settings of buildah and podman on this machine.
const REGISTRIES_CONF: &str = "/etc/containers/registries.conf";

/// The folders beside docker's `config.json` that it reads, too.
const DOCKER_FOLDERS: [&str; 3] = ["buildx", "cli-plugins", "contexts"];

/// Credentials and settings for one registry.
pub(crate) struct RegistryAccess {
    host: String,
    pub(crate) credentials: Option<Credentials>,
    is_insecure: bool,
}

/// The files that a builder is given, and the variables that name them.
pub(crate) struct AccessFiles {
    /// Name and text.
    files: Vec<(&'static str, String)>,
    /// Name, and the file in the folder; empty for the folder itself.
    variables: Vec<(&'static str, &'static str)>,
    /// Links: name and target.
    links: Vec<(&'static str, PathBuf)>,
    /// The folder outside of a sandbox. It belongs to one build.
    folder: PathBuf,
}

impl RegistryAccess {
    pub(crate) fn new(host: &str, credentials: Option<Credentials>, is_insecure: bool) -> Self {
        Self {
            host: host.to_owned(),
            credentials,
            is_insecure,
        }
    }

    /// True for a registry that is called by http, or with a certificate that can't be checked.
    pub(crate) fn is_insecure(&self) -> bool {
        self.is_insecure
    }

    /// The files for a builder. `folder` is where they are written outside of a sandbox: it must belong to one build, and
    /// not be part of the build's source.
    pub(crate) fn files(&self, kind: BuilderChoice, folder: &Path) -> AccessFiles {
        let mut files = AccessFiles {
            files: Vec::new(),
            variables: Vec::new(),
            links: Vec::new(),
            folder: folder.to_owned(),
        };
        let credentials = self
            .credentials
            .as_ref()
            .map(|found| found.config(&self.host));
        match kind {
            BuilderChoice::Docker | BuilderChoice::Buildctl => {
                if let Some(own) = credentials {
                    let home = docker_folder();
                    let config = home
                        .as_ref()
                        .and_then(|home| read_json(&home.join("config.json")));
                    files
                        .files
                        .push(("config.json", merged(config, &own, true).to_string()));
                    files.variables.push(("DOCKER_CONFIG", ""));
                    files.links = home.iter().flat_map(|home| docker_links(home)).collect();
                }
            }
            BuilderChoice::Auto | BuilderChoice::Buildah | BuilderChoice::Podman => {
                if let Some(own) = credentials {
                    let before = std::env::var_os("REGISTRY_AUTH_FILE");
                    let before = before.and_then(|path| read_json(Path::new(&path)));
                    files
                        .files
                        .push(("auth.json", merged(before, &own, false).to_string()));
                    files.variables.push(("REGISTRY_AUTH_FILE", "auth.json"));
                }
                if self.is_insecure {
                    files.files.push(("registries.conf", self.registries()));
                    // The name of buildah, and that of podman.
                    for name in ["REGISTRIES_CONFIG_PATH", "CONTAINERS_REGISTRIES_CONF"] {
                        files.variables.push((name, "registries.conf"));
                    }
                }
            }
        }
        files
    }

    /// This machine's settings for registries, with the one that is called by http.
    fn registries(&self) -> String {
        let path = std::env::var_os("CONTAINERS_REGISTRIES_CONF").map(PathBuf::from);
        let text = fs::read_to_string(path.as_deref().unwrap_or(Path::new(REGISTRIES_CONF)));
        let text = text.unwrap_or_default();
        format!(
            "{text}\n[[registry]]\nlocation = \"{}\"\ninsecure = true\n",
            self.host
        )
    }
}

impl AccessFiles {
    /// The files of a sandbox: path and text.
    pub(crate) fn in_sandbox(&self) -> impl Iterator<Item = (PathBuf, String)> {
        self.files
            .iter()
            .map(|(name, text)| (Path::new(IN_SANDBOX).join(name), text.clone()))
    }

    /// The variables of a builder in a sandbox.
    pub(crate) fn sandbox_variables(&self) -> impl Iterator<Item = (String, String)> {
        self.variables
            .iter()
            .map(|(name, file)| ((*name).to_owned(), format!("{IN_SANDBOX}/{file}")))
    }

    /// Writes the files for a builder that is in no sandbox, and returns its variables.
    ///
    /// # Errors
    ///
    /// When a file can't be written.
    pub(crate) fn write(&self) -> io::Result<Vec<(&'static str, PathBuf)>> {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&self.folder)?;
        for (name, text) in &self.files {
            let path = self.folder.join(name);
            let mut file = File::options()
                .create(true)
                .truncate(true)
                .write(true)
                .mode(0o600)
                .open(path)?;
            file.write_all(text.as_bytes())?;
        }
        for (name, target) in &self.links {
            match symlink(target, self.folder.join(name)) {
                Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
                _ => {}
            }
        }
        let variables = self.variables.iter();
        Ok(variables
            .map(|(name, file)| (*name, self.folder.join(file)))
            .collect())
    }
}

/// The folder of docker's own `config.json`.
fn docker_folder() -> Option<PathBuf> {
    let home = || Some(PathBuf::from(std::env::var_os("HOME")?).join(".docker"));
    std::env::var_os("DOCKER_CONFIG")
        .map(PathBuf::from)
        .or_else(home)
}

fn docker_links(home: &Path) -> Vec<(&'static str, PathBuf)> {
    DOCKER_FOLDERS
        .iter()
        .map(|name| (*name, home.join(name)))
        .filter(|(_, target)| target.is_dir())
        .collect()
}

fn read_json(path: &Path) -> Option<Value> {
    serde_json::from_slice(&fs::read(path).ok()?).ok()
}

/// Returns a `config.json` with further credentials, which go before those that it has for the same registry.
fn merged(config: Option<Value>, own: &Value, is_docker: bool) -> Value {
    let (Some(Value::Object(mut config)), Some(own_auths)) = (config, own["auths"].as_object())
    else {
        return own.clone();
    };
    let mut helpers = taken(&mut config, "credHelpers");
    for key in own_auths.keys() {
        // No program is asked for them. docker asks the one for all registries unless it finds an empty name.
        match is_docker {
            true => helpers.insert(key.clone(), json!("")),
            false => helpers.remove(key),
        };
    }
    let mut auths = taken(&mut config, "auths");
    auths.extend(own_auths.clone());
    config.insert("credHelpers".to_owned(), helpers.into());
    config.insert("auths".to_owned(), auths.into());
    Value::Object(config)
}

/// Takes the object at a key; an empty one if there is none.
fn taken(config: &mut Map<String, Value>, key: &str) -> Map<String, Value> {
    match config.remove(key) {
        Some(Value::Object(object)) => object,
        _ => Map::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn access(is_insecure: bool) -> RegistryAccess {
        let credentials = Credentials {
            user: "a".to_owned(),
            secret: "hidden".to_owned(),
            is_token: false,
        };
        RegistryAccess::new("r.example.com", Some(credentials), is_insecure)
    }

    #[test]
    fn credentials_go_before_those_that_are_there() {
        let config = json!({
            "currentContext": "remote", "credsStore": "pass", "credHelpers": { "r.example.com": "x", "other": "y" },
            "auths": { "r.example.com": { "auth": "old" }, "other": { "auth": "kept" } },
        });
        let own = json!({ "auths": { "r.example.com": { "auth": "new" } } });
        let without = merged(Some(config.clone()), &own, false);
        assert_eq!(without["credHelpers"], json!({ "other": "y" }));
        assert_eq!(
            merged(Some(config), &own, true),
            json!({
                "currentContext": "remote", "credsStore": "pass", "credHelpers": { "r.example.com": "", "other": "y" },
                "auths": { "r.example.com": { "auth": "new" }, "other": { "auth": "kept" } },
            })
        );
        assert_eq!(merged(None, &own, true), own);
        assert_eq!(merged(Some(json!([])), &own, true), own);
    }

    #[test]
    fn files_are_private_and_named_by_variables() {
        let folder = tempfile::tempdir().unwrap();
        for (kind, is_insecure, expected) in [
            (BuilderChoice::Docker, true, vec!["DOCKER_CONFIG="]),
            (BuilderChoice::Buildctl, false, vec!["DOCKER_CONFIG="]),
            (
                BuilderChoice::Buildah,
                false,
                vec!["REGISTRY_AUTH_FILE=auth.json"],
            ),
            (
                BuilderChoice::Podman,
                true,
                vec![
                    "REGISTRY_AUTH_FILE=auth.json",
                    "REGISTRIES_CONFIG_PATH=registries.conf",
                    "CONTAINERS_REGISTRIES_CONF=registries.conf",
                ],
            ),
        ] {
            let place = folder.path().join(format!("{kind:?}"));
            let files = access(is_insecure).files(kind, &place);
            let shown = |folder: &Path, variables: Vec<(String, PathBuf)>| -> Vec<String> {
                let relative =
                    |path: PathBuf| path.strip_prefix(folder).unwrap().display().to_string();
                variables
                    .into_iter()
                    .map(|(name, path)| format!("{name}={}", relative(path)))
                    .collect()
            };
            let outside = files.write().unwrap();
            let outside = outside
                .into_iter()
                .map(|(name, path)| (name.to_owned(), path));
            assert_eq!(shown(&place, outside.collect()), expected);
            let inside = files
                .sandbox_variables()
                .map(|(name, path)| (name, path.into()));
            assert_eq!(shown(Path::new(IN_SANDBOX), inside.collect()), expected);
            for entry in fs::read_dir(&place).unwrap().flatten() {
                let mode = fs::symlink_metadata(entry.path())
                    .unwrap()
                    .permissions()
                    .mode();
                assert!(
                    mode & 0o077 == 0 || entry.path().is_symlink(),
                    "{:?}",
                    entry.path()
                );
            }
            // Written anew for each try.
            files.write().unwrap();
        }
        let text = fs::read_to_string(folder.path().join("Podman/registries.conf")).unwrap();
        assert!(text.ends_with("[[registry]]\nlocation = \"r.example.com\"\ninsecure = true\n"));
        let nothing = RegistryAccess::new("r.example.com", None, false);
        assert!(
            nothing
                .files(BuilderChoice::Buildah, folder.path())
                .write()
                .unwrap()
                .is_empty()
        );
    }
}
