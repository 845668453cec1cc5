//! Messages between the open tabs of this console. A console below another path of the host does not get them.

use crate::platform::storage::own_key;
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{BroadcastChannel, MessageEvent};

thread_local! {
    /// The channel to the other tabs, open as long as the page. `None` if the browser has none.
    static CHANNEL: Option<BroadcastChannel> = BroadcastChannel::new(&own_key("tabs")).ok();
}

/// Sends a text to the other tabs.
pub(crate) fn tell_tabs(text: &str) {
    CHANNEL.with(|channel| {
        if let Some(channel) = channel {
            // A text can always be sent.
            let _ = channel.post_message(&JsValue::from_str(text));
        }
    });
}

/// Calls `hear` with each text that another tab sends. Replaces an earlier call.
pub(crate) fn listen_to_tabs(hear: impl Fn(String) + 'static) {
    let listener = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
        if let Some(text) = event.data().as_string() {
            hear(text);
        }
    });
    CHANNEL.with(|channel| {
        if let Some(channel) = channel {
            channel.set_onmessage(Some(listener.into_js_value().unchecked_ref()));
        }
    });
}
