//! Selecting lines by touch: a long press selects a line, and taps after it extend the selection.

use crate::log_viewer::commands::LogCommands;
use crate::t_string;
use leptos::prelude::*;
use std::time::Duration;
use web_sys::{Event, PointerEvent};

/// How long a press is a long one.
const LONG_PRESS: Duration = Duration::from_millis(500);

/// How far a finger may move in a press, in CSS pixels. Further is scrolling.
const MAX_DISTANCE: i32 = 10;

#[derive(Clone, Copy)]
struct Pressed {
    x: i32,
    y: i32,
    line: usize,
    timer: TimeoutHandle,
}

/// The gesture of a finger on the lines.
#[derive(Clone, Copy)]
pub(crate) struct LongPress {
    commands: LogCommands,
    /// Where the finger went down, on which line, and the timer that ends with a long press.
    pressed: StoredValue<Option<Pressed>>,
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
        if let Ok(timer) = set_timeout_with_handle(move || self.finish(), LONG_PRESS) {
            self.pressed.set_value(Some(Pressed {
                x: event.client_x(),
                y: event.client_y(),
                line,
                timer,
            }));
        }
    }

    /// Selects the line of a press that was long enough.
    fn finish(self) {
        let Some(pressed) = self.pressed.try_get_value().flatten() else {
            return;
        };
        self.end();
        self.is_done.set_value(true);
        self.select(pressed.line);
    }

    /// Handles a pointer that moves.
    pub(crate) fn on_move(self, event: &PointerEvent) {
        let has_left = self.pressed.get_value().is_some_and(|pressed| {
            let far = |from: i32, to: i32| (to - from).abs() > MAX_DISTANCE;
            far(pressed.x, event.client_x()) || far(pressed.y, event.client_y())
        });
        if has_left {
            self.end();
        }
    }

    /// Ends a press that was not long.
    pub(crate) fn end(self) {
        if let Some(pressed) = self.pressed.get_value() {
            pressed.timer.clear();
            self.pressed.set_value(None);
        }
    }

    /// Prevents the browser's own menu of a long press. A browser that finds the press long enough cancels it then, be it
    /// sooner than expected here.
    pub(crate) fn on_context_menu(self, event: &Event) {
        if self.by_touch.get_value() {
            event.prevent_default();
            self.finish();
        }
    }

    /// Handles a click on a line, counted from 0. Returns true if it extends the selection, or was a touch that belongs to
    /// it.
    pub(crate) fn take_click(self, line: usize, on_number: bool) -> bool {
        if self.is_done.get_value() {
            return true;
        }
        let selection = self.commands.selection;
        if self.commands.extends_by_tap.get_untracked() && selection.lines().is_some() {
            selection.press(line, true);
            // What the message asks for is done.
            self.commands.message.set(String::new());
        } else if self.by_touch.get_value() && on_number {
            self.select(line);
        } else {
            return false;
        }
        true
    }

    fn select(self, line: usize) {
        let commands = self.commands;
        commands.select_in_place(line, || commands.selection.select_line(line));
        commands.extends_by_tap.set(true);
        commands.tell(t_string!(log.touch_range));
    }
}
