//! How lines are shown: what the reader has chosen.

use crate::log::EscapeMode;
use crate::log_viewer::layout::times::TimeKind;
use std::collections::HashMap;

/// How many characters of a wrapped line are shown at first, and how many more at each step.
const WRAPPED: usize = 4_000;
const MORE: usize = 32_000;

/// How lines are shown.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DisplayOptions {
    pub wrap: bool,
    pub mode: EscapeMode,
    pub times: TimeKind,
    /// Whether times are in UTC rather than in the reader's zone.
    pub utc: bool,
    /// Lines, counted from 0, of which the reader asked to see more, and how much.
    pub more: HashMap<usize, usize>,
    /// The selected lines, counted from 0: the first and the last.
    pub selected: Option<(usize, usize)>,
    /// The page's path and query, to which a line's fragment is added.
    pub address: String,
    /// The match that the reader is at.
    pub current: Option<usize>,
}

impl DisplayOptions {
    /// Whether rows that are drawn look another way than with `before`. What is selected they tell
    /// themselves.
    pub fn draws_otherwise(&self, before: &Self) -> bool {
        let of = |look: &Self| (look.wrap, look.mode, look.times, look.utc);
        of(self) != of(before) || self.more != before.more || self.address != before.address
    }

    /// How many characters of a wrapped line are shown.
    pub fn most_of(&self, line: usize) -> usize {
        self.more.get(&line).copied().unwrap_or(WRAPPED)
    }

    /// Shows more of a wrapped line.
    pub fn show_more(&mut self, line: usize) {
        let most = self.most_of(line);
        self.more
            .insert(line, most.saturating_add(MORE).saturating_add(most));
    }
}
