//! Selecting lines by touch: a long press selects a line, and touches after it extend the selection.

use crate::log_viewer::commands::LogCommands;
use crate::t_string;
use leptos::prelude::*;
use std::time::Duration;
use web_sys::{Event, PointerEvent};

/// How long a press is a long one.
const LONG_PRESS: Duration = Duration::from_millis(500);

/// How far a finger may move in a press, in CSS pixels. Further is scrolling.
const MAX_DISTANCE: i32 = 10;

/// The gesture of a finger on the lines.
#[derive(Clone, Copy)]
pub(crate) struct LongPress {
    commands: LogCommands,
    /// Where the finger went down, and the timer that ends with a long press.
    pressed: StoredValue<Option<(i32, i32, TimeoutHandle)>>,
    /// True if the last pointer was a finger.
    by_touch: StoredValue<bool>,
    /// True after a long press, until the next press: the browser may report a click for it.
    is_done: StoredValue<bool>,
}

impl LongPress {
    pub(crate) fn new(commands: LogCommands) -> Self {
        Self {
            commands,
            pressed: StoredValue::new(None),
            by_touch: StoredValue::new(false),
            is_done: StoredValue::new(false),
        }
    }

    /// Handles a pointer that goes down on a line, counted from 0.
    pub(crate) fn on_down(self, event: &PointerEvent, line: Option<usize>) {
        self.end();
        self.is_done.set_value(false);
        let by_touch = event.pointer_type() == "touch";
        self.by_touch.set_value(by_touch);
        let Some(line) = line.filter(|_| by_touch && event.is_primary()) else {
            return;
        };
        let select = move || {
            if self.pressed.try_set_value(None).is_none() {
                self.is_done.set_value(true);
                self.select(line);
            }
        };
        if let Ok(timer) = set_timeout_with_handle(select, LONG_PRESS) {
            let place = (event.client_x(), event.client_y(), timer);
            self.pressed.set_value(Some(place));
        }
    }

    /// Handles a pointer that moves.
    pub(crate) fn on_move(self, event: &PointerEvent) {
        let has_left = self.pressed.get_value().is_some_and(|(x, y, _)| {
            let far = |from: i32, to: i32| (to - from).abs() > MAX_DISTANCE;
            far(x, event.client_x()) || far(y, event.client_y())
        });
        if has_left {
            self.end();
        }
    }

    /// Ends a press that was not long.
    pub(crate) fn end(self) {
        if let Some((_, _, timer)) = self.pressed.get_value() {
            timer.clear();
            self.pressed.set_value(None);
        }
    }

    /// Prevents the browser's own menu of a long press.
    pub(crate) fn on_context_menu(self, event: &Event) {
        if self.by_touch.get_value() {
            event.prevent_default();
        }
    }

    /// Handles a click on a line, counted from 0. Returns true if it was a touch that belongs to the selection.
    pub(crate) fn take_click(self, line: usize, on_number: bool) -> bool {
        if self.is_done.get_value() {
            return true;
        }
        if !self.by_touch.get_value() {
            return false;
        }
        let selection = self.commands.selection;
        if self.commands.touch_range.get_value() && selection.lines().is_some() {
            selection.press(line, true);
            // What the message asks for is done.
            self.commands.message.set(String::new());
        } else if on_number {
            self.select(line);
        } else {
            return false;
        }
        true
    }

    fn select(self, line: usize) {
        self.commands.selection.select_line(line);
        self.commands.touch_range.set_value(true);
        self.commands.tell(t_string!(log.touch_range));
        let viewer = self.commands.viewer;
        request_animation_frame(move || viewer.reveal(line));
    }
}
