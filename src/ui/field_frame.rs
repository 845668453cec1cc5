//! The frame of a form field: label, hint, problem and warning, connected to the input by their ids.

use crate::reactive::text_signal;
use leptos::prelude::*;

/// A line of text below an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FieldNote {
    /// Explains what the field is for.
    Hint,
    /// Says what is wrong with the value.
    Problem,
    /// Says what may be wrong with the value.
    Warning,
}

impl FieldNote {
    /// The end of the note's element id, after the input's id.
    fn id_suffix(self) -> &'static str {
        match self {
            Self::Hint => "-hint",
            Self::Problem => "-problem",
            Self::Warning => "-warning",
        }
    }

    /// The note's class.
    pub(crate) fn class(self) -> &'static str {
        match self {
            Self::Hint => "field-hint",
            Self::Problem => "field-problem",
            Self::Warning => "field-warning",
        }
    }
}

/// The frame of one input. The input takes `id`, `aria_invalid()` and `described_by()` as attributes.
#[derive(Clone, Copy)]
pub(crate) struct FieldFrame {
    /// The input's element id.
    pub(crate) id: Signal<String>,
    pub(crate) label: Signal<String>,
    /// True while the value is wrong and the user should know.
    pub(crate) is_invalid: Signal<bool>,
    /// The notes that screen readers read out with the input, in this order.
    pub(crate) described_by: &'static [FieldNote],
}

impl FieldFrame {
    /// The input's `aria-invalid`.
    pub(crate) fn aria_invalid(self) -> Signal<String> {
        text_signal(move || self.is_invalid.get().to_string())
    }

    /// The input's `aria-describedby`.
    pub(crate) fn described_by(self) -> Signal<String> {
        text_signal(move || {
            let ids: Vec<String> = self
                .described_by
                .iter()
                .map(|note| self.note_id(*note))
                .collect();
            ids.join(" ")
        })
    }

    fn note_id(self, note: FieldNote) -> String {
        self.id.with(|id| format!("{id}{}", note.id_suffix()))
    }

    /// The input's label.
    pub(crate) fn label(self, class: &'static str) -> AnyView {
        view! {
            <label class=class for=self.id>
                {self.label}
            </label>
        }
        .into_any()
    }

    /// The element of a note.
    pub(crate) fn note(self, note: FieldNote, text: Signal<String>) -> AnyView {
        self.note_with_class(note, Signal::stored(note.class().to_owned()), text)
    }

    /// The element of a note whose class changes with what it says.
    pub(crate) fn note_with_class(
        self,
        note: FieldNote,
        class: Signal<String>,
        text: Signal<String>,
    ) -> AnyView {
        view! {
            <p class=class id=text_signal(move || self.note_id(note))>
                {text}
            </p>
        }
        .into_any()
    }

    /// The whole field: label, input and notes.
    pub(crate) fn view(self, input: AnyView, notes: Vec<AnyView>) -> AnyView {
        view! { <div class="field">{self.label("field-label")} {input} {notes}</div> }.into_any()
    }
}
