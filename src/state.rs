//! The state of the console: in memory while it is open, and in the browser's storage.

pub mod clock;
pub mod connection;
pub mod known_repositories;
pub(crate) mod last_list;
pub mod overlay;
pub mod page_actions;
pub mod scanned_builds;
pub mod session_cache;
pub(crate) mod shortcuts;
pub mod start_build;
pub mod theme;
pub mod toasts;
pub mod watched_builds;
