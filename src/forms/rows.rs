//! The tag configs of a form as rows that are edited: which branch or tag is built into which image tag.

pub(crate) mod bulk_edit;
pub mod editor;
pub(crate) mod push_preview;
pub mod row;
pub(crate) mod row_cells;
pub(crate) mod row_keys;
pub(crate) mod row_view;
pub mod table;

use crate::api::TagConfig;
use crate::forms::common::form_state::FormState;
use crate::forms::common::source_looks::LookedRows;
use crate::forms::model::bulk_edit::BulkEdit;
use crate::forms::model::draft::RowDraft;
use crate::forms::model::fields::SOURCE_VALUE;
use crate::forms::model::rules::{RowValidation, check_row, repeated};
use crate::forms::rows::row::RowState;
use crate::reactive::effect;
use crate::t_string;
use leptos::prelude::*;
use std::collections::HashSet;

/// A row and its key, which does not change when the row moves.
type RowEntry = (u64, RowState);

/// A list of rows that can be edited. Copies share one state.
#[derive(Clone, Copy)]
pub struct RowList {
    list: RwSignal<Vec<RowEntry>>,
    /// Counts the edits of all rows, so that what depends on all of them needs one signal only.
    edits: RwSignal<u64>,
    next_key: StoredValue<u64>,
    /// Owns the rows' signals, so that rows that are added later live as long as the form.
    owner: StoredValue<Owner>,
    selected: RwSignal<HashSet<u64>>,
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
        // Not a memo: all fields of all rows would depend on it, and each of them would be checked at
        // every edit.
        effect(move || {
            rows.track();
            let repeated = rows.repeated_tags();
            for (_, row) in rows.list.get_untracked() {
                let is_in = |row: &RowDraft| repeated.contains(row.image_tag());
                row.set_has_repeated_tag(row.try_with_untracked(is_in).unwrap_or_default());
            }
        });
        rows
    }

    /// The image tags that more than one row has, untracked.
    fn repeated_tags(self) -> HashSet<String> {
        let tag = |(_, row): &RowEntry| row.try_with_untracked(|row| row.image_tag().to_owned());
        self.list
            .with_untracked(|list| repeated(list.iter().filter_map(tag)))
    }

    /// Replaces all rows.
    pub fn set(self, drafts: Vec<RowDraft>) {
        let list = drafts
            .into_iter()
            .map(|draft| self.new_entry(draft))
            .collect();
        self.list.set(list);
        self.selected.update(HashSet::clear);
    }

    /// Tracks the edits of all rows.
    pub fn track(self) {
        self.edits.track();
        self.list.track();
    }

    /// The current drafts.
    pub fn drafts_now(self) -> Vec<RowDraft> {
        let draft = |(_, row): &RowEntry| row.get_untracked();
        self.list
            .with_untracked(|list| list.iter().map(draft).collect())
    }

    /// Returns true if the API has the build cache of rows: it was in its answer.
    pub(crate) fn hold_build_cache(self) -> bool {
        let mut drafts = self.drafts_now().into_iter();
        drafts.any(|draft| {
            let origin = draft.origin.as_deref();
            origin.is_some_and(|origin| origin.build_cache_enabled.is_some())
        })
    }

    /// The drafts, tracked.
    pub fn drafts(self) -> Vec<RowDraft> {
        self.track();
        self.drafts_now()
    }

    /// The values of the first row, tracked.
    pub(crate) fn first(self) -> Option<TagConfig> {
        self.track();
        let first = self.list.with_untracked(|list| list.first().copied());
        first.map(|(_, row)| row.get_untracked().values)
    }

    /// Returns true if the rows hold exactly these drafts, tracked.
    pub fn hold(self, drafts: &[RowDraft]) -> bool {
        self.track();
        let same = |((_, row), draft): (&RowEntry, &RowDraft)| {
            row.try_with_untracked(|row| row == draft) == Some(true)
        };
        self.list
            .with_untracked(|list| list.len() == drafts.len() && list.iter().zip(drafts).all(same))
    }

    /// Checks the rows, tracked.
    pub fn verdicts(self) -> Vec<RowValidation> {
        self.track();
        let repeated = self.repeated_tags();
        let check = |(_, row): &RowEntry| {
            row.try_with_untracked(|row| match repeated.contains(row.image_tag()) {
                true => check_row(row).with_same_tag(),
                false => check_row(row),
            })
        };
        self.list
            .with_untracked(|list| list.iter().filter_map(check).collect())
    }

    /// The rows' keys, in order, tracked.
    pub fn keys(self) -> Vec<u64> {
        self.list
            .with(|list| list.iter().map(|(key, _)| *key).collect())
    }

    /// The number of rows, tracked.
    pub fn count(self) -> usize {
        self.list.with(Vec::len)
    }

    /// The number of rows, untracked.
    pub fn count_untracked(self) -> usize {
        self.list.with_untracked(Vec::len)
    }

    /// Returns true if there is no row, tracked.
    pub fn is_empty(self) -> bool {
        self.count() == 0
    }

    /// The row with this key.
    pub fn row(self, key: u64) -> Option<RowState> {
        self.list.with_untracked(|list| {
            let entry = list.iter().find(|(own, _)| *own == key);
            entry.map(|(_, row)| *row)
        })
    }

    /// The index of the row with this key, tracked.
    pub fn position(self, key: u64) -> usize {
        self.list
            .with(|list| list.iter().position(|(own, _)| *own == key))
            .unwrap_or(0)
    }

    fn new_entry(self, draft: RowDraft) -> RowEntry {
        let key = self.next_key.get_value();
        self.next_key.set_value(key + 1);
        let row = self
            .owner
            .with_value(|owner| owner.with(|| RowState::new(draft, self.edits)));
        (key, row)
    }

    /// Inserts a row at this index, or at the end.
    pub fn insert(self, index: usize, draft: RowDraft) {
        let row = self.new_entry(draft);
        self.list
            .update(|list| list.insert(index.min(list.len()), row));
    }

    /// Inserts a copy below this row and returns its index. Its image tag is left for the user to fill in.
    pub fn duplicate(self, key: u64) -> Option<usize> {
        let row = self.row(key)?;
        let index = untrack(move || self.position(key)) + 1;
        let mut copy = RowDraft {
            origin: None,
            ..row.get_untracked()
        };
        copy.values.docker_repo_tag.clear();
        self.insert(index, copy);
        Some(index)
    }

    /// Edits the first row, if there is one and the edit changes it.
    pub(crate) fn edit_first(self, edit: impl FnOnce(&mut RowDraft)) {
        let first = self.list.with_untracked(|list| list.first().copied());
        if let Some((_, row)) = first {
            let mut draft = row.get_untracked();
            edit(&mut draft);
            if row.try_with_untracked(|row| *row != draft) == Some(true) {
                row.edit(|row| *row = draft);
            }
        }
    }

    /// Removes rows, and offers to undo that.
    pub fn remove(self, form: FormState, keys: &[u64]) {
        let mut removed: Vec<(usize, RowDraft)> = Vec::new();
        self.list.update(|list| {
            let mut index = 0;
            list.retain(|(key, row)| {
                let is_removed = keys.contains(key);
                if is_removed {
                    removed.push((index, row.get_untracked()));
                }
                index += 1;
                !is_removed
            });
        });
        self.selected
            .update(|selected| selected.retain(|key| !keys.contains(key)));
        form.rows_moved();
        let names: Vec<(usize, String)> = removed
            .iter()
            .map(|(index, row)| (index + 1, row.values.docker_repo_tag.clone()))
            .collect();
        form.offer_undo(
            move || removed_words(&names),
            move || {
                form.rows_moved();
                for (index, draft) in removed.clone() {
                    self.insert(index, draft);
                }
                if let Some((index, _)) = removed.first() {
                    form.focus_row(*index, SOURCE_VALUE);
                }
            },
        );
    }

    /// Edits the selected rows, and offers to undo that.
    pub fn edit_selected(self, form: FormState, edit: BulkEdit) {
        let mut before = Vec::new();
        let selected = self.selected.get_untracked();
        for (key, row) in self.list.get_untracked() {
            if selected.contains(&key) {
                before.push((key, row.get_untracked()));
                row.edit(|row| edit.apply(&mut row.values));
            }
        }
        let count = before.len();
        form.offer_undo(
            move || t_string!(rows.edited, n = count),
            move || {
                for (key, before) in &before {
                    if let Some(row) = self.row(*key) {
                        row.edit(|row| edit.undo(&before.values, &mut row.values));
                    }
                }
            },
        );
    }

    /// The rows as their source is asked about them.
    pub(crate) fn looked_at(self) -> LookedRows {
        let read = move || {
            let rows = self.drafts_now();
            rows.iter().map(RowDraft::to_config).collect()
        };
        LookedRows {
            track: Box::new(move || self.track()),
            read: Box::new(read),
        }
    }

    /// Returns true if the row is selected, tracked.
    pub fn is_selected(self, key: u64) -> bool {
        self.selected.with(|selected| selected.contains(&key))
    }

    /// The number of selected rows, tracked.
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

    /// Selects or unselects a row.
    pub fn select(self, key: u64, on: bool) {
        self.selected.update(|selected| {
            match on {
                true => selected.insert(key),
                false => selected.remove(&key),
            };
        });
    }

    /// Selects all rows or none.
    pub fn select_all(self, on: bool) {
        let keys = match on {
            true => untrack(move || self.keys()),
            false => Vec::new(),
        };
        self.selected.set(keys.into_iter().collect());
    }
}

/// Says which rows were removed, by number and image tag.
fn removed_words(removed: &[(usize, String)]) -> String {
    if let [(number, tag)] = removed
        && tag.trim().is_empty()
    {
        return t_string!(rows.removed_new, n = *number);
    }
    let name = |(number, tag): &(usize, String)| match tag.trim() {
        "" => t_string!(rows.title_new, n = *number),
        tag => tag.to_owned(),
    };
    let names: Vec<String> = removed.iter().map(name).collect();
    t_string!(rows.removed, tag = names.join(t_string!(words.list)))
}
