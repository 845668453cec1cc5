//! A line of text outside the two big forms: a filter, a dialog's question, the connection.

use leptos::prelude::*;
use std::sync::atomic::{AtomicU32, Ordering};

/// A labelled input and what stands below it.
#[derive(Clone, Copy)]
pub struct Input {
    label: Signal<String>,
    value: RwSignal<String>,
    kind: &'static str,
    autocomplete: &'static str,
    code: bool,
    placeholder: Option<Signal<String>>,
    hint: Option<Signal<String>>,
    problem: Option<Signal<Option<String>>>,
    id: &'static str,
}

impl Input {
    /// An input for this text.
    pub fn new(label: Signal<String>, value: RwSignal<String>) -> Self {
        Self {
            label,
            value,
            kind: "text",
            autocomplete: "off",
            code: true,
            placeholder: None,
            hint: None,
            problem: None,
            id: "",
        }
    }

    /// Hides what is typed.
    pub fn password(mut self, autocomplete: &'static str) -> Self {
        self.kind = "password";
        self.autocomplete = autocomplete;
        self
    }

    /// A text of the user's own rather than of the API's: set in the usual face.
    pub fn prose(mut self, autocomplete: &'static str) -> Self {
        self.code = false;
        self.autocomplete = autocomplete;
        self
    }

    /// Gives it an id, for the focus to be put there.
    pub fn id(mut self, id: &'static str) -> Self {
        self.id = id;
        self
    }

    /// What stands when nothing is typed.
    pub fn placeholder(mut self, placeholder: Signal<String>) -> Self {
        self.placeholder = Some(placeholder);
        self
    }

    /// What it is for.
    pub fn hint(mut self, hint: Signal<String>) -> Self {
        self.hint = Some(hint);
        self
    }

    /// What is wrong with what is typed; `None` when nothing is.
    pub fn problem(mut self, problem: impl Fn() -> Option<String> + Send + Sync + 'static) -> Self {
        self.problem = Some(Signal::derive(problem));
        self
    }

    /// The input alone.
    pub fn view(self) -> AnyView {
        self.on_change(|| ())
    }

    /// The input, which does this when the user is done with it.
    pub fn on_change(self, change: impl Fn() + 'static) -> AnyView {
        self.build(Box::new(change))
    }

    fn build(self, change: Box<dyn Fn()>) -> AnyView {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let id = match self.id {
            "" => format!("input-{}", NEXT.fetch_add(1, Ordering::Relaxed)),
            id => id.to_owned(),
        };
        let (value, problem) = (self.value, self.problem);
        let wrong = move || problem.and_then(|problem| problem.get());
        view! {
            <div class="field">
                <label class="field-label" for=id.clone()>
                    {self.label}
                </label>
                <input
                    type=self.kind
                    id=id.clone()
                    class:code=self.code
                    autocomplete=self.autocomplete
                    autocapitalize="off"
                    spellcheck="false"
                    placeholder=self.placeholder
                    prop:value=value
                    aria-invalid=move || wrong().is_some().to_string()
                    aria-describedby=format!("{id}-hint {id}-problem")
                    on:input=move |event| value.set(event_target_value(&event))
                    on:change=move |_| change()
                />
                <p class="field-hint" id=format!("{id}-hint")>
                    {self.hint}
                </p>
                <p class="field-problem" id=format!("{id}-problem")>
                    {wrong}
                </p>
            </div>
        }
        .into_any()
    }
}

/// A labelled choice: values and their words, which one is chosen, and what to do with another.
pub fn select(
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
                <option value=value prop:selected=move || chosen.with(|chosen| *chosen == own)>
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
