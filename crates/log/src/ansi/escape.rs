//! Parses escape sequences: what they are, and where they end.

/// An escape sequence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Escape<'a> {
    /// CSI: the text between `[` and the final character, and the final character.
    Control(&'a str, u8),
    /// OSC: the text between `]` and the terminator.
    Command(&'a str),
    /// ESC and this one character.
    Single(u8),
    /// Any other sequence, or an incomplete one.
    Other,
}

/// Reads the sequence at the start of `text`, which begins with ESC. Also returns its length in bytes,
/// at least one.
///
/// Reading all sequences of a text takes linear time: a sequence is scanned up to its end, up to the
/// next ESC or, once only, up to the end of the text.
pub(crate) fn read(text: &str) -> (Escape<'_>, usize) {
    let bytes = text.as_bytes();
    match bytes.get(1) {
        Some(b'[') => read_control(text),
        Some(b']' | b'P' | b'X' | b'^' | b'_') => read_string(text),
        Some(0x20..=0x2f) => {
            let rest = bytes.get(1..).unwrap_or(&[]);
            let between = rest
                .iter()
                .take_while(|byte| (0x20..=0x2f).contains(*byte))
                .count();
            let last = bytes
                .get(1 + between)
                .is_some_and(|byte| (0x30..=0x7e).contains(byte));
            (Escape::Other, 1 + between + usize::from(last))
        }
        Some(single @ 0x30..=0x7e) => (Escape::Single(*single), 2),
        _ => (Escape::Other, 1),
    }
}

fn read_control(text: &str) -> (Escape<'_>, usize) {
    let rest = text.get(2..).unwrap_or_default();
    let inside = rest
        .bytes()
        .take_while(|byte| (0x20..=0x3f).contains(byte))
        .count();
    match rest.as_bytes().get(inside) {
        Some(last @ 0x40..=0x7e) => {
            let parameters = rest.get(..inside).unwrap_or_default();
            (Escape::Control(parameters, *last), 2 + inside + 1)
        }
        _ => (Escape::Other, 2 + inside),
    }
}

/// Reads a sequence that contains a text up to BEL or ESC \. Without an end, only its first two bytes
/// are the sequence, so that the rest of the line stays visible.
fn read_string(text: &str) -> (Escape<'_>, usize) {
    let rest = text.get(2..).unwrap_or_default();
    let Some(end) = memchr::memchr2(0x07, 0x1b, rest.as_bytes()) else {
        return (Escape::Other, 2);
    };
    let inside = rest.get(..end).unwrap_or_default();
    let after = match rest.as_bytes().get(end..) {
        Some([0x07, ..]) => end + 1,
        Some([0x1b, b'\\', ..]) => end + 2,
        // Another sequence interrupts it.
        _ => return (Escape::Other, 2 + end),
    };
    match text.as_bytes().get(1) {
        Some(b']') => (Escape::Command(inside), 2 + after),
        _ => (Escape::Other, 2 + after),
    }
}

/// A text without the colors at its start.
pub(crate) fn after_colors(text: &str) -> &str {
    let mut rest = text;
    while let Some(after) = rest.strip_prefix("\u{1b}[") {
        let parameters = |byte: &u8| byte.is_ascii_digit() || *byte == b';';
        let end = after.bytes().take_while(|byte| parameters(byte)).count();
        match after.get(end..).and_then(|after| after.strip_prefix('m')) {
            Some(after) => rest = after,
            None => break,
        }
    }
    rest
}
