//! Mounts the console in the page.

use crate::app::App;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// Replaces the page's skeleton by the console.
pub fn mount() {
    // After a panic nothing on the page works: boot.js and the style sheet then show a failure.
    std::panic::set_hook(Box::new(|info| {
        web_sys::console::error_1(&info.to_string().into());
        if let Some(root) = document().document_element() {
            let _ = root.set_attribute("data-failed", "");
        }
    }));
    let root = document()
        .get_element_by_id("app")
        .and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok())
        .or_else(|| document().body());
    if let Some(root) = root {
        root.replace_children_with_node_0();
        mount_to(root, App).forget();
    }
}
