//! Saves the whole loaded log as a file.

use crate::log::export;
use crate::log_viewer::view_state::LogViewer;
use crate::log_viewer::yielding::TimeSlice;
use crate::platform::files::save_blob;
use js_sys::{Array, Uint8Array};
use web_sys::{Blob, BlobPropertyBag};

/// Saves all loaded lines, escapes included, as a file named `NAME.log`.
pub(crate) fn save(viewer: LogViewer, name: String) {
    leptos::task::spawn_local(async move {
        let parts = Array::new();
        let mut slice = TimeSlice::background();
        let mut reading = viewer.reading();
        loop {
            if viewer.reading() != reading {
                // Other lines have come in between.
                reading = viewer.reading();
                parts.set_length(0);
            }
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
        let options = BlobPropertyBag::new();
        options.set_type("text/plain;charset=utf-8");
        if let Ok(blob) = Blob::new_with_u8_array_sequence_and_options(&parts, &options) {
            save_blob(&format!("{name}.log"), &blob);
        }
    });
}
