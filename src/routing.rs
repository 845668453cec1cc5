//! URLs of the console and the browser's history.

pub(crate) mod navigation;
pub(crate) mod routes;
