//! A button that opens a menu below it, and the checkboxes in such menus.

use crate::reactive::show;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{FocusEvent, HtmlElement, KeyboardEvent, Node};

/// A button with a menu. Losing the focus closes it, and so does Escape.
pub(crate) fn menu(
    label: Signal<String>,
    content: impl Fn() -> AnyView + Send + Sync + 'static,
) -> AnyView {
    let open = RwSignal::new(false);
    let details = NodeRef::<html::Details>::new();
    view! {
        <details
            class="log-menu"
            node_ref=details
            on:toggle=move |_| {
                open.set(details.get_untracked().is_some_and(|details| details.open()));
            }
            on:focusout=move |event| close_on_focus_out(details, &event)
            on:keydown=move |event| {
                if open.get_untracked() {
                    close_on_escape(details, &event);
                }
            }
        >
            <summary class="button">{label}</summary>
            <div class="log-menu-inside">{show(move || open.get(), content)}</div>
        </details>
    }
    .into_any()
}

/// Closes the menu when the focus moves out of it. A press inside on something that takes no focus moves
/// the focus nowhere, and leaves the menu open.
fn close_on_focus_out(details: NodeRef<html::Details>, event: &FocusEvent) {
    let target = event.related_target();
    let target = target.and_then(|target| target.dyn_into::<Node>().ok());
    if let Some(details) = details.get_untracked()
        && target.is_some()
        && !details.contains(target.as_ref())
    {
        details.set_open(false);
    }
}

/// Closes the menu on Escape, and focuses its button.
fn close_on_escape(details: NodeRef<html::Details>, event: &KeyboardEvent) {
    if event.key() != "Escape" {
        return;
    }
    event.prevent_default();
    event.stop_propagation();
    let Some(details) = details.get_untracked() else {
        return;
    };
    details.set_open(false);
    let summary = details.query_selector("summary").ok().flatten();
    if let Some(summary) = summary.and_then(|summary| summary.dyn_into::<HtmlElement>().ok()) {
        let _ = summary.focus();
    }
}

/// A checkbox in a menu.
pub(crate) fn checkbox(
    label: Signal<String>,
    checked: Signal<bool>,
    on_change: impl Fn() + 'static,
) -> AnyView {
    view! {
        <label class="check">
            <input type="checkbox" prop:checked=checked on:change=move |_| on_change() />
            <span>{label}</span>
        </label>
    }
    .into_any()
}
