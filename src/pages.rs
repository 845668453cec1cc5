//! One file a page.

pub(crate) mod build_page;
pub(crate) mod builds;
pub(crate) mod config;
pub(crate) mod connection;
pub(crate) mod insight;
pub(crate) mod log_search;
pub(crate) mod new_repository;
pub(crate) mod not_found;
pub(crate) mod repositories;
pub(crate) mod repository;
