//! Words for the API's values and errors.

use crate::api::{CodeClient, Status};
use crate::client::Error;
use crate::i18n::format::duration;
use crate::platform::page;
use crate::tr;
use chrono::TimeDelta;

/// What happened, in one sentence of the console's own.
pub fn error_words(error: &Error) -> String {
    match error {
        Error::Unreachable if page::is_offline() => tr!(error.offline).to_string(),
        Error::Unreachable => tr!(error.unreachable).to_string(),
        Error::TimedOut { limit } => tr!(error.timed_out, s = limit.as_secs()),
        Error::Unreadable { .. } => tr!(error.unreadable).to_string(),
        Error::Refused(refusal) => match refusal.status {
            401 => tr!(error.unauthorized).to_string(),
            403 => tr!(error.forbidden).to_string(),
            404 => tr!(error.not_found).to_string(),
            429 => match refusal.retry_after {
                Some(pause) => {
                    let pause = TimeDelta::from_std(pause).unwrap_or(TimeDelta::MAX);
                    tr!(error.too_many_wait, time = duration(pause))
                }
                None => tr!(error.too_many).to_string(),
            },
            400..=499 => tr!(error.refused).to_string(),
            _ => tr!(error.server).to_string(),
        },
    }
}

/// The API's own words, the fields that it names included; empty when it said nothing.
pub fn api_words(error: &Error) -> String {
    match error {
        Error::Refused(refusal) => {
            let mut words = vec![refusal.message.clone()];
            words.extend(
                refusal
                    .fields
                    .iter()
                    .map(|field| format!("{}: {}", field.path, field.message)),
            );
            words.retain(|text| !text.is_empty());
            words.join("\n")
        }
        Error::Unreadable { reason } => reason.clone(),
        _ => String::new(),
    }
}

/// The status in words; an unknown one as it came.
pub fn status_word(status: &Status) -> String {
    match status {
        Status::Waiting => tr!(status.waiting).to_string(),
        Status::InProgress => tr!(status.in_progress).to_string(),
        Status::Succeeded => tr!(status.succeeded).to_string(),
        Status::Failed => tr!(status.failed).to_string(),
        Status::Other(text) if text.is_empty() => tr!(status.none).to_string(),
        Status::Other(text) => text.clone(),
    }
}

/// The client's name as people know it, with the API's own where that differs.
pub fn client_name(client: &CodeClient) -> String {
    match client {
        CodeClient::OSChina => tr!(client.oschina).to_string(),
        CodeClient::Simple => tr!(client.simple).to_string(),
        other => other.to_string(),
    }
}
