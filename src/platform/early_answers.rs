//! The answers that `boot.js` asked for while this code was loading: what the page of the address begins with.
#![allow(unsafe_code, reason = "wasm-bindgen calls functions of the page so")]

use js_sys::Promise;
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortSignal, Response};

#[wasm_bindgen]
extern "C" {
    /// An answer that was asked for early.
    pub(crate) type EarlyAnswer;

    // Outside of the site's own page, there is no such function.
    #[wasm_bindgen(js_namespace = slipway, js_name = takeEarly, catch)]
    fn take_early(
        url: &str,
        authorization: &str,
        signal: Option<&AbortSignal>,
    ) -> Result<Option<EarlyAnswer>, JsValue>;

    #[wasm_bindgen(method, getter)]
    fn answer(this: &EarlyAnswer) -> Promise;

    #[wasm_bindgen(method, getter)]
    fn sent(this: &EarlyAnswer) -> f64;
}

/// Takes the answer of a GET, once. `None` if nobody asked for it, or not with this `Authorization` header, which is
/// empty for none. The signal aborts it.
pub(crate) fn early_answer(
    url: &str,
    authorization: &str,
    signal: Option<&AbortSignal>,
) -> Option<EarlyAnswer> {
    take_early(url, authorization, signal).ok().flatten()
}

impl EarlyAnswer {
    /// The time at which it was asked for, in milliseconds since 1970, by this machine's clock.
    pub(crate) fn sent_at(&self) -> i64 {
        self.sent() as i64
    }

    /// Waits until the answer begins.
    ///
    /// # Errors
    /// What `fetch` fails with, when there is no answer.
    pub(crate) async fn response(&self) -> Result<Response, JsValue> {
        JsFuture::from(self.answer()).await.map(Response::from)
    }
}
