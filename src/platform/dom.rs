//! Focus and scrolling.

use leptos::prelude::{document, *};
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

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

/// Returns true if the focused element is below the middle of the window.
pub(crate) fn is_focus_in_lower_half() -> bool {
    let height = window()
        .inner_height()
        .ok()
        .and_then(|height| height.as_f64());
    let focused = document().active_element();
    // Without a focus, the body is the active element.
    let focused = focused.filter(|element| element.tag_name() != "BODY");
    focused
        .zip(height)
        .is_some_and(|(element, height)| element.get_bounding_client_rect().bottom() > height / 2.0)
}
