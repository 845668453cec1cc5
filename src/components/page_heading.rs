//! The heading of a page, which also names the tab and takes the focus.

use crate::reactive::effect;
use crate::routing::navigation::use_navigation;
use leptos::html;
use leptos::prelude::*;

/// The title of the page on screen, and what a screen reader is told about it. Provided by the shell;
/// copies share their signals.
#[derive(Clone, Copy)]
pub struct PageTitle {
    /// The page's heading, without the product's name.
    pub title: RwSignal<String>,
    /// The text of the polite live region.
    pub announced: RwSignal<String>,
}

impl PageTitle {
    /// Provides an empty title to the whole console.
    pub fn provide() -> Self {
        let title = Self {
            title: RwSignal::new(String::new()),
            announced: RwSignal::new(String::new()),
        };
        provide_context(title);
        title
    }
}

/// A page's heading. Names the tab; takes the focus and is announced when the page was opened by a step
/// within the console.
pub fn heading(text: Signal<String>) -> AnyView {
    let shown = expect_context::<PageTitle>();
    let navigation = use_navigation();
    let place = NodeRef::<html::H1>::new();
    effect(move || shown.title.set(text.get()));
    effect(move || {
        let Some(place) = place.get() else { return };
        if navigation.take_moved() {
            // Fails only for an element that takes no focus, and this one does.
            let _ = place.focus();
            shown.announced.set(text.get_untracked());
        }
    });
    view! {
        <h1 id="heading" tabindex="-1" node_ref=place>
            {text}
        </h1>
    }
    .into_any()
}
