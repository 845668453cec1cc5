//! The rules' verdicts in words.

use super::rules::Kind;
use crate::tr;

/// What is wrong, and what would be right.
pub fn problem(kind: &Kind) -> String {
    match kind {
        Kind::Empty => tr!(rule.empty),
        Kind::RepoName => tr!(rule.repo_name),
        Kind::ImageTag => tr!(rule.image_tag),
        Kind::SameTag => tr!(rule.same_tag),
        Kind::RefName => tr!(rule.ref_name),
        Kind::CloneUrl => tr!(rule.clone_url),
        Kind::Password => tr!(rule.password),
        Kind::SourceName => tr!(rule.source_name),
        Kind::Path => tr!(rule.path),
        Kind::OutsideContext => tr!(rule.outside_context),
        Kind::NoRows => tr!(rule.no_rows),
    }
    .to_string()
}
