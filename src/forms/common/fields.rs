//! The fields of a form: an input in its frame, connected to the form's state by the API's path.
#![allow(
    unreachable_pub,
    reason = "#[component] makes a public struct of the props"
)]

use crate::forms::common::field_id::id_of;
use crate::forms::common::form_state::FormState;
use crate::reactive::{bool_signal, memo, text_signal};
use crate::ui::field_frame::{FieldFrame, FieldNote};
use leptos::prelude::*;

/// The API's path of a field. It changes when the field belongs to a row that moves.
pub(crate) type Path = Signal<String>;

/// Calls the form with the field's path. Does nothing if the field is gone: an input that has the focus
/// fires `blur` while it is removed.
fn notify(path: Path, call: impl FnOnce(&str)) {
    path.try_with_untracked(|path| call(path));
}

/// The frame of the field at this path, and its notes: the hint, the problem that the form has for it, and the
/// warning, which is the form's or else the field's own.
fn field_frame(
    path: Path,
    label: Signal<String>,
    hint: Option<Signal<String>>,
    own_warning: Option<Signal<String>>,
) -> (FieldFrame, Vec<AnyView>) {
    let form = expect_context::<FormState>();
    let problem = memo(move || path.with(|path| form.problem(path)));
    let warning = memo(move || {
        let own = || own_warning.map(|warning| warning.get());
        path.with(|path| form.warning(path)).or_else(own)
    });
    let frame = FieldFrame {
        id: text_signal(move || path.with(|path| id_of(path))),
        label,
        is_invalid: bool_signal(move || problem.with(Option::is_some)),
        described_by: &[FieldNote::Problem, FieldNote::Warning, FieldNote::Hint],
    };
    let notes = vec![
        frame.note(FieldNote::Hint, hint.unwrap_or_default()),
        frame.note(FieldNote::Problem, text_or_empty(problem)),
        frame.note(FieldNote::Warning, text_or_empty(warning)),
    ];
    (frame, notes)
}

/// A field with its label above its input.
fn field(
    path: Path,
    label: Signal<String>,
    hint: Option<Signal<String>>,
    own_warning: Option<Signal<String>>,
    input: impl FnOnce(FieldFrame) -> AnyView,
) -> AnyView {
    let (frame, notes) = field_frame(path, label, hint, own_warning);
    frame.view(input(frame), notes)
}

fn text_or_empty(text: Memo<Option<String>>) -> Signal<String> {
    text_signal(move || text.get().unwrap_or_default())
}

/// A line of text.
#[component]
pub(crate) fn TextField(
    #[prop(into)] path: Path,
    #[prop(into)] label: Signal<String>,
    #[prop(into)] value: Signal<String>,
    #[prop(into)] on_input: Callback<String>,
    #[prop(optional, into)] hint: Option<Signal<String>>,
    /// Shown while the form has no warning for the field; empty: none.
    #[prop(optional)]
    warning: Option<Signal<String>>,
    /// Uses the font for names, tags and paths.
    #[prop(optional)]
    code: bool,
    /// The id of a `<datalist>` with suggestions.
    #[prop(optional)]
    list: &'static str,
    #[prop(optional)] required: bool,
) -> impl IntoView {
    let form = expect_context::<FormState>();
    field(path, label, hint, warning, move |frame| {
        view! {
            <input
                type="text"
                id=frame.id
                class:code=code
                autocomplete="off"
                autocapitalize="off"
                spellcheck="false"
                list=(!list.is_empty()).then_some(list)
                aria-required=required.then_some("true")
                aria-invalid=frame.aria_invalid()
                aria-describedby=frame.described_by()
                prop:value=value
                on:input=move |event| {
                    notify(
                        path,
                        |path| {
                            form.edited(path);
                            form.typing.edited(path);
                        },
                    );
                    on_input.run(event_target_value(&event));
                }
                on:blur=move |_| notify(path, |path| form.mark_touched(path))
                on:keydown=move |event| form.keep_enter(&event)
            />
        }
        .into_any()
    })
}

/// Several lines of text.
#[component]
pub(crate) fn TextArea(
    #[prop(into)] path: Path,
    #[prop(into)] label: Signal<String>,
    #[prop(into)] value: Signal<String>,
    #[prop(into)] on_input: Callback<String>,
    #[prop(optional, into)] hint: Option<Signal<String>>,
) -> impl IntoView {
    let form = expect_context::<FormState>();
    field(path, label, hint, None, move |frame| {
        view! {
            <textarea
                rows="4"
                id=frame.id
                aria-invalid=frame.aria_invalid()
                aria-describedby=frame.described_by()
                prop:value=value
                on:input=move |event| {
                    notify(path, |path| form.edited(path));
                    on_input.run(event_target_value(&event));
                }
                on:blur=move |_| notify(path, |path| form.mark_touched(path))
            ></textarea>
        }
        .into_any()
    })
}

/// A checkbox, with its label beside it.
#[component]
pub(crate) fn CheckField(
    #[prop(into)] path: Path,
    #[prop(into)] label: Signal<String>,
    #[prop(into)] checked: Signal<bool>,
    #[prop(into)] on_change: Callback<bool>,
    #[prop(optional, into)] hint: Option<Signal<String>>,
) -> impl IntoView {
    let form = expect_context::<FormState>();
    let (frame, notes) = field_frame(path, label, hint, None);
    view! {
        <div class="field field-check">
            <label>
                <input
                    type="checkbox"
                    id=frame.id
                    aria-invalid=frame.aria_invalid()
                    aria-describedby=frame.described_by()
                    prop:checked=checked
                    on:change=move |event| {
                        notify(path, |path| form.edited(path));
                        on_change.run(event_target_checked(&event));
                    }
                />
                {label}
            </label>
            {notes}
        </div>
    }
}
