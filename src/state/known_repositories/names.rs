//! Names of repositories that appeared in lists of builds. They are stored as lines of text, so that the first
//! view, which records them, needs no decoder for repositories.

use crate::platform::storage::{Keep, store, stored};

/// The most names that are kept for one API. The oldest are removed first.
const MAX_NAMES: usize = 200;

fn storage_key(address: &str) -> String {
    format!("names.{address}")
}

/// Namespaces and names, the newest first.
pub fn list(address: &str) -> Vec<(String, String)> {
    let text = stored(Keep::Device, &storage_key(address)).unwrap_or_default();
    text.lines()
        .filter_map(|line| line.split_once('/'))
        .map(|(namespace, name)| (namespace.to_owned(), name.to_owned()))
        .collect()
}

/// Records these paths, `namespace/name` each.
pub fn record<'a>(address: &str, paths: impl Iterator<Item = &'a str>) {
    let key = storage_key(address);
    let before = stored(Keep::Device, &key).unwrap_or_default();
    let mut lines: Vec<&str> = before.lines().collect();
    let count = lines.len();
    for path in paths {
        if path.contains('/') && !path.contains('\n') && !lines.contains(&path) {
            lines.insert(0, path);
        }
    }
    if lines.len() > count {
        lines.truncate(MAX_NAMES);
        // Storage that is full or forbidden only means that nothing is kept.
        store(Keep::Device, &key, Some(&lines.join("\n")));
    }
}

/// Removes a repository.
pub fn remove(address: &str, namespace: &str, name: &str) {
    let key = storage_key(address);
    let path = format!("{namespace}/{name}");
    if let Some(text) = stored(Keep::Device, &key) {
        let lines: Vec<&str> = text.lines().filter(|line| *line != path).collect();
        store(Keep::Device, &key, Some(&lines.join("\n")));
    }
}
