//! The create form and the tag config editor: draft (what the user typed), rules (what is wrong
//! with it), view. What needs no browser compiles without one.

pub mod common;
pub mod config;
pub mod create;
pub mod model;
pub mod request_preview;
pub mod rows;

#[cfg(test)]
pub(crate) mod tests {
    use super::model::draft::RowDraft;
    use crate::api::SavedConfig;
    use crate::api::TagConfig;

    /// A row as the API holds it.
    pub fn held_row(id: i64, tag: &str) -> TagConfig {
        TagConfig {
            id: Some(id),
            docker_build_config_id: Some(1),
            docker_repo_tag: tag.to_owned(),
            ..RowDraft::default().to_config()
        }
    }

    /// A config as the API holds it.
    pub fn held(rows: &[(i64, &str)]) -> SavedConfig {
        SavedConfig {
            build_node: Some("in".to_owned()),
            rows: rows.iter().map(|(id, tag)| held_row(*id, tag)).collect(),
        }
    }
}
