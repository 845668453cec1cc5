//! Mounts the console in the page.

use crate::app::App;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// Puts the console in the place of the page's skeleton.
pub fn mount() {
    // A panic ends the console for good: it must not look as if it were still there.
    std::panic::set_hook(Box::new(|info| {
        web_sys::console::error_1(&info.to_string().into());
        if let Some(root) = document().document_element() {
            let _ = root.set_attribute("data-failed", "");
        }
    }));
    let place = document()
        .get_element_by_id("app")
        .and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok())
        .or_else(|| document().body());
    if let Some(place) = place {
        place.replace_children_with_node_0();
        mount_to(place, App).forget();
    }
}
