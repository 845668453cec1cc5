//! A button that copies a text, and says whether it did.

use crate::platform::clipboard;
use crate::reactive::part;
use crate::ui::icon;
use crate::{tr, ts};
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
        Copied::Yes => tr!(copy.done).to_string(),
        Copied::Refused => tr!(copy.refused).to_string(),
    };
    view! {
        <span class="copy">
            <button
                type="button"
                class="button-icon"
                aria-label=ts!(copy.label, what = what.get())
                title=ts!(copy.label, what = what.get())
                on:click=press
            >
                {part(move || {
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
