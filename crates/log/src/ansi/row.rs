//! A row of a terminal: the text in each of its columns.

use crate::ansi::painted::{Painted, Span};
use crate::ansi::style::{Color, Style};
use std::ops::Range;

/// The most columns that can be written over. What is written after them is only appended.
const MAX_COLUMNS: usize = 16_384;

/// In [`Cell::text`]: the cell belongs to the wide character before it.
const WIDE: char = '\0';

/// The content of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Cell {
    /// Its character, if it is only one.
    text: char,
    /// If its text is several characters: their index in [`Row::clusters`], plus one.
    cluster: u32,
    /// The number of its link, plus one.
    link: u32,
    style: Style,
}

const BLANK: Cell = Cell {
    text: ' ',
    cluster: 0,
    link: 0,
    style: Style {
        foreground: Color::Default,
        background: Color::Default,
        bold: false,
        dim: false,
        italic: false,
        underline: false,
        inverse: false,
        strike: false,
    },
};

/// The look of what is written: its style, and the number of its link, plus one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Look {
    pub(crate) style: Style,
    pub(crate) link: u32,
}

/// One line of a terminal.
#[derive(Debug, Clone, Default)]
pub(crate) struct Row {
    cells: Vec<Cell>,
    clusters: Vec<Box<str>>,
    /// The text after the last column that can be written over.
    rest: String,
    /// The first column that the program can write to: the ones before it are of the builder.
    pub(crate) home: usize,
}

impl Row {
    /// Returns true if nothing stands in it.
    pub(crate) fn is_blank(&self) -> bool {
        self.cells.is_empty() && self.rest.is_empty()
    }

    /// The character in a column, if it is only one.
    pub(crate) fn char(&self, column: usize) -> Option<char> {
        let cell = self.cells.get(column)?;
        (cell.cluster == 0 && cell.text != WIDE).then_some(cell.text)
    }

    /// Writes one grapheme cluster, which takes so many columns. One without columns joins the text before it.
    pub(crate) fn put(&mut self, column: usize, cluster: &str, columns: usize, look: Look) {
        let mut chars = cluster.chars();
        let (Some(char), is_one) = (chars.next(), chars.next().is_none()) else {
            return;
        };
        if columns == 0 {
            return self.join(column, cluster);
        }
        if column + columns > MAX_COLUMNS {
            return self.rest.push_str(cluster);
        }
        if self.cells.len() < column {
            self.cells.resize(column, BLANK);
        }
        self.split_wide(column);
        self.split_wide(column + columns);
        let cell = Cell {
            text: char,
            cluster: match is_one {
                true => 0,
                false => self.add_cluster(cluster),
            },
            link: look.link,
            style: look.style,
        };
        self.set(column, cell);
        for column in column + 1..column + columns {
            self.set(
                column,
                Cell {
                    text: WIDE,
                    cluster: 0,
                    ..cell
                },
            );
        }
    }

    fn set(&mut self, column: usize, cell: Cell) {
        match self.cells.get_mut(column) {
            Some(place) => *place = cell,
            None => self.cells.push(cell),
        }
    }

    fn add_cluster(&mut self, cluster: &str) -> u32 {
        self.clusters.push(cluster.into());
        self.clusters.len() as u32
    }

    /// Appends characters without columns of their own to the text before a column.
    fn join(&mut self, column: usize, marks: &str) {
        let before = self.cells.get(..column).unwrap_or(&self.cells);
        let Some(at) = before.iter().rposition(|cell| cell.text != WIDE) else {
            return;
        };
        let mut text = String::new();
        if let Some(cell) = self.cells.get(at) {
            self.push_text(*cell, &mut text);
        }
        text.push_str(marks);
        let cluster = self.add_cluster(&text);
        if let Some(cell) = self.cells.get_mut(at) {
            cell.cluster = cluster;
        }
    }

    /// Changes the style of the text in a column.
    pub(crate) fn restyle(&mut self, column: usize, change: impl FnOnce(&mut Style)) {
        if let Some(cell) = self.cells.get_mut(column) {
            change(&mut cell.style);
        }
    }

    /// Blanks the wide character that a column is in the middle of.
    fn split_wide(&mut self, column: usize) {
        let is_inside = |cell: &Cell| cell.text == WIDE;
        if !self.cells.get(column).is_some_and(is_inside) {
            return;
        }
        let before = self.cells.get(..column).unwrap_or(&[]);
        let start = before
            .iter()
            .rposition(|cell| !is_inside(cell))
            .unwrap_or(0);
        let rest = self.cells.get(column..).unwrap_or(&[]);
        let end = rest.iter().position(|cell| !is_inside(cell));
        let end = end.map_or(self.cells.len(), |len| column + len);
        self.cells
            .get_mut(start..end)
            .unwrap_or(&mut [])
            .fill(BLANK);
    }

