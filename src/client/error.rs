//! Errors of a call, and the four formats of the API's error bodies (`v1.md`, Errors).

use crate::platform::json::{Json, Kind};
use std::time::Duration;

/// An error of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Error {
    /// No answer, or one that broke off: no network, or no server. `may_be_refused` is true if the browser may have
    /// blocked the request (CORS): the API is of another origin than the site, and no answer has begun.
    Unreachable { may_be_refused: bool },
    /// No answer within this time.
    TimedOut { limit: Duration },
    /// The status is not a 2xx.
    Refused(Refusal),
    /// The status is a 2xx, but the body does not match the reference. `reason` is the decoder's message.
    Unreadable { reason: String },
}

impl Error {
    /// There was no whole answer: the connection ended before it did, or something else is missing. CORS is not the reason.
    pub(crate) const CUT_OFF: Self = Self::Unreachable {
        may_be_refused: false,
    };

    /// The HTTP status of a refusal.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Refused(refusal) => Some(refusal.status),
            _ => None,
        }
    }

    /// The delay of the `Retry-After` header.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Refused(refusal) => refusal.retry_after,
            _ => None,
        }
    }

    /// The least delay before the next attempt: `Retry-After`, or a default after a 429 without it.
    pub fn pause(&self) -> Option<Duration> {
        const DEFAULT_PAUSE: Duration = Duration::from_secs(10);
        self.retry_after()
            .or((self.status() == Some(429)).then_some(DEFAULT_PAUSE))
    }

    /// Returns true for 404, 405 and 501: this API does not offer an optional call.
    pub fn is_not_offered(&self) -> bool {
        matches!(self.status(), Some(404 | 405 | 501))
    }

    /// Returns true if the same read is likely to succeed soon.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Unreachable { .. } | Self::TimedOut { .. } => true,
            Self::Refused(refusal) => matches!(refusal.status, 429 | 502 | 503 | 504),
            Self::Unreadable { .. } => false,
        }
    }

    /// Returns true if polling should go on: the failure is transient, or an error of the server.
    pub fn may_recover(&self) -> bool {
        self.is_transient()
            || self
                .status()
                .is_some_and(|status| status >= 500 && status != 501)
    }

    /// Returns true if a write may have been carried out in spite of this error: there was no answer, a proxy
    /// answered for the API, or the answer to a success is unreadable.
    pub fn is_doubtful(&self) -> bool {
        match self {
            Self::Unreachable { .. } | Self::TimedOut { .. } | Self::Unreadable { .. } => true,
            Self::Refused(refusal) => matches!(refusal.status, 408 | 502 | 503 | 504),
        }
    }
}

/// An answer whose status is not a 2xx.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Refusal {
    /// The HTTP status.
    pub status: u16,
    /// The message about the whole request: `detail`, `non_field_errors`, the messages of `errors`, or else the
    /// first 500 characters of the body. Empty if the body is.
    pub message: String,
    /// The messages about single fields.
    pub fields: Vec<FieldError>,
    /// The `Retry-After` header, if it is a number of seconds.
    pub retry_after: Option<Duration>,
}

/// The API's message about one field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// The path of the field in the request, such as `build_config.tag_configs[1].docker_repo_tag`.
    pub path: String,
    /// In the API's words.
    pub message: String,
}

/// The most characters of a body that are shown.
pub(crate) const MAX_BODY_CHARS: usize = 500;

/// The deepest nesting of field errors that is read. The API's own is 3.
const MAX_DEPTH: usize = 8;

impl Refusal {
    /// Reads an error body. Tries the formats in the order of `v1.md`: `errors`, fields, `detail`, any text.
    pub fn read(status: u16, body: &str) -> Self {
        let mut refusal = Self {
            status,
            ..Self::default()
        };
        let is_known_format = match Json::parse(body).map(|json| json.kind()) {
            Ok(Kind::Object(members)) => {
                refusal.read_object(members);
                true
            }
            Ok(Kind::List(messages)) => {
                // A `ValidationError` raised with a plain list.
                for message in &messages {
                    refusal.read_message(message);
                }
                true
            }
            _ => false,
        };
        if !is_known_format || (refusal.message.is_empty() && refusal.fields.is_empty()) {
            refusal.message = body.trim().chars().take(MAX_BODY_CHARS).collect();
        }
        refusal
    }

