//! Going from error to error: to the lines with the level of an error.

use crate::log::LevelKind;
use crate::log_viewer::commands::LogCommands;
use crate::log_viewer::model::LogModel;
use crate::t_string;
use leptos::prelude::*;

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

/// The line with an error after the current line, or before it. Without a current line, begins at the top edge; with
/// the end in view, at the log's start. Wraps around at both ends.
fn error_line(model: &LogModel, follows: bool, forward: bool) -> Option<usize> {
    let levels: Vec<bool> = (model.log.levels().iter())
        .map(|level| level.kind == LevelKind::Error)
        .collect();
    if !levels.contains(&true) {
        return None;
    }
    let is_error = |line: &usize| {
        let level = usize::from(model.log.level_number(*line));
        levels.get(level) == Some(&true)
    };
    let top = || match follows {
        true => 0,
        false => (model.rows.line(model.viewport.anchor().row)).unwrap_or(0),
    };
    let end = model.log.len();
    match (forward, model.options.current_line) {
        (true, current) => {
            let from = current.map_or_else(top, |line| line + 1);
            (from..end).find(is_error).or((0..end).find(is_error))
        }
        (false, current) => {
            let to = current.unwrap_or_else(top).min(end);
            (0..to)
                .rev()
                .find(is_error)
                .or((0..end).rev().find(is_error))
        }
    }
}
