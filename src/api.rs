//! The v1 image build API as its reference writes it: types for every call, both directions, and
//! the client. Nothing here knows of the UI; all but the client compiles natively.

pub mod build;
#[cfg(feature = "ui")]
pub mod client;
pub mod error;
pub mod log;
pub mod page;
pub mod repository;
mod text_enum;
pub mod time;
mod token;
pub mod url;

pub use build::{Build, Status, TriggerBuild};
#[cfg(feature = "ui")]
pub use client::{Client, LogStream, ServerClock};
pub use error::{Error, FieldError, Refusal};
pub use log::LogEntry;
pub use page::Page;
pub use repository::{
    BuildConfig, CodeClient, CodeSource, CreateRepository, NewBuildConfig, Repository, SourceKind,
    TagConfig, UpdateBuildConfig, VersionTagging,
};
pub use time::Timestamp;
pub use token::Token;

use serde::{Deserialize, Deserializer};

/// Reads a value that may be missing or `null`, as the type's default. Django REST framework
/// answers `null` where a text was never set.
pub(crate) fn or_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}
