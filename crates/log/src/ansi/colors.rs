//! The visible text of a line that has colors, and nothing else that is not text.

use crate::text::classes;

/// Writes the visible text of a line into `into`, which is cleared first. Returns false if the line has anything but
/// plain ASCII and sequences that set colors: then only painting tells what is visible.
pub(crate) fn without_colors(line: &[u8], into: &mut Vec<u8>) -> bool {
    into.clear();
    let mut rest = line;
    loop {
        let at = memchr::memchr(0x1b, rest).unwrap_or(rest.len());
        let (text, escape) = rest.split_at(at);
        let classes = classes(text);
        if classes.control || classes.wide {
            return false;
        }
        into.extend_from_slice(text);
        let [_, b'[', after @ ..] = escape else {
            return escape.is_empty();
        };
        let is_parameter = |byte: &u8| (0x20..=0x3f).contains(byte);
        let end = after.iter().position(|byte| !is_parameter(byte));
        match end.and_then(|end| after.split_at_checked(end)) {
            Some((_, [b'm', after @ ..])) => rest = after,
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::without_colors;
    use crate::ansi::plain;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn it_is_what_painting_shows(
            parts in prop::collection::vec(
                prop_oneof![
                    "[a-z ~é\t\r\u{7f}\u{8}]{0,4}",
                    "\u{1b}\\[[0-9;:<]{0,4}m",
                    "\u{1b}\\[[0-9]{0,2}[mCK]?",
                    "\u{1b}[\\]7m]?",
                ],
                0..6,
            ),
        ) {
            let line = parts.concat();
            let mut bare = Vec::new();
            if without_colors(line.as_bytes(), &mut bare) {
                let visible = plain(&line);
                prop_assert_eq!(bare.as_slice(), visible.as_bytes());
            }
            let is_simple = line.bytes().all(|byte| byte == b'a' || byte == b' ');
            prop_assert!(!is_simple || without_colors(line.as_bytes(), &mut bare));
        }
    }

    #[test]
    fn colors_are_taken_off() {
        let mut bare = Vec::new();
        assert!(without_colors(
            b"\x1b[1;31merror\x1b[0m: no\x1b[m",
            &mut bare
        ));
        assert_eq!(bare, b"error: no");
        for line in [
            &b"\x1b[2Kerror"[..],
            b"10 %\r20 %",
            b"\x1b]8;;\x07a",
            "\u{1b}[1mé".as_bytes(),
            b"\x1b[1",
        ] {
            assert!(!without_colors(line, &mut bare));
        }
    }
}
