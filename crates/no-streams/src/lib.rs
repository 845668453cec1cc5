//! Stands in for the crate `wasm-streams`. Leptos always compiles its server functions, which send and receive streams by it.
//! The console has no server functions. But what the crate exports to JavaScript is kept by every linker: 11 kB of code in
//! the first view, and its bindings. This has the few functions that Leptos names, and exports nothing.

use futures_core::Stream;
use std::pin::Pin;
use std::task::{Context, Poll};
use wasm_bindgen::{JsValue, UnwrapThrowExt};

/// A stream of the browser.
pub struct ReadableStream(web_sys::ReadableStream);

impl ReadableStream {
    /// Makes a stream that ends at once. A console with server functions needs the crate itself.
    pub fn from_stream(_: impl Stream<Item = Result<JsValue, JsValue>> + 'static) -> Self {
        // Fails in no browser that has streams.
        Self(web_sys::ReadableStream::new().unwrap_throw())
    }

    /// Takes a stream of the browser.
    pub fn from_raw(raw: web_sys::ReadableStream) -> Self {
        Self(raw)
    }

    /// Returns the stream of the browser.
    pub fn into_raw(self) -> web_sys::ReadableStream {
        self.0
    }

    /// Reads a stream, which ends at once.
    pub fn into_stream(self) -> IntoStream {
        IntoStream
    }
}

/// A stream that has ended.
pub struct IntoStream;

impl Stream for IntoStream {
    type Item = Result<JsValue, JsValue>;

    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Poll::Ready(None)
    }
}
