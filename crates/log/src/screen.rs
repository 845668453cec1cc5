//! Lines that a program writes over: it moves the cursor up and writes the next state of its progress over the last
//! one. The rows here are those at the end of the log that such a program can still reach, as a terminal would show
//! them.
//!
//! A program reaches the output of its own step: nothing above the line with which the builder announces the step, and
//! with BuildKit, which prints the output of several steps in turns, only the lines with the number of its step.

use crate::ansi::{
    Cursor, Links, Movement, Part, Row, Rows, Style, builder_prefix, leaves_line, row_of,
};
use crate::grammar;
use std::collections::BTreeMap;

/// The number of lines at the end of the log that can be written over.
pub(crate) const REACH: usize = 200;

/// The number of lines that a terminal is sure to show at once.
const WINDOW: usize = 24;

/// More lines than this at once mean the end of the screen.
const FAR: usize = 50;

/// The most steps whose cursors are remembered.
const MAX_PLACES: usize = 64;

/// The lines of a log as they are shown so far.
pub(crate) trait Lines {
    /// Their number.
    fn len(&self) -> usize;
    /// The text of one, with its escapes.
    fn text(&self, line: usize) -> &str;
    /// The style at the start of one.
    fn style_at(&self, line: usize) -> Style;
}

/// A line that an entry has changed.
#[derive(Debug)]
pub(crate) struct Change {
    pub(crate) line: usize,
    /// Its text, with escapes.
    pub(crate) text: String,
    /// False if the entry only sets the style after it.
    pub(crate) is_written: bool,
}

/// A line of an entry, where it was written.
#[derive(Debug)]
pub(crate) struct Written {
    pub(crate) line: usize,
    /// The number of lines then.
    pub(crate) len: usize,
    /// The visible text of the line, if it may say something about steps.
    pub(crate) text: Option<String>,
}

/// A row that a program has reached.
#[derive(Debug)]
struct Loaded {
    row: Row,
    kind: Kind,
    /// The style after it, for a line that follows.
    pen: Style,
    is_changed: bool,
    is_written: bool,
}

/// The origin of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Kind {
    /// BuildKit's number of the step; 0 for lines without.
    owner: u32,
    /// True for a line of the builder itself.
    is_marker: bool,
}

/// The cursor of a step.
#[derive(Debug, Default)]
struct Place {
    owner: u32,
    line: usize,
    /// The line and the column that the program wants to come back to.
    saved: Option<(usize, usize)>,
    /// The first line of the screen, once the program has asked for one of its rows by number.
    origin: Option<usize>,
    /// True while the cursor is on a line that is there already.
    is_inside: bool,
}

/// The rows at the end of a log, and the cursors on them.
#[derive(Debug, Default)]
pub(crate) struct Screen {
    places: Vec<Place>,
    rows: BTreeMap<usize, Loaded>,
    links: Links,
    /// The number of lines, with those that the current entry adds.
    len: usize,
    /// The style that the next text has, and the number of lines when it was set.
    pen: Style,
    pen_len: Option<usize>,
    /// The lines that the last entry wrote.
    written: Vec<Written>,
}

impl Screen {
    /// Returns true if a program's cursor is on a line that is there already, so that the next entry may not be a new
    /// line.
    pub(crate) fn is_inside(&self) -> bool {
        self.places.iter().any(|place| place.is_inside)
    }

    /// Writes an entry. Returns the lines that it changes or adds, in order.
    pub(crate) fn write(&mut self, entry: &str, lines: &dyn Lines) -> Vec<Change> {
        self.see_markers(lines);
        self.len = lines.len();
        self.written.clear();
        if self.pen_len != Some(self.len) {
            self.pen = lines.style_at(self.len);
        }
        for line in entry.split('\n') {
            self.write_line(line.trim_end_matches('\r'), lines);
        }
        if let Some(last) = self.len.checked_sub(1) {
            let pen = self.pen;
            let last = self.load(last, lines);
            last.is_changed = true;
            last.pen = pen;
        }
        self.pen_len = Some(self.len);
        self.changes()
    }

    /// The lines that the last entry wrote.
    pub(crate) fn take_written(&mut self) -> Vec<Written> {
        std::mem::take(&mut self.written)
    }

