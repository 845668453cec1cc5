//! The create form and the tag config editor: draft (what the user typed), rules (what is wrong
//! with it), view. What needs no browser compiles without one.

pub mod draft;
pub mod import;
pub mod merge;
pub mod paste;
pub mod preview;
pub mod review;
pub mod rules;

#[cfg(feature = "ui")]
pub mod build_button;
#[cfg(feature = "ui")]
pub mod bulk_view;
#[cfg(feature = "ui")]
pub mod config_calls;
#[cfg(feature = "ui")]
pub mod config_editor;
#[cfg(feature = "ui")]
pub mod config_exchange;
#[cfg(feature = "ui")]
pub mod config_form;
#[cfg(feature = "ui")]
pub mod conflict_view;
#[cfg(feature = "ui")]
pub mod create_form;
#[cfg(feature = "ui")]
pub mod document;
#[cfg(feature = "ui")]
pub mod frame;
#[cfg(feature = "ui")]
pub mod import_view;
#[cfg(feature = "ui")]
pub mod preview_view;
#[cfg(feature = "ui")]
pub mod review_view;
#[cfg(feature = "ui")]
pub mod row;
#[cfg(feature = "ui")]
pub mod row_keys;
#[cfg(feature = "ui")]
pub mod row_view;
#[cfg(feature = "ui")]
pub mod rows;
#[cfg(feature = "ui")]
pub mod rows_view;
#[cfg(feature = "ui")]
pub mod sending;
#[cfg(feature = "ui")]
pub mod state;
#[cfg(feature = "ui")]
pub mod words;

#[cfg(test)]
pub(crate) mod tests {
    use super::draft::{Held, RowDraft};
    use crate::api::TagConfig;

    /// A row as the API holds it.
    pub fn held_row(id: i64, tag: &str) -> TagConfig {
        let draft = RowDraft {
            image_tag: tag.to_owned(),
            ..RowDraft::default()
        };
        TagConfig {
            id: Some(id),
            docker_build_config_id: Some(1),
            ..draft.to_config()
        }
    }

    /// A config as the API holds it.
    pub fn held(rows: &[(i64, &str)]) -> Held {
        Held {
            build_node: Some("in".to_owned()),
            rows: rows.iter().map(|(id, tag)| held_row(*id, tag)).collect(),
        }
    }
}
