//! Code sources: their clone URLs, git, and their web pages.

pub(crate) mod clone_urls;
mod completion;
mod credentials;
pub(crate) mod git;
pub(crate) mod host_pages;
mod lfs;
mod refs;
mod submodules;
