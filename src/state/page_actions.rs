//! The actions of the current page, which the palette offers.

use crate::reactive::effect;
use leptos::prelude::*;

/// An action of a page.
#[derive(Clone)]
pub struct PageAction {
    pub text: Signal<String>,
    /// More about it, such as the text that it copies; empty: nothing.
    pub detail: String,
    pub run: Callback<()>,
}

impl PageAction {
    /// Creates an action.
    pub fn new(text: Signal<String>, run: impl Fn() + Send + Sync + 'static) -> Self {
        Self {
            text,
            detail: String::new(),
            run: Callback::new(move |()| run()),
        }
    }

    /// Adds more about it, such as the text that it copies.
    pub fn detail(mut self, detail: String) -> Self {
        self.detail = detail;
        self
    }
}

/// The actions of the current page. Provided once; copies share them.
#[derive(Clone, Copy)]
pub struct PageActions(RwSignal<Vec<PageAction>>);

impl PageActions {
    /// Provides the actions, none yet.
    pub fn provide() -> Self {
        let actions = Self(RwSignal::new(Vec::new()));
        provide_context(actions);
        actions
    }

    /// The actions now. Not tracked.
    pub fn all(self) -> Vec<PageAction> {
        self.0.get_untracked()
    }
}

/// Sets the actions while the component that is being built exists. `actions` runs again when a signal that it
/// reads changes.
pub fn offer(actions: impl Fn() -> Vec<PageAction> + 'static) {
    let page_actions = expect_context::<PageActions>();
    effect(move || page_actions.0.set(actions()));
    on_cleanup(move || {
        // The next page sets its own actions after this cleanup.
        let _ = page_actions.0.try_set(Vec::new());
    });
}
