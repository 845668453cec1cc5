//! Toasts at the edge of the window: results of actions that have no fixed place on the page.

use crate::components::reload_button::reload_button;
use crate::i18n::api_words::{api_words, error_words};
use crate::reactive::{for_each, text_signal};
use crate::routing::navigation::use_navigation;
use crate::state::toasts::{OUTDATED, Toast, Toasts};
use crate::ui::button::Button;
use crate::ui::icon;
use crate::{t_signal, t_string};
use leptos::prelude::*;

/// The toasts that are shown now.
pub(crate) fn toast_region(toasts: Toasts) -> AnyView {
    let view = move |key| {
        let toast = toasts.find(key);
        toast.map(|toast| toast_view(toasts, toast)).into_any()
    };
    view! {
        <div class="toasts" role="region" aria-label=t_signal!(toast.region)>
            {for_each(move || toasts.keys(), view)}
        </div>
    }
    .into_any()
}

fn toast_view(toasts: Toasts, toast: Toast) -> AnyView {
    let key = toast.key;
    let is_success = toast.kind == "success";
    let (text, then) = (toast.text, toast.consequence);
    let body = match toast.error {
        Some(error) => {
            let api_message = api_words(&error);
            let status = error.status().map(|status| format!(" HTTP {status}"));
            view! {
                <p class="notice-title">
                    {text_signal(move || {
                        t_string!(error.failed_why, what = text.get(), why = error_words(&error))
                    })} {status}
                </p>
                {(!api_message.is_empty())
                    .then(|| view! { <p class="notice-said">{api_message}</p> })}
                <p>{then}</p>
            }
            .into_any()
        }
        None => view! { <p>{text}</p> }.into_any(),
    };
    // A toast whose link was followed is not needed any more.
    let link = toast.link.map(|(text, href)| {
        let link = Button::new(text).link(Signal::stored(href));
        view! { <span on:click=move |_| request_animation_frame(move || toasts.dismiss(key))>{link}</span> }
    });
    let is_outdated = toast.kind == OUTDATED;
    let reload = is_outdated.then(|| {
        let navigation = use_navigation();
        reload_button(navigation, move || {
            toasts.dismiss(key);
            toasts.warn(t_signal!(error.code_missing));
        })
    });
    view! {
        <div
            class="toast notice"
            id=format!("toast-{key}")
            role=if is_success { "status" } else { "alert" }
            data-kind=if is_outdated { "warning" } else { toast.kind }
        >
            {icon::icon(if is_success { icon::CHECK } else { icon::WARNING })}
            <div class="notice-body">{body}</div>
            <div class="notice-actions">
                {link} {reload}
                {Button::new(t_signal!(toast.dismiss)).on_press(move || toasts.dismiss(key))}
            </div>
        </div>
    }
    .into_any()
}
