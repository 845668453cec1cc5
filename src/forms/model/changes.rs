//! The changes that saving a build config would make: rows added, removed, and changed field by field.

use crate::api::{CodeSource, CreateRepository, Repository, SavedConfig, TagConfig};
use crate::forms::model::draft::{ConfigDraft, RowDraft};
use crate::forms::model::fields::{FieldColumn, columns};

/// A row that saving would change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    pub before: TagConfig,
    pub after: TagConfig,
    /// The columns in which the two differ. Never empty.
    pub columns: Vec<FieldColumn>,
}

/// Everything that saving would change.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Review {
    pub added: Vec<TagConfig>,
    pub removed: Vec<TagConfig>,
    pub changed: Vec<Changed>,
    /// The build node before (`None` if the API named none) and after.
    pub build_node: Option<(Option<String>, String)>,
}

impl Review {
    /// Returns true if saving would change nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Returns true if two rows are versions of one row of the API: by id, or by image tag if one has no id.
pub fn is_same_row(row: &TagConfig, other: &TagConfig) -> bool {
    match (row.id, other.id) {
        (Some(id), Some(other)) => id == other,
        _ => row.docker_repo_tag == other.docker_repo_tag,
    }
}

/// The columns in which two rows differ.
pub fn differing(before: &TagConfig, after: &TagConfig) -> Vec<FieldColumn> {
    columns()
        .filter(|column| column.differs(before, after))
        .collect()
}

/// Compares what the API holds with the draft.
pub fn review(saved: &SavedConfig, draft: &ConfigDraft) -> Review {
    let mut review = Review::default();
    let mut removed: Vec<&TagConfig> = saved.rows.iter().collect();
    for row in &draft.rows {
        let after = row.to_config();
        let Some(before) = row.origin.as_deref() else {
            review.added.push(after);
            continue;
        };
        if let Some(position) = removed.iter().position(|row| is_same_row(row, before)) {
            removed.remove(position);
        }
        let columns = differing(before, &after);
        if !columns.is_empty() {
            review.changed.push(Changed {
                before: before.clone(),
                after,
                columns,
            });
        }
    }
    review.removed = removed.into_iter().cloned().collect();
    let node = draft.build_node.trim();
    if saved.build_node.as_deref() != Some(node) {
        review.build_node = Some((saved.build_node.clone(), node.to_owned()));
    }
    review
}

/// Returns true if the API holds the rows and the build node that were sent. Ids are not compared: new
/// rows got theirs from the API.
pub fn is_as_sent(saved: &SavedConfig, sent: &ConfigDraft) -> bool {
    let sent_rows: Vec<TagConfig> = sent.rows.iter().map(RowDraft::to_config).collect();
    saved.rows.len() == sent_rows.len()
        && saved.build_node.as_deref() == Some(sent.build_node.trim())
        && sent_rows.iter().all(|row| has_values_of(&saved.rows, row))
}

/// Returns true if one of the rows has the values of this row.
fn has_values_of(rows: &[TagConfig], row: &TagConfig) -> bool {
    rows.iter()
        .any(|candidate| differing(candidate, row).is_empty())
}

/// Returns true if the repository is the one that this request creates.
pub fn is_created(repository: &Repository, request: &CreateRepository) -> bool {
    let Some(config) = &repository.build_config else {
        return false;
    };
    let sent = &request.build_config;
    let same_source = match &sent.source {
        CodeSource::Hosted {
            namespace, name, ..
        } => config.code_repo_path.is(&format!("{namespace}/{name}")),
        // The reference shows no answer for such a source, so the URL may be missing.
        CodeSource::Simple { clone_url } => match &config.code_repo_clone_url {
            Some(url) => url.is(clone_url),
            None => true,
        },
    };
    repository.repo_name == request.repo_name
        && config.code_repo_client == sent.source.client()
        && same_source
        && config.tag_configs.len() == sent.tag_configs.len()
        && sent
            .tag_configs
            .iter()
            .all(|row| has_values_of(&config.tag_configs, row))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forms::tests::held_row;

    #[test]
    fn rows_are_added_removed_and_changed_field_by_field() {
        let saved = SavedConfig {
            build_node: Some("in".to_owned()),
            rows: vec![
                held_row(1, "keep"),
                held_row(2, "edit"),
                held_row(3, "gone"),
            ],
        };
        let mut draft = ConfigDraft::from(&saved);
        assert!(review(&saved, &draft).is_empty());
        draft.rows.remove(2);
        draft.rows[1].values.docker_repo_tag = "edited".to_owned();
        draft.rows[1].values.is_active = true;
        draft.rows.push(RowDraft::default());
        draft.build_node = "cn".to_owned();
        let review = review(&saved, &draft);
        assert_eq!(review.added, [RowDraft::default().to_config()]);
        assert_eq!(review.removed, [held_row(3, "gone")]);
        assert_eq!(review.changed.len(), 1);
        let names: Vec<&str> = review.changed[0]
            .columns
            .iter()
            .flat_map(|column| column.fields())
            .map(|field| field.wire_name)
            .collect();
        assert_eq!(names, ["docker_repo_tag", "is_active"]);
        let nodes = (Some("in".to_owned()), "cn".to_owned());
        assert_eq!(review.build_node, Some(nodes));
    }

    #[test]
    fn a_saved_config_is_known_by_its_values() {
        let sent = ConfigDraft {
            build_node: "in".to_owned(),
            rows: vec![RowDraft::default()],
        };
        let mut row = RowDraft::default().to_config();
        row.id = Some(9);
        let mut saved = SavedConfig {
            build_node: Some("in".to_owned()),
            rows: vec![row],
        };
        assert!(is_as_sent(&saved, &sent));
        saved.rows[0].is_active = true;
        assert!(!is_as_sent(&saved, &sent));
    }
}
