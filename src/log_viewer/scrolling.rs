//! Scrolling: by the scroll bar, by keys, and to a line.

use crate::log_viewer::display_options::DisplayOptions;
use crate::log_viewer::model::{LogModel, PendingScroll};
use crate::log_viewer::view_state::LogViewer;
use crate::log_viewer::yielding::now_millis;
use leptos::prelude::*;
use std::ops::Range;

impl LogViewer {
    /// Handles a scroll event of the frame.
    pub(crate) fn on_scroll(self) {
        // If the frame's size changed, the browser scrolled, not the user.
        let resized = self.update_model(|model| {
            let changed = model.row_pool.as_mut().is_some_and(|rows| rows.measure());
            if changed {
                model.redraw();
            }
            changed
        });
        if resized == Some(true) {
            self.draw();
            return;
        }
        let moved = self.update_model(|model| {
            let rows = model.row_pool.as_mut()?;
            let sideways = rows.scroll_sideways();
            if sideways {
                rows.forget_rows();
            }
            let bar = f64::from(rows.scroller.scroll_top());
            let by = model.viewport.on_bar_moved(bar);
            if by != 0.0 {
                model.scrolled_millis = now_millis();
            }
            Some((by, sideways))
        });
        let Some(Some((by, sideways))) = moved else {
            return;
        };
        if by != 0.0 {
            self.draw_after_scroll(by);
            self.update_model(|model| {
                if model.viewport.is_bar_stuck() {
                    model.set_bar();
                }
            });
        } else if sideways {
            self.draw_with(false);
        }
    }

    /// Handles the end of scrolling: moves the scroll bar to its exact position.
    pub(crate) fn on_scroll_end(self) {
        // This can be the end of an earlier scroll, told after the user has moved the bar again.
        self.on_scroll();
        self.update_model(LogModel::set_bar);
    }

    /// Goes to the first line.
    pub(crate) fn go_to_start(self) {
        self.stop_following();
        self.update_model(|model| model.viewport.go_to(0, 0.0));
        self.pending_scroll.set_value(None);
        self.draw();
    }

    /// Scrolls by this many CSS pixels; up if negative.
    pub(crate) fn move_by(self, by: f64) {
        self.update_model(|model| model.viewport.move_by(by));
        self.draw_after_scroll(by);
    }

    /// Scrolls to a line, counted from 0, as soon as it is loaded. Unfolds the step and the repeated lines that it is in.
    pub(crate) fn go_to(self, line: usize) {
        self.go_to_place(line, false);
    }

    /// The same, with other display options. Draws once.
    pub(crate) fn go_to_with(self, line: usize, change: impl FnOnce(&mut DisplayOptions)) {
        crate::platform::dom::scroll_into_view_if_needed(".log-frame");
        self.stop_following();
        self.request_scroll(line, false, true);
        self.unfold_step_of(line);
        self.set_options(change);
    }

    /// The same; with `at_top`, the line is put at the top edge.
    pub(crate) fn go_to_place(self, line: usize, at_top: bool) {
        crate::platform::dom::scroll_into_view_if_needed(".log-frame");
        self.bring_into_view(line, at_top);
    }

    /// The same, without scrolling the page if the log itself is out of view.
    pub(crate) fn bring_into_view(self, line: usize, at_top: bool) {
        self.stop_following();
        self.request_scroll(line, at_top, true);
        if !self.unfold_step_of(line) {
            self.draw();
        }
    }

    /// Unfolds the step that a line is in. Returns false if it is not folded.
    fn unfold_step_of(self, line: usize) -> bool {
        let step = self
            .with_model(|model| model.log.steps().step_of_line(line))
            .flatten();
        let is_folded = |step: &usize| {
            self.filter
                .with_untracked(|filter| filter.folded.contains(step))
        };
        let Some(step) = step.filter(is_folded) else {
            return false;
        };
        self.set_filter(|filter| {
            filter.folded.remove(&step);
        });
        true
    }

    /// Scrolls down so far that all of a line on screen is in view, if its lower end is hidden.
    pub(crate) fn reveal(self, line: usize) {
        let hidden = self.with_model(|model| {
            let rows = model.row_pool.as_ref()?;
            rows.hidden_below(line)
        });
        if let Some(hidden) = hidden.flatten() {
            self.move_by(hidden);
        }
    }

    /// Scrolls to a part of a line on screen, given in bytes of its visible text: sideways, or within a wrapped line.
    /// If that is cut there, shows that part of it.
    pub(crate) fn show_part(self, line: usize, part: &Range<usize>) {
        if !self.options.with_untracked(|options| options.wrap) {
            let moved = self.update_model(|model| model.show_columns(line, part));
            if moved == Some(true) {
                self.draw();
            }
            return;
        }
        let Some(text) = self.with_model(|model| model.shown_text(line).into_owned()) else {
            return;
        };
        self.set_options(|options| options.show_part(line, &text, part));
        if self.update_model(|model| model.scroll_within(line, part.start)) == Some(true) {
            self.draw();
        }
    }

    /// Shows more of a wrapped line that is cut: before the part that is shown, or after it.
    pub(crate) fn show_more(self, line: usize, before: bool) {
        let Some(text) = self.with_model(|model| model.shown_text(line).into_owned()) else {
            return;
        };
        self.set_options(|options| options.show_more(line, &text, before));
    }

    /// Remembers to scroll to a line as soon as it is loaded. With `reveals`, opens what hides it.
    pub(crate) fn request_scroll(self, line: usize, at_top: bool, reveals: bool) {
        self.pending_scroll.set_value(Some(PendingScroll {
            line,
            at_top,
            reveals,
        }));
    }
}
