//! Writes a build as a file: compressed by the browser while it is made, so that the log is not in memory twice.

use crate::log::entries;
use crate::log_viewer::build_file::format::{END, Head, Secrets};
use crate::log_viewer::view_state::LogViewer;
use crate::log_viewer::yielding::TimeSlice;
use crate::platform::byte_stream::gzip;
use js_sys::Uint8Array;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, Response, WritableStreamDefaultWriter};

/// The size of the parts in which the log is written, in bytes.
const PART_BYTES: usize = 256 * 1024;

/// Writes the head and the loaded log. `share` follows how much of the log is written, from 0 to 1. Returns `None` if
/// the browser cannot compress it, has no room for it, or the page is gone.
pub(crate) async fn compressed(
    viewer: LogViewer,
    head: &Head,
    secrets: &Secrets,
    share: RwSignal<f64>,
) -> Option<Blob> {
    loop {
        let reading = viewer.reading();
        let file = compressed_once(viewer, head, secrets, share).await;
        // Else other lines have come in between.
        if viewer.reading() == reading {
            return file;
        }
    }
}

async fn compressed_once(
    viewer: LogViewer,
    head: &Head,
    secrets: &Secrets,
    share: RwSignal<f64>,
) -> Option<Blob> {
    let stream = gzip()?;
    let writer = stream.get_writable().get_writer().ok()?;
    // Reads from the start on: otherwise what is written would wait for a reader.
    let body = Response::new_with_opt_readable_stream(Some(&stream.get_readable())).ok()?;
    let file = body.blob().ok()?;
    let written = write(viewer, &writer, head, secrets, share).await;
    let end = match written {
        Some(()) => writer.close(),
        None => writer.abort(),
    };
    let ended = JsFuture::from(end).await;
    let file = JsFuture::from(file).await;
    written?;
    ended.ok()?;
    file.ok()?.dyn_into().ok()
}

async fn write(
    viewer: LogViewer,
    writer: &WritableStreamDefaultWriter,
    head: &Head,
    secrets: &Secrets,
    share: RwSignal<f64>,
) -> Option<()> {
    put(writer, head.text(secrets).as_bytes()).await?;
    let reading = viewer.reading();
    let mut slice = TimeSlice::background();
    let (mut place, mut part) = (0, Vec::new());
    loop {
        part.clear();
        let (next, places) = viewer.with_model(|model| {
            let next = entries::write(&model.log, place, PART_BYTES, &mut part);
            (next, entries::places(&model.log))
        })?;
        if viewer.reading() != reading {
            return None;
        }
        if part.is_empty() {
            break;
        }
        place = next;
        match secrets.is_empty() {
            true => put(writer, &part).await?,
            false => {
                let text = String::from_utf8_lossy(&part);
                put(writer, secrets.masked(&text).as_bytes()).await?;
            }
        }
        share.try_set(place as f64 / places.max(1) as f64);
        slice.next().await;
    }
    put(writer, END).await
}

/// Waits until the browser has taken the bytes.
async fn put(writer: &WritableStreamDefaultWriter, bytes: &[u8]) -> Option<()> {
    let written = writer.write_with_chunk(&Uint8Array::from(bytes));
    JsFuture::from(written).await.ok()?;
    Some(())
}
