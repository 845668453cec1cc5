//! Escape sequences and control characters: interpreted like a terminal does, as far as that is safe.

mod after;
mod characters;
mod colors;
mod cursor;
mod escape;
mod link;
mod movement;
mod paint;
mod painted;
mod row;
mod style;

pub(crate) use crate::ansi::after::after;
pub(crate) use crate::ansi::colors::without_colors;
pub(crate) use crate::ansi::cursor::{Cursor, Links, Rows};
pub(crate) use crate::ansi::escape::after_colors;
pub(crate) use crate::ansi::movement::{Movement, Part, leaves_line};
pub use crate::ansi::paint::cursor_column;
pub(crate) use crate::ansi::paint::{builder_prefix, paint, plain, plain_into, row_of};
pub use crate::ansi::painted::{EscapeMode, Painted, Span};
pub(crate) use crate::ansi::row::Row;
pub use crate::ansi::style::{Color, Style};
