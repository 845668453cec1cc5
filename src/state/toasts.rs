//! Toasts: results of actions that have no fixed place on the page.

use crate::client::Error;
use crate::platform::timer::sleep;
use leptos::prelude::*;
use std::time::Duration;

/// How long a toast without an error is shown. An error stays until the user dismisses it.
const SUCCESS_DURATION: Duration = Duration::from_secs(10);

/// How often a toast that the pointer or the focus holds is checked again.
const HELD_CHECK_INTERVAL: Duration = Duration::from_secs(1);

/// The most toasts at a time. The oldest are removed first.
const MAX_TOASTS: usize = 4;

/// A toast.
#[derive(Clone)]
pub(crate) struct Toast {
    pub(crate) key: u64,
    pub(crate) text: Signal<String>,
    /// A link to the result: its text and `href`.
    pub(crate) link: Option<(Signal<String>, String)>,
    pub(crate) error: Option<Error>,
    /// The consequence of the error for the user, in a sentence. May be empty.
    pub(crate) consequence: Signal<String>,
    /// `success`, `warning`, `error` or [`OUTDATED`].
    pub(crate) kind: &'static str,
}

/// The kind of a toast that says that the site has a newer version of the console.
pub(crate) const OUTDATED: &str = "outdated";

/// The toasts that are shown. Provided once; copies share them.
#[derive(Clone, Copy)]
pub struct Toasts {
    /// The next key, and the toasts, oldest first.
    list: RwSignal<(u64, Vec<Toast>)>,
}

impl Toasts {
    /// Provides the toasts, none yet.
    pub fn provide() -> Self {
        let toasts = Self {
            list: RwSignal::new((0, Vec::new())),
        };
        provide_context(toasts);
        toasts
    }

    /// Shows a success, with a link to its result.
    pub fn done(self, text: Signal<String>, link: Option<(Signal<String>, String)>) {
        let key = self.add(text, link, None, Signal::stored(String::new()), "success");
        self.dismiss_later(key);
    }

    /// Says until the user dismisses it that the site has a newer version of the console, and offers to reload.
    pub fn outdated(self, text: Signal<String>) {
        // Once is enough.
        self.list
            .update(|(_, toasts)| toasts.retain(|toast| toast.kind != OUTDATED));
        self.add(text, None, None, Signal::stored(String::new()), OUTDATED);
    }

    fn dismiss_later(self, key: u64) {
        leptos::task::spawn_local(async move {
            sleep(SUCCESS_DURATION).await;
            // A toast must not vanish under the pointer or the focus.
            while self.is_held(key) {
                sleep(HELD_CHECK_INTERVAL).await;
            }
            self.dismiss(key);
        });
    }

    /// Shows a problem of the console itself.
    pub fn warn(self, text: Signal<String>) {
        let key = self.add(text, None, None, Signal::stored(String::new()), "warning");
        self.dismiss_later(key);
    }

    /// Shows an error until the user dismisses it. `action` names what failed, `consequence` says what that means
    /// for the user and may be empty.
    pub fn failed(self, action: Signal<String>, error: Error, consequence: Signal<String>) {
        self.add(action, None, Some(error), consequence, "error");
    }

    fn add(
        self,
        text: Signal<String>,
        link: Option<(Signal<String>, String)>,
        error: Option<Error>,
        consequence: Signal<String>,
        kind: &'static str,
    ) -> u64 {
        self.list
            .try_update(|(next, toasts)| {
                *next += 1;
                toasts.push(Toast {
                    key: *next,
                    text,
                    link,
                    error,
                    consequence,
                    kind,
                });
                let excess = toasts.len().saturating_sub(MAX_TOASTS);
                toasts.drain(..excess);
                *next
            })
            .unwrap_or_default()
    }

    /// Removes a toast.
    pub(crate) fn dismiss(self, key: u64) {
        self.list
            .update(|(_, toasts)| toasts.retain(|toast| toast.key != key));
    }

    /// The keys of the toasts, oldest first. Tracked.
    pub(crate) fn keys(self) -> Vec<u64> {
        self.list
            .with(|(_, toasts)| toasts.iter().map(|toast| toast.key).collect())
    }

    /// Returns true if there is a toast. Tracked.
    pub(crate) fn has_any(self) -> bool {
        self.list.try_with(|(_, toasts)| !toasts.is_empty()) == Some(true)
    }

    /// The URLs of the links in the toasts.
    pub(crate) fn links(self) -> Vec<String> {
        let link = |toast: &Toast| toast.link.as_ref().map(|(_, url)| url.clone());
        self.list
            .with_untracked(|(_, toasts)| toasts.iter().filter_map(link).collect())
    }

    /// Finds a toast.
    pub(crate) fn find(self, key: u64) -> Option<Toast> {
        self.list.with_untracked(|(_, toasts)| {
            let found = toasts.iter().find(|toast| toast.key == key);
            found.cloned()
        })
    }

    /// Returns true while the pointer or the focus is on the toast.
    fn is_held(self, key: u64) -> bool {
        let held = format!("#toast-{key}:is(:hover, :focus-within)");
        document().query_selector(&held).ok().flatten().is_some()
    }
}

/// The toasts of this console. Call it while a component is being built.
pub fn use_toasts() -> Toasts {
    expect_context()
}
