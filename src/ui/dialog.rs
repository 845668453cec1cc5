//! The native dialog: it traps the focus, closes on Escape and gives the focus back.

use crate::reactive::effect;
use leptos::html;
use leptos::prelude::*;

/// A modal dialog, to be made when it opens; `open` is set to false when the user closes it.
#[component]
pub fn Dialog(
    open: RwSignal<bool>,
    /// Its heading.
    title: Signal<String>,
    /// For more than a question.
    #[prop(optional)]
    wide: bool,
    children: Children,
) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    effect(move || {
        if let Some(dialog) = dialog.get() {
            // Fails only for a dialog that is not in the page, which this one is.
            let _ = dialog.show_modal();
        }
    });
    // Closed before it goes, so that the browser gives the focus back to what opened it.
    let closing = move || {
        if let Some(dialog) = dialog.try_get_untracked().flatten() {
            dialog.close();
        }
    };
    on_cleanup(closing);
    view! {
        <dialog
            node_ref=dialog
            class="dialog"
            class:dialog-wide=wide
            aria-label=title
            on:close=move |_| {
                open.try_set(false);
            }
        >
            <h2>{title}</h2>
            {children()}
        </dialog>
    }
}
