//! The keys that are pressed before the code of the log's tools is there. They do then what they would have done.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, KeyboardEvent};

/// The most keys that are remembered.
const MAX_KEYS: usize = 16;

/// Where keys are text.
const FIELDS: &str = "input, select, textarea, [contenteditable], dialog";

/// The keys so far; `None` once they were taken. Copies share them.
#[derive(Clone, Copy)]
pub(crate) struct EarlyKeys(StoredValue<Option<Vec<KeyboardEvent>>, LocalStorage>);

impl EarlyKeys {
    /// Begins to listen, for as long as the log is there or until the keys are taken.
    pub(crate) fn listen() -> Self {
        let keys = StoredValue::new_local(Some(Vec::<KeyboardEvent>::new()));
        let listener = window_event_listener(leptos::ev::keydown, move |event| {
            keys.try_update_value(|keys| {
                let Some(keys) = keys else { return };
                // What follows is the text to search for, which has no field yet.
                let is_text = keys.last().is_some_and(|key| key.key() == "/");
                if is_command(&event) && !is_text && keys.len() < MAX_KEYS {
                    keys.push(event);
                }
            });
        });
        on_cleanup(move || listener.remove());
        Self(keys)
    }

    /// Returns the keys, the first one first, and remembers no more.
    pub(crate) fn take(self) -> Vec<KeyboardEvent> {
        let keys = self.0.try_update_value(Option::take);
        keys.flatten().unwrap_or_default()
    }
}

/// Returns true for a key that nobody has taken and that is no text. What goes with Ctrl, ⌘ or Alt was the browser's.
fn is_command(event: &KeyboardEvent) -> bool {
    let target: Option<Element> = event.target().and_then(|target| target.dyn_into().ok());
    let is_field =
        target.is_some_and(|target| target.closest(FIELDS).is_ok_and(|field| field.is_some()));
    !event.default_prevented()
        && !event.ctrl_key()
        && !event.meta_key()
        && !event.alt_key()
        && !is_field
}
