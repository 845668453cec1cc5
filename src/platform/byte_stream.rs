//! Streams of bytes: reading them part by part, and gzip by the browser.

use js_sys::{Array, Function, Reflect, Uint8Array};
use leptos::prelude::window;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{ReadableStream, ReadableStreamDefaultReader, ReadableWritablePair};

/// The most bytes that are copied at once. A browser can give a whole answer of many megabytes in one chunk (WebKit does):
/// to copy it would take long, and as much memory again. Readers decode one part between two looks at the clock.
const MAX_PART: u32 = 64 << 10;

/// Reads a stream of bytes part by part.
pub struct ByteReader {
    reader: ReadableStreamDefaultReader,
    /// The chunk that is being read, and the number of its bytes that were; `None` if the next one has to be waited for.
    chunk: Option<(Uint8Array, u32)>,
}

impl ByteReader {
    /// Reads a stream from its start.
    ///
    /// # Errors
    /// The browser's error when somebody else reads the stream.
    pub fn new(stream: &ReadableStream) -> Result<Self, JsValue> {
        Ok(Self {
            reader: ReadableStreamDefaultReader::new(stream)?,
            chunk: None,
        })
    }

    /// Returns true if the next part does not have to be waited for.
    pub(crate) fn has_part(&self) -> bool {
        self.chunk.is_some()
    }

    /// Waits for the next part, at most 64 KiB, and replaces the content of `into` by it. A part can be empty. Returns
    /// false at the end, and leaves `into` as it is. A chunk is lost if the future is dropped while it waits.
    ///
    /// # Errors
    /// The browser's error when the stream breaks.
    pub async fn next(&mut self, into: &mut Vec<u8>) -> Result<bool, JsValue> {
        let (chunk, start) = match self.chunk.take() {
            Some(chunk) => chunk,
            None => {
                let chunk = JsFuture::from(self.reader.read()).await?;
                let value = Reflect::get(&chunk, &JsValue::from_str("value")).unwrap_or_default();
                // At the end there is no value.
                let Ok(bytes) = value.dyn_into() else {
                    return Ok(false);
                };
                (bytes, 0)
            }
        };
        let len = chunk.length();
        let end = len.min(start + MAX_PART);
        into.resize((end - start) as usize, 0);
        chunk.subarray(start, end).copy_to(into);
        self.chunk = (end < len).then_some((chunk, end));
        Ok(true)
    }

    /// Ends the reading.
    pub(crate) async fn cancel(&mut self) {
        self.chunk = None;
        // Fails only for a stream that is closed already.
        let _ = JsFuture::from(self.reader.cancel()).await;
    }
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
