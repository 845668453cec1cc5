//! Elements without knowledge of the API: buttons, inputs, dialogs, tables.

pub mod button;
pub mod copy;
pub mod dialog;
pub mod external_link;
pub mod fact;
pub(crate) mod field_frame;
pub mod icon;
pub mod input;
pub mod markdown;
pub mod notice;
pub mod table;
