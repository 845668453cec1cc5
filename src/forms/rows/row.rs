//! The state of one row.

use crate::api::grammar::RuleViolation;
use crate::forms::model::draft::RowDraft;
use crate::forms::model::rules::{RowValidation, check_row};
use crate::reactive::memo;
use leptos::prelude::*;

/// A row that can be edited. Copies share one state.
#[derive(Clone, Copy)]
pub struct RowState {
    draft: RwSignal<RowDraft>,
    /// Counts the edits of all rows.
    edits: RwSignal<u64>,
    has_repeated_tag: RwSignal<bool>,
    /// Of this row alone, so that typing in one row causes no work in others.
    validation: Memo<RowValidation>,
    /// The API's names of the fields that the user has left.
    touched: RwSignal<Vec<&'static str>>,
}

impl RowState {
    /// A row of a list whose edits `edits` counts.
    pub fn new(draft: RowDraft, edits: RwSignal<u64>) -> Self {
        let draft = RwSignal::new(draft);
        let has_repeated_tag = RwSignal::new(false);
        let validation = move || match (draft.with(check_row), has_repeated_tag.get()) {
            (validation, true) => validation.with_same_tag(),
            (validation, false) => validation,
        };
        Self {
            draft,
            edits,
            has_repeated_tag,
            validation: memo(validation),
            touched: RwSignal::new(Vec::new()),
        }
    }

    /// Sets if another row has the same image tag.
    pub fn set_has_repeated_tag(self, is: bool) {
        if self.has_repeated_tag.try_get_untracked() == Some(!is) {
            self.has_repeated_tag.set(is);
        }
    }

    /// Reads the draft, tracked.
    pub fn with<T>(self, read: impl FnOnce(&RowDraft) -> T) -> T {
        self.draft.with(read)
    }

    /// The current draft.
    pub fn get_untracked(self) -> RowDraft {
        self.draft.get_untracked()
    }

    /// Reads the current draft; `None` if its form is gone.
    pub fn try_with_untracked<T>(self, read: impl FnOnce(&RowDraft) -> T) -> Option<T> {
        self.draft.try_with_untracked(read)
    }

    /// Edits the draft.
    pub fn edit(self, edit: impl FnOnce(&mut RowDraft)) {
        self.draft.update(edit);
        self.edits.update(|edits| *edits += 1);
    }

    /// The problem or the warning of a field, tracked.
    pub fn violation(self, field: &str) -> Option<RuleViolation> {
        self.validation.with(|validation| validation.of(field))
    }

    /// Records that the user has left a field.
    pub fn mark_touched(self, field: &'static str) {
        let is_new = |touched: &Vec<_>| !touched.contains(&field);
        if self.touched.try_with_untracked(is_new) == Some(true) {
            self.touched.update(|touched| touched.push(field));
        }
    }

    /// Returns true if the user has left the field at least once, tracked.
    pub fn is_touched(self, field: &'static str) -> bool {
        self.touched.with(|touched| touched.contains(&field))
    }
}
