//! Selected lines: chosen by their numbers, kept in the URL, and exported as text.

use crate::log::export::{Export, Format};
use crate::log_viewer::layout::times::{local_offset, stamp};
use crate::log_viewer::model::LogModel;
use crate::log_viewer::view_state::{LogViewer, set_if_changed};
use crate::routing::navigation::Navigation;
use crate::routing::routes::LogLocation;
use leptos::prelude::*;

/// The selection of one log. A handle: copies refer to the same selection.
#[derive(Clone, Copy)]
pub(crate) struct Selection {
    pub(crate) viewer: LogViewer,
    navigation: Navigation,
    /// The line that was pressed last without Shift, counted from 0. Ranges begin there.
    range_start: StoredValue<usize>,
    /// The page's path. While the user leaves for another page, the URL is already the new one.
    path: StoredValue<String>,
}

impl Selection {
    /// Selects the lines and the time window that the URL names, now and whenever it changes.
    pub(crate) fn from_url(viewer: LogViewer, navigation: Navigation) -> Self {
        let selection = Self {
            viewer,
            navigation,
            range_start: StoredValue::new(0),
            path: StoredValue::new(navigation.same_page_href("")),
        };
        selection.read_url();
        navigation.on_location_change(move || selection.read_url());
        selection
    }

    fn read_url(self) {
        if self.path.get_value() != self.navigation.same_page_href("") {
            return;
        }
        let (query, fragment) = self.navigation.query_and_fragment();
        let place = LogLocation::parse(&query, &fragment);
        set_if_changed(self.viewer.time_window, (place.start, place.end));
        let lines = place.lines.map(|(first, last)| (index(first), index(last)));
        self.viewer.set_options(|options| {
            options.selected = lines;
            options.href = self.href();
        });
        if let Some((first, _)) = lines {
            self.range_start.set_value(first);
            self.viewer.opened_at_line.set_value(true);
            self.viewer.go_to(first);
        }
    }

    /// The page's path and query with the time window, but without lines.
    pub(crate) fn href(self) -> String {
        let (start, end) = self.viewer.time_window.get_untracked();
        let lines = None;
        let place = LogLocation { lines, start, end };
        self.navigation.same_page_href(&place.print())
    }

    /// Handles a press on a line's number: selects the line, or clears the selection if it is selected
    /// already. With Shift, selects the range from the line pressed before.
    pub(crate) fn press(self, line: usize, with_shift: bool) {
        // A row can stand for several lines.
        let last = self.viewer.with_model(|model| model.last_line_of_row(line));
        let last = last.unwrap_or(line);
        let is_selected = self.lines() == Some((line, last));
        match with_shift && self.lines().is_some() {
            true => {
                let start = self.range_start.get_value();
                self.select(Some((start.min(line), start.max(last))));
            }
            false if is_selected => self.select(None),
            false => {
                self.range_start.set_value(line);
                self.select(Some((line, last)));
            }
        }
    }

    /// Selects one line. Later ranges begin there.
    pub(crate) fn select_line(self, line: usize) {
        self.range_start.set_value(line);
        self.select(Some((line, line)));
    }

    /// Selects lines by the first and the last one, counted from 0; `None` clears the selection.
    pub(crate) fn select(self, lines: Option<(usize, usize)>) {
        if lines.is_some() {
            // What is selected last is what is copied.
            self.viewer.update_model(LogModel::clear_text_selection);
        }
        self.viewer.set_options(|options| options.selected = lines);
        self.write_url();
    }

    /// Selects all lines. Returns their number.
    pub(crate) fn select_all(self) -> usize {
        let lines = self.viewer.with_model(|model| model.log.len()).unwrap_or(0);
        if let Some(last) = lines.checked_sub(1) {
            self.range_start.set_value(0);
            self.select(Some((0, last)));
        }
        lines
    }

    /// Writes the selected lines and the time window to the URL.
    pub(crate) fn write_url(self) {
        let (start, end) = self.viewer.time_window.get_untracked();
        let lines = self
            .lines()
            .map(|(first, last)| (number(first), number(last)));
        let place = LogLocation { lines, start, end };
        self.navigation.replace_query_and_fragment(&place.print());
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

/// A line's index, counted from 0, from its number in the URL, counted from 1.
fn index(number: u64) -> usize {
    usize::try_from(number.saturating_sub(1)).unwrap_or(usize::MAX - 1)
}

/// A line's number in the URL, from its index.
fn number(index: usize) -> u64 {
    index as u64 + 1
}
