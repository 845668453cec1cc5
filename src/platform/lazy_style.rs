//! Style sheets that are loaded with the code that needs them. `scripts/post-build` leaves them in the page as links
//! without `rel`, which the browser ignores.

use js_sys::{Promise, Reflect};
use leptos::prelude::document;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::Element;

/// A style sheet that could not be loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct StyleMissing;

/// Starts to load a style sheet by its name, once. The future resolves when it is there.
///
/// # Errors
///
/// If the browser cannot load it. The next call tries again.
pub(crate) fn load_style(name: &str) -> impl Future<Output = Result<(), StyleMissing>> + use<> {
    // Without such a link, it was loaded before, or is part of the page from the start.
    let selector = format!("link[data-lazy={name}]");
    let link = document().query_selector(&selector).ok().flatten();
    let loading = link.map(|link| (start_loading(&link), link));
    async move {
        let Some((loading, link)) = loading else {
            return Ok(());
        };
        let result = JsFuture::from(loading).await;
        // Removing an attribute cannot fail.
        let _ = match result {
            Ok(_) => link.remove_attribute("data-lazy"),
            Err(_) => {
                let _ = Reflect::delete_property(&link, &JsValue::from_str(LOADING));
                link.remove_attribute("rel")
            }
        };
        result.map(|_| ()).map_err(|_| StyleMissing)
    }
}

/// The property of a link that holds its promise.
const LOADING: &str = "loadingStyle";

/// Gives the link its `rel`. The promise is settled by the link's `load` or `error` event. Each call for the same link
/// returns the same promise: its event may have been before the second call, and does not come again.
fn start_loading(link: &Element) -> Promise {
    let property = JsValue::from_str(LOADING);
    let known = Reflect::get(link, &property);
    if let Some(promise) = known.ok().and_then(|known| known.dyn_into().ok()) {
        return promise;
    }
    let promise = Promise::new(&mut |resolve, reject| {
        // Adding a listener and setting this attribute cannot fail.
        let _ = link.add_event_listener_with_callback("load", &resolve);
        let _ = link.add_event_listener_with_callback("error", &reject);
        let _ = link.set_attribute("rel", "stylesheet");
    });
    // Succeeds for an element.
    let _ = Reflect::set(link, &property, &promise);
    promise
}
