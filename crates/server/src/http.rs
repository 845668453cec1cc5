//! The HTTP interface: routes, authentication, validation, paging, the static site.

pub mod auth;
pub mod extract;
pub mod paging;
pub mod requests;
pub mod routes;
pub mod site;
pub mod validation;
