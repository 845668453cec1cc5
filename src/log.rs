//! The log engine: entries in, lines out. Pure Rust, no DOM.

pub mod plain;
pub mod store;

pub use store::{Line, LogStore};
