//! The HTTP interface: routes, authentication, validation, paging and the static site.

pub(crate) mod auth;
pub(crate) mod connection_options;
pub(crate) mod connections;
pub(crate) mod descriptors;
pub(crate) mod extract;
pub(crate) mod hosts;
pub(crate) mod log_body;
pub(crate) mod paging;
pub(crate) mod requests;
pub(crate) mod revalidation;
pub(crate) mod router;
pub(crate) mod routes;
pub(crate) mod site;
pub(crate) mod site_config;
pub(crate) mod site_files;
pub(crate) mod source_looks;
pub(crate) mod validation;
pub(crate) mod watching;
pub(crate) mod wrong_tokens;
