//! One edit of several rows, and how it is undone.

use crate::api::TagConfig;
use crate::forms::model::fields::{TAG_CONFIG_FIELDS, TagConfigField};

/// The fields that several rows can be given at once, choices before texts.
pub fn bulk_fields() -> Vec<&'static TagConfigField> {
    let mut fields: Vec<&TagConfigField> = TAG_CONFIG_FIELDS
        .iter()
        .filter(|field| field.is_bulk_editable)
        .collect();
    fields.sort_by_key(|field| field.is_typed());
    fields
}

/// The values that an edit sets. Fields that it does not name stay as they are in each row.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BulkEdit(pub Vec<(&'static TagConfigField, String)>);

impl BulkEdit {
    /// Edits a row.
    pub fn apply(&self, row: &mut TagConfig) {
        for (field, value) in &self.0 {
            (field.set)(row, value);
        }
    }

    /// Undoes the edit in a row that was `before` then. Fields that were edited again keep their value.
    pub fn undo(&self, before: &TagConfig, row: &mut TagConfig) {
        for (field, value) in &self.0 {
            if (field.get)(row) == value.as_str() {
                (field.set)(row, &(field.get)(before));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forms::model::draft::RowDraft;
    use crate::forms::model::fields::{field_named, yes_no_text};

    #[test]
    fn undo_keeps_what_was_typed_after_the_edit() {
        let edit = BulkEdit(
            [
                ("dockerfile_location", "/docker"),
                ("is_active", yes_no_text(true)),
            ]
            .map(|(name, value)| (field_named(name).expect("a field"), value.to_owned()))
            .to_vec(),
        );
        let before = RowDraft::default().values;
        let mut row = before.clone();
        edit.apply(&mut row);
        assert!(row.is_active);
        assert_eq!(row.dockerfile_location, "/docker");
        row.dockerfile_location = "/other".to_owned();
        edit.undo(&before, &mut row);
        assert!(!row.is_active);
        assert_eq!(row.dockerfile_location, "/other");
    }

    #[test]
    fn a_row_keeps_its_source_and_its_image_tag() {
        let names: Vec<&str> = bulk_fields().iter().map(|field| field.wire_name).collect();
        assert_eq!(
            names,
            [
                "is_active",
                "build_cache_enabled",
                "version_tagging",
                "dockerfile_location",
                "build_context_path"
            ]
        );
    }
}
