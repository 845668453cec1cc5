//! Repositories that this browser has used, for an API without the optional calls that list and read
//! repositories. Kept in this browser, apart for each API address.

pub mod names;

use crate::api::{Repository, SavedConfig};
use crate::platform::page::now_millis;
use crate::platform::storage::{Keep, store, stored};
use serde::{Deserialize, Serialize};

/// The most repositories that are kept for one API. The oldest are removed first.
const MAX_REPOSITORIES: usize = 100;

/// A repository as it was when this browser last read or saved it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KnownRepository {
    pub namespace: String,
    pub name: String,
    /// When that was: Unix milliseconds by this machine's clock. 0 if only the name is known.
    pub at: i64,
    /// `None` if only the name is known.
    #[serde(default)]
    pub repository: Option<Repository>,
}

fn storage_key(address: &str) -> String {
    format!("seen.{address}")
}

/// The known repositories of an API, newest first, then those that are known only by name, from a build.
/// Empty if the stored text cannot be read.
pub fn list(address: &str) -> Vec<KnownRepository> {
    let mut known = read_stored(address);
    for (namespace, name) in names::list(address) {
        let is_same = |known: &KnownRepository| known.namespace == namespace && known.name == name;
        if !known.iter().any(is_same) {
            known.push(KnownRepository {
                namespace,
                name,
                at: 0,
                repository: None,
            });
        }
    }
    known
}

fn read_stored(address: &str) -> Vec<KnownRepository> {
    stored(Keep::Device, &storage_key(address))
        .and_then(|text| serde_json::from_str(&text).ok())
        .unwrap_or_default()
}

/// Finds a known repository.
pub fn find(address: &str, namespace: &str, name: &str) -> Option<KnownRepository> {
    list(address)
        .into_iter()
        .find(|known| known.namespace == namespace && known.name == name)
}

/// Records a repository that was read or saved. `None` records the name only, and keeps a repository that
/// was recorded before.
pub fn record(address: &str, namespace: &str, name: &str, repository: Option<&Repository>) {
    let mut known = read_stored(address);
    let old = known
        .iter()
        .position(|known| known.namespace == namespace && known.name == name)
        .map(|index| known.remove(index));
    let repository = repository
        .cloned()
        .map(without_webhook)
        .or_else(|| old.and_then(|old| old.repository));
    known.insert(
        0,
        KnownRepository {
            namespace: namespace.to_owned(),
            name: name.to_owned(),
            at: now_millis(),
            repository,
        },
    );
    known.truncate(MAX_REPOSITORIES);
    // Storage that is full or forbidden only means that nothing is kept.
    if let Ok(text) = serde_json::to_string(&known) {
        store(Keep::Device, &storage_key(address), Some(&text));
    }
}

/// Leaves out the code of the webhook, which is a secret.
fn without_webhook(mut repository: Repository) -> Repository {
    if let Some(config) = repository.build_config.as_mut() {
        config.code_repo_webhook_code = None;
    }
    repository
}

/// Records the build config that was saved.
pub fn record_saved_config(address: &str, namespace: &str, name: &str, saved: &SavedConfig) {
    let known = find(address, namespace, name).and_then(|known| known.repository);
    let mut repository = known.unwrap_or_else(|| named_only(namespace, name));
    let config = repository.build_config.get_or_insert_default();
    config.build_node.clone_from(&saved.build_node);
    config.tag_configs.clone_from(&saved.rows);
    record(address, namespace, name, Some(&repository));
}

/// A repository of which only the name is known.
fn named_only(namespace: &str, name: &str) -> Repository {
    Repository {
        namespace: namespace.to_owned(),
        repo_name: name.to_owned(),
        ..Repository::default()
    }
}

/// Removes a repository.
pub fn remove(address: &str, namespace: &str, name: &str) {
    names::remove(address, namespace, name);
    let mut known = read_stored(address);
    known.retain(|known| known.namespace != namespace || known.name != name);
    if let Ok(text) = serde_json::to_string(&known) {
        store(Keep::Device, &storage_key(address), Some(&text));
    }
}