    /// Ends what programs show at the lines of the builder that have come since the last entry.
    fn see_markers(&mut self, lines: &dyn Lines) {
        let from = lines.len().saturating_sub(REACH);
        if from > self.len {
            self.places.clear();
        }
        for line in from.max(self.len)..lines.len() {
            self.end_frame(kind(lines.text(line)));
        }
    }

    /// Forgets the cursor of a step, or of all, after a line of the builder: what it says is no part of what a program
    /// shows.
    fn end_frame(&mut self, kind: Kind) {
        if kind.is_marker {
            let is_other = |place: &Place| kind.owner != 0 && place.owner != kind.owner;
            self.places.retain(is_other);
        }
    }

    fn changes(&mut self) -> Vec<Change> {
        let mut changes = Vec::new();
        for (line, loaded) in &mut self.rows {
            if std::mem::take(&mut loaded.is_changed) {
                changes.push(Change {
                    line: *line,
                    text: loaded.row.escaped(&self.links.0, loaded.pen),
                    is_written: std::mem::take(&mut loaded.is_written),
                });
            }
        }
        self.rows = self.rows.split_off(&self.len.saturating_sub(REACH));
        changes
    }

    fn write_line(&mut self, line: &str, lines: &dyn Lines) {
        let kind = kind(line);
        if !leaves_line(line) {
            self.end_frame(kind);
        }
        let at = self.place(kind.owner);
        let before = self.len;
        let (prefix, text) = line.split_at(builder_prefix(line));
        let mut writer = Writer {
            at,
            prefix,
            screen: self,
            lines,
        };
        writer.begin();
        let mut cursor = Cursor::with(writer.screen.pen);
        cursor.column = writer.home();
        cursor.write(text, &mut writer);
        let written = writer.end();
        self.pen = cursor.look.style;
        let first = written.min(before);
        for line in first..self.len {
            if line == written || line >= before {
                self.note_written(line, kind.owner != 0, written);
            }
        }
    }

    /// Takes note of a line that was written or added. `last` is the one at which the cursor ended.
    fn note_written(&mut self, line: usize, is_vertex: bool, last: usize) {
        let is_end = line + 1 == self.len;
        let loaded = self.rows.get_mut(&line).filter(|_| is_end || is_vertex);
        let text = loaded.and_then(|loaded| {
            let text = loaded.row.text();
            if line == last && is_end {
                loaded.kind.is_marker = grammar::is_marker(&text);
            }
            (is_vertex || grammar::may_be_marker(text.as_bytes())).then_some(text)
        });
        // What is said of an earlier line has been said.
        let text = text.filter(|_| is_end || line != last);
        self.written.push(Written {
            line,
            len: self.len,
            text,
        });
    }

    /// The index of the place of a step.
    fn place(&mut self, owner: u32) -> usize {
        if let Some(at) = self.places.iter().position(|place| place.owner == owner) {
            return at;
        }
        if self.places.len() >= MAX_PLACES {
            self.places.remove(0);
        }
        self.places.push(Place {
            owner,
            ..Place::default()
        });
        self.places.len() - 1
    }

    fn kind_of(&self, line: usize, lines: &dyn Lines) -> Kind {
        match self.rows.get(&line) {
            Some(loaded) => loaded.kind,
            None if line < lines.len() => kind(lines.text(line)),
            None => Kind::default(),
        }
    }

    /// The row of a line that is there.
    fn load(&mut self, line: usize, lines: &dyn Lines) -> &mut Loaded {
        let links = &mut self.links;
        self.rows.entry(line).or_insert_with(|| {
            let text = lines.text(line);
            let (row, now, pen) = row_of(text, lines.style_at(line), std::mem::take(links));
            *links = now;
            Loaded {
                row,
                kind: kind(text),
                pen,
                is_changed: false,
                is_written: false,
            }
        })
    }
}

/// The origin of a line, by its text with escapes.
fn kind(text: &str) -> Kind {
    let text = crate::ansi::after_colors(text);
    let is_marker = grammar::is_marker(text);
    let number = match text.strip_prefix('#') {
        Some(rest) if is_marker || builder_prefix(text) > 0 => {
            let end = rest.find(|char: char| !char.is_ascii_digit());
            rest.get(..end.unwrap_or(rest.len())).unwrap_or_default()
        }
        _ => "",
    };
    Kind {
        owner: number.parse().unwrap_or(0),
        is_marker,
    }
}

