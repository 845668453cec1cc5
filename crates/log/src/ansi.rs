//! Escape sequences and controls: what a terminal would make of them, as far as it harms nobody.

mod carry;
mod escape;
mod paint;
mod style;

pub use carry::Carry;
pub use paint::{Mode, Painted, Span, paint, plain};
pub use style::{Color, Style};

pub(crate) use paint::plain_into;
