//! The v1 image build API on the wire: the types of every call in both directions, the URLs of the
//! calls, and the grammar of names. The console and the server share it. It does no I/O.
//!
//! | for | use |
//! | --- | --- |
//! | builds (calls 2 to 4) | [`Build`], [`Status`], [`TriggerBuild`], [`Page`] |
//! | repositories and tag configs (calls 1 and 6) | [`Repository`], [`CreateRepository`], [`UpdateBuildConfig`], [`TagConfig`] |
//! | what a source offers to build (optional) | [`SourceQuestion`], [`SourceListing`] |
//! | the webhook of a repository (an optional call) | [`Webhook`], [`Delivery`] |
//! | logs (call 5) | [`LogEntry`]; `slipway-log` reads whole logs as they stream in |
//! | builders (an optional call) | [`BuilderInfo`] |
//! | the URL of a call | [`url::join_url`] |
//! | what a name, tag, ref, path or clone URL may look like | [`grammar`] |
//! | secrets in a clone URL: finding, masking, removing | [`redact`] |
//! | a URL of an answer, which can only be shown without its secret | [`SourceUrl`] |
//!
//! Decoding is lenient: a missing or `null` field becomes a default, and a value that the reference
//! does not name is kept as it is.
//!
//! ```
//! use slipway_api::{Build, Status};
//!
//! let build: Build = serde_json::from_str(
//!     r#"{"build_id": "b1", "status": "S", "docker_repo_path": "acme/web",
//!         "docker_repo_tag": "latest", "image_id": null, "a_new_field": 1}"#,
//! )?;
//! assert_eq!(build.status, Status::Succeeded);
//! assert!(build.is_finished());
//! assert_eq!(build.image_reference(), "acme/web:latest");
//! # Ok::<(), serde_json::Error>(())
//! ```
#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod build;
mod builder;
pub mod grammar;
pub mod lenient;
mod log;
pub mod page;
pub mod redact;
pub mod repository;
mod source_listing;
mod source_url;
mod text_enum;
mod time;
pub mod url;
mod webhook;

pub use crate::build::{Build, Status, TriggerBuild, canceled_by};
pub use crate::builder::{BuilderDisk, BuilderInfo, BuilderState};
pub use crate::log::LogEntry;
pub use crate::page::Page;
pub use crate::repository::{
    BuildConfig, CodeClient, CodeSource, CreateRepository, NewBuildConfig, Repository, SavedConfig,
    SourceKind, TagConfig, UpdateBuildConfig, VersionTagging,
};
pub use crate::source_listing::{AskedSource, RowSource, SourceListing, SourceQuestion};
pub use crate::source_url::SourceUrl;
pub use crate::time::{Timestamp, lenient as lenient_time};
pub use crate::webhook::{
    Delivery, DeliveryState, PushResult, PushVia, PushedRef, TagResult, Webhook,
};
