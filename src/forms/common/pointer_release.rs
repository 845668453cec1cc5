//! Delays work until no button of a pointer is down, and the click of a touch has come.

use leptos::ev;
use leptos::prelude::*;
use std::time::Duration;
use web_sys::PointerEvent;

/// How long a click may take after a touch. Before it, the browser moves the focus.
const TOUCH_CLICK_DELAY: Duration = Duration::from_millis(400);

type Task = Box<dyn FnOnce() + Send + Sync>;

/// Knows if a pointer's button is down, and what to run once it is released. Copies share their state.
#[derive(Clone, Copy)]
pub(crate) struct PointerRelease {
    is_down: StoredValue<bool>,
    /// Ends a touch that no click follows.
    touch_end: StoredValue<Option<TimeoutHandle>>,
    tasks: StoredValue<Vec<Task>>,
}

impl PointerRelease {
    /// Listens to the window for as long as the current owner lives.
    pub(crate) fn new() -> Self {
        let pointer = Self {
            is_down: StoredValue::new(false),
            touch_end: StoredValue::new(None),
            tasks: StoredValue::new(Vec::new()),
        };
        let down = window_event_listener(ev::pointerdown, move |_| {
            pointer.forget_touch();
            pointer.is_down.try_update_value(|is_down| *is_down = true);
        });
        let released = window_event_listener(ev::pointerup, move |event| pointer.up(&event));
        let cancelled = window_event_listener(ev::pointercancel, move |_| pointer.release());
        let clicked = window_event_listener(ev::click, move |_| pointer.release());
        on_cleanup(move || {
            pointer.forget_touch();
            down.remove();
            released.remove();
            cancelled.remove();
            clicked.remove();
        });
        pointer
    }

    /// Handles the release. After a touch, the field that had the focus loses it only now, before the click.
    fn up(self, event: &PointerEvent) {
        if event.pointer_type() != "touch" {
            self.release();
            return;
        }
        let timer = set_timeout_with_handle(move || self.release(), TOUCH_CLICK_DELAY);
        self.touch_end.try_set_value(timer.ok());
    }

    fn forget_touch(self) {
        let timer = self.touch_end.try_update_value(Option::take).flatten();
        if let Some(timer) = timer {
            timer.clear();
        }
    }

    fn release(self) {
        self.forget_touch();
        self.is_down.try_update_value(|is_down| *is_down = false);
        // The click follows the release: it must still find what was pressed.
        set_timeout(
            move || {
                let tasks = self.tasks.try_update_value(std::mem::take);
                for task in tasks.unwrap_or_default() {
                    task();
                }
            },
            Duration::ZERO,
        );
    }

    /// Runs the task now, or after the click if a button is down.
    pub(crate) fn run(self, task: impl FnOnce() + Send + Sync + 'static) {
        match self.is_down.try_get_value().unwrap_or_default() {
            true => {
                self.tasks
                    .try_update_value(|tasks| tasks.push(Box::new(task)));
            }
            false => task(),
        }
    }
}
