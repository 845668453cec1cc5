//! What saving a build config would change: rows added, removed, and changed field by field.

use crate::api::{CodeSource, CreateRepository, Repository, SavedConfig, TagConfig};
use crate::forms::model::draft::ConfigDraft;

/// A field of a row, as the user knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowField {
    Source,
    ImageTag,
    Dockerfile,
    Context,
    Active,
    VersionTagging,
}

/// What one row's change is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    pub before: TagConfig,
    pub after: TagConfig,
    pub fields: Vec<RowField>,
}

/// All that saving would change.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Review {
    pub added: Vec<TagConfig>,
    pub removed: Vec<TagConfig>,
    pub changed: Vec<Changed>,
    /// The build node before (`None` where the API named none) and after.
    pub build_node: Option<(Option<String>, String)>,
}

impl Review {
    /// Whether saving would change nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Whether two rows of the API are one and the same: by id, or by image tag where one has no id.
pub fn is_same_row(one: &TagConfig, other: &TagConfig) -> bool {
    match (one.id, other.id) {
        (Some(one), Some(other)) => one == other,
        _ => one.docker_repo_tag == other.docker_repo_tag,
    }
}

/// The fields in which two rows differ. A missing build context is `/`.
pub fn differing(before: &TagConfig, after: &TagConfig) -> Vec<RowField> {
    let same_source = before.code_repo_type == after.code_repo_type
        && before.code_repo_type_value == after.code_repo_type_value;
    [
        (RowField::Source, !same_source),
        (
            RowField::ImageTag,
            before.docker_repo_tag != after.docker_repo_tag,
        ),
        (
            RowField::Dockerfile,
            before.dockerfile_location != after.dockerfile_location,
        ),
        (RowField::Context, before.context() != after.context()),
        (RowField::Active, before.is_active != after.is_active),
        (
            RowField::VersionTagging,
            before.version_tagging != after.version_tagging,
        ),
    ]
    .into_iter()
    .filter_map(|(field, differs)| differs.then_some(field))
    .collect()
}

/// Compares what the API holds with the draft.
pub fn review(held: &SavedConfig, draft: &ConfigDraft) -> Review {
    let mut review = Review::default();
    let mut removed: Vec<Option<&TagConfig>> = held.rows.iter().map(Some).collect();
    for row in &draft.rows {
        let after = row.to_config();
        let Some(before) = row.origin.as_deref() else {
            review.added.push(after);
            continue;
        };
        if let Some(place) = removed
            .iter_mut()
            .find(|held| held.is_some_and(|held| is_same_row(held, before)))
        {
            *place = None;
        }
        let fields = differing(before, &after);
        if !fields.is_empty() {
            review.changed.push(Changed {
                before: before.clone(),
                after,
                fields,
            });
        }
    }
    review.removed = removed.into_iter().flatten().cloned().collect();
    let node = draft.build_node.trim();
    if held.build_node.as_deref() != Some(node) {
        review.build_node = Some((held.build_node.clone(), node.to_owned()));
    }
    review
}

/// Whether the API's rows and build node are the ones that were sent, whatever ids new rows got.
pub fn is_as_sent(held: &SavedConfig, sent: &ConfigDraft) -> bool {
    let sent_rows: Vec<TagConfig> = sent.rows.iter().map(|row| row.to_config()).collect();
    held.rows.len() == sent_rows.len()
        && held.build_node.as_deref() == Some(sent.build_node.trim())
        && sent_rows.iter().all(|row| {
            held.rows.iter().any(|held| {
                held.docker_repo_tag == row.docker_repo_tag && differing(held, row).is_empty()
            })
        })
}

/// Whether a repository is the one that this request makes.
pub fn is_created(repository: &Repository, request: &CreateRepository) -> bool {
    let Some(config) = &repository.build_config else {
        return false;
    };
    let sent = &request.build_config;
    let same_source = match &sent.source {
        CodeSource::Hosted {
            namespace, name, ..
        } => config.code_repo_path == format!("{namespace}/{name}"),
        // The reference shows no answer for such a source.
        CodeSource::Simple { clone_url } => match &config.code_repo_clone_url {
            Some(url) => url == clone_url,
            None => true,
        },
    };
    repository.repo_name == request.repo_name
        && config.code_repo_client == sent.source.client()
        && same_source
        && config.tag_configs.len() == sent.tag_configs.len()
        && sent.tag_configs.iter().all(|row| {
            config
                .tag_configs
                .iter()
                .any(|held| differing(held, row).is_empty())
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forms::model::draft::RowDraft;
    use crate::forms::tests::held_row;

    #[test]
    fn rows_are_added_removed_and_changed_field_by_field() {
        let held = SavedConfig {
            build_node: Some("in".to_owned()),
            rows: vec![
                held_row(1, "keep"),
                held_row(2, "edit"),
                held_row(3, "gone"),
            ],
        };
        let mut draft = ConfigDraft::from(&held);
        assert!(review(&held, &draft).is_empty());
        draft.rows.remove(2);
        draft.rows[1].image_tag = "edited".to_owned();
        draft.rows[1].is_active = true;
        draft.rows.push(RowDraft::default());
        draft.build_node = "cn".to_owned();
        let review = review(&held, &draft);
        assert_eq!(review.added, [RowDraft::default().to_config()]);
        assert_eq!(review.removed, [held_row(3, "gone")]);
        assert_eq!(review.changed.len(), 1);
        assert_eq!(
            review.changed[0].fields,
            [RowField::ImageTag, RowField::Active]
        );
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
        let mut held = SavedConfig {
            build_node: Some("in".to_owned()),
            rows: vec![row],
        };
        assert!(is_as_sent(&held, &sent));
        held.rows[0].is_active = true;
        assert!(!is_as_sent(&held, &sent));
    }
}
