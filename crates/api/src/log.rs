//! Log entries (reference, call 5).

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

/// One entry of a build's log (reference, call 5). Several entries can share one second, and any key
/// may be missing. A value of the wrong type is never an error.
///
/// # Examples
///
/// ```
/// use slipway_api::LogEntry;
///
/// let entries: Vec<LogEntry> = serde_json::from_str(
///     r#"[{"message": "STEP 1/2: FROM alpine", "level": "INFO", "time": 1441770706},
///         {"message": null, "time": "soon"}]"#,
/// )?;
/// assert_eq!(entries[0].time, Some(1_441_770_706));
/// assert_eq!((entries[1].message.as_str(), entries[1].time), ("", None));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogEntry {
    /// The text, without its newline. It may hold escape sequences.
    #[serde(default, deserialize_with = "any_text")]
    pub message: String,
    /// `INFO` in the reference's examples. Any text; `None` where the entry has none.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "any_level"
    )]
    pub level: Option<String>,
    /// Unix seconds, UTC; `None` where the entry has none.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "whole_seconds"
    )]
    pub time: Option<i64>,
}

/// Reads a text. Any other value becomes its JSON, so that no line is lost.
fn any_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Ok(any_level(deserializer)?.unwrap_or_default())
}

/// Reads a text that may be missing or `null`. Any other value becomes its JSON.
fn any_level<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(match Option::<Value>::deserialize(deserializer)? {
        Some(Value::String(text)) => Some(text),
        Some(Value::Null) | None => None,
        Some(other) => Some(other.to_string()),
    })
}

/// Reads seconds and rounds a fraction down. Anything but a number is `None`.
fn whole_seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    Ok(match Option::<Value>::deserialize(deserializer)? {
        Some(Value::Number(seconds)) => seconds
            .as_i64()
            .or_else(|| seconds.as_f64().map(|seconds| seconds.floor() as i64)),
        _ => None,
    })
}
