//! Log entries (reference, call 5).

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

/// One entry of a build's log. Several entries share one second, and any key may be missing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogEntry {
    /// The text, without its newline; may hold escape sequences.
    #[serde(default, deserialize_with = "any_text")]
    pub message: String,
    /// `INFO` in the reference's examples; any text, or missing.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "any_level"
    )]
    pub level: Option<String>,
    /// Unix seconds, UTC; can be missing.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "whole_seconds"
    )]
    pub time: Option<i64>,
}

/// Reads a text; what is none is written as JSON writes it, so that no line is lost for it.
fn any_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Ok(any_level(deserializer)?.unwrap_or_default())
}

/// The same, for a text that may be missing.
fn any_level<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(match Option::<Value>::deserialize(deserializer)? {
        Some(Value::String(text)) => Some(text),
        Some(Value::Null) | None => None,
        Some(other) => Some(other.to_string()),
    })
}

/// Reads seconds; a fraction is cut, and what is no number is no time.
fn whole_seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    Ok(match Option::<Value>::deserialize(deserializer)? {
        Some(Value::Number(seconds)) => seconds
            .as_i64()
            .or_else(|| seconds.as_f64().map(|seconds| seconds.floor() as i64)),
        _ => None,
    })
}
