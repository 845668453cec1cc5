//! The keyboard shortcuts of the log: all of them while the focus is in it, those with `Scope::Page` anywhere on its
//! page, and those that scroll a page while no control has the focus and the page itself doesn't scroll.

use crate::log_viewer::commands::LogCommands;
use crate::log_viewer::dom::row_pool::ROW_HEIGHT;
use crate::log_viewer::search::LogSearch;
use crate::log_viewer::view_state::LogViewer;
use crate::platform::keyboard::command_letter;
use crate::state::shortcuts::{Binding, LOG_SHORTCUTS, LogAction, Modifier, Scope, find_binding};
use leptos::prelude::{With, document, untrack};
use wasm_bindgen::JsCast;
use web_sys::{Element, KeyboardEvent};

/// Handles a key that was pressed inside the log. Other handlers do not see a key that was handled.
pub(super) fn press(event: &KeyboardEvent, commands: LogCommands) {
    let Some(target) = target(event) else { return };
    if !event.default_prevented() && commands.viewer.extend_text(event) {
        return event.prevent_default();
    }
    if event.default_prevented() || event.ctrl_key() || event.meta_key() || event.alt_key() {
        return;
    }
    let Some(binding) = pressed_binding(event) else {
        return;
    };
    // The browser closes an open menu on Escape.
    if binding.action == LogAction::Escape && is_open(".log :popover-open") {
        return;
    }
    let is_field = is_inside(&target, "input, select, textarea, dialog");
    let is_handled = match binding.action {
        LogAction::Escape => commands.escape(is_field),
        _ if is_field => false,
        // Space presses a button.
        _ if binding.key == " " && is_inside(&target, "button, a, summary") => false,
        action => run(action, commands),
    };
    if is_handled {
        event.prevent_default();
        event.stop_propagation();
    }
}

/// Handles a key that goes with Ctrl or ⌘, wherever the focus is but in a dialog, unless another handler took it.
pub(super) fn press_with_command(event: &KeyboardEvent, commands: LogCommands) {
    let letter = command_letter(event).filter(|_| !event.default_prevented());
    let binding = letter.and_then(|letter| {
        let key = letter.encode_utf8(&mut [0; 4]).to_owned();
        find_binding(&LOG_SHORTCUTS, Modifier::Ctrl, &key)
    });
    let Some(binding) = binding.filter(|_| !is_open("dialog[open]")) else {
        return;
    };
    let is_in_scope = match binding.scope {
        Scope::Page => true,
        Scope::Log => target(event).is_some_and(|target| {
            is_inside(&target, ".log") && !is_inside(&target, "input, select, textarea")
        }),
    };
    if is_in_scope && run(binding.action, commands) {
        event.prevent_default();
    }
}

/// Handles a key that was pressed outside the log, unless another handler took it.
pub(super) fn press_outside(event: &KeyboardEvent, commands: LogCommands) {
    const OWN_KEYS: &str = "input, select, textarea, [contenteditable], dialog, .log";
    let is_taken = event.default_prevented()
        || event.ctrl_key()
        || event.meta_key()
        || event.alt_key()
        || target(event).is_some_and(|target| is_inside(&target, OWN_KEYS));
    if is_taken || is_open("dialog[open]") {
        return;
    }
    let bound = pressed_binding(event).filter(|binding| binding.scope == Scope::Page);
    let action = bound.map(|binding| binding.action);
    let action = action.or_else(|| {
        let is_free = || is_at_rest(event) && !is_open(":popover-open") && !page_scrolls();
        scrolling(event).filter(|_| is_free() && has_rows(commands))
    });
    if action.is_some_and(|action| run(action, commands)) {
        event.prevent_default();
    }
}

