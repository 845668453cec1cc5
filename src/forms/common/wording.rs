//! The texts of rule violations and of version taggings.

use crate::api::VersionTagging;
use crate::api::grammar::RuleViolation;
use crate::api::redact::Secret;
use crate::t_string;

/// Says what is wrong and what would be right.
pub(crate) fn problem(kind: RuleViolation) -> String {
    match kind {
        RuleViolation::Empty => t_string!(rule.empty),
        RuleViolation::RepoName => t_string!(rule.repo_name),
        RuleViolation::ImageTag => t_string!(rule.image_tag),
        RuleViolation::SameTag => t_string!(rule.same_tag),
        RuleViolation::RefName => t_string!(rule.ref_name),
        RuleViolation::CloneUrl => t_string!(rule.clone_url),
        RuleViolation::OwnPath => t_string!(advice.own_path),
        RuleViolation::Head => t_string!(rule.head),
        RuleViolation::OtherRef => t_string!(rule.other_ref),
        RuleViolation::RemoteBranch => t_string!(rule.remote_branch),
        RuleViolation::Secret(secret) => secret_words(secret),
        RuleViolation::Masked => t_string!(rule.masked),
        RuleViolation::LeadsOut => t_string!(rule.leads_out),
        RuleViolation::SourceName => t_string!(rule.source_name),
        RuleViolation::Path => t_string!(rule.path),
        RuleViolation::OutsideContext => t_string!(rule.outside_context),
        RuleViolation::Choice => t_string!(rule.choice),
        RuleViolation::OneLine => t_string!(rule.one_line),
        RuleViolation::NoRows => t_string!(rule.no_rows),
    }
    .to_owned()
}

/// Says which part of a clone URL is secret.
fn secret_words(secret: Secret) -> &'static str {
    match secret {
        Secret::User => t_string!(rule.secret_user),
        Secret::Password => t_string!(rule.password),
        Secret::Query => t_string!(rule.secret_query),
        Secret::Fragment => t_string!(rule.secret_fragment),
        Secret::Path => t_string!(rule.secret_path),
    }
}

/// The name of a version tagging, with an example of a time tag.
pub(crate) fn tagging(tagging: VersionTagging) -> String {
    match tagging {
        VersionTagging::None => t_string!(rows.tagging_none).to_owned(),
        VersionTagging::Time => t_string!(rows.tagging_time).to_owned(),
        VersionTagging::Commit => t_string!(rows.tagging_commit).to_owned(),
        VersionTagging::Other(number) => number.to_string(),
    }
}
