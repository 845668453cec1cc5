//! Classifies the bytes of a text, eight or sixteen at a time.

use wide::u8x16;

pub(crate) const LOW: u64 = 0x0101_0101_0101_0101;
pub(crate) const HIGH: u64 = 0x8080_8080_8080_8080;

/// The kinds of bytes that a text contains.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Classes {
    /// True if it contains bytes outside of ASCII.
    pub wide: bool,
    /// True if it contains ASCII control characters; tabs and newlines count.
    pub control: bool,
}

impl Classes {
    /// The kinds of bytes of two texts together.
    #[inline]
    pub(crate) fn and(self, other: Self) -> Self {
        Self {
            wide: self.wide || other.wide,
            control: self.control || other.control,
        }
    }
}

/// Finds the first quote or backslash in a text, and the kinds of bytes before it. `None` if it has neither.
#[inline]
pub(crate) fn until_quote(text: &[u8]) -> Option<(usize, Classes)> {
    let (blocks, rest) = text.as_chunks::<16>();
    let [quote, backslash, space, delete] = [b'"', b'\\', b' ', 0x7f].map(u8x16::splat);
    let (mut wide, mut control) = (u8x16::ZERO, u8x16::ZERO);
    for (index, block) in blocks.iter().enumerate() {
        let block = u8x16::new(*block);
        let ends = (block.simd_eq(quote) | block.simd_eq(backslash)).to_bitmask();
        let controls = block.simd_lt(space) | block.simd_eq(delete);
        if ends == 0 {
            wide |= block;
            control |= controls;
            continue;
        }
        // Of the last block, only what is before the end counts.
        let before = (ends & ends.wrapping_neg()) - 1;
        let classes = Classes {
            wide: (wide.to_bitmask() | block.to_bitmask() & before) != 0,
            control: (control.to_bitmask() | controls.to_bitmask() & before) != 0,
        };
        return Some((16 * index + ends.trailing_zeros() as usize, classes));
    }
    let end = rest.iter().position(|byte| matches!(byte, b'"' | b'\\'))?;
    let last = classes(rest.get(..end)?);
    let classes = Classes {
        wide: wide.to_bitmask() != 0,
        control: control.to_bitmask() != 0,
    };
    Some((text.len() - rest.len() + end, classes.and(last)))
}

/// Finds the kinds of bytes of a text, in one pass.
#[inline]
pub(crate) fn classes(text: &[u8]) -> Classes {
    let (mut wide, mut control) = (0u64, 0u64);
    let (words, rest) = text.as_chunks::<8>();
    let mut scan = |word: u64| {
        wide |= word;
        // A byte below 0x20 borrows; 0x7f becomes 0x80 when one is added to its lower bits.
        control |= word.wrapping_sub(LOW * 0x20) & !word & HIGH;
        control |= ((word & !HIGH) + LOW) & !word & HIGH;
    };
    for word in words {
        scan(u64::from_le_bytes(*word));
    }
    // The padding of the last word is of neither kind.
    let mut last = [b' '; 8];
    for (to, from) in last.iter_mut().zip(rest) {
        *to = *from;
    }
    scan(u64::from_le_bytes(last));
    Classes {
        wide: wide & HIGH != 0,
        control: control != 0,
    }
}

/// Returns true for special characters, which are never shown unchanged: control characters except the
/// tab, characters that change the direction of text, and line breaks other than the newline.
pub(crate) fn is_special(char: char) -> bool {
    (char.is_control() && char != '\t')
        || matches!(
            char,
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
        )
}

/// Returns true if a line of valid UTF-8 with these kinds of bytes contains a special character, see [`is_special`].
pub(crate) fn has_special(line: &[u8], classes: Classes) -> bool {
    if classes.control
        && line
            .iter()
            .any(|byte| byte.is_ascii_control() && *byte != b'\t')
    {
        return true;
    }
    classes.wide && special_beyond_ascii(line).next().is_some()
}

/// Where the special characters outside of ASCII are in a line of valid UTF-8, see [`is_special`].
pub(crate) fn special_beyond_ascii(line: &[u8]) -> impl Iterator<Item = usize> + '_ {
    // All of them start with one of three bytes.
    memchr::memchr3_iter(0xc2, 0xd8, 0xe2, line).filter(|at| {
        matches!(
            line.get(*at..).unwrap_or(&[]),
            [0xc2, 0x80..=0x9f, ..]
                | [0xd8, 0x9c, ..]
                | [0xe2, 0x80, 0x8e | 0x8f | 0xa8..=0xae, ..]
                | [0xe2, 0x81, 0xa6..=0xa9, ..]
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn classes_are_those_of_the_bytes(text in prop::collection::vec(any::<u8>(), 0..40)) {
            let found = classes(&text);
            prop_assert_eq!(found.wide, text.iter().any(|byte| *byte >= 0x80));
            prop_assert_eq!(found.control, text.iter().any(u8::is_ascii_control));
        }

        #[test]
        fn the_first_quote_ends_a_text(text in "([a-z \u{1}\u{7f}é中]{0,30}[\"\\\\]?){0,3}") {
            let end = text.bytes().position(|byte| matches!(byte, b'"' | b'\\'));
            let expected = end.map(|end| (end, classes(&text.as_bytes()[..end])));
            prop_assert_eq!(until_quote(text.as_bytes()), expected);
        }

        #[test]
        fn seldom_controls_are_found(at in 0usize..20, byte in any::<u8>()) {
            let mut text = [b'a'; 20];
            text[at] = byte;
            let found = classes(&text);
            prop_assert_eq!((found.wide, found.control), (byte >= 0x80, byte.is_ascii_control()));
        }

        #[test]
        fn special_characters_are_found(text in "[a\t\u{0}-\u{1f}\u{7f}-\u{a0}\u{600}-\u{620}\u{2000}-\u{2070}中]{0,9}") {
            prop_assert_eq!(has_special(text.as_bytes(), classes(text.as_bytes())), text.chars().any(is_special));
        }
    }
}
