//! What came of a press that has no place of its own on the page: said at the window's edge.

use crate::client::Error;
use crate::components::button::Button;
use crate::components::icon;
use crate::i18n::api_words::{api_words, error_words};
use crate::reactive::{list, live};
use crate::{tr, ts};
use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;

/// How long a good message stays, in milliseconds. One of trouble stays until it is dismissed.
const STAYS: u32 = 10_000;

/// The most messages that stand at one time; the oldest go first.
const MOST: usize = 4;

/// What is said.
#[derive(Clone)]
struct Toast {
    key: u64,
    text: Signal<String>,
    /// Where it happened: the link's text and `href`.
    link: Option<(Signal<String>, String)>,
    error: Option<Error>,
    /// What follows from the error; empty: nothing.
    then: Signal<String>,
    kind: &'static str,
}

/// The messages that stand now. Provided once; copies are the same thing.
#[derive(Clone, Copy)]
pub struct Toasts(RwSignal<(u64, Vec<Toast>)>);

impl Toasts {
    /// Starts with none.
    pub fn provide() -> Self {
        let toasts = Self(RwSignal::new((0, Vec::new())));
        provide_context(toasts);
        toasts
    }

    /// Says that something was done, with a link to what came of it.
    pub fn done(self, text: Signal<String>, link: Option<(Signal<String>, String)>) {
        let key = self.add(text, link, None, Signal::stored(String::new()), "success");
        self.dismiss_later(key);
    }

    fn dismiss_later(self, key: u64) {
        leptos::task::spawn_local(async move {
            TimeoutFuture::new(STAYS).await;
            // Not from under the pointer or the focus.
            while self.is_held(key) {
                TimeoutFuture::new(1_000).await;
            }
            self.dismiss(key);
        });
    }

    /// Says for a while that something went wrong in the console itself.
    pub fn warn(self, text: Signal<String>) {
        let key = self.add(text, None, None, Signal::stored(String::new()), "warning");
        self.dismiss_later(key);
    }

    /// Says that something could not be done, until the user has seen it. `what` is what was being done.
    /// `then` is what follows from it; empty: nothing.
    pub fn failed(self, what: Signal<String>, error: Error, then: Signal<String>) {
        self.add(what, None, Some(error), then, "error");
    }

    fn add(
        self,
        text: Signal<String>,
        link: Option<(Signal<String>, String)>,
        error: Option<Error>,
        then: Signal<String>,
        kind: &'static str,
    ) -> u64 {
        self.0
            .try_update(|(next, toasts)| {
                *next += 1;
                toasts.push(Toast {
                    key: *next,
                    text,
                    link,
                    error,
                    then,
                    kind,
                });
                let over = toasts.len().saturating_sub(MOST);
                toasts.drain(..over);
                *next
            })
            .unwrap_or_default()
    }

    fn dismiss(self, key: u64) {
        self.0
            .update(|(_, toasts)| toasts.retain(|toast| toast.key != key));
    }

    fn is_held(self, key: u64) -> bool {
        let held = format!("#toast-{key}:is(:hover, :focus-within)");
        document().query_selector(&held).ok().flatten().is_some()
    }
}

/// The messages of this console. Call it while a component is being built.
pub fn use_toasts() -> Toasts {
    expect_context()
}

/// The place of the messages.
pub fn toast_region(toasts: Toasts) -> AnyView {
    let keys = move || {
        toasts
            .0
            .with(|(_, toasts)| toasts.iter().map(|toast| toast.key).collect())
    };
    let view = move |key| {
        let toast = toasts.0.with_untracked(|(_, toasts)| {
            let found = toasts.iter().find(|toast| toast.key == key);
            found.cloned()
        });
        toast.map(|toast| toast_view(toasts, toast)).into_any()
    };
    view! {
        <div class="toasts" role="region" aria-label=ts!(toast.region)>
            {list(keys, view)}
        </div>
    }
    .into_any()
}

fn toast_view(toasts: Toasts, toast: Toast) -> AnyView {
    let key = toast.key;
    let good = toast.kind == "success";
    let (text, then) = (toast.text, toast.then);
    let body = match toast.error {
        Some(error) => {
            let said = api_words(&error);
            let status = error.status().map(|status| format!(" HTTP {status}"));
            view! {
                <p class="notice-title">
                    {live(move || tr!(error.failed_why, what = text.get(), why = error_words(&error)))}
                    {status}
                </p>
                {(!said.is_empty()).then(|| view! { <p class="notice-said">{said}</p> })}
                <p>{then}</p>
            }
            .into_any()
        }
        None => view! { <p>{text}</p> }.into_any(),
    };
    // It has done its work once it was followed.
    let link = toast.link.map(|(text, href)| {
        let link = Button::new(text).link(Signal::stored(href));
        view! {
            <span on:click=move |_| request_animation_frame(move || toasts.dismiss(key))>{link}</span>
        }
    });
    view! {
        <div
            class="toast notice"
            id=format!("toast-{key}")
            role=if good { "status" } else { "alert" }
            data-kind=toast.kind
        >
            {icon::icon(if good { icon::CHECK } else { icon::WARNING })}
            <div class="notice-body">{body}</div>
            <div class="notice-actions">
                {link}
                {Button::new(ts!(toast.dismiss)).on_press(move || toasts.dismiss(key))}
            </div>
        </div>
    }
    .into_any()
}
