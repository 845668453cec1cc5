//! The create form and the tag config editor. `model` holds drafts and rules and needs no browser; `rows`
//! and `common` are what both forms are made of.

pub mod common;
pub(crate) mod config;
pub(crate) mod create;
pub mod model;
pub(crate) mod request_preview;
pub mod rows;

#[cfg(test)]
pub(crate) mod tests {
    use super::model::draft::RowDraft;
    use crate::api::SavedConfig;
    use crate::api::TagConfig;

    /// Returns a row as the API holds it.
    pub(crate) fn held_row(id: i64, tag: &str) -> TagConfig {
        TagConfig {
            id: Some(id),
            docker_build_config_id: Some(1),
            docker_repo_tag: tag.to_owned(),
            ..RowDraft::default().to_config()
        }
    }

    /// Returns a config as the API holds it.
    pub(crate) fn held(rows: &[(i64, &str)]) -> SavedConfig {
        SavedConfig {
            build_node: Some("in".to_owned()),
            rows: rows.iter().map(|(id, tag)| held_row(*id, tag)).collect(),
        }
    }
}