/// Writes one line of an entry at the cursor of its step.
struct Writer<'a> {
    /// The index of the step's place.
    at: usize,
    /// The text that the builder puts before each line of the step.
    prefix: &'a str,
    screen: &'a mut Screen,
    lines: &'a dyn Lines,
}

impl Writer<'_> {
    fn place(&mut self) -> &mut Place {
        // The place exists as long as the writer.
        &mut self.screen.places[self.at]
    }

    fn line(&self) -> usize {
        self.screen
            .places
            .get(self.at)
            .map_or(0, |place| place.line)
    }

    fn owner(&self) -> u32 {
        self.screen
            .places
            .get(self.at)
            .map_or(0, |place| place.owner)
    }

    /// Goes to the line after all, unless the cursor is on one that can still be reached.
    fn begin(&mut self) {
        let len = self.screen.len;
        let place = self.place();
        if !place.is_inside || place.line + REACH < len {
            place.line = len;
        }
        let line = place.line;
        self.go_to(line);
    }

    fn go_to(&mut self, line: usize) {
        self.place().line = line;
        if line < self.screen.len {
            // Its first column is known then.
            self.screen.load(line, self.lines);
        }
    }

    /// Ends the line: goes to the start of the next one. Returns the line that was ended.
    fn end(&mut self) -> usize {
        let line = self.line();
        if line >= self.screen.len {
            // An empty line is a line too.
            self.row();
        }
        let next = self.below(line);
        let len = self.screen.len;
        let place = self.place();
        place.line = next;
        place.is_inside = next < len;
        line
    }

    /// The line of the step below a line; one that is not there yet after the last.
    fn below(&self, line: usize) -> usize {
        let owner = self.owner();
        let is_of = |line: &usize| self.screen.kind_of(*line, self.lines).owner == owner;
        (line + 1..self.screen.len)
            .find(is_of)
            .unwrap_or_else(|| self.screen.len.max(line + 1))
    }

    /// The line of the step above a line, if the program can reach it.
    fn above(&self, line: usize) -> Option<usize> {
        let end = line.min(self.screen.len);
        let missing = line - end;
        if missing > 0 {
            return Some(line - 1);
        }
        for above in (self.screen.len.saturating_sub(REACH)..end).rev() {
            let kind = self.screen.kind_of(above, self.lines);
            if kind.owner == self.owner() {
                return (!kind.is_marker).then_some(above);
            }
            if self.owner() == 0 {
                return None;
            }
        }
        None
    }

    fn up(&self, count: usize) -> usize {
        let mut line = self.line();
        for _ in 0..count.min(REACH) {
            match self.above(line) {
                Some(above) => line = above,
                None => break,
            }
        }
        line
    }

    /// So many lines down from a line. Leaves the lines that are there by no more than a window, and not at all if the
    /// number only stands for the end of the screen.
    fn down(&self, from: usize, count: usize) -> usize {
        let mut line = from;
        for _ in 0..count.min(REACH) {
            let below = self.below(line);
            if below >= self.screen.len && (count > FAR || below > self.screen.len + WINDOW) {
                break;
            }
            line = below;
        }
        line
    }

    /// The first line of the screen: the first of the step, as long as it is sure to be in view. After that, nobody knows
    /// which one it is, and a new screen begins after all lines.
    fn origin(&mut self) -> usize {
        let reach = self.screen.len.saturating_sub(REACH);
        if let Some(origin) = self.place().origin.filter(|origin| *origin >= reach) {
            return origin;
        }
        let mut first = self.line();
        let mut steps = 0;
        let is_sure = loop {
            match self.above(first) {
                Some(_) if steps == WINDOW => break false,
                Some(above) => first = above,
                None => break true,
            }
            steps += 1;
        };
        let origin = if is_sure { first } else { self.screen.len };
        self.place().origin = Some(origin);
        origin
    }

    /// The lines of the step from one up to another.
    fn between(&self, from: usize, to: usize) -> Vec<usize> {
        let owner = self.owner();
        let is_of = |line: &usize| self.screen.kind_of(*line, self.lines).owner == owner;
        (from..to.min(self.screen.len)).filter(is_of).collect()
    }

    /// Erases whole lines.
    fn clear(&mut self, lines: &[usize]) {
        for line in lines {
            let loaded = self.screen.load(*line, self.lines);
            if !loaded.row.is_blank() {
                let home = loaded.row.home;
                loaded.row.erase(home..usize::MAX);
                (loaded.is_changed, loaded.is_written) = (true, true);
            }
        }
    }

    fn erase(&mut self, part: Part, column: usize) {
        let line = self.line();
        let top = match part {
            Part::After => line,
            Part::Before | Part::All => self.origin().min(line),
        };
        let (top, bottom) = match part {
            Part::After => (self.below(line), self.screen.len),
            Part::Before => (top, line),
            Part::All => (top, self.screen.len),
        };
        let lines = self.between(top, bottom);
        self.clear(&lines);
        if line < self.screen.len {
            let home = self.home();
            let row = self.row();
            match part {
                Part::After => row.erase(column..usize::MAX),
                Part::Before => row.erase(home..column + 1),
                Part::All => {}
            }
        }
    }

    /// Moves the lines from the cursor on: up over those that are removed, or down to make room.
    fn shift(&mut self, count: usize, is_up: bool) {
        let line = self.line();
        let count = count.min(FAR);
        if line >= self.screen.len {
            return;
        }
        let lines = self.between(line, self.screen.len);
        let rows: Vec<Row> = lines
            .iter()
            .map(|line| self.screen.load(*line, self.lines).row.clone())
            .collect();
        let count = count.min(lines.len());
        let home = self.home();
        for (index, line) in lines.iter().enumerate() {
            let from = match is_up {
                true => Some(index + count),
                false => index.checked_sub(count),
            };
            let row = from.and_then(|from| rows.get(from)).cloned();
            let loaded = self.screen.load(*line, self.lines);
            loaded.row = row.unwrap_or_else(|| {
                let mut blank = loaded.row.clone();
                blank.erase(home..usize::MAX);
                blank
            });
            (loaded.is_changed, loaded.is_written) = (true, true);
        }
        if !is_up {
            // The last ones go to new lines.
            for row in rows.into_iter().rev().take(count).rev() {
                let end = self.screen.len;
                self.place().line = end;
                *self.row() = row;
            }
            self.place().line = line;
        }
    }
}

