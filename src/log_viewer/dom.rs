//! The DOM rows of the log.

pub mod painting;
pub mod row;
pub mod row_pool;
