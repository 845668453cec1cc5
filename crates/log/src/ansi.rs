//! Escape sequences and controls: what a terminal would make of them, as far as it harms nobody.

mod carry;
mod escape;
mod paint;
mod style;

pub use crate::ansi::carry::Carry;
pub(crate) use crate::ansi::paint::plain_into;
pub use crate::ansi::paint::{Mode, Painted, Span, paint, plain};
pub use crate::ansi::style::{Color, Style};
