//! Slipway: a browser console for the v1 image build API.
//!
//! The modules are layers, from `app` at the top down to `platform`. Each imports only from layers below it.
//! `docs/ARCHITECTURE.md` has the table, and `tests/layers.rs` holds every import against it. Public is what
//! the tests and the program use.
#![deny(unsafe_code)]

pub mod app;
pub mod client;
mod components;
pub mod forms;
pub mod i18n;
mod log_viewer;
mod pages;
pub mod platform;
mod query;
pub mod reactive;
mod routing;
pub mod state;
mod ui;

pub use slipway_api as api;
pub use slipway_log as log;
