//! Builds on screen: the list, its table, the status badge, the buttons that start builds.

pub(crate) mod build_again;
pub(crate) mod build_buttons;
pub(crate) mod builds_part;
pub(crate) mod builds_reader;
pub(crate) mod cells;
pub(crate) mod commit_dialog;
pub(crate) mod duration_note;
pub(crate) mod expectation;
pub(crate) mod history;
pub(crate) mod last_builds;
pub(crate) mod list;
pub(crate) mod recent_builds;
pub(crate) mod row_actions;
pub(crate) mod row_menu;
pub(crate) mod row_notes;
pub(crate) mod scan;
pub(crate) mod scan_reader;
pub(crate) mod spread;
pub(crate) mod status_badge;
pub(crate) mod table;
pub(crate) mod tag_now;
mod tag_words;
pub(crate) mod visible_rows;
