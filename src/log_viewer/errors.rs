//! Going from error to error: to the lines with the level of an error, and those whose text tells of one.

use crate::api::Build;
use crate::i18n::numbers::number;
use crate::log::{Column, LevelKind};
use crate::log_viewer::commands::LogCommands;
use crate::log_viewer::model::LogModel;
use crate::log_viewer::view_state::LogViewer;
use crate::query::Query;
use crate::reactive::effect;
use crate::t_string;
use leptos::prelude::*;
use std::ops::Range;

impl LogCommands {
    /// Goes to the next line with an error; after the last one, to the first.
    pub(crate) fn next_error(self) {
        self.go_to_error(true);
    }

    /// Goes to the line with an error before; before the first one, to the last.
    pub(crate) fn previous_error(self) {
        self.go_to_error(false);
    }

    fn go_to_error(self, forward: bool) {
        let follows = self.viewer.follow.get_untracked();
        let line = self
            .viewer
            .with_model(|model| error_line(model, follows, forward));
        match line.flatten() {
            Some(line) => self.go_to(line),
            None => self.tell(t_string!(log.no_errors)),
        }
    }
}

/// Lets screen readers announce new errors while the build runs.
pub(crate) fn announce_new_errors(viewer: LogViewer, build: Query<Build>) {
    // The errors that are known; `None` until the first answer is explained.
    let known_errors = StoredValue::new(None);
    effect(move || {
        let errors = viewer.counts.with(|counts| counts.errors);
        if viewer.explained.with(Option::is_none) {
            return;
        }
        let known = known_errors.get_value();
        known_errors.set_value(Some(errors));
        let is_running = untrack(move || build.data()).is_some_and(|build| !build.is_finished());
        if let Some(known) = known.filter(|known| errors > *known && is_running) {
            viewer
                .announced
                .set(t_string!(log.new_errors, n = number(errors - known)));
        }
    });
}

/// The line with an error after the current line, or before it. Without a current line, begins at the top edge; with
/// the end in view, at the log's start. Wraps around at both ends.
fn error_line(model: &LogModel, follows: bool, forward: bool) -> Option<usize> {
    let errors = ErrorLines::of(model);
    let top = || match follows {
        true => 0,
        false => (model.rows.line(model.viewport.anchor().row)).unwrap_or(0),
    };
    let end = model.log.len();
    // Those of the time range that is shown come first; if it has none, it is left.
    let is_shown = |line: &usize| model.log.is_between(*line, model.filter.between);
    match (forward, model.options.current_line) {
        (true, current) => {
            let from = current.map_or_else(top, |line| line + 1);
            let after = || errors.first(from..end).or_else(|| errors.first(0..end));
            let mut all = errors.forward(from..end).chain(errors.forward(0..end));
            all.find(is_shown).or_else(after)
        }
        (false, current) => {
            let to = current.unwrap_or_else(top).min(end);
            let before = || errors.last(0..to).or_else(|| errors.last(0..end));
            let mut all = errors.backward(0..to).chain(errors.backward(0..end));
            all.find(is_shown).or_else(before)
        }
    }
}

/// The lines with an error: by their level or by their text.
struct ErrorLines<'a> {
    model: &'a LogModel,
    /// For each number of a level, true if it is that of an error. Empty if no line has such a level.
    levels: Vec<bool>,
    by_text: &'a Column<u32>,
}

impl<'a> ErrorLines<'a> {
    fn of(model: &'a LogModel) -> Self {
        let levels = model.log.levels().iter();
        let levels: Vec<bool> = levels.map(|level| level.kind == LevelKind::Error).collect();
        Self {
            model,
            levels: match levels.contains(&true) {
                true => levels,
                false => Vec::new(),
            },
            by_text: model.explainer.error_lines(),
        }
    }

    /// The first such line of these.
    fn first(&self, lines: Range<usize>) -> Option<usize> {
        let by_text = self.by_text(self.count_before(lines.start));
        let by_text = by_text.filter(|line| *line < lines.end);
        let before = lines.start..by_text.unwrap_or(lines.end);
        self.with_level(before).next().or(by_text)
    }

    /// The last such line of these.
    fn last(&self, lines: Range<usize>) -> Option<usize> {
        let last = self.count_before(lines.end).checked_sub(1);
        let by_text = last.and_then(|last| self.by_text(last));
        let by_text = by_text.filter(|line| *line >= lines.start);
        let after = by_text.map_or(lines.start, |line| line + 1)..lines.end;
        self.with_level(after).next_back().or(by_text)
    }

    /// All such lines of these, in order.
    fn forward(&self, lines: Range<usize>) -> impl Iterator<Item = usize> {
        let first = self.first(lines.clone());
        std::iter::successors(first, move |line| self.first(line + 1..lines.end))
    }

    /// The same, from the last one on.
    fn backward(&self, lines: Range<usize>) -> impl Iterator<Item = usize> {
        let last = self.last(lines.clone());
        std::iter::successors(last, move |line| self.last(lines.start..*line))
    }

    /// A line whose text tells of an error, by its index among them.
    fn by_text(&self, index: usize) -> Option<usize> {
        self.by_text.get(index).map(|line| line as usize)
    }

    /// The number of such lines before this line.
    fn count_before(&self, line: usize) -> usize {
        self.by_text
            .partition_point(|error| (error as usize) < line)
    }

    /// Those of these lines that have the level of an error.
    fn with_level(&self, lines: Range<usize>) -> impl DoubleEndedIterator<Item = usize> {
        let lines = match self.levels.is_empty() {
            true => 0..0,
            false => lines,
        };
        lines.filter(|line| {
            let level = usize::from(self.model.log.level_number(*line));
            self.levels.get(level) == Some(&true)
        })
    }
}
