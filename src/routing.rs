//! URLs of the console and the browser's history.

pub mod navigation;
pub mod routes;
