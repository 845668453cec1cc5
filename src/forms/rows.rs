//! The rows of a form, as they are edited: which branch or tag becomes which image tag.

pub mod bulk_edit;
pub mod editor;
pub mod row;
pub mod row_keys;
pub mod row_view;
pub mod table;

use crate::forms::common::form_state::FormState;
use crate::forms::model::draft::RowDraft;
use crate::forms::model::rules::{RowValidation, check_row, repeated, with_same_tag};
use crate::forms::rows::row::RowState;
use crate::reactive::effect;
use crate::t_string;
use leptos::prelude::*;
use std::collections::HashSet;

/// A row, by a key that stays its own wherever it stands.
type RowEntry = (u64, RowState);

/// A list of row drafts that can be edited. Copies are the same thing.
#[derive(Clone, Copy)]
pub struct RowList {
    list: RwSignal<Vec<RowEntry>>,
    /// Counts the edits of all rows: what depends on all of them depends on this one signal.
    edits: RwSignal<u64>,
    next_key: StoredValue<u64>,
    /// Rows that are added later live as long as the form.
    owner: StoredValue<Owner>,
    selected: RwSignal<HashSet<u64>>,
}

/// What an edit of several rows sets; `None` leaves it as it is in each.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Edit {
    pub is_active: Option<bool>,
    pub version_tagging: Option<crate::api::VersionTagging>,
    pub dockerfile_location: Option<String>,
    pub build_context_path: Option<String>,
}

impl Edit {
    fn apply(&self, row: &mut RowDraft) {
        row.is_active = self.is_active.unwrap_or(row.is_active);
        row.version_tagging = self.version_tagging.unwrap_or(row.version_tagging);
        if let Some(path) = &self.dockerfile_location {
            row.dockerfile_location.clone_from(path);
        }
        if let Some(path) = &self.build_context_path {
            row.build_context_path.clone_from(path);
        }
    }

    /// Takes the edit back where it still stands.
    fn take_back(&self, before: &RowDraft, row: &mut RowDraft) {
        if self.is_active == Some(row.is_active) {
            row.is_active = before.is_active;
        }
        if self.version_tagging == Some(row.version_tagging) {
            row.version_tagging = before.version_tagging;
        }
        if self.dockerfile_location.as_ref() == Some(&row.dockerfile_location) {
            row.dockerfile_location
                .clone_from(&before.dockerfile_location);
        }
        if self.build_context_path.as_ref() == Some(&row.build_context_path) {
            row.build_context_path
                .clone_from(&before.build_context_path);
        }
    }
}

impl RowList {
    /// A list with these rows.
    pub fn new(drafts: Vec<RowDraft>) -> Self {
        let list = RwSignal::new(Vec::<RowEntry>::new());
        let edits = RwSignal::new(0);
        let rows = Self {
            list,
            edits,
            next_key: StoredValue::new(0),
            owner: StoredValue::new(Owner::current().unwrap_or_default()),
            selected: RwSignal::new(HashSet::new()),
        };
        rows.set(drafts);
        // Not a memo: whatever depends on one is looked through whenever it might have changed, and on
        // this all fields of all rows would depend.
        effect(move || {
            rows.track();
            let repeated = rows.repeated_now();
            for (_, row) in rows.list.get_untracked() {
                let is_in = |row: &RowDraft| repeated.contains(row.image_tag.trim());
                row.set_twice(row.try_with_untracked(is_in).unwrap_or_default());
            }
        });
        rows
    }

    /// The image tags that more than one row has now.
    fn repeated_now(self) -> HashSet<String> {
        let tag =
            |(_, row): &RowEntry| row.try_with_untracked(|row| row.image_tag.trim().to_owned());
        self.list
            .with_untracked(|list| repeated(list.iter().filter_map(tag)))
    }

    /// Replaces all rows.
    pub fn set(self, drafts: Vec<RowDraft>) {
        let list = drafts.into_iter().map(|draft| self.make(draft)).collect();
        self.list.set(list);
        self.selected.update(HashSet::clear);
    }

    /// Follows every edit of any row.
    pub fn track(self) {
        self.edits.track();
        self.list.track();
    }

    /// What the rows hold now.
    pub fn drafts_now(self) -> Vec<RowDraft> {
        let draft = |(_, row): &RowEntry| row.get_untracked();
        self.list
            .with_untracked(|list| list.iter().map(draft).collect())
    }

    /// What the rows hold, tracked.
    pub fn drafts(self) -> Vec<RowDraft> {
        self.track();
        self.drafts_now()
    }

    /// Whether the rows hold just this, tracked.
    pub fn hold(self, drafts: &[RowDraft]) -> bool {
        self.track();
        let same = |((_, row), draft): (&RowEntry, &RowDraft)| {
            row.try_with_untracked(|row| row == draft) == Some(true)
        };
        self.list
            .with_untracked(|list| list.len() == drafts.len() && list.iter().zip(drafts).all(same))
    }

