//! How lines are displayed, as the user has chosen.

use crate::log::EscapeMode;
use crate::log_viewer::layout::times::TimeKind;
use std::collections::HashMap;

/// The number of characters of a wrapped line that are shown at first.
const WRAPPED_CHARS: usize = 4_000;

/// The minimum number of characters that "show more" adds to a wrapped line.
const MORE_CHARS: usize = 32_000;

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
    /// The number of characters to show of lines that the user expanded. Lines are counted from 0.
    pub(crate) expanded: HashMap<usize, usize>,
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

    /// The number of characters to show of a wrapped line.
    pub(crate) fn shown_chars(&self, line: usize) -> usize {
        self.expanded.get(&line).copied().unwrap_or(WRAPPED_CHARS)
    }

    /// Shows more of a wrapped line.
    pub(crate) fn show_more(&mut self, line: usize) {
        let chars = self.shown_chars(line);
        let more = chars.saturating_add(MORE_CHARS).saturating_add(chars);
        self.expanded.insert(line, more);
    }
}
