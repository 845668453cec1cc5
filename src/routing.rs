//! URLs of the console and the browser's history.

pub(crate) mod log_location;
pub(crate) mod log_search;
pub(crate) mod navigation;
pub(crate) mod routes;
