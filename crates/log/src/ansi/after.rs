//! The style that a line leaves to the next one.

use crate::ansi::escape;
use crate::ansi::escape::Escape;
use crate::ansi::style::Style;

/// The style after a line that starts with `style`.
pub(crate) fn after(line: &[u8], mut style: Style) -> Style {
    let mut rest = line;
    while let Some(at) = memchr::memchr(0x1b, rest) {
        rest = rest.get(at..).unwrap_or(&[]);
        // The store holds valid UTF-8 only, and no sequence ends inside a character.
        let (escape, len) = escape::read(std::str::from_utf8(rest).unwrap_or_default());
        if let Escape::Control(parameters, b'm') = escape {
            style = style.after(parameters);
        }
        rest = rest.get(len..).unwrap_or(&[]);
    }
    style
}
