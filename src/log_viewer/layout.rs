//! Computes which lines are on screen, and how they are laid out. Pure, no DOM.

pub(crate) mod color;
pub(crate) mod line;
pub(crate) mod times;
pub(crate) mod viewport;
