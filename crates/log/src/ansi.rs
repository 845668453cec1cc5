//! Escape sequences and control characters: interpreted like a terminal does, as far as that is safe.

mod carry;
mod escape;
mod paint;
mod style;

pub(crate) use crate::ansi::carry::Carry;
pub use crate::ansi::paint::{EscapeMode, Painted, Span};
pub(crate) use crate::ansi::paint::{paint, plain, plain_into};
pub use crate::ansi::style::{Color, Style};
