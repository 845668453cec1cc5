//! The texts about what a source has, and about what it does not have.

use crate::api::SourceKind;
use crate::client::{Error, Refusal};
use crate::forms::model::source_findings::Finding;
use crate::i18n::api_words::error_words;
use crate::i18n::refusal_words::said;
use crate::t_string;

/// Says what a row names and its source does not have, and what to do.
pub(crate) fn finding_words(finding: &Finding) -> String {
    match finding {
        Finding::NoRef { kind, name, near } => {
            let missing = match kind {
                SourceKind::Tag => t_string!(look.no_tag, name = name),
                _ => t_string!(look.no_branch, name = name),
            };
            match near {
                Some(near) => t_string!(
                    words.sentences,
                    first = missing,
                    next = t_string!(look.near, name = near)
                ),
                None => missing,
            }
        }
        Finding::OtherKind { kind, name } => match kind {
            SourceKind::Tag => t_string!(look.is_tag, name = name),
            _ => t_string!(look.is_branch, name = name),
        },
        Finding::NoDockerfile { location, others } => {
            let missing = t_string!(look.no_dockerfile, path = location);
            match others.is_empty() {
                true => missing,
                false => {
                    let paths = others.join(t_string!(words.list));
                    let others = t_string!(look.dockerfiles, paths = paths);
                    t_string!(words.sentences, first = missing, next = others)
                }
            }
        }
        Finding::NoContext { path } => t_string!(look.no_folder, path = path),
    }
}

/// Says why a source could not be looked into, and what to do.
pub(crate) fn failure_words(error: &Error) -> String {
    match error {
        Error::Refused(Refusal { fields, .. }) if !fields.is_empty() => {
            let said = fields.iter().map(|field| said(&field.message));
            said.reduce(|first, next| t_string!(words.sentences, first = first, next = next))
                .unwrap_or_default()
        }
        error => t_string!(look.failed, why = error_words(error)),
    }
}