impl Rows for Writer<'_> {
    fn row(&mut self) -> &mut Row {
        let (line, owner) = (self.line(), self.owner());
        while self.screen.len <= line {
            let mut row = Row::default();
            for (column, char) in self.prefix.char_indices() {
                row.put(column, char.encode_utf8(&mut [0; 4]), 1, Default::default());
            }
            row.home = self.prefix.len();
            let kind = Kind {
                owner,
                is_marker: false,
            };
            let new = Loaded {
                row,
                kind,
                pen: Style::default(),
                is_changed: true,
                is_written: true,
            };
            self.screen.rows.insert(self.screen.len, new);
            self.screen.len += 1;
        }
        let loaded = self.screen.load(line, self.lines);
        (loaded.is_changed, loaded.is_written) = (true, true);
        &mut loaded.row
    }

    fn home(&self) -> usize {
        let loaded = self.screen.rows.get(&self.line());
        loaded.map_or(self.prefix.len(), |loaded| loaded.row.home)
    }

    fn links(&mut self) -> &mut Links {
        &mut self.screen.links
    }

    fn leave(&mut self, movement: Movement, column: usize) -> usize {
        let line = self.line();
        let mut to = line;
        match movement {
            Movement::Up(count) | Movement::PreviousLine(count) => to = self.up(count),
            Movement::Down(count) | Movement::NextLine(count) => {
                if matches!(movement, Movement::NextLine(_)) && line >= self.screen.len {
                    self.row();
                }
                to = self.down(line, count);
            }
            Movement::Row(row) | Movement::Place(row, _) => {
                let origin = self.origin();
                to = self.down(origin, row);
            }
            Movement::Save => self.place().saved = Some((line, column)),
            Movement::Restore => {
                if let Some((line, column)) = self.place().saved {
                    if line + REACH >= self.screen.len {
                        self.go_to(line);
                    }
                    return column;
                }
            }
            Movement::EraseScreen(part) => self.erase(part, column),
            Movement::InsertLines(count) => self.shift(count, false),
            Movement::DeleteLines(count) => self.shift(count, true),
            _ => {}
        }
        self.go_to(to);
        match movement {
            Movement::NextLine(_) | Movement::PreviousLine(_) => self.home(),
            Movement::Place(_, column) => self.home() + column,
            _ => column,
        }
    }
}
