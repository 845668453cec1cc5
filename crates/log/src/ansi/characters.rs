//! The characters that a terminal does not simply print, and the symbols that stand for them.

use crate::text::is_special;

/// Appends the symbols of a special character.
pub(super) fn symbol(char: char, into: &mut String) {
    match char {
        // Unicode has a picture for each of the 32 control characters.
        '\0'..='\u{1f}' => {
            let picture = char::from_u32(0x2400 + u32::from(char));
            into.extend(picture);
        }
        '\u{7f}' => into.push('\u{2421}'),
        char => into.extend(char.escape_unicode()),
    }
}

/// The number of bytes before the first special character; all of them if there is none.
pub(super) fn ordinary(text: &str) -> usize {
    let mut from = 0;
    loop {
        let rest = text.as_bytes().get(from..).unwrap_or(&[]);
        let at = rest.iter().position(|byte| {
            (*byte < 0x20 && *byte != b'\t') || matches!(byte, 0x7f | 0xc2 | 0xd8 | 0xe2)
        });
        let Some(at) = at else {
            return text.len();
        };
        let at = from + at;
        let char = text.get(at..).and_then(|rest| rest.chars().next());
        match char {
            Some(char) if !is_special(char) => from = at + char.len_utf8(),
            _ => return at,
        }
    }
}
