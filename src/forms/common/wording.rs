//! Verdicts and rows in words.

use crate::api::grammar::RuleViolation;
use crate::api::{SourceKind, TagConfig, VersionTagging};
use crate::forms::model::changes::RowField;
use crate::t_string;

/// What is wrong, and what would be right.
pub fn problem(kind: RuleViolation) -> String {
    match kind {
        RuleViolation::Empty => t_string!(rule.empty),
        RuleViolation::RepoName => t_string!(rule.repo_name),
        RuleViolation::ImageTag => t_string!(rule.image_tag),
        RuleViolation::SameTag => t_string!(rule.same_tag),
        RuleViolation::RefName => t_string!(rule.ref_name),
        RuleViolation::CloneUrl => t_string!(rule.clone_url),
        RuleViolation::Password => t_string!(rule.password),
        RuleViolation::SourceName => t_string!(rule.source_name),
        RuleViolation::Path => t_string!(rule.path),
        RuleViolation::OutsideContext => t_string!(rule.outside_context),
        RuleViolation::Choice => t_string!(rule.choice),
        RuleViolation::OneLine => t_string!(rule.one_line),
        RuleViolation::NoRows => t_string!(rule.no_rows),
    }
    .to_owned()
}

/// What a version tagging does.
pub fn tagging(tagging: VersionTagging) -> String {
    match tagging {
        VersionTagging::None => t_string!(rows.tagging_none).to_owned(),
        VersionTagging::Time => t_string!(rows.tagging_time).to_owned(),
        VersionTagging::Commit => t_string!(rows.tagging_commit).to_owned(),
        VersionTagging::Other(number) => number.to_string(),
    }
}

/// A field's name.
pub fn field(field: RowField) -> &'static str {
    match field {
        RowField::Source => t_string!(rows.source),
        RowField::ImageTag => t_string!(rows.image_tag),
        RowField::Dockerfile => t_string!(rows.dockerfile),
        RowField::Context => t_string!(rows.context),
        RowField::Active => t_string!(rows.is_active),
        RowField::VersionTagging => t_string!(rows.version_tagging),
    }
}

/// What a row has in a field.
pub fn value(row: &TagConfig, field: RowField) -> String {
    match field {
        RowField::Source => source(row),
        RowField::ImageTag => row.docker_repo_tag.clone(),
        RowField::Dockerfile => row.dockerfile_location.clone(),
        RowField::Context => row.context().to_owned(),
        RowField::Active => match row.is_active {
            true => t_string!(bulk.on).to_owned(),
            false => t_string!(bulk.off).to_owned(),
        },
        RowField::VersionTagging => match row.version_tagging {
            VersionTagging::Time => t_string!(rows.tagging_time_short).to_owned(),
            other => tagging(other),
        },
    }
}

/// The branch or tag that a row is built from.
pub fn source(row: &TagConfig) -> String {
    let name = &row.code_repo_type_value;
    match &row.code_repo_type {
        SourceKind::Branch => t_string!(words.branch, name = name),
        SourceKind::Tag => t_string!(words.tag, name = name),
        SourceKind::Other(kind) => format!("{kind} {name}"),
    }
}
