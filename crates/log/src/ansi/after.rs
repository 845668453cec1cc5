//! The style that a line leaves to the next one.

use crate::ansi::escape;
use crate::ansi::style::Style;

/// The style after a line that starts with `style`.
pub(crate) fn after(line: &[u8], mut style: Style) -> Style {
    let mut rest = line;
    while let Some(at) = memchr::memchr(0x1b, rest) {
        rest = rest.get(at..).unwrap_or(&[]);
        // The usual case: a sequence that sets colors. Its parameters are ASCII.
        let parameters = rest.get(2..).unwrap_or(&[]);
        let end = parameters
            .iter()
            .position(|byte| !(0x20..=0x3f).contains(byte));
        if let ([0x1b, b'[', ..], Some((parameters, [b'm', after @ ..]))) =
            (rest, end.and_then(|end| parameters.split_at_checked(end)))
        {
            style = style.after(std::str::from_utf8(parameters).unwrap_or_default());
            rest = after;
            continue;
        }
        // The store holds valid UTF-8 only, and no sequence ends inside a character.
        let (_, len) = escape::read(std::str::from_utf8(rest).unwrap_or_default());
        rest = rest.get(len..).unwrap_or(&[]);
    }
    style
}
