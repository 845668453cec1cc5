//! The parts that two pages share.

pub mod badge;
pub mod builds_list;
pub mod builds_table;
pub mod button;
pub mod commit_dialog;
pub mod copy;
pub mod crumbs;
pub mod dialog;
pub mod fact;
pub mod field;
pub mod icon;
pub mod input;
pub mod markdown;
pub mod notice;
pub mod palette;
pub mod table;
pub mod time;
pub mod toast;
pub mod trigger;
