//! Saves the whole loaded log as a file.

use crate::log::export;
use crate::log_viewer::view_state::LogViewer;
use crate::log_viewer::yielding::TimeSlice;
use crate::platform::timer::timer_millis;
use js_sys::{Array, Uint8Array};
use leptos::prelude::{document, window};
use std::time::Duration;
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, BlobPropertyBag, HtmlAnchorElement, Url};

/// The time until the file's URL is revoked. The browser needs a moment to read a large file.
const URL_LIFETIME: Duration = Duration::from_secs(60);

/// Saves all loaded lines, escapes included, as a file named after the build.
pub(crate) fn save(viewer: LogViewer, build_id: String) {
    leptos::task::spawn_local(async move {
        let parts = Array::new();
        let mut slice = TimeSlice::background();
        loop {
            let part = viewer.with_model(|model| {
                let part = export::raw(&model.log).nth(parts.length() as usize);
                part.map(Uint8Array::from)
            });
            match part {
                // The page is gone.
                None => return,
                Some(None) => break,
                Some(Some(part)) => parts.push(&part),
            };
            slice.next().await;
        }
        // Fails only if the browser has no room for the file.
        let _ = save_as(&parts, &format!("{build_id}.log"));
    });
}

/// Lets the browser save parts of a file under a name.
fn save_as(parts: &Array, name: &str) -> Result<(), JsValue> {
    let options = BlobPropertyBag::new();
    options.set_type("text/plain;charset=utf-8");
    let blob = Blob::new_with_u8_array_sequence_and_options(parts, &options)?;
    let url = Url::create_object_url_with_blob(&blob)?;
    let link: HtmlAnchorElement = document().create_element("a")?.unchecked_into();
    link.set_href(&url);
    link.set_download(name);
    link.click();
    let revoke = Closure::once_into_js(move || {
        let _ = Url::revoke_object_url(&url);
    });
    window().set_timeout_with_callback_and_timeout_and_arguments_0(
        revoke.unchecked_ref(),
        timer_millis(URL_LIFETIME) as i32,
    )?;
    Ok(())
}
