//! Elements without knowledge of the API: buttons, inputs, dialogs, tables.

pub(crate) mod button;
pub(crate) mod copy;
pub(crate) mod dialog;
pub(crate) mod external_link;
pub(crate) mod fact;
pub(crate) mod field_frame;
pub(crate) mod file_input;
pub(crate) mod icon;
pub(crate) mod input;
pub(crate) mod markdown;
pub(crate) mod menu;
pub(crate) mod notice;
pub(crate) mod table;
