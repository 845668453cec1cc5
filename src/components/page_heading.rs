//! The heading of a page. It also sets the tab's title and takes the focus.

use crate::reactive::effect;
use crate::routing::navigation::use_navigation;
use leptos::html;
use leptos::prelude::*;

/// The title of the current page, and its announcement to screen readers. Provided by `App`; copies share
/// their signals.
#[derive(Clone, Copy)]
pub(crate) struct PageTitle {
    /// The page's heading, without the product's name.
    pub title: RwSignal<String>,
    /// The text of the polite live region.
    pub announced: RwSignal<String>,
}

impl PageTitle {
    /// Provides an empty title as a context.
    pub(crate) fn provide() -> Self {
        let title = Self {
            title: RwSignal::new(String::new()),
            announced: RwSignal::new(String::new()),
        };
        provide_context(title);
        title
    }
}

/// A page's heading, which is also the tab's title. When the page was opened from within the console, the
/// heading takes the focus and is announced.
pub(crate) fn heading(text: Signal<String>) -> AnyView {
    heading_with(text, text.into_any())
}

/// A heading that shows something else than the tab's title, such as links.
pub(crate) fn heading_with(title: Signal<String>, content: AnyView) -> AnyView {
    let page_title = expect_context::<PageTitle>();
    let navigation = use_navigation();
    let element = NodeRef::<html::H1>::new();
    effect(move || page_title.title.set(title.get()));
    effect(move || {
        let Some(element) = element.get() else { return };
        if navigation.take_moved() {
            // Fails only for an element that can't be focused.
            let _ = element.focus();
            page_title.announced.set(title.get_untracked());
        }
    });
    view! {
        <h1 id="heading" tabindex="-1" node_ref=element>
            {content}
        </h1>
    }
    .into_any()
}
