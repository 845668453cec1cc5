//! The v1 image build API on one machine, with git, an image builder and an SQLite database.
#![forbid(unsafe_code)]

mod app;
mod backup;
mod builds;
mod data_folder;
mod error;
mod hooks;
mod http;
mod log_level;
mod mail;
mod metrics;
mod opening;
mod option_values;
mod options;
mod process;
mod repositories;
mod rules;
mod sample;
mod sandbox;
mod sources;
mod start;
mod store;
mod token_options;

pub use crate::backup::{BackupOptions, RestoreOptions, backup, restore};
pub use crate::builds::builder_address::BuilderAt;
pub use crate::builds::builder_choice::BuilderChoice;
pub use crate::builds::builders_options::BuildersOptions;
pub use crate::builds::by_hand::{BuilderOptions, run_builder};
pub use crate::builds::free_space::SpaceOptions;
pub use crate::builds::limits_options::{BuildLimits, BuildNetwork};
pub use crate::builds::registry_options::{LayerCache, RegistryName, RegistryOptions};
pub use crate::builds::retention_options::RetentionOptions;
pub use crate::data_folder::DataOption;
pub use crate::http::connection_options::ConnectionOptions;
pub use crate::http::hosts::HostOptions;
pub use crate::mail::mail_options::MailOptions;
pub use crate::options::Options;
pub use crate::sandbox::stage::sandbox_stage;
pub use crate::sources::clone_urls::SourceTemplate;
pub use crate::sources::hosts::AllowedHost;
pub use crate::sources::source_options::SourceOptions;
pub use crate::start::{Server, StartError, serve};
pub use crate::token_options::{AccessToken, TokenOptions};
