//! What can be done with what is open: pages say it, the palette offers it.

use crate::reactive::effect;
use leptos::prelude::*;

/// Something that can be done with what is open.
#[derive(Clone)]
pub struct PageAction {
    pub text: Signal<String>,
    pub run: Callback<()>,
}

impl PageAction {
    /// An action with this text.
    pub fn new(text: Signal<String>, run: impl Fn() + Send + Sync + 'static) -> Self {
        Self {
            text,
            run: Callback::new(move |()| run()),
        }
    }
}

/// The actions of the page that is shown. Provided once; copies are the same thing.
#[derive(Clone, Copy)]
pub struct PageActions(RwSignal<Vec<PageAction>>);

impl PageActions {
    /// Starts with none.
    pub fn provide() -> Self {
        let actions = Self(RwSignal::new(Vec::new()));
        provide_context(actions);
        actions
    }

    /// The actions now.
    pub fn all(self) -> Vec<PageAction> {
        self.0.get_untracked()
    }
}

/// Offers these actions while the component that is being built is there. They follow the signals that
/// are read.
pub fn offer(actions: impl Fn() -> Vec<PageAction> + 'static) {
    let place = expect_context::<PageActions>();
    effect(move || place.0.set(actions()));
    on_cleanup(move || {
        // The next page may have put its own in their place; it does so after this one has gone.
        let _ = place.0.try_set(Vec::new());
    });
}
