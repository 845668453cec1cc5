//! The files of the site, which `boot.js` loads: it is there before this code is.
#![allow(unsafe_code, reason = "wasm-bindgen calls functions of the page so")]

use js_sys::Promise;
use leptos::prelude::document;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_futures::JsFuture;
use web_sys::Element;

#[wasm_bindgen(js_namespace = slipway)]
extern "C" {
    /// Loads the style sheet of a link without `rel`, once. After a failure, the next call tries again.
    #[wasm_bindgen(js_name = style)]
    pub(crate) fn load_link(link: &Element) -> Promise;

    #[wasm_bindgen(js_name = reload)]
    fn reload_page() -> Promise;
}

/// No network, so that the page that is there is better than none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NotReloaded;

/// Reloads the page, past the browser's cache.
///
/// # Errors
///
/// If the site cannot be reached. The page stays, and [`is_outdated`] is false until a file is missing again.
pub(crate) async fn reload() -> Result<(), NotReloaded> {
    let reloaded = JsFuture::from(reload_page()).await;
    reloaded.map(|_| ()).map_err(|_| NotReloaded)
}

/// Returns true once a file of this build was missing on the server: it has another build by now.
pub(crate) fn is_outdated() -> bool {
    let root = document().document_element();
    root.is_some_and(|root| root.has_attribute("data-outdated"))
}
