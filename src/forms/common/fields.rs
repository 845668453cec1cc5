//! Form fields: a label, an input, a hint, and the field's problem beside it.

use crate::forms::common::field_id::id_of;
use crate::forms::common::form_state::FormState;
use crate::reactive::{bool_signal, dynamic, memo, text_signal};
use leptos::prelude::*;

/// Where a field stands in the request, by the API's own path; the index of a row can change.
pub type Path = Signal<String>;

/// Tells the form of a field. A field that had the focus when its form went still says that it was left.
fn told(path: Path, tell: impl FnOnce(&str)) {
    path.try_with_untracked(|path| tell(path));
}

/// What one field is made of, beyond its input.
#[component]
fn FieldFrame(
    path: Path,
    #[prop(into)] label: Signal<String>,
    hint: Option<Signal<String>>,
    children: Children,
) -> impl IntoView {
    let form = expect_context::<FormState>();
    let problem = memo(move || path.with(|path| form.problem(path)));
    let warning = memo(move || path.with(|path| form.warning(path)));
    view! {
        <div class="field">
            <label class="field-label" for=text_signal(move || path.with(|path| id_of(path)))>
                {label}
            </label>
            {children()}
            <p
                class="field-hint"
                id=text_signal(move || path.with(|path| format!("{}-hint", id_of(path))))
            >
                {hint}
            </p>
            <p
                class="field-problem"
                id=text_signal(move || path.with(|path| format!("{}-problem", id_of(path))))
            >
                {problem}
            </p>
            <p
                class="field-warning"
                id=text_signal(move || path.with(|path| format!("{}-warning", id_of(path))))
            >
                {warning}
            </p>
        </div>
    }
}

fn described_by(path: Path) -> impl Fn() -> String + Copy {
    move || {
        path.with(|path| {
            let id = id_of(path);
            format!("{id}-problem {id}-warning {id}-hint")
        })
    }
}

/// A line of text.
#[component]
pub fn TextField(
    #[prop(into)] path: Path,
    #[prop(into)] label: Signal<String>,
    #[prop(into)] value: Signal<String>,
    #[prop(into)] on_input: Callback<String>,
    #[prop(optional, into)] hint: Option<Signal<String>>,
    /// Set in the face for names, tags and paths.
    #[prop(optional)]
    code: bool,
    /// The id of a `<datalist>` with what can be chosen.
    #[prop(optional)]
    list: &'static str,
    #[prop(optional)] required: bool,
) -> impl IntoView {
    let form = expect_context::<FormState>();
    view! {
        <FieldFrame path=path label=label hint=hint>
            <input
                type="text"
                id=text_signal(move || path.with(|path| id_of(path)))
                class:code=code
                autocomplete="off"
                autocapitalize="off"
                spellcheck="false"
                list=(!list.is_empty()).then_some(list)
                aria-required=required.then_some("true")
                aria-invalid=text_signal(move || {
                    path.with(|path| form.problem(path).is_some()).to_string()
                })
                aria-describedby=described_by(path)
                prop:value=value
                on:input=move |event| {
                    told(path, |path| form.edited(path));
                    on_input.run(event_target_value(&event));
                }
                on:blur=move |_| told(path, |path| form.left(path))
                on:keydown=move |event| form.keep_enter(&event)
            />
        </FieldFrame>
    }
}

/// Several lines of text.
#[component]
pub fn TextArea(
    #[prop(into)] path: Path,
    #[prop(into)] label: Signal<String>,
    #[prop(into)] value: Signal<String>,
    #[prop(into)] on_input: Callback<String>,
    #[prop(optional, into)] hint: Option<Signal<String>>,
) -> impl IntoView {
    let form = expect_context::<FormState>();
    view! {
        <FieldFrame path=path label=label hint=hint>
            <textarea
                rows="4"
                id=text_signal(move || path.with(|path| id_of(path)))
                aria-invalid=text_signal(move || {
                    path.with(|path| form.problem(path).is_some()).to_string()
                })
                aria-describedby=described_by(path)
                prop:value=value
                on:input=move |event| {
                    told(path, |path| form.edited(path));
                    on_input.run(event_target_value(&event));
                }
                on:blur=move |_| told(path, |path| form.left(path))
            ></textarea>
        </FieldFrame>
    }
}

/// A choice from a few.
#[component]
pub fn SelectField(
    #[prop(into)] path: Path,
    #[prop(into)] label: Signal<String>,
    #[prop(into)] value: Signal<String>,
    #[prop(into)] on_change: Callback<String>,
    /// Values and their words, in the order shown.
    #[prop(into)]
    options: Signal<Vec<(String, String)>>,
    #[prop(optional, into)] hint: Option<Signal<String>>,
) -> impl IntoView {
    let form = expect_context::<FormState>();
    view! {
        <FieldFrame path=path label=label hint=hint>
            <select
                id=text_signal(move || path.with(|path| id_of(path)))
                aria-invalid=text_signal(move || {
                    path.with(|path| form.problem(path).is_some()).to_string()
                })
                aria-describedby=described_by(path)
                on:change=move |event| {
                    told(path, |path| form.edited(path));
                    on_change.run(event_target_value(&event));
                }
            >
                {dynamic(move || {
                    options
                        .get()
                        .into_iter()
                        .map(|(option, word)| {
                            let chosen = option.clone();
                            view! {
                                <option
                                    value=option
                                    prop:selected=bool_signal(move || value.with(|value| *value == chosen))
                                >
                                    {word}
                                </option>
                            }
                        })
                        .collect_view()
                })}
            </select>
        </FieldFrame>
    }
}

/// Yes or no.
#[component]
pub fn CheckField(
    #[prop(into)] path: Path,
    #[prop(into)] label: Signal<String>,
    #[prop(into)] checked: Signal<bool>,
    #[prop(into)] on_change: Callback<bool>,
    #[prop(optional, into)] hint: Option<Signal<String>>,
) -> impl IntoView {
    let form = expect_context::<FormState>();
    view! {
        <div class="field field-check">
            <label>
                <input
                    type="checkbox"
                    id=text_signal(move || path.with(|path| id_of(path)))
                    prop:checked=checked
                    on:change=move |event| {
                        told(path, |path| form.edited(path));
                        on_change.run(event_target_checked(&event));
                    }
                />
                {label}
            </label>
            <p class="field-hint">{hint}</p>
            <p class="field-problem">{dynamic(move || path.with(|path| form.problem(path)))}</p>
        </div>
    }
}
