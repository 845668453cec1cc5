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

/// An icon labelled 'Copy {name}' that copies the current text. It stands beside that text.
pub(crate) fn copy_button(text: Signal<String>, name: Signal<String>) -> AnyView {
    button(text, name, None)
}

/// A button with the text 'Copy {name}', for what does not stand beside it: the tooltip shows it. Screen readers say
/// `whole_name`, which begins with the name and tells the button apart from others with the same text.
pub(crate) fn copy_text_button(
    text: String,
    name: Signal<String>,
    whole_name: Signal<String>,
) -> AnyView {
    let shown = t_signal!(copy.label, what = name.get());
    let title = text.clone();
    button(Signal::stored(text), whole_name, Some((shown, title)))
}

/// `shown` has the text of the button and its tooltip, if there is more than an icon.
fn button(
    text: Signal<String>,
    name: Signal<String>,
    shown: Option<(Signal<String>, String)>,
) -> AnyView {
    let copied = RwSignal::new(Copied::No);
    let label = t_signal!(copy.label, what = name.get());
    let (shown, title) = match shown {
        Some((shown, title)) => (Some(shown), Signal::stored(title)),
        None => (None, label),
    };
    let class = match shown {
        Some(_) => "button",
        None => "button-icon",
    };
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
            <button type="button" class=class aria-label=label title=title on:click=press>
                {dynamic(move || {
                    icon::icon(if copied.get() == Copied::Yes { icon::CHECK } else { icon::COPY })
                })}
                {shown}
            </button>
            <span class="copy-said" role="status">
                {message}
            </span>
        </span>
    }
    .into_any()
}
