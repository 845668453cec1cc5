//! Delays work until no button of a pointer is down.

use leptos::ev;
use leptos::prelude::*;
use std::time::Duration;

type Task = Box<dyn FnOnce() + Send + Sync>;

/// Knows if a pointer's button is down, and what to run once it is released. Copies share their state.
#[derive(Clone, Copy)]
pub(crate) struct PointerRelease {
    is_down: StoredValue<bool>,
    tasks: StoredValue<Vec<Task>>,
}

impl PointerRelease {
    /// Listens to the window for as long as the current owner lives.
    pub(crate) fn new() -> Self {
        let pointer = Self {
            is_down: StoredValue::new(false),
            tasks: StoredValue::new(Vec::new()),
        };
        let down = window_event_listener(ev::pointerdown, move |_| {
            pointer.is_down.try_update_value(|is_down| *is_down = true);
        });
        let released = window_event_listener(ev::pointerup, move |_| pointer.release());
        let cancelled = window_event_listener(ev::pointercancel, move |_| pointer.release());
        on_cleanup(move || {
            down.remove();
            released.remove();
            cancelled.remove();
        });
        pointer
    }

    fn release(self) {
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
