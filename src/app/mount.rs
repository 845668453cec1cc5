//! Mounts the console in the page.

use crate::app::App;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// Replaces the page's skeleton by the console.
pub fn mount() {
    // A panic ends in a trap, which boot.js shows.
    std::panic::set_hook(Box::new(|info| {
        web_sys::console::error_1(&info.to_string().into());
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
