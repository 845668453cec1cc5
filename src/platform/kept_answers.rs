//! Tells the service worker (`src/offline.js`) to keep answers of the API, or to forget them.
#![allow(unsafe_code, reason = "wasm-bindgen calls functions of the page so")]

use wasm_bindgen::prelude::{JsValue, wasm_bindgen};

#[wasm_bindgen]
extern "C" {
    // Outside of the site's own page, there is no such function.
    #[wasm_bindgen(js_namespace = slipway, js_name = keep, catch)]
    fn keep(forget: bool) -> Result<(), JsValue>;
}

/// Lets the worker keep what is seen from now on, if the token is kept on this device. `forget` removes what it has kept.
pub(crate) fn keep_answers(forget: bool) {
    // Without the function, nothing is kept.
    let _ = keep(forget);
}