/// The keys that scroll a page. They scroll the log while no control has the focus and the page itself has nothing to
/// scroll. With Shift they are the browser's, which extends a selection, but for Space.
fn scrolling(event: &KeyboardEvent) -> Option<LogAction> {
    let key = event.key();
    if event.shift_key() && key != " " {
        return None;
    }
    Some(match key.as_str() {
        "Home" => LogAction::Start,
        "End" => LogAction::End,
        "ArrowDown" => LogAction::LineDown,
        "ArrowUp" => LogAction::LineUp,
        " " if event.shift_key() => LogAction::PageUp,
        " " | "PageDown" => LogAction::PageDown,
        "PageUp" => LogAction::PageUp,
        _ => return None,
    })
}

/// Returns true if no control had the focus at the key press: nothing had it, or the heading that a new page gives it to.
fn is_at_rest(event: &KeyboardEvent) -> bool {
    const PLACES: &str = "html, body, #heading";
    target(event).is_none_or(|target| target.matches(PLACES).unwrap_or(false))
}

fn has_rows(commands: LogCommands) -> bool {
    untrack(|| commands.viewer.counts.with(|counts| counts.rows > 0))
}

/// Returns true if the page is higher than its window. A pixel is what rounding adds where the page is zoomed.
fn page_scrolls() -> bool {
    let page = document().document_element();
    page.is_some_and(|page| page.scroll_height() > page.client_height() + 1)
}

/// Handles a key that was pressed before its handlers were there, as they would have.
pub(super) fn press_late(event: &KeyboardEvent, commands: LogCommands) {
    match target(event).is_some_and(|target| is_inside(&target, ".log")) {
        true => press(event, commands),
        false => press_outside(event, commands),
    }
}

fn target(event: &KeyboardEvent) -> Option<Element> {
    event.target()?.dyn_into().ok()
}

/// Returns true if the page has an element that matches the selector of an open one.
fn is_open(selector: &str) -> bool {
    let element = document().query_selector(selector);
    element.is_ok_and(|element| element.is_some())
}

fn is_inside(element: &Element, selector: &str) -> bool {
    element.closest(selector).ok().flatten().is_some()
}

fn pressed_binding(event: &KeyboardEvent) -> Option<&'static Binding<LogAction>> {
    let key = event.key();
    let find = |modifier| find_binding(&LOG_SHORTCUTS, modifier, &key);
    // A capital letter is a key of its own: Shift counts only where it is bound.
    let shifted = event.shift_key().then(|| find(Modifier::Shift)).flatten();
    shifted.or_else(|| find(Modifier::None))
}

/// Runs an action. Returns true if it was handled.
fn run(action: LogAction, commands: LogCommands) -> bool {
    let (viewer, search): (LogViewer, LogSearch) = (commands.viewer, commands.search);
    let page = viewer
        .with_model(|model| model.viewport.height())
        .unwrap_or(0.0)
        - 2.0 * ROW_HEIGHT;
    // A frame can be lower than two rows.
    let page = page.max(ROW_HEIGHT);
    match action {
        LogAction::Search => commands.focus_search(),
        LogAction::Find => return commands.find(),
        LogAction::SelectAll => commands.select_all(),
        LogAction::Copy => return commands.copy(),
        LogAction::NextMatch => search.next(),
        LogAction::PreviousMatch => search.previous(),
        LogAction::Start => viewer.go_to_start(),
        LogAction::End => viewer.follow_end(),
        LogAction::LineDown => viewer.move_by(ROW_HEIGHT),
        LogAction::LineUp => viewer.move_by(-ROW_HEIGHT),
        LogAction::PageUp => viewer.move_by(-page),
        LogAction::PageDown => viewer.move_by(page),
        LogAction::ToggleFollow => commands.toggle_follow(),
        LogAction::FirstFailure => commands.go_to_failure(),
        LogAction::NextError => commands.next_error(),
        LogAction::PreviousError => commands.previous_error(),
        LogAction::GoToLine => commands.show_go_to(),
        LogAction::ToggleWrap => commands.toggle_wrap(),
        LogAction::NextTimeFormat => commands.next_times(),
        // Handled where it is known if the focus is in a field.
        LogAction::Escape => return false,
    }
    true
}
