//! `localStorage` and `sessionStorage`. All consoles of a host share them, so a key names the base path of its console:
//! `slipway.KEY` at the host's root, `slipway/PATH/.KEY` below a path.
//!
//! Before that, all had the keys of the console at the root. `boot.js` takes over what is there.

use crate::platform::page::base_path;
use leptos::prelude::window;
use web_sys::Storage;

/// How long a value is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keep {
    /// `localStorage`: in this browser, until it is removed.
    Device,
    /// `sessionStorage`: until the tab is closed.
    Tab,
}

fn storage(keep: Keep) -> Option<Storage> {
    match keep {
        Keep::Device => window().local_storage(),
        Keep::Tab => window().session_storage(),
    }
    .ok()
    .flatten()
}

/// The beginning of the keys of the console at the host's root.
const ROOT_PREFIX: &str = "slipway.";

/// The beginning of this console's keys. `boot.js` makes the same.
fn prefix() -> String {
    prefix_of(&base_path())
}

fn prefix_of(base_path: &str) -> String {
    match base_path {
        "" => ROOT_PREFIX.to_owned(),
        path => format!("slipway{path}/."),
    }
}

/// The whole key in storage, which no other console has.
pub(crate) fn own_key(key: &str) -> String {
    prefix() + key
}

/// Reads a value. `None` if there is none or storage is blocked.
pub(crate) fn stored(keep: Keep, key: &str) -> Option<String> {
    storage(keep)?.get_item(&own_key(key)).ok()?
}

/// Stores a value; `None` removes it. Returns false if storage is blocked or full.
pub(crate) fn store(keep: Keep, key: &str, value: Option<&str>) -> bool {
    let key = own_key(key);
    storage(keep).is_some_and(|storage| {
        match value {
            Some(value) => storage.set_item(&key, value),
            None => storage.remove_item(&key),
        }
        .is_ok()
    })
}

/// The console's stored keys with this beginning, as they are given to [`stored`].
pub(crate) fn stored_keys(keep: Keep, beginning: &str) -> Vec<String> {
    keys_after(keep, &prefix(), beginning)
}

fn keys_after(keep: Keep, prefix: &str, beginning: &str) -> Vec<String> {
    let Some(storage) = storage(keep) else {
        return Vec::new();
    };
    let count = storage.length().unwrap_or(0);
    (0..count)
        .filter_map(|index| storage.key(index).ok().flatten())
        .filter_map(|key| key.strip_prefix(prefix).map(str::to_owned))
        .filter(|key| key.starts_with(beginning))
        .collect()
}

/// Removes what all consoles of the host once shared and begins so, unless a console at the root has it as its own.
/// Without this it would stay for ever where there is none.
pub(crate) fn remove_shared(beginning: &str) {
    let Some(storage) = storage(Keep::Device) else {
        return;
    };
    let is_owned = |key: &str| matches!(storage.get_item(key), Ok(Some(_)));
    if is_owned(&format!("{ROOT_PREFIX}base")) {
        return;
    }
    for key in keys_after(Keep::Device, ROOT_PREFIX, beginning) {
        // Fails only if storage is blocked.
        let _ = storage.remove_item(&format!("{ROOT_PREFIX}{key}"));
    }
}

#[cfg(test)]
mod tests {
    use super::prefix_of;

    #[test]
    fn no_console_has_the_keys_of_another() {
        assert_eq!(prefix_of(""), "slipway.");
        let prefixes = ["", "/a", "/a/b", "/b", "/a.b", "/ab"].map(prefix_of);
        for (index, prefix) in prefixes.iter().enumerate() {
            let others = prefixes.iter().enumerate();
            let others = others.filter(|(other, _)| *other != index);
            for (_, other) in others {
                assert!(!other.starts_with(prefix.as_str()), "{other} {prefix}");
            }
        }
    }
}
