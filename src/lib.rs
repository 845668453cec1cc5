//! Slipway: a browser console for the v1 image build API.
//!
//! The modules are layers, from `app` at the top down to `platform`. Each imports only from layers below it. `docs/ARCHITECTURE.md` has the table, and `tests/layers.rs` holds every import against it.
#![deny(unsafe_code)]

pub mod app;
pub mod client;
pub mod components;
pub mod forms;
pub mod i18n;
pub mod log_viewer;
pub mod pages;
pub mod platform;
pub mod query;
pub mod reactive;
pub mod routing;
pub mod state;
pub mod ui;

pub use slipway_api as api;
pub use slipway_log as log;
