//! The keyboard shortcuts of the whole console. They work wherever the focus is, except in form fields. A
//! page's own shortcuts come first: a key that a page has handled is ignored here.

use crate::platform::timer::timer_millis;
use crate::platform::{dom, page};
use crate::routing::navigation::Navigation;
use crate::routing::routes::{BuildsQuery, Route};
use crate::state::connection::Connection;
use crate::state::overlay::Overlay;
use crate::state::shortcuts::{CONSOLE_SHORTCUTS, ConsoleAction, Modifier, find_binding};
use leptos::ev;
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use std::time::Duration;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

/// How long after `g` the second key of a sequence is accepted.
const SEQUENCE_TIMEOUT: Duration = Duration::from_millis(1_500);

const FILTER: &str = "#filter";
const ROW_LINKS: &str = ".row-link";
const BUILD_BUTTONS: &str = ".trigger .button:first-child:not(:disabled)";

/// Listens to the keys of the whole console. `overlay` is the overlay that covers the page.
pub(crate) fn listen(
    navigation: Navigation,
    connection: Connection,
    overlay: RwSignal<Option<Overlay>>,
) {
    let g_pressed_at = StoredValue::new(0_i64);
    window_event_listener(ev::keydown, move |event| {
        let Some(action) = pressed_action(&event, g_pressed_at) else {
            return;
        };
        if run(action, navigation, connection, overlay) {
            event.prevent_default();
        }
    });
}

/// The action of a key press, and keeps the time of a `g` that may begin a sequence.
fn pressed_action(event: &KeyboardEvent, g_pressed_at: StoredValue<i64>) -> Option<ConsoleAction> {
    if event.default_prevented() || event.is_composing() {
        return None;
    }
    let key = event.key();
    let is_ctrl = event.ctrl_key() || event.meta_key();
    let find = |modifier, key: &str| {
        find_binding(&CONSOLE_SHORTCUTS, modifier, key).map(|binding| binding.action)
    };
    // Works in form fields too, and with caps lock.
    if is_ctrl && !event.alt_key() {
        return find(Modifier::Ctrl, &key.to_ascii_lowercase());
    }
    if is_ctrl || event.alt_key() || is_typing(event) || is_dialog_open() {
        return None;
    }
    let now = page::now_millis();
    let is_second = now - g_pressed_at.get_value() < i64::from(timer_millis(SEQUENCE_TIMEOUT));
    g_pressed_at.set_value(if key == "g" && !is_second { now } else { 0 });
    let modifier = match is_second {
        true => Modifier::AfterG,
        false => Modifier::None,
    };
    find(modifier, &key)
}

/// Runs an action. Returns false when there is nothing to do, or when the browser does it.
fn run(
    action: ConsoleAction,
    navigation: Navigation,
    connection: Connection,
    overlay: RwSignal<Option<Overlay>>,
) -> bool {
    match action {
        ConsoleAction::OpenPalette => {
            // Over a dialog of the page, the palette would lie in the wrong order.
            if overlay.get_untracked().is_some() || !is_dialog_open() {
                overlay.set(Some(Overlay::Palette));
            }
        }
        ConsoleAction::GoToBuilds => navigation.go(&Route::Builds(BuildsQuery::default())),
        ConsoleAction::GoToRepositories => {
            let namespace = untrack(|| connection.namespace());
            navigation.go(&match namespace.is_empty() {
                true => Route::Connection { back: None },
                false => Route::repositories(namespace),
            });
        }
        ConsoleAction::ShowShortcuts => overlay.set(Some(Overlay::Shortcuts)),
        ConsoleAction::FocusFilter => return dom::focus(FILTER),
        ConsoleAction::NextRow => return focus_row(1),
        ConsoleAction::PreviousRow => return focus_row(-1),
        ConsoleAction::StartBuild => return press_build(),
        // The browser follows the link that has the focus, and closes a dialog.
        ConsoleAction::OpenRow | ConsoleAction::CloseDialog => return false,
    }
    true
}

fn is_dialog_open() -> bool {
    let dialog = document().query_selector("dialog[open]");
    dialog.is_ok_and(|dialog| dialog.is_some())
}

/// Returns true if the key goes into a form field.
fn is_typing(event: &KeyboardEvent) -> bool {
    const FIELDS: &str = "input, textarea, select, [contenteditable]";
    let target = event
        .target()
        .and_then(|target| target.dyn_into::<Element>().ok());
    target.is_some_and(|target| target.closest(FIELDS).is_ok_and(|field| field.is_some()))
}

fn find_all(selector: &str) -> Vec<HtmlElement> {
    let Ok(found) = document().query_selector_all(selector) else {
        return Vec::new();
    };
    (0..found.length())
        .filter_map(|index| found.item(index)?.dyn_into().ok())
        .collect()
}

/// The table row that has the focus.
fn focused_row() -> Option<Element> {
    document().active_element()?.closest("tr").ok().flatten()
}

/// Moves the focus by so many rows of the page's table. Returns false when there is no row.
fn focus_row(by: i32) -> bool {
    let rows = find_all(ROW_LINKS);
    let focused = focused_row();
    let current = rows.iter().position(|link| {
        let row = link.closest("tr").ok().flatten();
        row.is_some() && row == focused
    });
    let last = rows.len() as i32 - 1;
    let next = match current {
        Some(current) => (current as i32 + by).clamp(0, last.max(0)),
        None => 0,
    };
    rows.get(next as usize)
        .is_some_and(|link| link.focus().is_ok())
}

/// Presses the build button of the row that has the focus, or the page's only one. If the page has several,
/// the first gets the focus. Returns false when there is none.
fn press_build() -> bool {
    let in_row = focused_row().and_then(|row| row.query_selector(BUILD_BUTTONS).ok().flatten());
    if let Some(button) = in_row.and_then(|button| button.dyn_into::<HtmlElement>().ok()) {
        button.click();
        return true;
    }
    match find_all(BUILD_BUTTONS).as_slice() {
        [] => false,
        [only] => {
            only.click();
            true
        }
        [first, ..] => first.focus().is_ok(),
    }
}
