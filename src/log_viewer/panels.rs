//! The toolbar, menus, search and side panels of the log.

pub mod menus;
pub mod minimap;
pub mod search_bar;
pub mod selection_bar;
pub mod steps_panel;
pub mod toolbar;
