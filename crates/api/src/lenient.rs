//! Decoders that accept a missing or `null` value.

use serde::{Deserialize, Deserializer};

/// Reads a value that may be missing or `null`, as the type's default. Django REST framework
/// answers `null` where a text was never set.
pub fn or_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}
