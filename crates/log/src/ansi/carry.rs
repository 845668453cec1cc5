//! Colours that go on over ends of lines.

use crate::ansi::escape;
use crate::ansi::escape::Escape;
use crate::ansi::style::Style;
use crate::store::Store;

/// After so many special lines, or bytes of them, the style is noted.
const LINES: usize = if cfg!(test) { 3 } else { 64 };
const BYTES: usize = 64 * 1024;

/// The style at the beginning of any line. Only special lines can change it, so it is noted at some of
/// these; from the one before, the few between are read again.
#[derive(Debug, Default)]
pub struct Carry {
    /// How many special lines come before, and the style after them.
    notes: Vec<(u32, Style)>,
    /// The style after the special lines seen so far.
    style: Style,
    seen: usize,
    lines_since: usize,
    bytes_since: usize,
}

impl Carry {
    /// Takes in the lines that came since.
    pub fn observe(&mut self, store: &Store) {
        while let Some(line) = store.special_lines().get(self.seen) {
            let text = store.bytes(line as usize);
            if self.lines_since >= LINES || self.bytes_since >= BYTES {
                self.notes.push((self.seen as u32, self.style));
                (self.lines_since, self.bytes_since) = (0, 0);
            }
            self.style = after(text, self.style);
            self.seen += 1;
            self.lines_since += 1;
            self.bytes_since += text.len();
        }
    }

    /// The style in which a line begins.
    pub fn style_at(&self, store: &Store, line: usize) -> Style {
        let special = store.special_lines();
        let before = special.partition_point(|special| (special as usize) < line);
        let note = self.notes.partition_point(|(at, _)| *at as usize <= before);
        let note = note.checked_sub(1).and_then(|note| self.notes.get(note));
        let (mut at, mut style) =
            note.map_or((0, Style::default()), |(at, style)| (*at as usize, *style));
        while at < before {
            let line = special.get(at).unwrap_or(0);
            style = after(store.bytes(line as usize), style);
            at += 1;
        }
        style
    }
}

/// The style after a line that begins in `style`.
fn after(line: &[u8], mut style: Style) -> Style {
    let mut rest = line;
    while let Some(at) = memchr::memchr(0x1b, rest) {
        rest = rest.get(at..).unwrap_or(&[]);
        // Only valid text is kept, and no sequence ends inside of a character.
        let (escape, len) = escape::read(std::str::from_utf8(rest).unwrap_or_default());
        if let Escape::Control(parameters, b'm') = escape {
            style = style.after(parameters);
        }
        rest = rest.get(len..).unwrap_or(&[]);
    }
    style
}
