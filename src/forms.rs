//! The create form and the tag config editor: draft (what the user typed), rules (what is wrong
//! with it), view. What needs no browser compiles without one.

pub mod build_button;
pub mod bulk_view;
pub mod config_calls;
pub mod config_editor;
pub mod config_exchange;
pub mod config_form;
pub mod conflict_view;
pub mod create_form;
pub mod document;
pub mod frame;
pub mod import_view;
pub mod model;
pub mod preview_view;
pub mod review_view;
pub mod row;
pub mod row_keys;
pub mod row_view;
pub mod rows;
pub mod rows_view;
pub mod sending;
pub mod state;
pub mod words;

#[cfg(test)]
pub(crate) mod tests {
    use super::model::draft::RowDraft;
    use crate::api::Held;
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
