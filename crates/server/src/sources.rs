//! Code sources: their clone URLs, git, and their web pages.

pub(crate) mod clone_urls;
pub(crate) mod git;
pub(crate) mod host_pages;
