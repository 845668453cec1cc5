//! The native dialog. The browser traps the focus, closes it on Escape, and gives the focus back.
#![allow(
    unreachable_pub,
    reason = "#[component] makes a public struct of the props"
)]

use crate::reactive::effect;
use leptos::html;
use leptos::prelude::*;

/// A modal dialog that is open from the start. Sets `open` to false when the user closes it.
#[component]
pub(crate) fn Dialog(
    open: RwSignal<bool>,
    /// Its heading.
    title: Signal<String>,
    /// For more content than a question.
    #[prop(optional)]
    wide: bool,
    children: Children,
) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    effect(move || {
        if let Some(dialog) = dialog.get() {
            // Fails only outside of the page.
            let _ = dialog.show_modal();
        }
    });
    // Closed before it is removed, so that the browser gives the focus back.
    let close = move || {
        if let Some(dialog) = dialog.try_get_untracked().flatten() {
            dialog.close();
        }
    };
    on_cleanup(close);
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
