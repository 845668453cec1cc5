//! A log's text as it may be shown: nothing in it can act on the page or on the reader's eye.

use std::borrow::Cow;

/// The text without its escape sequences, with carriage-return progress in its last state, and with
/// every other control character and bidirectional override made visible.
pub fn plain(text: &str) -> Cow<'_, str> {
    let text = last_state(text);
    if !text.chars().any(is_special) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(char) = chars.next() {
        match char {
            '\t' => out.push('\t'),
            '\u{1b}' => skip_escape(&mut chars),
            // The control pictures block has one picture for each of the 32 controls.
            '\0'..='\u{1f}' => out.extend(char::from_u32(0x2400 + u32::from(char))),
            '\u{7f}' => out.push('\u{2421}'),
            char if is_special(char) => {
                out.push_str(&format!("\\u{{{:x}}}", u32::from(char)));
            }
            char => out.push(char),
        }
    }
    Cow::Owned(out)
}

/// What a terminal would show after the last carriage return, as progress bars use it.
fn last_state(text: &str) -> &str {
    let text = text.trim_end_matches('\r');
    match text.rfind('\r') {
        Some(at) => text.get(at + 1..).unwrap_or(text),
        None => text,
    }
}

fn is_special(char: char) -> bool {
    char.is_control()
        || matches!(char, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Passes over one escape sequence, whose ESC has been read: CSI up to its final byte, OSC and its
/// likes up to BEL or ST, else one character.
fn skip_escape(chars: &mut std::iter::Peekable<std::str::Chars<'_>>) {
    match chars.peek() {
        Some('[') => {
            chars.next();
            // Parameters and intermediates lie below '@', the final byte at or above it.
            while let Some(&char) = chars.peek() {
                if !(' '..='~').contains(&char) {
                    return;
                }
                chars.next();
                if char >= '@' {
                    return;
                }
            }
        }
        Some(']' | 'P' | 'X' | '^' | '_') => {
            chars.next();
            while let Some(char) = chars.next() {
                if char == '\u{7}' {
                    return;
                }
                if char == '\u{1b}' {
                    if chars.peek() == Some(&'\\') {
                        chars.next();
                    }
                    return;
                }
            }
        }
        Some('(' | ')' | '*' | '+') => {
            chars.next();
            chars.next();
        }
        Some(_) => {
            chars.next();
        }
        None => {}
    }
}

#[cfg(test)]
mod tests {
    use super::plain;
    use proptest::prelude::*;

    #[test]
    fn colours_are_taken_away() {
        assert_eq!(plain("\u{1b}[1;31merror\u{1b}[0m: x"), "error: x");
        assert_eq!(
            plain("\u{1b}]8;;https://a.test\u{1b}\\link\u{1b}]8;;\u{7}"),
            "link"
        );
        assert_eq!(plain("cut short \u{1b}[3"), "cut short ");
    }

    #[test]
    fn progress_shows_its_last_state() {
        assert_eq!(plain("10 %\r50 %\r100 %"), "100 %");
        assert_eq!(plain("done\r"), "done");
    }

    #[test]
    fn what_could_deceive_is_shown() {
        assert_eq!(
            plain("a\u{202e}b\u{0}c\u{8}"),
            "a\\u{202e}b\u{2400}c\u{2408}"
        );
    }

    proptest! {
        #[test]
        fn nothing_special_is_left(text in "[\u{0}-\u{9f}\u{200e}\u{202e}a-z\\[\\]中]{0,40}") {
            let shown = plain(&text);
            prop_assert!(shown.chars().all(|char| char == '\t' || !super::is_special(char)));
        }

        #[test]
        fn plain_text_stays_as_it_is(text in "[a-zA-Z0-9 中文:/._-]{0,40}") {
            prop_assert_eq!(plain(&text), text.as_str());
        }
    }
}
