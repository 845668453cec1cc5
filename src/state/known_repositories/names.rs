//! Names of repositories whose builds were seen: a line each, so that the first view, which sees them,
//! needs no decoder for whole repositories.

use crate::platform::storage::{Keep, store, stored};

/// The most names that are remembered for one API; the oldest go first.
const MOST: usize = 200;

fn key(address: &str) -> String {
    format!("names.{address}")
}

/// Namespaces and names, seen last, first.
pub fn all(address: &str) -> Vec<(String, String)> {
    let text = stored(Keep::Device, &key(address)).unwrap_or_default();
    text.lines()
        .filter_map(|line| line.split_once('/'))
        .map(|(namespace, name)| (namespace.to_owned(), name.to_owned()))
        .collect()
}

/// Remembers these, which are `namespace/name` each.
pub fn note<'a>(address: &str, paths: impl Iterator<Item = &'a str>) {
    let key = key(address);
    let before = stored(Keep::Device, &key).unwrap_or_default();
    let mut lines: Vec<&str> = before.lines().collect();
    let count = lines.len();
    for path in paths {
        if path.contains('/') && !path.contains('\n') && !lines.contains(&path) {
            lines.insert(0, path);
        }
    }
    if lines.len() > count {
        lines.truncate(MOST);
        // Storage that is full or forbidden only means that nothing is remembered.
        store(Keep::Device, &key, Some(&lines.join("\n")));
    }
}

/// Forgets a repository.
pub fn forget(address: &str, namespace: &str, name: &str) {
    let key = key(address);
    let path = format!("{namespace}/{name}");
    if let Some(text) = stored(Keep::Device, &key) {
        let lines: Vec<&str> = text.lines().filter(|line| *line != path).collect();
        store(Keep::Device, &key, Some(&lines.join("\n")));
    }
}