    /// The messages about the field at this path, joined.
    pub fn field(&self, path: &str) -> Option<String> {
        let messages: Vec<_> = self
            .fields
            .iter()
            .filter(|field| field.path == path)
            .map(|field| field.message.as_str())
            .collect();
        (!messages.is_empty()).then(|| messages.join(" "))
    }

    fn add_message(&mut self, text: &str) {
        if !self.message.is_empty() {
            self.message.push(' ');
        }
        self.message.push_str(text);
    }

    /// Reads an object with `errors`, or else with its fields.
    fn read_object(&mut self, members: Vec<(String, Json)>) {
        let errors = members.iter().find(|(name, _)| name == "errors");
        match errors.map(|(_, errors)| errors.kind()) {
            Some(Kind::List(errors)) => errors.iter().for_each(|error| self.read_error(error)),
            _ => self.read_fields("", members, MAX_DEPTH),
        }
    }

    /// Reads a message, if it is a text.
    fn read_message(&mut self, message: &Json) {
        if let Kind::Text(text) = message.kind() {
            self.add_message(&text);
        }
    }

    /// Reads `{"code", "message", "fields"}`.
    fn read_error(&mut self, error: &Json) {
        let message = error.member("message").or_else(|| error.member("code"));
        if let Some(message) = message {
            self.read_message(&message);
        }
        match error.member("fields").map(|fields| fields.kind()) {
            Some(Kind::Object(fields)) => self.read_fields("", fields, MAX_DEPTH),
            Some(Kind::List(rows)) => {
                for row in rows {
                    if let Kind::Object(fields) = row.kind() {
                        self.read_fields("", fields, MAX_DEPTH);
                    }
                }
            }
            _ => {}
        }
    }

    /// Reads the members of the object at `parent`.
    fn read_fields(&mut self, parent: &str, fields: Vec<(String, Json)>, depth: usize) {
        for (key, value) in fields {
            let is_about_parent = matches!(key.as_str(), "detail" | "non_field_errors");
            let path = match (parent, is_about_parent) {
                (parent, true) => parent.to_owned(),
                ("", false) => key,
                (parent, false) => format!("{parent}.{key}"),
            };
            self.read_value(&path, value.kind(), depth);
        }
    }

    fn read_value(&mut self, path: &str, value: Kind, depth: usize) {
        if depth == 0 {
            return;
        }
        match value {
            Kind::Null => {}
            Kind::Object(fields) => self.read_fields(path, fields, depth - 1),
            // A list of messages, or of one object for each row, empty if the row is valid.
            Kind::List(items) => {
                for (index, item) in items.iter().enumerate() {
                    match item.kind() {
                        nested @ (Kind::Object(_) | Kind::List(_)) => {
                            self.read_value(&format!("{path}[{index}]"), nested, depth - 1);
                        }
                        message => self.read_value(path, message, depth - 1),
                    }
                }
            }
            Kind::Text(text) => self.add(path, &text),
            Kind::Bool(value) => self.add(path, if value { "true" } else { "false" }),
            // Whole numbers only: formatting others would add 4 kB, and the API sends none.
            Kind::Number(number) => {
                if number.trunc() == number {
                    self.add(path, &(number as i64).to_string());
                }
            }
        }
    }

