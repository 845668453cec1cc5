//! The parts that two pages share.

pub mod badge;
pub mod builds_list;
pub mod builds_table;
pub mod commit_dialog;
pub mod crumbs;
pub mod field;
pub mod notice;
pub mod palette;
pub mod time;
pub mod toast;
pub mod trigger;
