//! The controls and panels around the lines.

mod attempts;
mod checkbox;
pub(crate) mod errors_button;
mod go_to_field;
mod level_menu;
pub(crate) mod minimap;
mod more_menu;
mod search_field;
pub(crate) mod selection_bar;
pub(crate) mod step_row;
mod step_rows;
mod steps_list;
pub(crate) mod steps_panel;
pub(crate) mod steps_width;
mod times_menu;
pub(crate) mod toolbar;
mod usual_time;
