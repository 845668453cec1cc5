//! One row of a form, as it is edited.

use crate::api::grammar::RuleViolation;
use crate::forms::model::draft::RowDraft;
use crate::forms::model::rules::{RowValidation, check_row, with_same_tag};
use crate::reactive::memo;
use leptos::prelude::*;

/// A row that can be edited. Copies are the same thing.
#[derive(Clone, Copy)]
pub struct RowState {
    draft: RwSignal<RowDraft>,
    /// Counts the edits of all rows.
    edits: RwSignal<u64>,
    is_twice: RwSignal<bool>,
    /// Of this row alone, so that a key in one row is no work for the others.
    verdict: Memo<RowValidation>,
    /// The fields that the user has been in.
    left: RwSignal<Vec<&'static str>>,
}

impl RowState {
    /// A row of a list in which `edits` counts all edits.
    pub fn new(draft: RowDraft, edits: RwSignal<u64>) -> Self {
        let draft = RwSignal::new(draft);
        let is_twice = RwSignal::new(false);
        let verdict = move || match (draft.with(check_row), is_twice.get()) {
            (verdict, true) => with_same_tag(verdict),
            (verdict, false) => verdict,
        };
        Self {
            draft,
            edits,
            is_twice,
            verdict: memo(verdict),
            left: RwSignal::new(Vec::new()),
        }
    }

    /// Another row has the same image tag, or none has any more.
    pub fn set_twice(self, is_twice: bool) {
        if self.is_twice.try_get_untracked() == Some(!is_twice) {
            self.is_twice.set(is_twice);
        }
    }

    /// Reads what the row holds, tracked.
    pub fn with<T>(self, read: impl FnOnce(&RowDraft) -> T) -> T {
        self.draft.with(read)
    }

    /// What the row holds now.
    pub fn get_untracked(self) -> RowDraft {
        self.draft.get_untracked()
    }

    /// Reads what the row holds now; `None` when its form has gone.
    pub fn try_with_untracked<T>(self, read: impl FnOnce(&RowDraft) -> T) -> Option<T> {
        self.draft.try_with_untracked(read)
    }

    /// Edits the row.
    pub fn edit(self, edit: impl FnOnce(&mut RowDraft)) {
        self.draft.update(edit);
        self.edits.update(|edits| *edits += 1);
    }

    /// What is wrong with one of its fields, tracked.
    pub fn kind(self, field: &str) -> Option<RuleViolation> {
        let found = |verdict: &RowValidation| verdict.iter().find(|(name, _)| *name == field)?.1;
        self.verdict.with(found)
    }

    /// The user went out of a field.
    pub fn leave(self, field: &'static str) {
        let is_new = |left: &Vec<_>| !left.contains(&field);
        if self.left.try_with_untracked(is_new) == Some(true) {
            self.left.update(|left| left.push(field));
        }
    }

    /// Whether the user has been in the field, tracked.
    pub fn was_left(self, field: &'static str) -> bool {
        self.left.with(|left| left.contains(&field))
    }
}
