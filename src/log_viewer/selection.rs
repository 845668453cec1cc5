//! Selected lines: chosen by their numbers, kept in the URL, and exported as text.

use crate::log::export::{Export, Format};
use crate::log_viewer::layout::times::{local_offset, stamp};
use crate::log_viewer::link::LogLink;
use crate::log_viewer::model::LogModel;
use crate::log_viewer::view_state::LogViewer;
use leptos::prelude::*;

/// The selection of one log. A handle: copies refer to the same selection.
#[derive(Clone, Copy)]
pub(crate) struct Selection {
    pub(crate) viewer: LogViewer,
    pub(crate) link: LogLink,
}

impl Selection {
    /// Handles a press on a line's number: selects the line, or clears the selection if it is selected
    /// already. With Shift, selects the range from the line pressed before.
    pub(crate) fn press(self, line: usize, with_shift: bool) {
        // A row can stand for several lines.
        let last = self.viewer.with_model(|model| model.last_line_of_row(line));
        let last = last.unwrap_or(line);
        let is_selected = self.lines() == Some((line, last));
        match with_shift && self.lines().is_some() {
            true => {
                let start = self.link.range_start.get_value();
                self.select(Some((start.min(line), start.max(last))));
            }
            false if is_selected => self.select(None),
            false => {
                self.link.range_start.set_value(line);
                self.select(Some((line, last)));
            }
        }
    }

    /// Selects one line. Later ranges begin there.
    pub(crate) fn select_line(self, line: usize) {
        self.link.range_start.set_value(line);
        self.select(Some((line, line)));
    }

    /// Selects lines by the first and the last one, counted from 0; `None` clears the selection.
    pub(crate) fn select(self, lines: Option<(usize, usize)>) {
        if lines.is_some() {
            // What is selected last is what is copied.
            self.viewer.update_model(LogModel::clear_text_selection);
        }
        self.viewer.set_options(|options| options.selected = lines);
        self.link.write();
    }

    /// Selects all lines. Returns their number.
    pub(crate) fn select_all(self) -> usize {
        let lines = self.viewer.with_model(|model| model.log.len()).unwrap_or(0);
        if let Some(last) = lines.checked_sub(1) {
            self.link.range_start.set_value(0);
            self.select(Some((0, last)));
        }
        lines
    }

    /// The first and the last selected line, counted from 0. Not tracked.
    pub(crate) fn lines(self) -> Option<(usize, usize)> {
        self.viewer
            .options
            .with_untracked(|options| options.selected)
    }

    /// The selected lines, to export them: those that are shown or in a folded step, but none that a filter leaves out.
    pub(crate) fn export(self, format: Format) -> Option<Export> {
        let (first, last) = self.lines()?;
        self.viewer.with_model(|model| {
            let len = model.log.len();
            let lines = first.min(len)..last.saturating_add(1).min(len);
            match model.filter.leaves_out() {
                true => Export::shown(model.rows_to_copy(), lines, format),
                false => Export::lines(lines, format),
            }
        })
    }

    /// Formats the time of a line, in the time zone that is shown.
    pub(crate) fn time_format(self) -> impl Fn(i64) -> String {
        let utc = self.viewer.options.with_untracked(|options| options.utc);
        move |time| stamp(time, if utc { 0 } else { local_offset(time) })
    }
}
