//! The native dialog: it traps the focus, closes on Escape and gives the focus back.

use crate::view::{effect, when};
use leptos::html;
use leptos::prelude::*;

/// A modal dialog that is open while `open` is true.
#[component]
pub fn Dialog(
    /// Whether it is open. Set to false when the user closes it.
    open: RwSignal<bool>,
    /// Its heading.
    #[prop(into)]
    title: Signal<String>,
    /// What it shows; built anew each time it opens.
    children: ChildrenFn,
) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    effect(move || {
        let Some(dialog) = dialog.get() else { return };
        if open.get() && !dialog.open() {
            // Fails only for a dialog that is not in the page, which this one is.
            let _ = dialog.show_modal();
        } else if !open.get() && dialog.open() {
            dialog.close();
        }
    });
    view! {
        <dialog node_ref=dialog class="dialog" aria-label=title on:close=move |_| open.set(false)>
            {when(move || open.get(), move || view! { <h2>{title}</h2>
                {children()} }.into_any())}
        </dialog>
    }
}
