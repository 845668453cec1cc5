//! The keyboard shortcuts in a row: one table for the key handler and the help.

use crate::t_string;
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

/// A key that triggers a shortcut.
struct Binding {
    /// `KeyboardEvent.key`.
    key: &'static str,
    alt: bool,
    shift: bool,
    /// True if it works only in a text input: elsewhere the key has a meaning of its own.
    only_in_text: bool,
}

const fn binding(key: &'static str, alt: bool, shift: bool) -> Binding {
    Binding {
        key,
        alt,
        shift,
        only_in_text: false,
    }
}

const fn text_binding(key: &'static str, shift: bool) -> Binding {
    Binding {
        only_in_text: true,
        ..binding(key, false, shift)
    }
}

/// A shortcut, its keys, and its line in the help.
pub(crate) struct RowShortcut {
    action: RowKey,
    bindings: &'static [Binding],
    /// The keys as the help shows them.
    pub(crate) keys: &'static str,
    pub(crate) help: fn() -> &'static str,
}

/// All shortcuts of rows, in the order of the help.
pub(crate) static ROW_SHORTCUTS: [RowShortcut; 5] = [
    RowShortcut {
        action: RowKey::Down,
        bindings: &[
            text_binding("Enter", false),
            binding("ArrowDown", true, false),
        ],
        keys: "Enter, Alt ↓",
        help: || t_string!(rows.key_down),
    },
    RowShortcut {
        action: RowKey::Up,
        bindings: &[text_binding("Enter", true), binding("ArrowUp", true, false)],
        keys: "Shift Enter, Alt ↑",
        help: || t_string!(rows.key_up),
    },
    RowShortcut {
        action: RowKey::Add,
        bindings: &[binding("Enter", true, false)],
        keys: "Alt Enter",
        help: || t_string!(rows.key_add),
    },
    RowShortcut {
        action: RowKey::Duplicate,
        bindings: &[binding("ArrowDown", true, true)],
        keys: "Alt Shift ↓",
        help: || t_string!(rows.key_duplicate),
    },
    RowShortcut {
        action: RowKey::Remove,
        bindings: &[
            binding("Backspace", true, true),
            binding("Delete", true, true),
        ],
        keys: "Alt Shift ⌫/Delete",
        help: || t_string!(rows.key_remove),
    },
];

/// The action of this key press, if it is a shortcut of rows.
pub(crate) fn row_key(event: &KeyboardEvent) -> Option<RowKey> {
    if event.is_composing() || event.ctrl_key() || event.meta_key() {
        return None;
    }
    let target = event
        .target()
        .and_then(|target| target.dyn_into::<Element>().ok())?;
    let in_text = target.get_attribute("type").as_deref() == Some("text");
    action_of(&event.key(), event.alt_key(), event.shift_key(), in_text)
}

fn action_of(key: &str, alt: bool, shift: bool, in_text: bool) -> Option<RowKey> {
    let triggers = |binding: &Binding| {
        binding.key == key
            && binding.alt == alt
            && binding.shift == shift
            && (in_text || !binding.only_in_text)
    };
    ROW_SHORTCUTS
        .iter()
        .find(|shortcut| shortcut.bindings.iter().any(triggers))
        .map(|shortcut| shortcut.action)
}

/// The API's name of the field in which the key was pressed.
pub(crate) fn field_of(event: &KeyboardEvent) -> Option<String> {
    let target = event.target()?.dyn_into::<Element>().ok()?;
    target.get_attribute("data-field")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn enter_moves_between_rows_in_text_only() {
        assert!(action_of("Enter", false, false, true) == Some(RowKey::Down));
        assert!(action_of("Enter", false, true, true) == Some(RowKey::Up));
        assert!(action_of("Enter", false, false, false).is_none());
        assert!(action_of("Enter", true, false, false) == Some(RowKey::Add));
        assert!(action_of("Delete", true, true, false) == Some(RowKey::Remove));
        assert!(action_of("Delete", false, false, true).is_none());
    }
}
