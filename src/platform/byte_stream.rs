//! Streams of bytes: reading them chunk by chunk, and gzip by the browser.

use js_sys::{Array, Function, Reflect, Uint8Array};
use leptos::prelude::window;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{ReadableStreamDefaultReader, ReadableWritablePair};

/// Waits for the next chunk, and replaces the content of `into` by its bytes. Returns false at the end.
///
/// # Errors
/// The browser's error when the stream breaks.
pub(crate) async fn next_chunk(
    reader: &ReadableStreamDefaultReader,
    into: &mut Vec<u8>,
) -> Result<bool, JsValue> {
    let chunk = JsFuture::from(reader.read()).await?;
    let value = Reflect::get(&chunk, &JsValue::from_str("value")).unwrap_or_default();
    // At the end there is no value.
    let Ok(bytes) = value.dyn_into::<Uint8Array>() else {
        return Ok(false);
    };
    // Not copied over the last chunk: what a longer one adds would be cleared first.
    *into = Vec::new();
    *into = bytes.to_vec();
    Ok(true)
}

/// A stream that compresses what is written to it. `None` if the browser has none.
pub(crate) fn gzip() -> Option<ReadableWritablePair> {
    transform("CompressionStream")
}

/// A stream that unpacks what is written to it. `None` if the browser has none.
pub(crate) fn gunzip() -> Option<ReadableWritablePair> {
    transform("DecompressionStream")
}

/// web-sys has these two only with an unstable flag for the whole build.
fn transform(class: &str) -> Option<ReadableWritablePair> {
    let class = Reflect::get(&window(), &JsValue::from_str(class)).ok()?;
    let class: Function = class.dyn_into().ok()?;
    let stream = Reflect::construct(&class, &Array::of1(&JsValue::from_str("gzip"))).ok()?;
    Some(stream.unchecked_into())
}
