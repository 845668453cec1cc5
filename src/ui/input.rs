//! Text inputs and choices outside the rows and fields of the big forms: filters, dialogs, the connection.

use crate::reactive::{bool_signal, text_signal};
use crate::ui::field_frame::{FieldFrame, FieldNote};
use leptos::prelude::*;
use std::sync::atomic::{AtomicU32, Ordering};

/// A line of text with its label, hint and problem.
#[derive(Clone, Copy)]
pub(crate) struct Input {
    label: Signal<String>,
    value: RwSignal<String>,
    kind: &'static str,
    autocomplete: &'static str,
    code: bool,
    placeholder: Option<Signal<String>>,
    hint: Option<Signal<String>>,
    problem: Option<Signal<Option<String>>>,
}

impl Input {
    /// An input for this text.
    pub(crate) fn new(label: Signal<String>, value: RwSignal<String>) -> Self {
        Self {
            label,
            value,
            kind: "text",
            autocomplete: "off",
            code: true,
            placeholder: None,
            hint: None,
            problem: None,
        }
    }

    /// Hides what is typed.
    pub(crate) fn password(mut self, autocomplete: &'static str) -> Self {
        self.kind = "password";
        self.autocomplete = autocomplete;
        self
    }

    /// Uses the font for prose: the text is the user's own and not a name of the API.
    pub(crate) fn prose(mut self, autocomplete: &'static str) -> Self {
        self.code = false;
        self.autocomplete = autocomplete;
        self
    }

    /// The text that is shown while the input is empty.
    pub(crate) fn placeholder(mut self, placeholder: Signal<String>) -> Self {
        self.placeholder = Some(placeholder);
        self
    }

    /// Explains what the input is for.
    pub(crate) fn hint(mut self, hint: Signal<String>) -> Self {
        self.hint = Some(hint);
        self
    }

    /// Says what is wrong with the value; `None` if nothing is.
    pub(crate) fn problem(
        mut self,
        problem: impl Fn() -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        self.problem = Some(Signal::derive(problem));
        self
    }

    /// The view of the input.
    pub(crate) fn view(self) -> AnyView {
        self.on_change(|| ())
    }

    /// The view of the input, which calls `change` when the user has finished an edit.
    pub(crate) fn on_change(self, change: impl Fn() + 'static) -> AnyView {
        self.build(Box::new(change))
    }

    fn build(self, change: Box<dyn Fn()>) -> AnyView {
        static NEXT_ID: AtomicU32 = AtomicU32::new(0);
        let id = format!("input-{}", NEXT_ID.fetch_add(1, Ordering::Relaxed));
        let (value, problem) = (self.value, self.problem);
        let problem = move || problem.and_then(|problem| problem.get());
        let frame = FieldFrame {
            id: Signal::stored(id),
            label: self.label,
            is_invalid: bool_signal(move || problem().is_some()),
            described_by: &[FieldNote::Hint, FieldNote::Problem],
        };
        let input = view! {
            <input
                type=self.kind
                id=frame.id
                class:code=self.code
                autocomplete=self.autocomplete
                autocapitalize="off"
                spellcheck="false"
                placeholder=self.placeholder
                prop:value=value
                aria-invalid=frame.aria_invalid()
                aria-describedby=frame.described_by()
                on:input=move |event| value.set(event_target_value(&event))
                on:change=move |_| change()
            />
        };
        let notes = vec![
            frame.note(FieldNote::Hint, self.hint.unwrap_or_default()),
            frame.note(
                FieldNote::Problem,
                text_signal(move || problem().unwrap_or_default()),
            ),
        ];
        frame.view(input.into_any(), notes)
    }
}

/// A choice with its label. `options` are values and their words; `choose` is called with a new value.
pub(crate) fn select(
    label: Signal<String>,
    options: Vec<(String, Signal<String>)>,
    chosen: impl Fn() -> String + Send + Sync + 'static,
    choose: impl Fn(String) + 'static,
) -> AnyView {
    select_boxed(label, options, Signal::derive(chosen), Box::new(choose))
}

fn select_boxed(
    label: Signal<String>,
    options: Vec<(String, Signal<String>)>,
    chosen: Signal<String>,
    choose: Box<dyn Fn(String)>,
) -> AnyView {
    let options: Vec<AnyView> = options
        .into_iter()
        .map(|(value, word)| {
            let own = value.clone();
            view! {
                <option
                    value=value
                    prop:selected=bool_signal(move || chosen.with(|chosen| *chosen == own))
                >
                    {word}
                </option>
            }
            .into_any()
        })
        .collect();
    view! {
        <label class="field">
            <span class="field-label">{label}</span>
            <select on:change=move |event| choose(event_target_value(&event))>{options}</select>
        </label>
    }
    .into_any()
}
