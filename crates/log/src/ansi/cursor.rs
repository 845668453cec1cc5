//! Follows the cursor through a text, and writes what a terminal shows into rows.

use crate::ansi::characters::{ordinary, symbol};
use crate::ansi::escape::{self, Escape};
use crate::ansi::link::link;
use crate::ansi::movement::{Movement, Part};
use crate::ansi::row::{Look, Row};
use crate::ansi::style::Style;
use crate::width::clusters_from;

/// The most links of a text.
const MAX_LINKS: usize = 10_000;

/// The addresses of the links in some rows. A link's number counts from 1; 0 stands for none.
#[derive(Debug, Clone, Default)]
pub(crate) struct Links(pub(crate) Vec<String>);

impl Links {
    /// The number of an address; 0 if there are too many.
    pub(crate) fn number(&mut self, address: &str) -> u32 {
        if self.0.last().is_none_or(|last| last != address) {
            if self.0.len() >= MAX_LINKS {
                return 0;
            }
            self.0.push(address.to_owned());
        }
        self.0.len() as u32
    }
}

/// The rows that a cursor is on.
pub(crate) trait Rows {
    /// The row that the cursor is on.
    fn row(&mut self) -> &mut Row;
    /// The first column of the row that the cursor is on.
    fn home(&self) -> usize;
    /// The addresses of the links in the rows.
    fn links(&mut self) -> &mut Links;
    /// Goes to another row, or changes others. `column` is the cursor's. Returns the column to go to.
    fn leave(&mut self, movement: Movement, column: usize) -> usize;
}

/// The place in a row, and the look of what is written there.
#[derive(Debug, Clone, Default)]
pub(crate) struct Cursor {
    pub(crate) column: usize,
    pub(crate) look: Look,
    /// The number of backspaces right before.
    backspaces: u8,
}

impl Cursor {
    /// A cursor at the start of a line that begins with this style.
    pub(crate) fn with(style: Style) -> Self {
        let look = Look { style, link: 0 };
        Self {
            look,
            ..Self::default()
        }
    }

    /// Writes a text of one line, with all that it does.
    pub(crate) fn write(&mut self, text: &str, rows: &mut dyn Rows) {
        let mut rest = text;
        while let Some(char) = rest.chars().next() {
            let mut len = ordinary(rest);
            if len > 0 {
                self.put(rest.get(..len).unwrap_or_default(), rows);
                rest = rest.get(len..).unwrap_or_default();
                continue;
            }
            len = char.len_utf8();
            match char {
                '\u{1b}' => {
                    let (escape, of) = escape::read(rest);
                    len = of;
                    self.apply(escape, rows);
                }
                '\r' => {
                    // A builder that repeats its number begins before it.
                    let repeats =
                        matches!(rest.as_bytes(), [_, b'#', digit, ..] if digit.is_ascii_digit());
                    self.column = if repeats { 0 } else { rows.home() };
                }
                '\u{8}' => {
                    let home = rows.home();
                    if self.column > home {
                        self.column -= 1;
                        self.backspaces = self.backspaces.saturating_add(1);
                    }
                    rest = rest.get(len..).unwrap_or_default();
                    continue;
                }
                char => {
                    let mut text = String::new();
                    symbol(char, &mut text);
                    self.put(&text, rows);
                }
            }
            self.backspaces = 0;
            rest = rest.get(len..).unwrap_or_default();
        }
    }

    /// Writes text without special characters.
    fn put(&mut self, text: &str, rows: &mut dyn Rows) {
        let home = rows.home();
        let start = self.column.saturating_sub(home);
        let row = rows.row();
        for cluster in clusters_from(text, 0, start) {
            let part = text.get(cluster.bytes.clone()).unwrap_or_default();
            if part == "\t" {
                self.column += cluster.columns;
            } else if self.backspaces != 1 || !strike_over(row, self.column, part, self.look) {
                row.put(self.column, part, cluster.columns, self.look);
                self.column += cluster.columns;
            } else {
                self.column += 1;
            }
            self.backspaces = 0;
        }
    }

    fn apply(&mut self, escape: Escape<'_>, rows: &mut dyn Rows) {
        match escape {
            Escape::Control(parameters, b'm') => {
                self.look.style = self.look.style.after(parameters);
            }
            Escape::Command(command) => {
                if let Some(address) = link(command) {
                    self.look.link = address.map_or(0, |address| rows.links().number(address));
                }
            }
            escape => {
                if let Some(movement) = Movement::of(escape) {
                    self.go(movement, rows);
                }
            }
        }
    }

    fn go(&mut self, movement: Movement, rows: &mut dyn Rows) {
        let (column, home) = (self.column, rows.home());
        match movement {
            Movement::Right(columns) => self.column += columns,
            Movement::Left(columns) => {
                self.column = column.saturating_sub(columns).max(home.min(column));
            }
            Movement::Column(column) => self.column = home + column,
            Movement::EraseLine(part) => rows.row().erase(match part {
                Part::After => column..usize::MAX,
                Part::Before => home..column + 1,
                Part::All => home..usize::MAX,
            }),
            Movement::EraseColumns(columns) => rows.row().erase(column..column + columns),
            Movement::InsertColumns(columns) => rows.row().insert(column, columns),
            Movement::DeleteColumns(columns) => rows.row().delete(column, columns),
            movement => self.column = rows.leave(movement, column),
        }
    }
}

/// Prints a character over another one, as printers do for bold and underlined text. Returns false if it covers the
/// other one instead.
fn strike_over(row: &mut Row, column: usize, part: &str, look: Look) -> bool {
    let mut chars = part.chars();
    let (Some(char), None, Some(before)) = (chars.next(), chars.next(), row.char(column)) else {
        return false;
    };
    match (before, char) {
        (' ', _) | (_, ' ') => return false,
        (before, char) if before == char => row.restyle(column, |style| style.bold = true),
        ('_', char) if char.is_alphanumeric() => {
            row.put(column, part, 1, look);
            row.restyle(column, |style| style.underline = true);
        }
        (before, '_') if before.is_alphanumeric() => {
            row.restyle(column, |style| style.underline = true);
        }
        _ => return false,
    }
    true
}

/// One line alone. Movements to other lines have no effect.
#[derive(Debug, Default)]
pub(crate) struct OneRow {
    pub(crate) row: Row,
    pub(crate) links: Links,
}

impl Rows for OneRow {
    fn row(&mut self) -> &mut Row {
        &mut self.row
    }

    fn home(&self) -> usize {
        self.row.home
    }

    fn links(&mut self) -> &mut Links {
        &mut self.links
    }

    fn leave(&mut self, movement: Movement, column: usize) -> usize {
        match movement {
            Movement::EraseScreen(part) => {
                let home = self.row.home;
                self.row.erase(match part {
                    Part::After => column..usize::MAX,
                    Part::Before => home..column + 1,
                    Part::All => home..usize::MAX,
                });
                column
            }
            Movement::NextLine(_) | Movement::PreviousLine(_) => self.row.home,
            Movement::Place(_, to) => self.row.home + to,
            _ => column,
        }
    }
}
