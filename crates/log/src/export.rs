//! Exports lines as text, to copy, download or print.

use crate::ansi::{EscapeMode, Painted};
use crate::log::Log;
use crate::rows::VisibleRows;
use std::borrow::Cow;
use std::ops::Range;

/// Formats a line's time (Unix seconds, UTC).
pub type FormatTime<'a> = &'a dyn Fn(i64) -> String;

/// A place in a log's visible text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Place {
    /// Counted from 0.
    pub line: usize,
    /// Bytes of the line's visible text before it. More than the line has stand for its end.
    pub byte: usize,
}

/// The end of exported lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// A newline after each line.
    Text,
    /// A newline between lines, and none after the last one.
    Joined,
    /// A Markdown code block, whose fence is longer than any run of backticks in the text.
    Markdown,
}

/// Which lines are exported.
#[derive(Debug)]
enum Lines {
    All(Range<usize>),
    /// Those of these rows.
    Shown(VisibleRows, Range<usize>),
}

/// The visible text of some lines, built a part at a time. Escapes are interpreted, see [`Log::plain`].
///
/// # Examples
///
/// ```
/// use slipway_log::Log;
/// use slipway_log::export::{Export, Format};
///
/// let mut log = Log::new();
/// log.begin(None);
/// log.feed(br#"[{"message": "\u001b[1mmake\u001b[0m", "time": 7}, {"message": "done"}]"#);
///
/// let export = Export::lines(0..2, Format::Joined);
/// assert_eq!(export.len(), 2);
/// assert_eq!(export.text(&log, None), "make\ndone");
/// let time = |seconds: i64| format!("{seconds}s");
/// let export = Export::lines(0..2, Format::Text);
/// assert_eq!(export.text(&log, Some(&time)), "7s make\n   done\n");
/// ```
#[derive(Debug)]
pub struct Export {
    lines: Lines,
    /// Where the text begins and ends, if not with whole lines.
    ends: Option<(Place, Place)>,
    format: Format,
    escapes: EscapeMode,
    /// True until the first line is exported.
    is_at_start: bool,
    /// The number of characters of the longest time so far.
    time_width: usize,
    /// The length of the longest run of backticks so far.
    longest_run: usize,
    painted: Painted,
}

impl Export {
    /// Exports these lines, whether they are shown or not.
    pub fn lines(lines: Range<usize>, format: Format) -> Self {
        Self::new(Lines::All(lines), format)
    }

    /// Exports those of these lines that are shown in `rows`.
    pub fn shown(rows: VisibleRows, lines: Range<usize>, format: Format) -> Self {
        let row = |line: usize| rows.row(line).unwrap_or_else(|next| next);
        let range = row(lines.start)..row(lines.end);
        Self::new(Lines::Shown(rows, range), format)
    }

    /// Exports the text between two places, of lines that are shown in `rows`, as it is shown with these escapes.
    ///
    /// # Examples
    ///
    /// ```
    /// use slipway_log::export::{Export, Place};
    /// use slipway_log::{EscapeMode, Filter, Log, VisibleRows};
    ///
    /// let mut log = Log::new();
    /// log.begin(None);
    /// log.feed(br#"[{"message": "first"}, {"message": "second"}, {"message": "third"}]"#);
    /// let mut rows = VisibleRows::new();
    /// rows.extend(&log, log.steps(), None, None, &Filter::default(), usize::MAX);
    ///
    /// let (from, to) = (Place { line: 0, byte: 3 }, Place { line: 2, byte: 2 });
    /// let export = Export::between(rows, from, to, EscapeMode::Interpret);
    /// assert_eq!(export.text(&log, None), "st\nsecond\nth");
    /// ```
    pub fn between(rows: VisibleRows, from: Place, to: Place, escapes: EscapeMode) -> Self {
        let end = to.line.saturating_add(1);
        Self {
            ends: Some((from, to)),
            escapes,
            ..Self::shown(rows, from.line..end, Format::Joined)
        }
    }

    fn new(lines: Lines, format: Format) -> Self {
        Self {
            lines,
            ends: None,
            format,
            escapes: EscapeMode::Interpret,
            is_at_start: true,
            time_width: 0,
            longest_run: 0,
            painted: Painted::default(),
        }
    }

    /// The number of lines that are left. Lines that the log does not have count.
    pub fn len(&self) -> usize {
        let (Lines::All(range) | Lines::Shown(_, range)) = &self.lines;
        range.len()
    }

