//! Messages between the open tabs of this console. A console below another path of the host does not get them.

use crate::platform::storage::own_key;
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{BroadcastChannel, MessageEvent};

/// A channel to the other tabs. Open as long as the page.
#[derive(Clone)]
pub(crate) struct Tabs(BroadcastChannel);

impl Tabs {
    /// Opens the channel of this name. `None` if the browser has none.
    pub(crate) fn open(name: &str) -> Option<Self> {
        BroadcastChannel::new(&own_key(name)).ok().map(Self)
    }

    /// Sends a text to the other tabs.
    pub(crate) fn tell(&self, text: &str) {
        // A text can always be sent.
        let _ = self.0.post_message(&JsValue::from_str(text));
    }

    /// Calls `hear` with each text that another tab sends.
    pub(crate) fn on_told(&self, hear: impl Fn(String) + 'static) {
        let listener = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
            if let Some(text) = event.data().as_string() {
                hear(text);
            }
        });
        let function = listener.into_js_value();
        self.0.set_onmessage(Some(function.unchecked_ref()));
    }
}
