//! Texts for the API's values and errors.

use crate::api::{CodeClient, Status};
use crate::client::Error;
use crate::i18n::format::duration;
use crate::platform::page;
use crate::t_string;
use chrono::TimeDelta;

/// Describes an error in a sentence of the console's own.
pub fn error_words(error: &Error) -> String {
    match error {
        Error::Unreachable { .. } if page::is_offline() => t_string!(error.offline).to_string(),
        Error::Unreachable {
            may_be_refused: true,
        } => t_string!(error.unreachable_elsewhere).to_string(),
        Error::Unreachable {
            may_be_refused: false,
        } => t_string!(error.unreachable).to_string(),
        Error::TimedOut { limit } => t_string!(error.timed_out, s = limit.as_secs()),
        Error::Unreadable { .. } => t_string!(error.unreadable).to_string(),
        Error::Refused(refusal) => match refusal.status {
            401 => t_string!(error.unauthorized).to_string(),
            403 => t_string!(error.forbidden).to_string(),
            404 => t_string!(error.not_found).to_string(),
            429 => match refusal.retry_after {
                Some(pause) => {
                    let pause = TimeDelta::from_std(pause).unwrap_or(TimeDelta::MAX);
                    t_string!(error.too_many_wait, time = duration(pause))
                }
                None => t_string!(error.too_many).to_string(),
            },
            507 => t_string!(error.full).to_string(),
            400..=499 => t_string!(error.refused).to_string(),
            _ => t_string!(error.server).to_string(),
        },
    }
}

/// The sentences of Django REST framework, and of this project's server, for a status: `error_words` says it in the user's language.
const SAID_BY_STATUS: [&str; 9] = [
    "Authentication credentials were not provided",
    "Incorrect authentication credentials",
    "Invalid token",
    "You do not have permission to perform this action",
    "Not found.",
    "Invalid page",
    "A server error occurred",
    "Request was throttled",
    "No space left",
];

/// Returns true if the API's sentence only says what its status says.
pub(crate) fn is_said_by_status(sentence: &str) -> bool {
    SAID_BY_STATUS
        .iter()
        .any(|start| sentence.starts_with(start))
}

/// The console's words for what the API says outside of forms. `refusal_words` has those for forms.
fn known_words(sentence: &str) -> Option<&'static str> {
    Some(match sentence {
        "No tag config of this repository has this tag." => t_string!(served.no_such_tag),
        "This namespace has no repository with this name." => t_string!(served.no_such_repository),
        "The server failed. Its log has the details." => t_string!(served.see_log),
        _ => return None,
    })
}

/// The API's words about an error, with those about fields: in the console's own where it knows them. Empty if there
/// are none, or none that the status does not say.
pub fn api_words(error: &Error) -> String {
    match error {
        Error::Refused(refusal) => {
            let message = &refusal.message;
            let mut words = vec![match known_words(message) {
                Some(own) => own.to_owned(),
                None if is_said_by_status(message) => String::new(),
                None => message.clone(),
            }];
            words.extend(
                refusal
                    .fields
                    .iter()
                    .map(|field| match known_words(&field.message) {
                        Some(own) => own.to_owned(),
                        None => format!("{}: {}", field.path, field.message),
                    }),
            );
            words.retain(|text| !text.is_empty());
            words.join("\n")
        }
        Error::Unreadable { reason } => reason.clone(),
        _ => String::new(),
    }
}

/// The name of a status. An unknown one is shown as the API sends it.
pub fn status_word(status: &Status) -> String {
    match status {
        Status::Waiting => t_string!(status.waiting).to_string(),
        Status::InProgress => t_string!(status.in_progress).to_string(),
        Status::Succeeded => t_string!(status.succeeded).to_string(),
        Status::Failed => t_string!(status.failed).to_string(),
        Status::Canceled => t_string!(status.canceled).to_string(),
        Status::Other(text) if text.is_empty() => t_string!(status.none).to_string(),
        Status::Other(text) => text.clone(),
    }
}

/// The name with which a server says that a build was canceled because there is a newer commit.
const NEWER_PUSH: &str = "a newer push";

/// Says who has canceled a build, by the name that its API gives.
pub(crate) fn canceled_words(by: &str) -> String {
    match by {
        NEWER_PUSH => t_string!(build.newer_push).to_string(),
        name => t_string!(build.canceled_by, name = name),
    }
}

/// The name of a code client as users know it.
pub fn client_name(client: &CodeClient) -> String {
    match client {
        CodeClient::OSChina => t_string!(client.oschina).to_string(),
        CodeClient::Simple => t_string!(client.simple).to_string(),
        other => other.to_string(),
    }
}
