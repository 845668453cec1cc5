//! Toasts: results of actions that have no fixed place on the page.

use crate::client::Error;
use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;
use std::time::Duration;

/// How long a success stays. An error stays until it is dismissed.
const SUCCESS_DURATION: Duration = Duration::from_secs(10);

/// The most toasts at one time; the oldest go first.
const MAX_TOASTS: usize = 4;

/// What is said.
#[derive(Clone)]
pub(crate) struct Toast {
    pub(crate) key: u64,
    pub(crate) text: Signal<String>,
    /// Where it happened: the link's text and `href`.
    pub(crate) link: Option<(Signal<String>, String)>,
    pub(crate) error: Option<Error>,
    /// What follows from the error; empty: nothing.
    pub(crate) then: Signal<String>,
    pub(crate) kind: &'static str,
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
            TimeoutFuture::new(SUCCESS_DURATION.as_millis() as u32).await;
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
                let over = toasts.len().saturating_sub(MAX_TOASTS);
                toasts.drain(..over);
                *next
            })
            .unwrap_or_default()
    }

    /// Removes a toast.
    pub(crate) fn dismiss(self, key: u64) {
        self.0
            .update(|(_, toasts)| toasts.retain(|toast| toast.key != key));
    }

    /// The keys of the toasts shown now, oldest first. Tracked.
    pub(crate) fn keys(self) -> Vec<u64> {
        self.0
            .with(|(_, toasts)| toasts.iter().map(|toast| toast.key).collect())
    }

    /// The toast with this key.
    pub(crate) fn find(self, key: u64) -> Option<Toast> {
        self.0.with_untracked(|(_, toasts)| {
            let found = toasts.iter().find(|toast| toast.key == key);
            found.cloned()
        })
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
