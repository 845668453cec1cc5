//! `localStorage` and `sessionStorage`. Every key begins with `slipway.`.

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

/// Reads a value. `None` if there is none or storage is blocked.
pub(crate) fn stored(keep: Keep, key: &str) -> Option<String> {
    storage(keep)?.get_item(&format!("slipway.{key}")).ok()?
}

/// Stores a value; `None` removes it. Returns false if storage is blocked or full.
pub(crate) fn store(keep: Keep, key: &str, value: Option<&str>) -> bool {
    let key = format!("slipway.{key}");
    storage(keep).is_some_and(|storage| {
        match value {
            Some(value) => storage.set_item(&key, value),
            None => storage.remove_item(&key),
        }
        .is_ok()
    })
}

/// The stored keys with this prefix, without `slipway.`.
pub(crate) fn stored_keys(keep: Keep, prefix: &str) -> Vec<String> {
    let Some(storage) = storage(keep) else {
        return Vec::new();
    };
    let count = storage.length().unwrap_or(0);
    (0..count)
        .filter_map(|index| storage.key(index).ok().flatten())
        .filter_map(|key| key.strip_prefix("slipway.").map(str::to_owned))
        .filter(|key| key.starts_with(prefix))
        .collect()
}
