//! Builds on screen: the list, its table, the status badge, the buttons that start builds.

pub mod build_buttons;
pub mod cells;
pub mod commit_dialog;
pub mod list;
pub mod status_badge;
pub mod table;
pub mod visible_rows;