    /// Returns true if no line is left.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns about this many bytes more of the text; empty once no line is left. `time`, if given, formats the
    /// time to put before each line; a line without a time is indented by as much.
    pub fn advance(&mut self, log: &Log, bytes: usize, time: Option<FormatTime<'_>>) -> String {
        let mut part = String::new();
        while part.len() < bytes
            && let Some(line) = self.next_line(log)
        {
            if !self.is_at_start && self.format == Format::Joined {
                part.push('\n');
            }
            self.is_at_start = false;
            if let Some(time) = time {
                let text = log.time(line).map(time).unwrap_or_default();
                self.time_width = self.time_width.max(text.chars().count());
                let width = self.time_width;
                part.push_str(&format!("{text:width$} "));
            }
            let start = part.len();
            self.push_text(log, line, &mut part);
            if self.format == Format::Markdown {
                let text = part.get(start..).unwrap_or_default();
                let runs = text.split(|char| char != '`').map(str::len);
                self.longest_run = self.longest_run.max(runs.max().unwrap_or(0));
            }
            if self.format != Format::Joined {
                part.push('\n');
            }
        }
        part
    }

    /// The text before and after: the fence of a code block. Known once no line is left.
    pub fn fence(&self) -> Option<String> {
        let is_block = self.format == Format::Markdown;
        is_block.then(|| "`".repeat(self.longest_run.max(2) + 1) + "\n")
    }

    /// Returns the whole text at once, with its fence. For `time`, see [`Export::advance`].
    pub fn text(mut self, log: &Log, time: Option<FormatTime<'_>>) -> String {
        let text = self.advance(log, usize::MAX, time);
        match self.fence() {
            Some(fence) => format!("{fence}{text}{fence}"),
            None => text,
        }
    }

    fn next_line(&mut self, log: &Log) -> Option<usize> {
        let line = match &mut self.lines {
            Lines::All(range) => range.next()?,
            Lines::Shown(rows, range) => rows.line(range.next()?)?,
        };
        (line < log.len()).then_some(line)
    }

    /// Appends the visible text of a line, or the part of it that is between the ends.
    fn push_text(&mut self, log: &Log, line: usize, into: &mut String) {
        let text = match self.escapes {
            EscapeMode::Interpret => log.plain(line),
            EscapeMode::Show => {
                log.paint(line, EscapeMode::Show, &mut self.painted);
                Cow::Borrowed(self.painted.text.as_str())
            }
        };
        let (mut start, mut end) = (0, text.len());
        if let Some((from, to)) = self.ends {
            if from.line == line {
                start = boundary(&text, from.byte);
            }
            if to.line == line {
                end = boundary(&text, to.byte);
            }
        }
        into.push_str(text.get(start..end).unwrap_or_default());
    }
}

