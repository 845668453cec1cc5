//! A button that copies a text, and shows the result.

use crate::platform::clipboard;
use crate::platform::timer::sleep;
use crate::reactive::dynamic;
use crate::ui::icon;
use crate::{t_signal, t_string};
use leptos::prelude::*;
use std::time::Duration;

/// How long the result is shown.
const RESULT_DURATION: Duration = Duration::from_secs(2);

#[derive(Clone, Copy, PartialEq)]
enum Copied {
    No,
    Yes,
    Refused,
}

/// A button labelled 'Copy {name}' that copies the current text.
pub(crate) fn copy_button(text: Signal<String>, name: Signal<String>) -> AnyView {
    let copied = RwSignal::new(Copied::No);
    let press = move |_| {
        leptos::task::spawn_local(async move {
            let text = text.get_untracked();
            let result = match clipboard::copy(&text).await {
                true => Copied::Yes,
                false => Copied::Refused,
            };
            let _ = copied.try_set(result);
            sleep(RESULT_DURATION).await;
            let _ = copied.try_set(Copied::No);
        });
    };
    let message = move || match copied.get() {
        Copied::No => String::new(),
        Copied::Yes => t_string!(copy.done).to_string(),
        Copied::Refused => t_string!(copy.refused).to_string(),
    };
    view! {
        <span class="copy">
            <button
                type="button"
                class="button-icon"
                aria-label=t_signal!(copy.label, what = name.get())
                title=t_signal!(copy.label, what = name.get())
                on:click=press
            >
                {dynamic(move || {
                    icon::icon(if copied.get() == Copied::Yes { icon::CHECK } else { icon::COPY })
                })}
            </button>
            <span class="copy-said" role="status">
                {message}
            </span>
        </span>
    }
    .into_any()
}
