//! Sources: git, clone URLs, the web pages of a code host.

pub mod clone_urls;
pub mod git;
pub mod host_pages;
