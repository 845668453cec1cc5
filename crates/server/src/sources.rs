//! Code sources: their clone URLs, git, and their web pages.

mod check_out;
pub(crate) mod clone_urls;
mod commit_message;
mod completion;
mod credentials;
mod gate;
pub(crate) mod git;
pub(crate) mod host_pages;
pub(crate) mod hosts;
mod lfs;
mod lfs_endpoint;
mod lfs_transfer;
pub(crate) mod look;
mod network;
mod outline;
mod proxy_request;
mod refs;
pub(crate) mod source_options;
mod submodules;
mod tree;
mod way;
