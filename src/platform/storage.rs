//! Values stored in this browser or in this tab.

use leptos::prelude::window;
use web_sys::Storage;

/// Where a value is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// In this browser, until removed.
    Device,
    /// In this tab, until it is closed.
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

/// The value kept under `slipway.{key}`; `None` when there is none or storage is forbidden.
pub fn stored(keep: Keep, key: &str) -> Option<String> {
    storage(keep)?.get_item(&format!("slipway.{key}")).ok()?
}

/// Keeps a value, or removes it. False when the browser did not (forbidden, or full).
pub fn store(keep: Keep, key: &str, value: Option<&str>) -> bool {
    let key = format!("slipway.{key}");
    storage(keep).is_some_and(|storage| {
        match value {
            Some(value) => storage.set_item(&key, value),
            None => storage.remove_item(&key),
        }
        .is_ok()
    })
}

/// The keys, without their `slipway.`, that start so.
pub fn stored_keys(keep: Keep, start: &str) -> Vec<String> {
    let Some(storage) = storage(keep) else {
        return Vec::new();
    };
    let count = storage.length().unwrap_or(0);
    (0..count)
        .filter_map(|index| storage.key(index).ok().flatten())
        .filter_map(|key| key.strip_prefix("slipway.").map(str::to_owned))
        .filter(|key| key.starts_with(start))
        .collect()
}
