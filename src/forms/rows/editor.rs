//! The handle of the rows editor: its settings, its focus, and how rows are added.

use crate::forms::common::field_id::selector;
use crate::forms::model::draft::RowDraft;
use crate::forms::model::fields::{FieldColumn, SOURCE_VALUE, columns};
use crate::forms::model::rules::row_path;
use crate::forms::rows::RowList;
use crate::forms::rows::row::RowState;
use crate::platform::dom;
use leptos::prelude::*;
use std::sync::Arc;

/// What a row shows beside its fields.
pub struct RowBeside {
    /// Stands before the row's other buttons.
    pub button: AnyView,
    /// What came of it. Has a line of its own below the row.
    pub result: AnyView,
}

/// Makes what a row shows beside its fields, such as a Build button.
pub type RowExtra = Arc<dyn Fn(RowState) -> RowBeside + Send + Sync>;

/// The settings of a rows editor.
#[derive(Clone)]
pub struct RowsEditor {
    pub rows: RowList,
    /// The part before `tag_configs` in the API's paths.
    pub prefix: &'static str,
    /// Namespace and name of the image repository.
    pub image: Signal<(String, String)>,
    /// True if rows can be selected and edited at once.
    pub selects: bool,
    /// True if the API has the build cache of rows.
    pub has_build_cache: bool,
    pub beside: Option<RowExtra>,
}

impl RowsEditor {
    /// The columns that the API has.
    pub(crate) fn columns(&self) -> impl Iterator<Item = FieldColumn> {
        let has_build_cache = self.has_build_cache;
        columns().filter(move |column| has_build_cache || !column.is_build_cache())
    }

    /// Moves the focus to a field of a row that is drawn, at once, so that the next key reaches that row.
    pub fn focus_now(&self, index: usize, field: &str) {
        dom::focus(&selector(&row_path(self.prefix, index, field)));
    }

    /// Moves the focus to a field of a row that is drawn in the next frame at the latest.
    pub fn focus(&self, index: usize, field: &str) {
        let path = row_path(self.prefix, index, field);
        request_animation_frame(move || {
            dom::focus(&selector(&path));
        });
    }

    /// Adds a blank row at this index and moves the focus to it.
    pub fn add(&self, index: usize) {
        self.rows.insert(index, RowDraft::blank());
        self.focus(index, SOURCE_VALUE);
    }
}
