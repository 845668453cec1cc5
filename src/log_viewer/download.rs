//! The whole log as a file, from memory.

use crate::log::export;
use crate::log_viewer::view_state::LogViewer;
use crate::log_viewer::yielding::TimeSlice;
use js_sys::{Array, Uint8Array};
use leptos::prelude::{document, window};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, BlobPropertyBag, HtmlAnchorElement, Url};

/// Saves all lines that are here, escapes included, as a file named after the build.
pub fn save(view: LogViewer, build_id: String) {
    leptos::task::spawn_local(async move {
        let parts = Array::new();
        let mut slices = TimeSlice::new();
        loop {
            let part = view.read(|core| {
                let part = export::raw(&core.log).nth(parts.length() as usize);
                part.map(Uint8Array::from)
            });
            match part {
                // The page has gone.
                None => return,
                Some(None) => break,
                Some(Some(part)) => parts.push(&part),
            };
            slices.next().await;
        }
        // Refused only where the browser has no room for it.
        let _ = hand_over(&parts, &format!("{build_id}.log"));
    });
}

fn hand_over(parts: &Array, name: &str) -> Result<(), JsValue> {
    let options = BlobPropertyBag::new();
    options.set_type("text/plain;charset=utf-8");
    let blob = Blob::new_with_u8_array_sequence_and_options(parts, &options)?;
    let url = Url::create_object_url_with_blob(&blob)?;
    let link: HtmlAnchorElement = document().create_element("a")?.unchecked_into();
    link.set_href(&url);
    link.set_download(name);
    link.click();
    // A large file takes a moment to be read.
    let done = wasm_bindgen::prelude::Closure::once_into_js(move || {
        let _ = Url::revoke_object_url(&url);
    });
    window().set_timeout_with_callback_and_timeout_and_arguments_0(done.unchecked_ref(), 60_000)?;
    Ok(())
}
