//! The width of the panel of steps: dragged, or changed by keys, and remembered on this device.

use crate::platform::storage::{Keep, store, stored};
use crate::t_signal;
use leptos::html;
use leptos::prelude::*;
use web_sys::{KeyboardEvent, PointerEvent};

/// In CSS pixels.
const DEFAULT_WIDTH: i32 = 300;
const MIN_WIDTH: i32 = 160;
const MAX_WIDTH: i32 = 640;

/// How much an arrow key changes, in CSS pixels.
const KEY_STEP: i32 = 20;

/// The width that this device remembers, in CSS pixels.
pub(crate) fn stored_width() -> i32 {
    let width = stored(Keep::Device, "log.steps_width").and_then(|width| width.parse::<i32>().ok());
    width.map_or(DEFAULT_WIDTH, within_bounds)
}

fn within_bounds(width: i32) -> i32 {
    width.clamp(MIN_WIDTH, MAX_WIDTH)
}

fn set(width: RwSignal<i32>, to: i32) {
    let to = within_bounds(to);
    width.set(to);
    store(Keep::Device, "log.steps_width", Some(&to.to_string()));
}

/// The edge of the panel, which changes its width.
pub(crate) fn resizer(width: RwSignal<i32>) -> AnyView {
    let edge = NodeRef::<html::Div>::new();
    // Where the pointer went down, and the width then.
    let dragged = StoredValue::new(None::<(i32, i32)>);
    let on_down = move |event: PointerEvent| {
        if event.button() != 0 {
            return;
        }
        if let Some(edge) = edge.get_untracked() {
            // Fails only for a pointer that no longer exists.
            let _ = edge.set_pointer_capture(event.pointer_id());
        }
        dragged.set_value(Some((event.client_x(), width.get_untracked())));
    };
    let on_move = move |event: PointerEvent| {
        if let Some((from, before)) = dragged.get_value() {
            width.set(within_bounds(before + event.client_x() - from));
        }
    };
    let on_up = move |_: PointerEvent| {
        if dragged.get_value().is_some() {
            dragged.set_value(None);
            set(width, width.get_untracked());
        }
    };
    view! {
        <div
            class="log-steps-edge"
            node_ref=edge
            role="separator"
            tabindex="0"
            aria-orientation="vertical"
            aria-label=t_signal!(log.steps_width)
            title=t_signal!(log.steps_width)
            aria-valuemin=MIN_WIDTH.to_string()
            aria-valuemax=MAX_WIDTH.to_string()
            aria-valuenow=move || width.get().to_string()
            on:pointerdown=on_down
            on:pointermove=on_move
            on:pointerup=on_up
            on:pointercancel=on_up
            on:dblclick=move |_| set(width, DEFAULT_WIDTH)
            on:keydown=move |event| on_key(&event, width)
        ></div>
    }
    .into_any()
}

fn on_key(event: &KeyboardEvent, width: RwSignal<i32>) {
    let now = width.get_untracked();
    let to = match event.key().as_str() {
        "ArrowLeft" => now - KEY_STEP,
        "ArrowRight" => now + KEY_STEP,
        "Home" => MIN_WIDTH,
        "End" => MAX_WIDTH,
        _ => return,
    };
    // Home and End are keys of the log, too.
    event.stop_propagation();
    event.prevent_default();
    set(width, to);
}
