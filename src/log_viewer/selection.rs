//! Selected lines: pressed, in the address, copied.

use crate::log::export;
use crate::log::export::Format;
use crate::log_viewer::layout::times::{local_offset, stamp};
use crate::log_viewer::view_state::LogViewer;
use crate::routing::navigation::Navigation;
use crate::routing::routes::LogPlace;
use leptos::prelude::*;

/// What is selected in one log. A copy is the same.
#[derive(Clone, Copy)]
pub struct Selection {
    pub view: LogViewer,
    navigation: Navigation,
    /// The line that was pressed without Shift last, counted from 0: ranges begin there.
    from: StoredValue<usize>,
    /// The page's path: on the way to another page the address is that one's already.
    path: StoredValue<String>,
}

impl Selection {
    /// Takes the lines and the window that the address names, now and when it changes.
    pub fn open(view: LogViewer, navigation: Navigation) -> Self {
        let selection = Self {
            view,
            navigation,
            from: StoredValue::new(0),
            path: StoredValue::new(navigation.place_href("")),
        };
        selection.take_address();
        navigation.on_place(move || selection.take_address());
        selection
    }

    fn take_address(self) {
        if self.path.get_value() != self.navigation.place_href("") {
            return;
        }
        let (query, fragment) = self.navigation.place();
        let place = LogPlace::parse(&query, &fragment);
        crate::log_viewer::view_state::set(self.view.window, (place.start, place.end));
        let lines = place.lines.map(|(first, last)| (index(first), index(last)));
        self.view.set_look(|look| {
            look.selected = lines;
            look.address = self.address();
        });
        if let Some((first, _)) = lines {
            self.from.set_value(first);
            self.view.opened_at_line.set_value(true);
            self.view.go_to(first);
        }
    }

    /// The page's path with the window, without lines.
    fn address(self) -> String {
        let (start, end) = self.view.window.get_untracked();
        let lines = None;
        let place = LogPlace { lines, start, end };
        self.navigation.place_href(&place.print())
    }

    /// A line's number was pressed, perhaps with Shift: then the range from the one before is meant.
    pub fn press(self, line: usize, with_shift: bool) {
        let is_one = self.lines() == Some((line, line));
        match with_shift && self.lines().is_some() {
            true => {
                let from = self.from.get_value();
                self.select(Some((from.min(line), from.max(line))));
            }
            // Pressed again, it is let go.
            false if is_one => self.select(None),
            false => self.press_only(line),
        }
    }

    /// Selects one line, which later ranges begin at.
    pub fn press_only(self, line: usize) {
        self.from.set_value(line);
        self.select(Some((line, line)));
    }

    /// Selects lines, counted from 0: the first and the last.
    pub fn select(self, lines: Option<(usize, usize)>) {
        self.view.set_look(|look| look.selected = lines);
        self.write_address();
    }

    /// Asks for another window, Unix seconds. Lines have other numbers there.
    pub fn set_window(self, start: Option<i64>, end: Option<i64>) {
        crate::log_viewer::view_state::set(self.view.window, (start, end));
        self.view.set_look(|look| {
            look.selected = None;
            look.address = self.address();
        });
        self.view.follow_end();
        self.write_address();
    }

    fn write_address(self) {
        let (start, end) = self.view.window.get_untracked();
        let lines = self
            .lines()
            .map(|(first, last)| (number(first), number(last)));
        let place = LogPlace { lines, start, end };
        self.navigation.replace_place(&place.print());
    }

    /// What is selected, counted from 0; not tracked.
    pub fn lines(self) -> Option<(usize, usize)> {
        self.view.look.with_untracked(|look| look.selected)
    }

    /// All lines as text.
    pub fn whole_text(self) -> String {
        let text = self
            .view
            .read(|core| export::lines(&core.log, 0..core.log.len(), Format::Text, None));
        text.unwrap_or_default()
    }

    /// The selected lines as text.
    pub fn text(self, format: Format, with_times: bool) -> String {
        let Some((first, last)) = self.lines() else {
            return String::new();
        };
        let utc = self.view.look.with_untracked(|look| look.utc);
        let time = move |time| stamp(time, if utc { 0 } else { local_offset(time) });
        let time: Option<&dyn Fn(i64) -> String> = if with_times { Some(&time) } else { None };
        let text = self
            .view
            .read(|core| export::lines(&core.log, first..last.saturating_add(1), format, time));
        text.unwrap_or_default()
    }
}

/// A line's place, from its number.
fn index(number: u64) -> usize {
    usize::try_from(number.saturating_sub(1)).unwrap_or(usize::MAX - 1)
}

/// A line's number, from its place.
fn number(index: usize) -> u64 {
    index as u64 + 1
}
