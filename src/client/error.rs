//! What can go wrong with a call, and the four forms in which the API says so (`v1.md`, Errors).

use serde_json::Value;
use std::time::Duration;

/// Why a call gave no answer that can be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Error {
    /// No answer came: no network, no server, or the browser refused (CORS).
    Unreachable,
    /// No answer came within this time.
    TimedOut { limit: Duration },
    /// The API answered with a status that is no 2xx.
    Refused(Refusal),
    /// The API answered 2xx, but not with what the reference says: what the decoder met.
    Unreadable { reason: String },
}

impl Error {
    /// The HTTP status, where there was an answer.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Refused(refusal) => Some(refusal.status),
            _ => None,
        }
    }

    /// How long the API asked to wait, where it did.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Refused(refusal) => refusal.retry_after,
            _ => None,
        }
    }

    /// How long to wait before the next attempt, where that is more than the console's own delay: as the API
    /// asked, or a default where it only asked for fewer requests.
    pub fn pause(&self) -> Option<Duration> {
        const DEFAULT_PAUSE: Duration = Duration::from_secs(10);
        self.retry_after()
            .or((self.status() == Some(429)).then_some(DEFAULT_PAUSE))
    }

    /// Whether the call is simply not offered by this API: 404, 405 or 501 of an optional call.
    pub fn is_not_offered(&self) -> bool {
        matches!(self.status(), Some(404 | 405 | 501))
    }

    /// Whether the same read may well succeed a little later.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Unreachable | Self::TimedOut { .. } => true,
            Self::Refused(refusal) => matches!(refusal.status, 429 | 502 | 503 | 504),
            Self::Unreadable { .. } => false,
        }
    }

    /// Whether something that is read again and again should be asked for again, later: what may pass,
    /// and an API with a problem of its own.
    pub fn may_recover(&self) -> bool {
        self.is_passing()
            || self
                .status()
                .is_some_and(|status| status >= 500 && status != 501)
    }

    /// Whether a write that was answered so may have been carried out all the same: no answer came,
    /// a proxy answered in the API's place, or the answer to a success cannot be read.
    pub fn is_doubtful(&self) -> bool {
        match self {
            Self::Unreachable | Self::TimedOut { .. } | Self::Unreadable { .. } => true,
            Self::Refused(refusal) => matches!(refusal.status, 408 | 502 | 503 | 504),
        }
    }
}

/// An answer with a status that is no 2xx.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Refusal {
    /// The HTTP status.
    pub status: u16,
    /// What the API says about the whole request: `detail`, `non_field_errors`, the messages of
    /// `errors`, or else the body's first 500 characters. Empty when the body is.
    pub message: String,
    /// What it says about single fields.
    pub fields: Vec<FieldError>,
    /// `Retry-After`, where the answer has one in seconds.
    pub retry_after: Option<Duration>,
}

/// What the API says about one field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// Where the field stands in the request: `build_config.tag_configs[1].docker_repo_tag`.
    pub path: String,
    /// What is wrong with it, in the API's words.
    pub message: String,
}

/// The most characters of an unknown error body that are shown.
pub(crate) const BODY_SHOWN: usize = 500;

/// How deep field errors are followed; the deepest of the API is 3.
const DEEPEST: usize = 8;

impl Refusal {
    /// Reads an error body in the order of `v1.md`: `errors`, per field, `detail`, anything else.
    pub fn read(status: u16, body: &str) -> Self {
        let mut refusal = Self {
            status,
            ..Self::default()
        };
        let understood = match serde_json::from_str::<Value>(body) {
            Ok(Value::Object(object)) => match object.get("errors") {
                Some(Value::Array(errors)) => {
                    errors.iter().for_each(|error| refusal.take_error(error));
                    true
                }
                _ => {
                    for (key, value) in &object {
                        refusal.take("", key, value, DEEPEST);
                    }
                    true
                }
            },
            Ok(Value::Array(messages)) => {
                // A `ValidationError` raised with a plain list.
                messages.iter().filter_map(Value::as_str).for_each(|text| {
                    refusal.say(text);
                });
                true
            }
            _ => false,
        };
        if !understood || (refusal.message.is_empty() && refusal.fields.is_empty()) {
            refusal.message = body.trim().chars().take(BODY_SHOWN).collect();
        }
        refusal
    }

    /// What the API says of the field at this path, in one text.
    pub fn field(&self, path: &str) -> Option<String> {
        let messages: Vec<_> = self
            .fields
            .iter()
            .filter(|field| field.path == path)
            .map(|field| field.message.as_str())
            .collect();
        (!messages.is_empty()).then(|| messages.join(" "))
    }

    fn say(&mut self, text: &str) {
        if !self.message.is_empty() {
            self.message.push(' ');
        }
        self.message.push_str(text);
    }

    /// `{"code", "message", "fields"}`.
    fn take_error(&mut self, error: &Value) {
        let message = error.get("message").or(error.get("code"));
        if let Some(text) = message.and_then(Value::as_str) {
            self.say(text);
        }
        match error.get("fields") {
            Some(Value::Object(fields)) => {
                for (key, value) in fields {
                    self.take("", key, value, DEEPEST);
                }
            }
            Some(Value::Array(fields)) => {
                for field in fields.iter().filter_map(Value::as_object).flatten() {
                    self.take("", field.0, field.1, DEEPEST);
                }
            }
            _ => {}
        }
    }

    /// `"field": …`, found inside the object at `parent`.
    fn take(&mut self, parent: &str, key: &str, value: &Value, depth: usize) {
        let about_parent = matches!(key, "detail" | "non_field_errors");
        let path = match (parent, about_parent) {
            (parent, true) => parent.to_owned(),
            ("", false) => key.to_owned(),
            (parent, false) => format!("{parent}.{key}"),
        };
        self.take_value(&path, value, depth);
    }

    fn take_value(&mut self, path: &str, value: &Value, depth: usize) {
        if depth == 0 {
            return;
        }
        match value {
            Value::Null => {}
            Value::Object(object) => {
                for (key, value) in object {
                    self.take(path, key, value, depth - 1);
                }
            }
            // A list holds messages, or one object a row (empty where the row is right).
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    match item {
                        Value::Object(_) | Value::Array(_) => {
                            self.take_value(&format!("{path}[{index}]"), item, depth - 1);
                        }
                        _ => self.take_value(path, item, depth - 1),
                    }
                }
            }
            Value::String(text) => self.add(path, text),
            Value::Bool(value) => self.add(path, if *value { "true" } else { "false" }),
            // Whole numbers only: writing the others costs the browser 4 kB, and none was ever seen.
            Value::Number(number) => {
                if let Some(number) = number.as_i64() {
                    self.add(path, &number.to_string());
                }
            }
        }
    }

    fn add(&mut self, path: &str, text: &str) {
        if path.is_empty() {
            self.say(text);
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
}
