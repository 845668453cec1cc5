//! The v1 image build API on the wire: the types of every call in both directions, the URLs of the
//! calls, and the grammar of names. Shared by the console and the server; no I/O.
#![forbid(unsafe_code)]

pub mod build;
pub mod grammar;
pub mod lenient;
pub mod log;
pub mod page;
pub mod repository;
mod text_enum;
pub mod time;
pub mod url;

pub use crate::build::{Build, Status, TriggerBuild};
pub use crate::log::LogEntry;
pub use crate::page::Page;
pub use crate::repository::{
    BuildConfig, CodeClient, CodeSource, CreateRepository, NewBuildConfig, Repository, SavedConfig,
    SourceKind, TagConfig, UpdateBuildConfig, VersionTagging,
};
pub use crate::time::Timestamp;
