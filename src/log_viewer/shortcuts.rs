//! The keys of the log: all of them while the focus is in it, and those that mean nothing else anywhere on
//! its page.

use crate::log_viewer::commands::LogCommands;
use crate::log_viewer::dom::row_pool::ROW_HEIGHT;
use crate::log_viewer::search::LogSearch;
use crate::log_viewer::view_state::LogViewer;
use wasm_bindgen::JsCast;
use web_sys::{Element, KeyboardEvent};

/// Does what a key says, and keeps it from everything else; other keys go on.
pub fn press(event: &KeyboardEvent, tools: LogCommands) {
    let target = event
        .target()
        .and_then(|target| target.dyn_into::<Element>().ok());
    let Some(target) = target else { return };
    let is_field = target
        .closest("input, select, textarea, dialog")
        .ok()
        .flatten()
        .is_some();
    if event.default_prevented() || event.ctrl_key() || event.meta_key() || event.alt_key() {
        return;
    }
    let key = event.key();
    let taken = match key.as_str() {
        "Escape" => tools.escape(is_field),
        _ if is_field => false,
        // A button is pressed by it.
        " " if target
            .closest("button, a, summary")
            .ok()
            .flatten()
            .is_some() =>
        {
            false
        }
        key => command(key, event.shift_key(), tools),
    };
    if taken {
        event.prevent_default();
        event.stop_propagation();
    }
}

/// Does what a key says that was pressed outside the log, where nobody else took it.
pub fn press_outside(event: &KeyboardEvent, tools: LogCommands) {
    const OUTSIDE: [&str; 10] = ["/", "n", "N", "G", "j", "k", "f", "F", "w", "t"];
    let key = event.key();
    let target = event
        .target()
        .and_then(|target| target.dyn_into::<Element>().ok());
    let is_in = |selector: &str| {
        let found = target
            .as_ref()
            .and_then(|target| target.closest(selector).ok());
        found.flatten().is_some()
    };
    let is_taken = event.default_prevented()
        || event.ctrl_key()
        || event.meta_key()
        || event.alt_key()
        || is_in("input, select, textarea, [contenteditable], dialog, .log");
    let asks = leptos::prelude::document().query_selector("dialog[open]");
    if is_taken || asks.is_ok_and(|dialog| dialog.is_some()) || !OUTSIDE.contains(&key.as_str()) {
        return;
    }
    if command(&key, event.shift_key(), tools) {
        event.prevent_default();
    }
}

fn command(key: &str, shift: bool, tools: LogCommands) -> bool {
    let (view, finder): (LogViewer, LogSearch) = (tools.viewer, tools.search);
    let page = view
        .with_model(|model| model.viewport.height())
        .unwrap_or(0.0)
        - 2.0 * ROW_HEIGHT;
    match key {
        "/" => tools.focus_search(),
        "n" => finder.next(),
        "N" => finder.previous(),
        "g" | "Home" => view.go_to_start(),
        "G" | "End" => view.follow_end(),
        "j" => view.move_by(ROW_HEIGHT),
        "k" => view.move_by(-ROW_HEIGHT),
        " " if shift => view.move_by(-page),
        " " => view.move_by(page),
        "f" => tools.toggle_follow(),
        "F" => tools.go_to_failure(),
        "w" => tools.toggle_wrap(),
        "t" => tools.next_times(),
        _ => return false,
    }
    true
}
