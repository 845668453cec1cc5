//! The HTTP interface: routes, authentication, validation, paging and the static site.

pub(crate) mod auth;
pub(crate) mod extract;
pub(crate) mod paging;
pub(crate) mod requests;
pub(crate) mod router;
pub(crate) mod routes;
pub(crate) mod site;
pub(crate) mod validation;
