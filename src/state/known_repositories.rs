//! Build repositories that this browser has seen, for an API that lists none and reads none back.

pub mod names;

use crate::api::url::without_secret;
use crate::api::{Repository, SavedConfig};
use crate::platform::page::now_millis;
use crate::platform::storage::{Keep, store, stored};
use serde::{Deserialize, Serialize};

/// The most repositories that are remembered for one API; the oldest go first.
const MOST: usize = 100;

/// A repository as this browser saw it last.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KnownRepository {
    pub namespace: String,
    pub name: String,
    /// When, in Unix milliseconds by this machine's clock; 0 where only the name was seen.
    pub at: i64,
    /// Missing where only its name was seen.
    #[serde(default)]
    pub repository: Option<Repository>,
}

fn key(address: &str) -> String {
    format!("seen.{address}")
}

/// The repositories seen at this API, newest first, then those of which only the name was seen, in a
/// build. What cannot be read is as good as none.
pub fn all(address: &str) -> Vec<KnownRepository> {
    let mut seen = whole(address);
    for (namespace, name) in names::all(address) {
        let is_it = |seen: &KnownRepository| seen.namespace == namespace && seen.name == name;
        if !seen.iter().any(is_it) {
            seen.push(KnownRepository {
                namespace,
                name,
                at: 0,
                repository: None,
            });
        }
    }
    seen
}

fn whole(address: &str) -> Vec<KnownRepository> {
    stored(Keep::Device, &key(address))
        .and_then(|text| serde_json::from_str(&text).ok())
        .unwrap_or_default()
}

/// One repository as seen last.
pub fn find(address: &str, namespace: &str, name: &str) -> Option<KnownRepository> {
    all(address)
        .into_iter()
        .find(|seen| seen.namespace == namespace && seen.name == name)
}

/// Remembers a repository, or its name alone, which keeps what else was known of it.
pub fn remember(address: &str, namespace: &str, name: &str, repository: Option<&Repository>) {
    let mut seen = whole(address);
    let old = seen
        .iter()
        .position(|seen| seen.namespace == namespace && seen.name == name)
        .map(|index| seen.remove(index));
    let mut repository = repository
        .cloned()
        .or_else(|| old.and_then(|old| old.repository));
    // A password in it is the API's to keep, not this browser's.
    if let Some(config) = repository.as_mut().and_then(|r| r.build_config.as_mut())
        && let Some(url) = &config.code_repo_clone_url
    {
        config.code_repo_clone_url = Some(without_secret(url));
    }
    seen.insert(
        0,
        KnownRepository {
            namespace: namespace.to_owned(),
            name: name.to_owned(),
            at: now_millis(),
            repository,
        },
    );
    seen.truncate(MOST);
    // Storage that is full or forbidden only means that nothing is remembered.
    if let Ok(text) = serde_json::to_string(&seen) {
        store(Keep::Device, &key(address), Some(&text));
    }
}

/// Remembers what a repository's build config holds after it was saved.
pub fn remember_config(address: &str, namespace: &str, name: &str, held: &SavedConfig) {
    let known = find(address, namespace, name).and_then(|seen| seen.repository);
    let mut repository = known.unwrap_or_else(|| unknown(namespace, name));
    let config = repository.build_config.get_or_insert_default();
    config.build_node.clone_from(&held.build_node);
    config.tag_configs.clone_from(&held.rows);
    remember(address, namespace, name, Some(&repository));
}

/// A repository of which only the name is known.
fn unknown(namespace: &str, name: &str) -> Repository {
    Repository {
        namespace: namespace.to_owned(),
        repo_name: name.to_owned(),
        ..Repository::default()
    }
}

/// Forgets a repository.
pub fn forget(address: &str, namespace: &str, name: &str) {
    names::forget(address, namespace, name);
    let mut seen = whole(address);
    seen.retain(|seen| seen.namespace != namespace || seen.name != name);
    if let Ok(text) = serde_json::to_string(&seen) {
        store(Keep::Device, &key(address), Some(&text));
    }
}
