//! Verdicts and rows in words.

use crate::api::grammar::RuleViolation;
use crate::api::{SourceKind, TagConfig, VersionTagging};
use crate::forms::model::changes::RowField;
use crate::tr;

/// What is wrong, and what would be right.
pub fn problem(kind: RuleViolation) -> String {
    match kind {
        RuleViolation::Empty => tr!(rule.empty),
        RuleViolation::RepoName => tr!(rule.repo_name),
        RuleViolation::ImageTag => tr!(rule.image_tag),
        RuleViolation::SameTag => tr!(rule.same_tag),
        RuleViolation::RefName => tr!(rule.ref_name),
        RuleViolation::CloneUrl => tr!(rule.clone_url),
        RuleViolation::Password => tr!(rule.password),
        RuleViolation::SourceName => tr!(rule.source_name),
        RuleViolation::Path => tr!(rule.path),
        RuleViolation::OutsideContext => tr!(rule.outside_context),
        RuleViolation::Choice => tr!(rule.choice),
        RuleViolation::OneLine => tr!(rule.one_line),
        RuleViolation::NoRows => tr!(rule.no_rows),
    }
    .to_owned()
}

/// What a version tagging does.
pub fn tagging(tagging: VersionTagging) -> String {
    match tagging {
        VersionTagging::None => tr!(rows.tagging_none).to_owned(),
        VersionTagging::Time => tr!(rows.tagging_time).to_owned(),
        VersionTagging::Commit => tr!(rows.tagging_commit).to_owned(),
        VersionTagging::Other(number) => number.to_string(),
    }
}

/// A field's name.
pub fn field(field: RowField) -> &'static str {
    match field {
        RowField::Source => tr!(rows.source),
        RowField::ImageTag => tr!(rows.image_tag),
        RowField::Dockerfile => tr!(rows.dockerfile),
        RowField::Context => tr!(rows.context),
        RowField::Active => tr!(rows.is_active),
        RowField::VersionTagging => tr!(rows.version_tagging),
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
            true => tr!(bulk.on).to_owned(),
            false => tr!(bulk.off).to_owned(),
        },
        RowField::VersionTagging => match row.version_tagging {
            VersionTagging::Time => tr!(rows.tagging_time_short).to_owned(),
            other => tagging(other),
        },
    }
}

/// The branch or tag that a row is built from.
pub fn source(row: &TagConfig) -> String {
    let name = &row.code_repo_type_value;
    match &row.code_repo_type {
        SourceKind::Branch => tr!(words.branch, name = name),
        SourceKind::Tag => tr!(words.tag, name = name),
        SourceKind::Other(kind) => format!("{kind} {name}"),
    }
}
