//! The console's keys, wherever the focus is but in something that is typed into. A page's own keys come
//! first: what they have taken is left alone.

use crate::platform::{dom, page};
use crate::routing::navigation::Navigation;
use crate::routing::routes::{BuildsQuery, Route};
use crate::state::connection::Connection;
use crate::state::overlay::Overlay;
use leptos::ev;
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

/// How long after `g` its second letter may come, in milliseconds.
const SECOND: i64 = 1_500;

/// Where the filter of a page stands, and what can be built there.
const FILTER: &str = "#filter";
const ROWS: &str = ".row-link";
const BUILD: &str = ".trigger .button:first-child:not(:disabled)";

/// Listens to the keys for the whole console. `over` is what lies over the page.
pub fn listen(navigation: Navigation, connection: Connection, over: RwSignal<Option<Overlay>>) {
    let began = StoredValue::new(0i64);
    window_event_listener(ev::keydown, move |event| {
        if event.default_prevented() || event.is_composing() {
            return;
        }
        let key = event.key();
        let lower = key.to_ascii_lowercase();
        if (event.ctrl_key() || event.meta_key()) && lower == "k" && !event.alt_key() {
            event.prevent_default();
            // Over another dialog it would lie in the wrong order.
            if over.get_untracked().is_some() || find("dialog[open]").is_none() {
                over.set(Some(Overlay::Palette));
            }
            return;
        }
        if event.ctrl_key() || event.meta_key() || event.alt_key() || is_typing(&event) {
            return;
        }
        if find("dialog[open]").is_some() {
            return;
        }
        let now = page::now_millis();
        let after_g = now - began.get_value() < SECOND;
        began.set_value(if key == "g" && !after_g { now } else { 0 });
        let done = match (after_g, key.as_str()) {
            (true, "b") => {
                navigation.go(&Route::Builds(BuildsQuery::default()));
                true
            }
            (true, "r") => {
                let namespace = untrack(|| connection.namespace());
                navigation.go(&match namespace.is_empty() {
                    true => Route::Connection { back: None },
                    false => Route::repositories(namespace),
                });
                true
            }
            (false, "?") => {
                over.set(Some(Overlay::Keys));
                true
            }
            (false, "/") => dom::focus(FILTER),
            (false, "j") => step(1),
            (false, "k") => step(-1),
            (false, "b") => build(),
            _ => false,
        };
        if done {
            event.prevent_default();
        }
    });
}

fn find(selector: &str) -> Option<HtmlElement> {
    let element = document().query_selector(selector).ok().flatten()?;
    element.dyn_into().ok()
}

/// Whether the key goes into something that is typed into or chosen from.
fn is_typing(event: &KeyboardEvent) -> bool {
    let target = event
        .target()
        .and_then(|target| target.dyn_into::<Element>().ok());
    target.is_some_and(|target| {
        let takes_keys = "input, textarea, select, [contenteditable]";
        target
            .closest(takes_keys)
            .is_ok_and(|place| place.is_some())
    })
}

fn all(selector: &str) -> Vec<HtmlElement> {
    let Ok(found) = document().query_selector_all(selector) else {
        return Vec::new();
    };
    (0..found.length())
        .filter_map(|index| found.item(index)?.dyn_into().ok())
        .collect()
}

/// Where the focus is among the table's rows.
fn focused_row() -> Option<Element> {
    document().active_element()?.closest("tr").ok().flatten()
}

/// Puts the focus on the next row of the page's table, or the one before.
fn step(by: i32) -> bool {
    let rows = all(ROWS);
    let focused = focused_row();
    let here = rows.iter().position(|link| {
        let row = link.closest("tr").ok().flatten();
        row.is_some() && row == focused
    });
    let last = rows.len() as i32 - 1;
    let next = match here {
        Some(here) => (here as i32 + by).clamp(0, last.max(0)),
        None => 0,
    };
    rows.get(next as usize)
        .is_some_and(|link| link.focus().is_ok())
}

/// Builds what has the focus, or the one thing of the page that can be built. Where there are several,
/// the focus goes to the first.
fn build() -> bool {
    let in_row = focused_row().and_then(|row| row.query_selector(BUILD).ok().flatten());
    if let Some(button) = in_row.and_then(|button| button.dyn_into::<HtmlElement>().ok()) {
        button.click();
        return true;
    }
    match all(BUILD).as_slice() {
        [] => false,
        [only] => {
            only.click();
            true
        }
        [first, ..] => first.focus().is_ok(),
    }
}
