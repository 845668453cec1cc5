//! Slipway: a browser console for the v1 image build API.
#![deny(unsafe_code)]

pub mod api;
pub mod forms;
pub mod insight;
pub mod routes;
pub mod schedule;
pub use slipway_log as log;

#[cfg(feature = "ui")]
pub mod actions;
#[cfg(feature = "ui")]
pub mod app;
#[cfg(feature = "ui")]
pub mod browser;
#[cfg(feature = "ui")]
pub mod components;
#[cfg(feature = "ui")]
pub mod connection;
#[cfg(feature = "ui")]
pub mod format;
#[cfg(feature = "ui")]
pub mod keys;
#[cfg(feature = "ui")]
pub mod known;
#[cfg(feature = "ui")]
pub mod log_view;
#[cfg(feature = "ui")]
pub mod navigation;
#[cfg(feature = "ui")]
pub mod pages;
#[cfg(feature = "ui")]
pub mod query;
#[cfg(feature = "ui")]
pub mod text;
#[cfg(feature = "ui")]
pub mod view;
#[cfg(feature = "ui")]
pub mod visit;
#[cfg(feature = "ui")]
pub mod watch;

/// Puts the console in the place of the page's skeleton.
#[cfg(feature = "ui")]
pub fn mount() {
    use leptos::prelude::*;
    use wasm_bindgen::JsCast;

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
        mount_to(place, app::App).forget();
    }
}
