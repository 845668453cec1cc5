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

pub use build::{Build, Status, TriggerBuild};
pub use log::LogEntry;
pub use page::Page;
pub use repository::{
    BuildConfig, CodeClient, CodeSource, CreateRepository, Held, NewBuildConfig, Repository,
    SourceKind, TagConfig, UpdateBuildConfig, VersionTagging,
};
pub use time::Timestamp;
