//! The clipboard.

use js_sys::Reflect;
use leptos::prelude::window;
use wasm_bindgen::JsValue;

/// Copies a text to the clipboard. Returns false if the browser blocks it.
pub(crate) async fn copy(text: &str) -> bool {
    let navigator = window().navigator();
    // Browsers offer it on https and localhost only.
    let is_missing = Reflect::get(&navigator, &JsValue::from_str("clipboard"))
        .map_or(true, |clipboard| clipboard.is_undefined());
    if is_missing {
        return false;
    }
    wasm_bindgen_futures::JsFuture::from(navigator.clipboard().write_text(text))
        .await
        .is_ok()
}
