//! What several pages show: builds, errors, times, breadcrumbs.

pub mod breadcrumbs;
pub mod builds;
pub mod error_notice;
pub mod page_beyond_last;
pub mod page_heading;
pub mod repository;
pub mod time;
pub mod toast_region;