    fn add(&mut self, path: &str, text: &str) {
        if path.is_empty() {
            self.add_message(text);
        } else {
            self.fields.push(FieldError {
                path: path.to_owned(),
                message: text.to_owned(),
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn fields(body: &str) -> Vec<(String, String)> {
        Refusal::read(400, body)
            .fields
            .into_iter()
            .map(|field| (field.path, field.message))
            .collect()
    }

    #[test]
    fn errors_with_a_code_come_first() {
        let body = r#"{"errors": [{"code": "invalid_args", "message": "Bad request.",
            "fields": [{"repo_name": ["Taken."]}]}]}"#;
        let refusal = Refusal::read(400, body);
        assert_eq!(refusal.message, "Bad request.");
        assert_eq!(refusal.field("repo_name").as_deref(), Some("Taken."));
    }

    #[test]
    fn a_nested_field_error_keeps_its_path() {
        let body = r#"{"non_field_errors": ["No."], "build_config": {"tag_configs":
            [{}, {"docker_repo_tag": ["Too long.", "Not a tag."]}], "non_field_errors": ["Hm."]}}"#;
        let refusal = Refusal::read(400, body);
        assert_eq!(refusal.message, "No.");
        assert_eq!(
            refusal.field("build_config.tag_configs[1].docker_repo_tag"),
            Some("Too long. Not a tag.".to_owned())
        );
        assert_eq!(refusal.field("build_config").as_deref(), Some("Hm."));
    }

    #[test]
    fn a_list_of_messages_on_a_list_field_has_no_index() {
        assert_eq!(
            fields(r#"{"tag_configs": ["This field may not be empty."]}"#),
            [("tag_configs".into(), "This field may not be empty.".into())]
        );
    }

    #[test]
    fn a_detail_is_the_message() {
        let refusal = Refusal::read(404, r#"{"detail": "Not found."}"#);
        assert_eq!(refusal.message, "Not found.");
        assert!(refusal.fields.is_empty());
    }

    #[test]
    fn any_other_body_is_shown_as_text_up_to_500_characters() {
        assert_eq!(
            Refusal::read(502, "<h1>Bad gateway</h1>\n").message,
            "<h1>Bad gateway</h1>"
        );
        assert_eq!(
            Refusal::read(500, &"错".repeat(600))
                .message
                .chars()
                .count(),
            500
        );
        assert_eq!(Refusal::read(500, "{}").message, "{}");
        assert_eq!(Refusal::read(500, "").message, "");
    }

    proptest! {
        #[test]
        fn no_body_makes_reading_panic(body in ".{0,200}") {
            Refusal::read(400, &body);
        }

        #[test]
        fn a_body_with_brackets_does_not_either(
            body in r#"(\{"errors":|\[|\{"a":|\{"detail":|"x"|,|\]|\}|null|1){0,40}"#
        ) {
            Refusal::read(400, &body);
        }
    }

    fn refused(status: u16) -> Error {
        Error::Refused(Refusal {
            status,
            ..Refusal::default()
        })
    }

    #[test]
    fn an_optional_call_that_is_missing_is_not_offered() {
        for status in [404, 405, 501] {
            assert!(refused(status).is_not_offered(), "{status}");
        }
        assert!(!refused(500).is_not_offered() && !Error::CUT_OFF.is_not_offered());
    }

    #[test]
    fn a_read_is_retried_at_once_only_where_the_failure_may_pass() {
        for status in [429, 502, 503, 504] {
            assert!(refused(status).is_transient(), "{status}");
        }
        for status in [400, 401, 403, 404, 500, 501] {
            assert!(!refused(status).is_transient(), "{status}");
        }
        assert!(Error::CUT_OFF.is_transient());
    }

    #[test]
    fn polling_goes_on_after_a_failure_of_the_api_itself() {
        assert!(refused(500).may_recover());
        assert!(!refused(501).may_recover() && !refused(401).may_recover());
        let unreadable = Error::Unreadable {
            reason: String::new(),
        };
        assert!(!unreadable.may_recover());
    }

    #[test]
    fn a_write_without_a_clear_answer_is_doubtful() {
        let unreadable = Error::Unreadable {
            reason: String::new(),
        };
        assert!(unreadable.is_doubtful() && Error::CUT_OFF.is_doubtful());
        assert!(refused(408).is_doubtful() && refused(503).is_doubtful());
        assert!(!refused(400).is_doubtful() && !refused(500).is_doubtful());
    }

    #[test]
    fn too_many_requests_pause_for_as_long_as_the_api_asks() {
        assert_eq!(refused(429).pause(), Some(Duration::from_secs(10)));
        let asked = Error::Refused(Refusal {
            status: 429,
            retry_after: Some(Duration::from_secs(60)),
            ..Refusal::default()
        });
        assert_eq!(asked.pause(), Some(Duration::from_secs(60)));
        assert_eq!(refused(500).pause(), None);
    }
}
