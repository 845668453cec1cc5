//! Follow-tail: keeps the end of the log in view while lines arrive.
//!
//! The log opens following its end. Scrolling up stops that, reaching the end starts it again, and so do
//! the toolbar's button, the `f` key and the button that counts the new lines.

use crate::i18n::numbers::number;
use crate::log_viewer::view_state::{LogViewer, set_if_changed};
use crate::reactive::show;
use crate::t_signal;
use crate::ui::button::Button;
use leptos::prelude::*;

impl LogViewer {
    /// Goes to the end, and follows it from now on.
    pub(crate) fn follow_end(self) {
        self.pending_scroll.set_value(None);
        self.follow.set(true);
        self.draw();
    }

    /// Stops following the end. Lines that arrive from now on count as new.
    pub(crate) fn stop_following(self) {
        if self.follow.get_untracked() {
            self.follow.set(false);
            self.lines_when_unfollowed
                .set(self.counts.get_untracked().lines);
        }
    }

    /// Follows the end, or stops.
    pub(crate) fn toggle_follow(self) {
        match self.follow.get_untracked() {
            true => self.stop_following(),
            false => self.follow_end(),
        }
    }

    /// Draws after the user scrolled by `by` CSS pixels: up stops following, and reaching the end starts
    /// it again.
    pub(crate) fn draw_after_scroll(self, by: f64) {
        self.pending_scroll.set_value(None);
        if by < 0.0 {
            self.stop_following();
        }
        self.draw();
        if by > 0.0 && self.with_model(|model| model.viewport.at_end()) == Some(true) {
            set_if_changed(self.follow, true);
        }
    }
}

/// A button with the number of lines since following stopped, which goes back to the end.
pub(crate) fn new_lines_button(viewer: LogViewer) -> AnyView {
    // Lines, not rows: a change of the filter brings no new lines.
    let new_lines = move || {
        let lines = viewer.counts.with(|counts| counts.lines);
        lines.saturating_sub(viewer.lines_when_unfollowed.get())
    };
    let button = move || {
        Button::new(t_signal!(log.new_lines, n = number(new_lines())))
            .primary()
            .on_press(move || viewer.follow_end())
    };
    view! { <div class="log-new">{show(move || !viewer.follow.get() && new_lines() > 0, button)}</div> }
    .into_any()
}
