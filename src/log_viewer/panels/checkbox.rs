//! A checkbox in a menu.

use leptos::prelude::*;

/// A checkbox with its label.
pub(crate) fn checkbox(
    label: Signal<String>,
    checked: Signal<bool>,
    on_change: impl Fn() + 'static,
) -> AnyView {
    checkbox_boxed(label, checked, Box::new(on_change))
}

fn checkbox_boxed(
    label: Signal<String>,
    checked: Signal<bool>,
    on_change: Box<dyn Fn()>,
) -> AnyView {
    view! {
        <label class="log-check">
            <input type="checkbox" prop:checked=checked on:change=move |_| on_change() />
            <span>{label}</span>
        </label>
    }
    .into_any()
}
