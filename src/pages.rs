//! One file a page.

pub mod build_page;
pub mod builds;
pub mod config;
pub mod connection;
pub mod insight;
pub mod new_repository;
pub mod not_found;
pub mod repositories;
pub mod repository;
