//! Keeps an element at the lower edge of the window off others that it must not cover.

use leptos::prelude::{document, window};
use wasm_bindgen::JsCast;
use web_sys::{DomRect, Element, HtmlElement};

/// The distance from the window's lower edge, in CSS pixels.
const MARGIN: f64 = 16.0;

/// The distance from what must not be covered, in CSS pixels.
const GAP: f64 = 8.0;

/// The room that is left at the window's upper edge, in CSS pixels.
const ROOM_ABOVE: f64 = 48.0;

/// Lifts the element that matches the selector above the focused control and above the elements that match `kept`; above
/// the whole row if they are in one. If there is no room above, it stays at the lower edge.
pub(crate) fn keep_off(selector: &str, kept: &str) {
    let Some(element) = document().query_selector(selector).ok().flatten() else {
        return;
    };
    let height = window()
        .inner_height()
        .ok()
        .and_then(|height| height.as_f64());
    let height = height.unwrap_or_default();
    let own = element.get_bounding_client_rect();
    let mut rects: Vec<DomRect> = Vec::new();
    let mut keep = |other: Element| {
        // It cannot get out of the way of something as large as the page.
        let row = other.closest("tr, li").ok().flatten().unwrap_or(other);
        let rect = row.get_bounding_client_rect();
        if rect.height() < height / 2.0 && !element.contains(Some(&row)) {
            rects.push(rect);
        }
    };
    document().active_element().into_iter().for_each(&mut keep);
    if let Ok(found) = document().query_selector_all(kept) {
        let found = (0..found.length()).filter_map(|index| found.item(index)?.dyn_into().ok());
        found.for_each(&mut keep);
    }
    let covers = |rect: &DomRect, bottom: f64| {
        rect.left() < own.right()
            && rect.right() > own.left()
            && rect.top() < bottom
            && rect.bottom() > bottom - own.height()
    };
    let lowest = height - MARGIN;
    let mut bottom = lowest;
    // Each rectangle lifts it once at most.
    while let Some(rect) = rects.iter().find(|rect| covers(rect, bottom)) {
        bottom = rect.top() - GAP;
    }
    if bottom - own.height() < ROOM_ABOVE {
        bottom = lowest;
    }
    if let Ok(element) = element.dyn_into::<HtmlElement>() {
        // Whole pixels: to write a fraction takes 8 kB of code.
        let pixels = (height - bottom) as i32;
        // Fails only for an invalid property.
        let _ = (element.style()).set_property("inset-block-end", &format!("{pixels}px"));
    }
}
