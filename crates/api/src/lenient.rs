//! Decoders that accept a missing or `null` value.

use serde::{Deserialize, Deserializer};

/// Reads a value, or the type's default where it is missing or `null`. Django REST framework
/// answers `null` for a text that was never set.
///
/// # Errors
///
/// Returns the deserializer's error when the value has another type.
///
/// # Examples
///
/// ```
/// #[derive(serde::Deserialize)]
/// struct Row {
///     #[serde(default, deserialize_with = "slipway_api::lenient::or_default")]
///     detail: String,
/// }
///
/// let row: Row = serde_json::from_str(r#"{"detail": null}"#)?;
/// assert_eq!(row.detail, "");
/// # Ok::<(), serde_json::Error>(())
/// ```
pub fn or_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}
