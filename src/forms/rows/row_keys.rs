//! The keyboard shortcuts in a row.

use wasm_bindgen::JsCast;
use web_sys::{Element, KeyboardEvent};

/// The action of a shortcut.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum RowKey {
    Down,
    Up,
    Add,
    Duplicate,
    Remove,
}

/// The action of this key press, if it is a shortcut of rows.
pub(crate) fn row_key(event: &KeyboardEvent) -> Option<RowKey> {
    if event.is_composing() || event.ctrl_key() || event.meta_key() {
        return None;
    }
    let target = event
        .target()
        .and_then(|target| target.dyn_into::<Element>().ok())?;
    let in_text = target.get_attribute("type").as_deref() == Some("text");
    match (event.key().as_str(), event.alt_key(), event.shift_key()) {
        ("Enter", true, false) => Some(RowKey::Add),
        ("Enter", false, false) if in_text => Some(RowKey::Down),
        ("Enter", false, true) if in_text => Some(RowKey::Up),
        ("ArrowDown", true, false) => Some(RowKey::Down),
        ("ArrowUp", true, false) => Some(RowKey::Up),
        ("ArrowDown", true, true) => Some(RowKey::Duplicate),
        ("Delete" | "Backspace", true, true) => Some(RowKey::Remove),
        _ => None,
    }
}

/// The API's name of the field in which the key was pressed.
pub(crate) fn field_of(event: &KeyboardEvent) -> Option<String> {
    let target = event.target()?.dyn_into::<Element>().ok()?;
    target.get_attribute("data-field")
}
