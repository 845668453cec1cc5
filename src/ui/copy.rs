//! A button that copies a text, and says whether it did.

use crate::platform::clipboard;
use crate::reactive::dynamic;
use crate::ui::icon;
use crate::{t_signal, t_string};
use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;

#[derive(Clone, Copy, PartialEq)]
enum Copied {
    No,
    Yes,
    Refused,
}

/// A button named 'Copy {what}' that copies what the text is when it is pressed.
pub fn copy_button(text: Signal<String>, what: Signal<String>) -> AnyView {
    let copied = RwSignal::new(Copied::No);
    let press = move |_| {
        leptos::task::spawn_local(async move {
            let text = text.get_untracked();
            let done = match clipboard::copy(&text).await {
                true => Copied::Yes,
                false => Copied::Refused,
            };
            let _ = copied.try_set(done);
            TimeoutFuture::new(2_000).await;
            let _ = copied.try_set(Copied::No);
        });
    };
    let said = move || match copied.get() {
        Copied::No => String::new(),
        Copied::Yes => t_string!(copy.done).to_string(),
        Copied::Refused => t_string!(copy.refused).to_string(),
    };
    view! {
        <span class="copy">
            <button
                type="button"
                class="button-icon"
                aria-label=t_signal!(copy.label, what = what.get())
                title=t_signal!(copy.label, what = what.get())
                on:click=press
            >
                {dynamic(move || {
                    icon::icon(if copied.get() == Copied::Yes { icon::CHECK } else { icon::COPY })
                })}
            </button>
            <span class="copy-said" role="status">
                {said}
            </span>
        </span>
    }
    .into_any()
}
