//! A URL or a path of a source as an answer has it.

use crate::redact::{masked, secrets_of, without_secret};
use serde::{Deserialize, Serialize, Serializer};

/// A URL or a path of a source, which may have a secret in it. It can only be shown, followed, searched and written
/// without that secret: [`Display`](std::fmt::Display), `Debug` and JSON mask it.
///
/// # Examples
///
/// ```
/// use slipway_api::SourceUrl;
///
/// let url: SourceUrl = serde_json::from_str(r#""https://me:hunter2@git.test/a""#)?;
/// assert_eq!(url.shown(), "https://me:•••@git.test/a");
/// assert_eq!(url.link(), "https://git.test/a");
/// assert_eq!(serde_json::to_string(&url)?, r#""https://me:•••@git.test/a""#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(transparent)]
pub struct SourceUrl(String);

impl SourceUrl {
    /// Returns the text for showing and copying it, with dots in place of a secret.
    pub fn shown(&self) -> String {
        masked(&self.0)
    }

    /// Returns the text for a link, without its secret.
    pub fn link(&self) -> String {
        without_secret(&self.0)
    }

    /// Returns true if there is no text.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns true if it is this text, with or without the secret in it.
    pub fn is(&self, text: &str) -> bool {
        self.0 == text || self.0 == masked(text)
    }

    /// Returns true if a text in lower case stands in it, in any case.
    pub fn contains(&self, text: &str) -> bool {
        self.0.to_lowercase().contains(text)
    }

    /// Returns its secrets, for masking them wherever else they stand.
    pub fn secrets(&self) -> Vec<String> {
        secrets_of(&self.0)
    }
}

impl<T: Into<String>> From<T> for SourceUrl {
    fn from(text: T) -> Self {
        Self(text.into())
    }
}

impl std::fmt::Display for SourceUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.shown())
    }
}

impl std::fmt::Debug for SourceUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.shown().fmt(f)
    }
}

impl Serialize for SourceUrl {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.shown())
    }
}
