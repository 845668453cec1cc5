//! Which lines are on screen and how they are laid out. Pure.

pub mod color;
pub mod line;
pub mod times;
pub mod viewport;