    /// What is wrong with each row, tracked.
    pub fn verdicts(self) -> Vec<RowValidation> {
        self.track();
        let repeated = self.repeated_now();
        let verdict = |(_, row): &RowEntry| {
            row.try_with_untracked(|row| match repeated.contains(row.image_tag.trim()) {
                true => with_same_tag(check_row(row)),
                false => check_row(row),
            })
        };
        self.list
            .with_untracked(|list| list.iter().filter_map(verdict).collect())
    }

    /// The rows' keys, in order, tracked.
    pub fn keys(self) -> Vec<u64> {
        self.list
            .with(|list| list.iter().map(|(key, _)| *key).collect())
    }

    /// How many rows there are, tracked.
    pub fn count(self) -> usize {
        self.list.with(Vec::len)
    }

    /// How many rows there are now.
    pub fn list_len(self) -> usize {
        self.list.with_untracked(Vec::len)
    }

    /// Whether there is no row, tracked.
    pub fn is_empty(self) -> bool {
        self.count() == 0
    }

    /// The row with this key.
    pub fn row(self, key: u64) -> Option<RowState> {
        self.list.with_untracked(|list| {
            let found = list.iter().find(|(other, _)| *other == key);
            found.map(|(_, row)| *row)
        })
    }

    /// Where the row with this key stands, from 0, tracked.
    pub fn position(self, key: u64) -> usize {
        self.list
            .with(|list| list.iter().position(|(other, _)| *other == key))
            .unwrap_or(0)
    }

    fn make(self, draft: RowDraft) -> RowEntry {
        let key = self.next_key.get_value();
        self.next_key.set_value(key + 1);
        let row = self
            .owner
            .with_value(|owner| owner.with(|| RowState::new(draft, self.edits)));
        (key, row)
    }

    /// Puts a row at this place, or at the end.
    pub fn insert(self, index: usize, draft: RowDraft) {
        let row = self.make(draft);
        self.list
            .update(|list| list.insert(index.min(list.len()), row));
    }

    /// Puts a new row like this one below it. The image tag is left for the user to say.
    pub fn duplicate(self, key: u64) -> Option<usize> {
        let row = self.row(key)?;
        let at = untrack(move || self.position(key)) + 1;
        let copy = RowDraft {
            origin: None,
            image_tag: String::new(),
            ..row.get_untracked()
        };
        self.insert(at, copy);
        Some(at)
    }

    /// Removes rows, and offers to bring them back to where they were.
    pub fn remove(self, form: FormState, keys: &[u64]) {
        let mut gone: Vec<(usize, RowDraft)> = Vec::new();
        self.list.update(|list| {
            let mut index = 0;
            list.retain(|(key, row)| {
                let goes = keys.contains(key);
                if goes {
                    gone.push((index, row.get_untracked()));
                }
                index += 1;
                !goes
            });
        });
        self.selected
            .update(|selected| selected.retain(|key| !keys.contains(key)));
        form.rows_moved();
        let tags: Vec<String> = gone.iter().map(|(_, row)| row.image_tag.clone()).collect();
        let tags = tags.join(", ");
        form.offer_undo(
            move || t_string!(rows.removed, tag = tags),
            move || {
                form.rows_moved();
                for (index, draft) in gone.clone() {
                    self.insert(index, draft);
                }
            },
        );
    }

    /// Edits the selected rows alike, and offers to take that back.
    pub fn edit_selected(self, form: FormState, edit: Edit) {
        let mut before = Vec::new();
        let selected = self.selected.get_untracked();
        for (key, row) in self.list.get_untracked() {
            if selected.contains(&key) {
                before.push((key, row.get_untracked()));
                row.edit(|row| edit.apply(row));
            }
        }
        let count = before.len();
        form.offer_undo(
            move || t_string!(rows.edited, n = count),
            move || {
                for (key, before) in &before {
                    if let Some(row) = self.row(*key) {
                        row.edit(|row| edit.take_back(before, row));
                    }
                }
            },
        );
    }

    /// Whether a row is selected, tracked.
    pub fn is_selected(self, key: u64) -> bool {
        self.selected.with(|selected| selected.contains(&key))
    }

    /// How many rows are selected, tracked.
    pub fn selected_count(self) -> usize {
        self.selected.with(HashSet::len)
    }

    /// The keys of the selected rows, in the order of the rows.
    pub fn selected_keys(self) -> Vec<u64> {
        let selected = self.selected.get_untracked();
        let keys = untrack(move || self.keys());
        keys.into_iter()
            .filter(|key| selected.contains(key))
            .collect()
    }

    /// Selects a row, or no longer.
    pub fn select(self, key: u64, on: bool) {
        self.selected.update(|selected| {
            match on {
                true => selected.insert(key),
                false => selected.remove(&key),
            };
        });
    }

    /// Selects all rows, or none.
    pub fn select_all(self, on: bool) {
        let keys = match on {
            true => untrack(move || self.keys()),
            false => Vec::new(),
        };
        self.selected.set(keys.into_iter().collect());
    }
}
