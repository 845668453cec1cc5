//! Facts: labels with values, as a `<dl>`.

use crate::ui::copy::copy_button;
use leptos::prelude::*;

/// A label with its value, for a `<dl class="facts">`.
pub(crate) fn fact(label: Signal<String>, value: AnyView) -> AnyView {
    view! {
        <div class="fact">
            <dt>{label}</dt>
            <dd>{value}</dd>
        </div>
    }
    .into_any()
}

/// A fact whose value is a name or an id. `None` if the text is empty.
pub(crate) fn code_fact(label: Signal<String>, text: Option<&str>) -> Option<AnyView> {
    let text = text.map(str::trim).filter(|text| !text.is_empty())?;
    let value = view! { <span class="code">{text.to_owned()}</span> };
    Some(fact(label, value.into_any()))
}

/// The same with a copy button.
pub(crate) fn copied_fact(label: Signal<String>, text: Option<&str>) -> Option<AnyView> {
    let text = text.map(str::trim).filter(|text| !text.is_empty())?;
    let value = view! {
        <span class="code">{text.to_owned()}</span>
        {copy_button(Signal::stored(text.to_owned()), label)}
    };
    Some(fact(label, value.into_any()))
}
