//! The length of the longest line that is shown.

use crate::ansi::{EscapeMode, Painted};
use crate::log::Log;
use crate::rows::VisibleRows;
use crate::width::{at_most, columns};

/// The columns of the longest of the rows. It follows them while they become more; for other rows, or another
/// treatment of escapes, begin a new one.
///
/// # Examples
///
/// ```
/// use slipway_log::{EscapeMode, Filter, Log, LongestRow, VisibleRows};
///
/// let mut log = Log::new();
/// log.begin(None);
/// log.feed(r#"[{"message": "a\tb"}, {"message": "中文"}, {"message": "\u001b[1mbold\u001b[0m"}]"#.as_bytes());
/// let mut rows = VisibleRows::new();
/// rows.extend(&log, log.steps(), None, None, &Filter::default(), usize::MAX);
///
/// let mut longest = LongestRow::new(EscapeMode::Interpret);
/// assert!(longest.extend(&log, &rows, usize::MAX, usize::MAX));
/// assert_eq!(longest.columns(), 9);
/// ```
#[derive(Debug, Clone, Default)]
pub struct LongestRow {
    mode: EscapeMode,
    /// The number of rows looked at.
    seen: usize,
    columns: usize,
    painted: Painted,
}

impl LongestRow {
    /// No rows yet.
    pub fn new(mode: EscapeMode) -> Self {
        Self {
            mode,
            ..Self::default()
        }
    }

    /// The columns of the longest row so far.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// Looks at the rows from this one on again: their lines have been written over.
    pub fn rewind(&mut self, row: usize) {
        self.seen = self.seen.min(row);
    }

    /// Looks at rows that are new since the last call: at most so many, and so many bytes of those whose columns have
    /// to be counted, but at least one row. Returns true once all are seen.
    pub fn extend(
        &mut self,
        log: &Log,
        rows: &VisibleRows,
        max_rows: usize,
        max_bytes: usize,
    ) -> bool {
        self.seen = self.seen.min(rows.len());
        let stop = rows.len().min(self.seen.saturating_add(max_rows));
        let mut bytes_left = max_bytes;
        while self.seen < stop && bytes_left > 0 {
            let Some(line) = rows.line(self.seen) else {
                break;
            };
            self.seen += 1;
            let bytes = log.bytes(line);
            if log.is_even(line) {
                self.columns = self.columns.max(bytes.len());
            } else if at_most(bytes) > self.columns {
                log.paint(line, self.mode, &mut self.painted);
                self.columns = self.columns.max(columns(&self.painted.text));
                bytes_left = bytes_left.saturating_sub(bytes.len());
            }
        }
        self.seen == rows.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::Filter;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_longest_row_is_that_of_all(
            lines in prop::collection::vec("([a-c]{0,9}|[a\t中é👩\u{1b}\r\u{7}\u{202e}\u{301}m\\[]{0,9}|\n){0,4}", 0..9),
            budget in 1usize..30,
            show in any::<bool>(),
        ) {
            let mode = if show { EscapeMode::Show } else { EscapeMode::Interpret };
            let messages: Vec<_> = lines.iter().map(|line| serde_json::json!({ "message": line })).collect();
            let mut log = Log::new();
            log.begin(None);
            log.feed(serde_json::Value::from(messages).to_string().as_bytes());
            log.end();
            let mut rows = VisibleRows::new();
            rows.extend(&log, log.steps(), None, None, &Filter::default(), usize::MAX);
            let mut longest = LongestRow::new(mode);
            while !longest.extend(&log, &rows, budget, budget) {}
            let mut painted = Painted::default();
            let expected = (0..log.len()).map(|line| {
                log.paint(line, mode, &mut painted);
                columns(&painted.text)
            });
            prop_assert_eq!(longest.columns(), expected.max().unwrap_or(0));
        }
    }
}
