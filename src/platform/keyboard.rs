//! The keys that go with Ctrl or ⌘.

use leptos::prelude::window;
use web_sys::KeyboardEvent;

/// The letter, in lower case, of a key that was pressed together with the platform's command key and no other: ⌘
/// on Apple's devices, where Ctrl moves the cursor, and Ctrl elsewhere, where ⌘ is the system's. `None` for any other
/// press.
pub(crate) fn command_letter(event: &KeyboardEvent) -> Option<char> {
    let (command, other) = match is_apple() {
        true => (event.meta_key(), event.ctrl_key()),
        false => (event.ctrl_key(), event.meta_key()),
    };
    let is_command = command && !other && !event.alt_key() && !event.shift_key();
    match is_command && !event.is_composing() {
        true => letter(&event.key(), &event.code()),
        false => None,
    }
}

/// Returns true on a Mac, an iPad or an iPhone.
fn is_apple() -> bool {
    let platform = window().navigator().platform().unwrap_or_default();
    platform.starts_with("Mac") || platform.starts_with("iP")
}

/// The letter of a key, in lower case. Where a keyboard has no Latin letters, browsers take the key's place.
fn letter(key: &str, code: &str) -> Option<char> {
    let letter = match key.is_ascii() {
        true => key,
        false => code.strip_prefix("Key")?,
    };
    let mut chars = letter.chars();
    let first = chars.next().filter(char::is_ascii_alphabetic)?;
    chars.next().is_none().then(|| first.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_is_that_of_the_key_or_of_its_place() {
        assert_eq!(letter("f", "KeyF"), Some('f'));
        // With caps lock, and on a keyboard with another order of letters.
        assert_eq!(letter("F", "KeyF"), Some('f'));
        assert_eq!(letter("a", "KeyQ"), Some('a'));
        // A Russian keyboard.
        assert_eq!(letter("а", "KeyF"), Some('f'));
        assert_eq!(letter("é", "Digit2"), None);
        assert_eq!(letter("Enter", "Enter"), None);
        assert_eq!(letter("/", "Slash"), None);
        assert_eq!(letter("", "KeyF"), None);
    }
}
