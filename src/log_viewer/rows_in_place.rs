//! Keeps the rows where they are on screen while the bar of the selection comes and goes.

use crate::log_viewer::commands::LogCommands;
use crate::log_viewer::layout::viewport::Anchor;
use crate::log_viewer::view_state::LogViewer;
use leptos::prelude::*;

/// The room that the bar of the selection may take, in CSS pixels: two rows of it on a phone.
const MAX_BAR_HEIGHT: f64 = 88.0;

impl LogCommands {
    /// Changes the selection by a press on a line, counted from 0. No row moves under the pointer: the bar takes its room
    /// below the lines, or above them if the line would be under it.
    pub(crate) fn select_in_place(self, line: usize, change: impl FnOnce()) {
        let viewer = self.viewer;
        let before = viewer.with_model(|model| {
            let rows = model.row_pool.as_ref()?;
            let place = (model.viewport.anchor(), rows.top());
            Some((place, rows.room_below(line)))
        });
        let Some(((anchor, top), room)) = before.flatten() else {
            return change();
        };
        if self.selection.lines().is_none() {
            // The end of the log would move with the lower edge, and with each new line.
            viewer.stop_following();
            self.bar_above
                .set(room.is_some_and(|room| room < MAX_BAR_HEIGHT));
        }
        change();
        request_animation_frame(move || viewer.follow_top(anchor, top));
    }

    /// Clears the selection, and keeps the rows where they are.
    pub(crate) fn clear_selection(self) {
        let line = self.viewer.in_view.get_untracked().first;
        self.select_in_place(line, || self.selection.select(None));
    }
}

impl LogViewer {
    /// Keeps the rows where they are on screen after the frame's edges have moved: `top` is where its upper edge was, and
    /// `anchor` which row was there.
    fn follow_top(self, anchor: Anchor, top: f64) {
        self.update_model(|model| {
            let Some(rows) = &mut model.row_pool else {
                return;
            };
            // The frame has another size now.
            let is_resized = rows.measure();
            model.viewport.go_back(anchor);
            model.viewport.move_by(rows.top() - top);
            if is_resized {
                model.redraw();
            }
        });
        self.draw();
    }
}
