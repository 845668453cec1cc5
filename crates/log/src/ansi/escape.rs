//! Where an escape sequence ends, and what it is.

/// An escape sequence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Escape<'a> {
    /// CSI: what stands between `[` and the last character, and that.
    Control(&'a str, u8),
    /// OSC: what stands between `]` and the end.
    Command(&'a str),
    /// Any other, or one that is cut short.
    Other,
}

/// Reads the sequence that `text` begins with, an ESC; says how many bytes it has, at least one.
///
/// Reading all sequences of a text takes time for its length once: a sequence is looked through to its
/// end, to the next ESC or, once only, to the end of the text.
pub fn read(text: &str) -> (Escape<'_>, usize) {
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
        Some(0x30..=0x7e) => (Escape::Other, 2),
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

/// A sequence that holds a text, up to BEL or ESC \. One that has no end is no reason to hide the rest
/// of the line: then only its beginning is the sequence.
fn read_string(text: &str) -> (Escape<'_>, usize) {
    let rest = text.get(2..).unwrap_or_default();
    let Some(end) = memchr::memchr2(0x07, 0x1b, rest.as_bytes()) else {
        return (Escape::Other, 2);
    };
    let inside = rest.get(..end).unwrap_or_default();
    let after = match rest.as_bytes().get(end..) {
        Some([0x07, ..]) => end + 1,
        Some([0x1b, b'\\', ..]) => end + 2,
        // Another sequence breaks it off.
        _ => return (Escape::Other, 2 + end),
    };
    match text.as_bytes().get(1) {
        Some(b']') => (Escape::Command(inside), 2 + after),
        _ => (Escape::Other, 2 + after),
    }
}
