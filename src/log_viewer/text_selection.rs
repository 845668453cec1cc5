//! Selecting text with the mouse and the keyboard, also beyond the lines on screen. `dom/text_selection.rs` keeps what
//! is selected.

use crate::log::export::Place;
use crate::log_viewer::commands::LogCommands;
use crate::log_viewer::copy_lines::on_copy;
use crate::log_viewer::dom::row_pool::{ROW_HEIGHT, RowPool};
use crate::log_viewer::layout::line;
use crate::log_viewer::model::LogModel;
use crate::log_viewer::view_state::LogViewer;
use crate::platform::dom::has_focus;
use leptos::ev;
use leptos::prelude::*;
use web_sys::{KeyboardEvent, PointerEvent};

/// Follows the mouse, and hands out selected text, as long as the component that is being built exists.
pub(crate) fn listen(commands: LogCommands) {
    let viewer = commands.viewer;
    let moved = window_event_listener(ev::pointermove, move |_| viewer.drag_text(true));
    let up = window_event_listener(ev::pointerup, move |_| viewer.drag_text(false));
    let canceled = window_event_listener(ev::pointercancel, move |_| viewer.drag_text(false));
    let copied = window_event_listener(ev::copy, move |event| on_copy(&event, commands));
    on_cleanup(move || {
        for listener in [moved, up, canceled, copied] {
            listener.remove();
        }
    });
}

impl LogViewer {
    /// Handles a pointer that goes down on the lines: a mouse selects text from there.
    pub(crate) fn start_text(self, event: &PointerEvent) {
        if event.button() == 0 && event.pointer_type() != "touch" {
            self.update_model(|model| {
                if let Some(rows) = &mut model.row_pool {
                    rows.text_selection.set_dragging(true);
                }
            });
        }
    }

    /// Follows a mouse that selects text. Past an edge, the browser would select what is beside the log.
    fn drag_text(self, is_down: bool) {
        let drag = |rows: &mut RowPool| {
            if rows.text_selection.is_dragging() {
                let is_lost = rows.read_text_selection();
                if is_lost && !is_down {
                    rows.restore_text_selection();
                }
                if !is_down {
                    rows.text_selection.set_dragging(false);
                }
            }
        };
        self.update_model(|model| model.row_pool.as_mut().map(drag));
    }

    /// Handles a key that extends the selected text by lines, which the browser would end at the edge of the window.
    /// Returns false for other keys, and if no place in the text was chosen before.
    pub(crate) fn extend_text(self, event: &KeyboardEvent) -> bool {
        let has_other = event.ctrl_key() || event.meta_key() || event.alt_key();
        if !event.shift_key() || has_other || !has_focus(".log-frame") {
            return false;
        }
        let height = self.with_model(|model| model.viewport.height());
        let page = (height.unwrap_or(0.0) / ROW_HEIGHT - 2.0).max(1.0) as isize;
        let by = match event.key().as_str() {
            "ArrowDown" => 1,
            "ArrowUp" => -1,
            "PageDown" => page,
            "PageUp" => -page,
            _ => return false,
        };
        let Some(Some(line)) = self.update_model(|model| model.extend_text(by)) else {
            return false;
        };
        if by < 0 {
            self.stop_following();
        }
        self.draw();
        self.reveal(line);
        true
    }
}

impl LogModel {
    /// Moves the end of the selected text by so many rows, and scrolls to it. Returns its line; `None` if there is no
    /// selection.
    fn extend_text(&mut self, by: isize) -> Option<usize> {
        let pool = self.row_pool.as_mut()?;
        pool.read_text_selection();
        let focus = pool.text_selection.focus()?;
        let row = self.rows.row(focus.line).unwrap_or_else(|next| next);
        let last = self.rows.len().checked_sub(1)?;
        let to = row.saturating_add_signed(by).min(last);
        let to_line = self.rows.line(to)?;
        let byte = match (to == row, by < 0) {
            (true, true) => 0,
            (true, false) => usize::MAX,
            _ => {
                let column = line::columns(&self.shown_text(focus.line), focus.byte);
                line::slice(&self.shown_text(to_line), column, 1)
                    .bytes
                    .start
            }
        };
        let place = Place {
            line: to_line,
            byte,
        };
        let anchor = self.viewport.anchor();
        let rows_in_view = (self.viewport.height() / ROW_HEIGHT) as usize;
        if to < anchor.row || (to == anchor.row && anchor.past > 0.0) {
            self.viewport.go_to(to, 0.0);
        } else if to >= anchor.row + rows_in_view {
            let below = self.viewport.height() - ROW_HEIGHT;
            self.viewport.go_to(to, below.max(0.0));
        }
        let pool = self.row_pool.as_mut()?;
        pool.text_selection.set_focus(place);
        Some(to_line)
    }
}