    /// Blanks columns. Those at the end of the line are gone.
    pub(crate) fn erase(&mut self, columns: Range<usize>) {
        self.split_wide(columns.start);
        self.split_wide(columns.end);
        if columns.end >= self.cells.len() {
            self.cells.truncate(columns.start);
            if columns.end > MAX_COLUMNS {
                self.rest.clear();
            }
        } else if let Some(cells) = self.cells.get_mut(columns) {
            cells.fill(BLANK);
        }
    }

    /// Moves what stands from a column on to the right.
    pub(crate) fn insert(&mut self, column: usize, columns: usize) {
        self.split_wide(column);
        if column < self.cells.len() {
            let columns = columns.min(MAX_COLUMNS);
            self.cells
                .splice(column..column, std::iter::repeat_n(BLANK, columns));
            self.split_wide(MAX_COLUMNS);
            self.cells.truncate(MAX_COLUMNS);
        }
    }

    /// Removes columns, and moves what stands after them to the left.
    pub(crate) fn delete(&mut self, column: usize, columns: usize) {
        let end = column.saturating_add(columns).min(self.cells.len());
        self.split_wide(column);
        self.split_wide(end);
        if column < end {
            self.cells.drain(column..end);
        }
    }

    fn push_text(&self, cell: Cell, into: &mut String) {
        match cell.cluster {
            0 if cell.text == WIDE => {}
            0 => into.push(cell.text),
            cluster => {
                let text = self.clusters.get(cluster as usize - 1);
                into.push_str(text.map_or("", |text| text));
            }
        }
    }

    /// Its text, without styles.
    pub(crate) fn text(&self) -> String {
        let mut text = String::with_capacity(self.cells.len());
        for cell in &self.cells {
            self.push_text(*cell, &mut text);
        }
        text + &self.rest
    }

    /// The first column of each part that has one look, and the look. At last the column after all, if text follows.
    fn looks(&self) -> impl Iterator<Item = (Range<usize>, Look)> + '_ {
        let mut at = 0;
        std::iter::from_fn(move || {
            let first = self.cells.get(at)?;
            let rest = self.cells.get(at..)?;
            let alike = |cell: &&Cell| (cell.style, cell.link) == (first.style, first.link);
            let start = at;
            at += rest.iter().take_while(alike).count();
            let look = Look {
                style: first.style,
                link: first.link,
            };
            Some((start..at, look))
        })
    }

    /// Appends its text to what is painted, whose links are those of the row.
    pub(crate) fn paint(&self, into: &mut Painted) {
        for (columns, look) in self.looks() {
            let start = into.text.len();
            for cell in self.cells.get(columns).unwrap_or(&[]) {
                self.push_text(*cell, &mut into.text);
            }
            into.push_span(start, look);
        }
        let start = into.text.len();
        into.text.push_str(&self.rest);
        into.push_span(start, Look::default());
    }

    /// Its text with escapes, which set all styles anew. `links` are the addresses of its links, `pen` is the style at
    /// its end.
    pub(crate) fn escaped(&self, links: &[String], pen: Style) -> String {
        let mut text = String::from("\u{1b}[m");
        let mut before = Look::default();
        for (columns, look) in self.looks() {
            change_look(before, look, links, &mut text);
            before = look;
            for cell in self.cells.get(columns).unwrap_or(&[]) {
                self.push_text(*cell, &mut text);
            }
        }
        let end = Look::default();
        if !self.rest.is_empty() {
            change_look(before, end, links, &mut text);
            before = end;
            text.push_str(&self.rest);
        }
        change_look(
            before,
            Look {
                style: pen,
                link: 0,
            },
            links,
            &mut text,
        );
        text
    }
}

/// Appends the escapes between texts of two looks.
fn change_look(before: Look, after: Look, links: &[String], into: &mut String) {
    if before.style != after.style {
        after.style.write(into);
    }
    if before.link != after.link {
        let link = (after.link as usize)
            .checked_sub(1)
            .and_then(|link| links.get(link));
        into.push_str("\u{1b}]8;;");
        into.push_str(link.map_or("", |link| link));
        into.push_str("\u{1b}\\");
    }
}

impl Painted {
    /// Ends a span of the text from a byte on.
    fn push_span(&mut self, start: usize, look: Look) {
        let end = self.text.len();
        if end > start {
            self.spans.push(Span {
                start,
                end,
                style: look.style,
                link: (look.link as usize).checked_sub(1),
            });
        }
    }
}
