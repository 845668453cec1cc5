//! The handle of the rows editor: its settings, focus, and adding rows.

use crate::forms::common::field_id::selector;
use crate::forms::model::draft::RowDraft;
use crate::forms::model::rules::row_path;
use crate::forms::rows::RowList;
use crate::forms::rows::row::RowState;
use crate::platform::dom;
use leptos::prelude::*;
use std::sync::Arc;

/// What a row shows beside its fields, such as a Build button.
pub type Beside = Arc<dyn Fn(RowState) -> AnyView + Send + Sync>;

/// How the rows are edited.
#[derive(Clone)]
pub struct RowsEditor {
    pub rows: RowList,
    /// What stands before `tag_configs` in the API's paths.
    pub prefix: &'static str,
    /// Namespace and name of the image repository.
    pub image: Signal<(String, String)>,
    /// Whether several rows can be selected and edited at once.
    pub selects: bool,
    pub beside: Option<Beside>,
}

/// The column that gets the focus in a new row.
pub const FIRST_FIELD: &str = "code_repo_type_value";

impl RowsEditor {
    /// Puts the focus on a field of a row that is there, so that the next key is that row's already.
    pub fn focus_now(&self, index: usize, field: &str) {
        dom::focus(&selector(&row_path(self.prefix, index, field)));
    }

    /// Puts the focus on a field of the row at this place, which may only be drawn in the next frame.
    pub fn focus(&self, index: usize, field: &str) {
        let path = row_path(self.prefix, index, field);
        request_animation_frame(move || {
            dom::focus(&selector(&path));
        });
    }

    /// Adds an empty row at this place.
    pub fn add(&self, index: usize) {
        self.rows.insert(index, RowDraft::blank());
        self.focus(index, FIRST_FIELD);
    }
}
