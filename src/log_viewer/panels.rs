//! The bars, menus and panels around the log.

pub(crate) mod go_to_field;
pub(crate) mod level_menu;
pub(crate) mod menu;
pub(crate) mod minimap;
pub(crate) mod more_menu;
pub(crate) mod search_bar;
pub(crate) mod selection_bar;
pub(crate) mod steps_panel;
pub(crate) mod toolbar;
