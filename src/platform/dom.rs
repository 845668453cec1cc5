//! Focus and scrolling.

use leptos::prelude::{document, *};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

/// Focuses the first element that matches the selector. Returns false if there is none.
pub(crate) fn focus(selector: &str) -> bool {
    document()
        .query_selector(selector)
        .ok()
        .flatten()
        .and_then(|element| element.dyn_into::<HtmlElement>().ok())
        .is_some_and(|element| element.focus().is_ok())
}

/// Returns true if no element has the focus, for example because the one that had it is gone.
pub(crate) fn is_focus_lost() -> bool {
    let focused = document().active_element();
    focused.is_none_or(|element| element.tag_name() == "BODY")
}

/// Returns true if the focus is on an element that matches the selector.
pub(crate) fn has_focus(selector: &str) -> bool {
    let focused = document().active_element();
    focused.is_some_and(|focused| focused.matches(selector).unwrap_or(false))
}

/// Returns true if the user has selected some text of the page.
pub(crate) fn has_selected_text() -> bool {
    let selection = window().get_selection().ok().flatten();
    selection.is_some_and(|selection| !selection.is_collapsed())
}

/// Scrolls the first element that matches the selector to the middle of the window.
pub(crate) fn scroll_to(selector: &str) {
    scroll(selector, web_sys::ScrollLogicalPosition::Center);
}

/// Scrolls the first element that matches the selector into the window, as little as possible.
pub(crate) fn scroll_near(selector: &str) {
    scroll(selector, web_sys::ScrollLogicalPosition::Nearest);
}

fn scroll(selector: &str, block: web_sys::ScrollLogicalPosition) {
    if let Ok(Some(element)) = document().query_selector(selector) {
        let options = web_sys::ScrollIntoViewOptions::new();
        options.set_block(block);
        element.scroll_into_view_with_scroll_into_view_options(&options);
    }
}

/// Focuses the first link with this `href`, without scrolling. Returns false if there is none.
pub(crate) fn focus_link(href: &str) -> bool {
    let options = web_sys::FocusOptions::new();
    options.set_prevent_scroll(true);
    let links = document().links();
    (0..links.length())
        .filter_map(|index| links.item(index))
        .find(|link| link.get_attribute("href").as_deref() == Some(href))
        .and_then(|link| link.dyn_into::<HtmlElement>().ok())
        .is_some_and(|link| link.focus_with_options(&options).is_ok())
}

/// The same in the next animation frame, when the page has been laid out.
pub(crate) fn scroll_into_view_if_needed(selector: &'static str) {
    request_animation_frame(move || scroll_near(selector));
}

/// Moves the focus among the controls inside an element: to the next or the previous one with the arrow keys, to the
/// first or the last with Home and End. Returns false for another key, or if there is no control.
pub(crate) fn step_focus(inside: &Element, key: &str) -> bool {
    const CONTROLS: &str = "a[href], button:not(:disabled), input, select";
    let Ok(found) = inside.query_selector_all(CONTROLS) else {
        return false;
    };
    let controls: Vec<HtmlElement> = (0..found.length())
        .filter_map(|index| found.item(index)?.dyn_into::<HtmlElement>().ok())
        // What is not displayed cannot take the focus.
        .filter(|control| control.offset_parent().is_some())
        .collect();
    let active = document().active_element();
    let is_active = |control: &HtmlElement| active.as_deref() == Some(control);
    let current = controls.iter().position(is_active);
    let last = controls.len().saturating_sub(1);
    let target = match (key, current) {
        ("ArrowDown", Some(index)) => index + 1,
        ("ArrowUp", Some(index)) => index.checked_sub(1).unwrap_or(last),
        ("ArrowDown", None) | ("Home", _) => 0,
        ("ArrowUp", None) | ("End", _) => last,
        _ => return false,
    };
    // After the last one comes the first.
    let control = controls.get(target).or(controls.first());
    control.is_some_and(|control| control.focus().is_ok())
}
