//! The rows of the log in the DOM.

pub(crate) mod grid;
pub(crate) mod painting;
pub(crate) mod row;
pub(crate) mod row_pool;
pub(crate) mod text_selection;
