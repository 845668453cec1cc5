//! How lines are displayed, as the user has chosen.

use crate::log::EscapeMode;
use crate::log_viewer::layout::line::{head, whole};
use crate::log_viewer::layout::times::TimeKind;
use std::collections::HashMap;
use std::ops::Range;

/// The number of characters of a wrapped line that are shown at first.
const WRAPPED_CHARS: usize = 4_000;

/// The minimum number of bytes that "show more" adds to a wrapped line.
const MORE_BYTES: usize = 32_000;

/// The number of bytes that are shown before and after a match in a wrapped line that is cut there.
const BYTES_AROUND_MATCH: usize = 1_000;

/// How lines are displayed.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct DisplayOptions {
    /// True to wrap long lines.
    pub(crate) wrap: bool,
    pub(crate) escapes: EscapeMode,
    /// The time before each line.
    pub(crate) times: TimeKind,
    /// True to show times in UTC, false for the user's time zone.
    pub(crate) utc: bool,
    /// The parts of wrapped lines that are shown, where it is not their start: bytes of the visible text. Lines are
    /// counted from 0.
    pub(crate) expanded: HashMap<usize, Range<usize>>,
    /// The first and the last selected line, counted from 0.
    pub(crate) selected: Option<(usize, usize)>,
    /// The page's path and query. Links to lines add a fragment to it.
    pub(crate) href: String,
    /// The line of the current match or of the last jump, counted from 0.
    pub(crate) current_line: Option<usize>,
}

impl DisplayOptions {
    /// Returns true if rows drawn with `before` must be drawn again. Rows notice changes of the selection
    /// and of the current line themselves.
    pub(crate) fn needs_redraw(&self, before: &Self) -> bool {
        let simple = |options: &Self| (options.wrap, options.escapes, options.times, options.utc);
        simple(self) != simple(before)
            || self.expanded != before.expanded
            || self.href != before.href
    }

    /// The part of a wrapped line with this visible text that is shown, in bytes.
    pub(crate) fn shown(&self, line: usize, text: &str) -> Range<usize> {
        match self.expanded.get(&line) {
            Some(part) => whole(text, part.start)..whole(text, part.end),
            None => 0..head(text, WRAPPED_CHARS),
        }
    }

    /// Shows more of a wrapped line: as much again, and a good deal more. With `before`, what is before the part that
    /// is shown, otherwise what is after it.
    pub(crate) fn show_more(&mut self, line: usize, text: &str, before: bool) {
        let part = self.shown(line, text);
        let more = part.len() + MORE_BYTES;
        let part = match before {
            true => part.start.saturating_sub(more)..part.end,
            false => part.start..part.end.saturating_add(more),
        };
        self.expanded.insert(line, part);
    }

    /// Shows a part of a wrapped line, in bytes of its visible text, if it is cut there: what is around it, and all
    /// before it if that is little more than what is shown.
    pub(crate) fn show_part(&mut self, line: usize, text: &str, part: &Range<usize>) {
        let shown = self.shown(line, text);
        let end = part.end.min(part.start + BYTES_AROUND_MATCH);
        if shown.start <= part.start && end <= shown.end {
            return;
        }
        let end = end + BYTES_AROUND_MATCH;
        let is_near = part.start >= shown.start && part.start < shown.end + MORE_BYTES;
        let start = match is_near {
            true => shown.start,
            false => part.start.saturating_sub(BYTES_AROUND_MATCH),
        };
        self.expanded.insert(line, start..end);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_shown_with_what_is_around_it() {
        let text = "x".repeat(1_000_000);
        let mut options = DisplayOptions::default();
        assert_eq!(options.shown(0, &text), 0..WRAPPED_CHARS);
        options.show_part(0, &text, &(3_000..3_005));
        assert!(options.expanded.is_empty());
        // Not far behind what is shown: nothing is left out between.
        options.show_part(0, &text, &(3_999..4_002));
        assert_eq!(options.shown(0, &text), 0..5_002);
        // Far behind it, and up to the end of the line.
        options.show_part(0, &text, &(999_990..1_000_000));
        assert_eq!(options.shown(0, &text), 998_990..1_000_000);
        // Back again.
        options.show_part(0, &text, &(500_000..900_000));
        assert_eq!(options.shown(0, &text), 499_000..502_000);
        options.show_more(0, &text, true);
        assert_eq!(options.shown(0, &text), 464_000..502_000);
        options.show_more(0, &text, false);
        assert_eq!(options.shown(0, &text), 464_000..572_000);
        // Other lines are as they were.
        assert_eq!(options.shown(1, "short"), 0..5);
    }

    #[test]
    fn no_character_is_cut() {
        let text = "中".repeat(9_000);
        let mut options = DisplayOptions::default();
        options.show_part(0, &text, &(26_000..26_003));
        let part = options.shown(0, &text);
        assert!(text.get(part).is_some());
    }
}
