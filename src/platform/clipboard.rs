//! The clipboard.

use js_sys::{Array, Function, Object, Promise, Reflect};
use leptos::prelude::window;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// Returns true if the browser offers a clipboard: on https and localhost only.
pub(crate) fn is_available() -> bool {
    let clipboard = property(&window().navigator(), "clipboard");
    clipboard.is_some_and(|clipboard| !clipboard.is_undefined())
}

/// Copies a text to the clipboard. Returns false if the browser blocks it.
pub(crate) async fn copy(text: &str) -> bool {
    if !is_available() {
        return false;
    }
    let clipboard = window().navigator().clipboard();
    JsFuture::from(clipboard.write_text(text)).await.is_ok()
}

/// Copies a text that takes time to make: a promise of a `Blob`. Must be called while the browser still handles what
/// the user pressed. Returns false if the browser blocks it, or has no room for the text.
pub(crate) async fn copy_promised(text: Promise) -> bool {
    if !is_available() {
        return false;
    }
    match promised_item(&text) {
        Some(writing) => JsFuture::from(writing).await.is_ok(),
        None => copy_when_there(text).await.is_some(),
    }
}

/// Gives the browser the promise itself. `None` in a browser without `ClipboardItem`. Not from `web-sys`, where this is
/// unstable.
fn promised_item(text: &Promise) -> Option<Promise> {
    let clipboard: JsValue = window().navigator().clipboard().into();
    let class: Function = property(&window(), "ClipboardItem")?.dyn_into().ok()?;
    let write: Function = property(&clipboard, "write")?.dyn_into().ok()?;
    let content = Object::new();
    Reflect::set(&content, &JsValue::from_str("text/plain"), text).ok()?;
    let item = Reflect::construct(&class, &Array::of1(&content)).ok()?;
    let writing = write.call1(&clipboard, &Array::of1(&item)).ok()?;
    writing.dyn_into().ok()
}

/// Waits for the text, and copies it.
async fn copy_when_there(text: Promise) -> Option<()> {
    let blob: web_sys::Blob = JsFuture::from(text).await.ok()?.dyn_into().ok()?;
    let text = JsFuture::from(blob.text()).await.ok()?;
    let clipboard: JsValue = window().navigator().clipboard().into();
    let write_text: Function = property(&clipboard, "writeText")?.dyn_into().ok()?;
    let writing = write_text.call1(&clipboard, &text).ok()?;
    let writing: Promise = writing.dyn_into().ok()?;
    JsFuture::from(writing).await.ok().map(|_| ())
}

fn property(of: &JsValue, name: &str) -> Option<JsValue> {
    Reflect::get(of, &JsValue::from_str(name)).ok()
}