/// The nearest character boundary at or before a byte.
fn boundary(text: &str, byte: usize) -> usize {
    let mut at = byte.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// Returns the original text of all lines, escapes included, each followed by a newline. It is in
/// parts, so that no copy is needed. Each part is valid UTF-8.
///
/// # Examples
///
/// ```
/// use slipway_log::{Log, export};
///
/// let mut log = Log::new();
/// log.begin(None);
/// log.feed(br#"[{"message": "a"}, {"message": "b"}]"#);
/// let file: Vec<u8> = export::raw(&log).flatten().copied().collect();
/// assert_eq!(file, b"a\nb\n");
/// ```
pub fn raw(log: &Log) -> impl Iterator<Item = &[u8]> {
    log.store().arena.parts()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::Filter;
    use proptest::prelude::*;

    fn log(body: &str) -> Log {
        let mut log = Log::new();
        log.begin(None);
        log.feed(body.as_bytes());
        log.end();
        log
    }

    fn log_of(messages: &[String]) -> Log {
        let entries = messages
            .iter()
            .map(|message| serde_json::json!({"message": message}));
        log(&serde_json::Value::from_iter(entries).to_string())
    }

    fn rows_of(log: &Log, filter: &Filter) -> VisibleRows {
        let mut rows = VisibleRows::new();
        rows.extend(log, log.steps(), None, None, filter, usize::MAX);
        rows
    }

    fn place(line: usize, byte: usize) -> Place {
        Place { line, byte }
    }

    #[test]
    fn lines_with_and_without_times() {
        let log = log(r#"[{"message":"\u001b[1ma","time":7},{"message":"b"},{"message":"c"}]"#);
        let lines = |range, format| Export::lines(range, format).text(&log, None);
        assert_eq!(lines(0..2, Format::Text), "a\nb\n");
        assert_eq!(lines(0..2, Format::Joined), "a\nb");
        let time = |time: i64| format!("<{time}>");
        assert_eq!(
            Export::lines(0..9, Format::Text).text(&log, Some(&time)),
            "<7> a\n    b\n    c\n"
        );
        assert_eq!(lines(5..9, Format::Text), "");
    }

    #[test]
    fn lines_that_are_filtered_out_are_not_between_the_others() {
        let log = log(
            r#"[{"message":"one","level":"INFO"},{"message":"two","level":"DEBUG"},{"message":"three","level":"INFO"}]"#,
        );
        let debug = log.line(1).expect("a line").level_number;
        let filter = Filter {
            hidden_levels: [debug].into(),
            ..Filter::default()
        };
        let rows = || rows_of(&log, &filter);
        let shown = Export::shown(rows(), 0..3, Format::Joined);
        assert_eq!((shown.len(), shown.is_empty()), (2, false));
        assert_eq!(shown.text(&log, None), "one\nthree");
        let interpret = EscapeMode::Interpret;
        let between = Export::between(rows(), place(0, 1), place(2, 2), interpret);
        assert_eq!(between.text(&log, None), "ne\nth");
        // A place in a line that is hidden now.
        let between = Export::between(rows(), place(1, 2), place(2, 99), interpret);
        assert_eq!(between.text(&log, None), "three");
        let between = Export::between(rows(), place(0, 2), place(1, 1), interpret);
        assert_eq!(between.text(&log, None), "e");
    }

    #[test]
    fn text_is_cut_as_it_is_shown() {
        let log = log_of(&["\u{1b}[31m红色的\u{1b}[0m字".to_owned(), "\tx".to_owned()]);
        let rows = || rows_of(&log, &Filter::default());
        let between = |from, to, escapes| Export::between(rows(), from, to, escapes);
        let interpret = EscapeMode::Interpret;
        let text = |from, to| between(from, to, interpret).text(&log, None);
        assert_eq!(text(place(0, 3), place(0, 9)), "色的");
        // Within a character: from its start.
        assert_eq!(text(place(0, 4), place(1, 1)), "色的字\n\t");
        assert_eq!(text(place(1, 0), place(1, 0)), "");
        assert_eq!(text(place(1, 2), place(1, 1)), "");
        let shown = between(place(0, 0), place(0, 8), EscapeMode::Show);
        assert_eq!(shown.text(&log, None), "␛[31m");
    }

    proptest! {
        #[test]
        fn parts_are_the_whole(
            messages in prop::collection::vec("[a-c`中\u{1b}\\[m]{0,9}", 1..9),
            bytes in 1usize..12,
            format in prop::sample::select(vec![Format::Text, Format::Joined, Format::Markdown]),
        ) {
            let log = log_of(&messages);
            let whole = Export::lines(0..messages.len(), format).text(&log, None);
            let mut export = Export::lines(0..messages.len(), format);
            let mut parts = String::new();
            while !export.is_empty() {
                parts.push_str(&export.advance(&log, bytes, None));
            }
            prop_assert_eq!(export.advance(&log, bytes, None), "");
            let fence = export.fence().unwrap_or_default();
            prop_assert_eq!(format!("{fence}{parts}{fence}"), whole);
        }

        #[test]
        fn between_two_places_is_what_lies_between_them(
            messages in prop::collection::vec("[a-c中é]{0,6}", 1..9),
            ends in ((0usize..9, 0usize..20), (0usize..9, 0usize..20)),
        ) {
            let log = log_of(&messages);
            let clamped = |(line, byte): (usize, usize)| {
                let line = line % messages.len();
                place(line, boundary(&messages[line], byte))
            };
            let (from, to) = (clamped(ends.0), clamped(ends.1));
            let (from, to) = (from.min(to), from.max(to));
            let rows = rows_of(&log, &Filter::default());
            let found = Export::between(rows, from, to, EscapeMode::Interpret).text(&log, None);
            let address = |place: Place| {
                let before: usize = messages.iter().take(place.line).map(|text| text.len() + 1).sum();
                before + place.byte
            };
            let whole = messages.join("\n");
            prop_assert_eq!(found, &whole[address(from)..address(to)]);
        }
    }

    #[test]
    fn raw_lines_are_as_they_came() {
        let messages = [
            "\u{1b}[31mé".repeat(20),
            "b\n".to_owned(),
            String::new(),
            "x".repeat(300),
        ];
        let log = log_of(&messages);
        let parts: Vec<&str> = raw(&log)
            .map(|part| std::str::from_utf8(part).expect("valid"))
            .collect();
        assert!(parts.len() > 1);
        assert_eq!(
            parts.concat(),
            format!("{}\nb\n\n{}\n", messages[0], messages[3])
        );
    }

    #[test]
    fn no_text_ends_the_fence() {
        let log = log(r#"[{"message":"```` x ```"}]"#);
        assert_eq!(
            Export::lines(0..1, Format::Markdown).text(&log, None),
            "`````\n```` x ```\n`````\n"
        );
    }
}
