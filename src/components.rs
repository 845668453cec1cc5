//! The parts that two pages share.

pub mod badge;
pub mod builds_table;
pub mod button;
pub mod copy;
pub mod dialog;
pub mod fact;
pub mod field;
pub mod icon;
pub mod input;
pub mod markdown;
pub mod notice;
pub mod table;
pub mod time;
pub mod trigger;
