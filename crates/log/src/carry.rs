//! Colors that continue on the next line.

use crate::ansi::{Style, after};
use crate::store::Store;

/// The number of special lines between two checkpoints.
const CHECKPOINT_LINES: usize = if cfg!(test) { 3 } else { 64 };
/// The number of bytes of special lines between two checkpoints.
const CHECKPOINT_BYTES: usize = 64 * 1024;

/// Finds the style at the start of any line. Only special lines can change the style, so some of them
/// have a checkpoint. From the nearest checkpoint, the few special lines up to the wanted line are read
/// again.
#[derive(Debug, Default)]
pub(crate) struct Carry {
    /// The number of special lines before the checkpoint, and the style after them.
    checkpoints: Vec<(u32, Style)>,
    /// The style after the special lines read so far.
    style: Style,
    seen: usize,
    lines_since: usize,
    bytes_since: usize,
}

impl Carry {
    /// Reads the lines that are new since the last call.
    pub(crate) fn observe(&mut self, store: &Store) {
        while let Some(line) = store.special_lines().get(self.seen) {
            let text = store.bytes(line as usize);
            if self.lines_since >= CHECKPOINT_LINES || self.bytes_since >= CHECKPOINT_BYTES {
                self.checkpoints.push((self.seen as u32, self.style));
                (self.lines_since, self.bytes_since) = (0, 0);
            }
            self.style = after(text, self.style);
            self.seen += 1;
            self.lines_since += 1;
            self.bytes_since += text.len();
        }
    }

    /// Forgets all special lines but the first ones, so many, because the others have changed.
    pub(crate) fn rewind(&mut self, special: usize) {
        if self.seen <= special {
            return;
        }
        while self
            .checkpoints
            .last()
            .is_some_and(|(at, _)| *at as usize > special)
        {
            self.checkpoints.pop();
        }
        let (at, style) = self.checkpoints.pop().unwrap_or_default();
        (self.seen, self.style) = (at as usize, style);
        (self.lines_since, self.bytes_since) = (CHECKPOINT_LINES, 0);
    }

    /// The style at the start of a line.
    pub(crate) fn style_at(&self, store: &Store, line: usize) -> Style {
        let special = store.special_lines();
        let before = special.partition_point(|special| (special as usize) < line);
        let checkpoint = self
            .checkpoints
            .partition_point(|(at, _)| *at as usize <= before);
        let checkpoint = checkpoint
            .checked_sub(1)
            .and_then(|checkpoint| self.checkpoints.get(checkpoint));
        let (mut at, mut style) =
            checkpoint.map_or((0, Style::default()), |(at, style)| (*at as usize, *style));
        while at < before {
            let line = special.get(at).unwrap_or(0);
            style = after(store.bytes(line as usize), style);
            at += 1;
        }
        style
    }
}
