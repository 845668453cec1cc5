//! Copies a text from an entry of a menu or of the palette.

use crate::platform::clipboard;
use crate::state::toasts::Toasts;
use crate::t_signal;

/// Copies a text. The entry that was pressed is gone by then, so a toast says how it went.
pub(crate) fn copy_and_say(text: String, toasts: Toasts) {
    leptos::task::spawn_local(async move {
        match clipboard::copy(&text).await {
            true => toasts.done(t_signal!(copy.done), None),
            false => toasts.warn(t_signal!(copy.refused)),
        }
    });
}
