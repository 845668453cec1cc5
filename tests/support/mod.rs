//! Shared by the browser tests and the bench: the servers, the browser, a driver for its page, fixtures.
//!
//! Tests name roles, labels and texts only. Where something has neither, its CSS selector is written once,
//! in `page/` or `log_page.rs`, with the reason.

pub mod api;
pub mod browser;
#[allow(dead_code, reason = "not every test program starts a daemon")]
pub mod daemons;
pub mod engine;
pub mod files;
pub mod fixtures;
pub mod log_page;
#[allow(dead_code, reason = "not every test program starts nginx")]
pub mod nginx;
pub mod page;
pub mod parts;
pub mod proxy;
#[allow(dead_code, reason = "not every test program starts a registry")]
pub mod registry;
pub mod scenes;
pub mod server;
pub mod source;
pub mod steps;
pub mod story;
pub mod wait;
pub mod world;

pub use api::{Api, Part, Reply};
pub use browser::{Browser, Setup};
pub use engine::{Engine, NO_TOUCH};
pub use server::Server;
pub use source::Source;
pub use story::story;
#[allow(unused_imports, reason = "not every test program waits for a value")]
pub(crate) use wait::assert_soon;
pub use wait::{eventually, eventually_eq};

use std::path::{Path, PathBuf};

/// The result of a test; any error fails it.
pub type Outcome = Result<(), Box<dyn std::error::Error + Send + Sync>>;

/// A file of this checkout.
pub fn project(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}
