//! Parts that several pages show: builds, errors, times, breadcrumbs.

pub(crate) mod appearance;
pub(crate) mod breadcrumbs;
pub(crate) mod builds;
pub(crate) mod error_notice;
pub(crate) mod lazy_view;
pub(crate) mod page_beyond_last;
pub(crate) mod page_heading;
pub(crate) mod paged_reader;
pub(crate) mod reload_button;
pub(crate) mod repository;
pub(crate) mod time;
pub(crate) mod toast_region;
