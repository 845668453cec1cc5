//! Splits the output of a program into lines.

use crate::process::step_headers::StepHeaders;

/// The largest size of one line, in bytes. Longer lines are split.
pub(crate) const MAX_LINE_BYTES: usize = 1 << 20;

/// The most that is remembered of a line whose start is logged, in bytes.
const MAX_START_BYTES: usize = 4 << 10;

/// The longest escape sequence that is kept in one piece, in bytes.
const MAX_ESCAPE_BYTES: usize = 64;

/// A part of a program's output that is logged as one entry: a line, or a piece of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Piece {
    /// The entry's message. A piece that continues a line moves a terminal's cursor back to where that line stopped: one
    /// line up, and right. So a terminal shows the pieces as the line that the program wrote.
    pub(crate) message: String,
    /// The line up to here, cut after some kilobytes, if there are earlier pieces of it.
    so_far: Option<String>,
    /// True if the line ends here.
    pub(crate) is_end: bool,
}

impl Piece {
    /// The line up to here.
    pub(crate) fn line(&self) -> &str {
        self.so_far.as_ref().unwrap_or(&self.message)
    }

    /// Returns true if it only says that a line ends of which all is logged.
    pub(crate) fn is_written(&self) -> bool {
        self.message.is_empty() && self.so_far.is_some()
    }
}

/// The part of a line that is logged before its end.
#[derive(Debug)]
struct Start {
    line: String,
    /// Where a terminal's cursor is after it.
    column: usize,
}

/// Splits bytes into lines at `\n`. A `\r` right before it is removed; any other is kept. Bytes that
/// are not UTF-8 are replaced. Pieces of a line that has no end yet can be taken too.
#[derive(Default)]
pub(crate) struct LineSplitter {
    /// The part of the line without an end that is not taken yet.
    partial: Vec<u8>,
    /// The part of it that is taken.
    start: Option<Start>,
    headers: StepHeaders,
}

impl LineSplitter {
    /// Adds bytes and returns the lines that are complete now, or the rest of the first one.
    pub(crate) fn push(&mut self, mut bytes: &[u8]) -> Vec<Piece> {
        let mut pieces = Vec::new();
        if self.has_open_line() && self.headers.is_start(bytes) {
            self.take_line(&mut pieces);
        }
        while let Some(end) = bytes.iter().position(|byte| *byte == b'\n') {
            self.add(&bytes[..end], &mut pieces);
            bytes = &bytes[end + 1..];
            self.take_line(&mut pieces);
        }
        self.add(bytes, &mut pieces);
        self.split_long(&mut pieces);
        pieces
    }

    /// Adds a part of a line. A builder's header of a step in it begins a line.
    fn add(&mut self, mut bytes: &[u8], into: &mut Vec<Piece>) {
        if let Some(at) = self.headers.find(bytes)
            && (at > 0 || self.has_open_line())
        {
            self.partial.extend_from_slice(&bytes[..at]);
            bytes = &bytes[at..];
            self.take_line(into);
        }
        self.partial.extend_from_slice(bytes);
    }

    fn has_open_line(&self) -> bool {
        !self.partial.is_empty() || self.start.is_some()
    }

    /// Returns true if there is a part of a line that [`LineSplitter::take_open`] would take.
    pub(crate) fn is_open(&self) -> bool {
        whole_len(&self.partial) > 0
    }

    /// Takes the part of the last line that is there so far. Characters and escape sequences stay whole.
    pub(crate) fn take_open(&mut self) -> Vec<Piece> {
        let rest = self.partial.split_off(whole_len(&self.partial));
        let part = std::mem::replace(&mut self.partial, rest);
        match part.is_empty() {
            true => Vec::new(),
            false => vec![self.piece(&part, false)],
        }
    }

    /// Returns what is left of the last line if the output did not end with a line break.
    pub(crate) fn finish(&mut self) -> Vec<Piece> {
        let mut pieces = Vec::new();
        if self.has_open_line() {
            self.take_line(&mut pieces);
        }
        pieces
    }

    fn take_line(&mut self, into: &mut Vec<Piece>) {
        if self.partial.last() == Some(&b'\r') {
            self.partial.pop();
        }
        self.split_long(into);
        let rest = std::mem::take(&mut self.partial);
        match &self.start {
            // All of it is logged.
            Some(_) if rest.is_empty() => {
                into.push(Piece {
                    message: String::new(),
                    so_far: self.start.take().map(|start| start.line),
                    is_end: true,
                });
            }
            _ => {
                let piece = self.piece(&rest, true);
                self.headers.read(piece.line());
                into.push(piece);
            }
        }
    }

    /// Moves pieces of the largest allowed size from the start of the last line to `into`.
    fn split_long(&mut self, into: &mut Vec<Piece>) {
        while self.partial.len() > MAX_LINE_BYTES {
            let end = char_boundary(&self.partial, MAX_LINE_BYTES);
            let rest = self.partial.split_off(end);
            let part = std::mem::replace(&mut self.partial, rest);
            into.push(self.piece(&part, true));
        }
    }

    /// A piece of the last line, after what is taken of it already.
    fn piece(&mut self, text: &[u8], is_end: bool) -> Piece {
        let text = String::from_utf8_lossy(text).into_owned();
        let before = self.start.take();
        let so_far = before.as_ref().map(|start| {
            let room = MAX_START_BYTES.saturating_sub(start.line.len());
            start.line.clone() + head(&text, room)
        });
        let column = before.map_or(0, |start| start.column);
        if !is_end {
            let start = head(&text, MAX_START_BYTES);
            self.start = Some(Start {
                line: so_far.clone().unwrap_or_else(|| start.to_owned()),
                column: slipway_log::cursor_column(&text, column),
            });
        }
        let message = match (&so_far, column) {
            (None, _) => text,
            (Some(_), 0) => format!("\u{1b}[1A{text}"),
            (Some(_), column) => format!("\u{1b}[1A\u{1b}[{}G{text}", column + 1),
        };
        Piece {
            message,
            so_far,
            is_end,
        }
    }
}

/// The length of the bytes without the start of a character or an escape sequence at their end.
fn whole_len(bytes: &[u8]) -> usize {
    let mut len = bytes.len();
    if let Err(error) = std::str::from_utf8(bytes.get(len.saturating_sub(4)..).unwrap_or(bytes))
        && error.error_len().is_none()
    {
        len = len.saturating_sub(4) + error.valid_up_to();
    }
    let from = len.saturating_sub(MAX_ESCAPE_BYTES);
    let last = bytes.get(from..len).unwrap_or(&[]);
    let Some(escape) = last.iter().rposition(|byte| *byte == 0x1b) else {
        return len;
    };
    let is_whole = match last.get(escape + 1..).unwrap_or(&[]) {
        [] => false,
        [b'[', rest @ ..] => rest.iter().any(|byte| (0x40..=0x7e).contains(byte)),
        [b']' | b'P' | b'X' | b'^' | b'_', rest @ ..] => rest.contains(&7),
        [0x20..=0x2f, rest @ ..] => !rest.is_empty(),
        // The end of a sequence that began with another escape, among others.
        _ => true,
    };
    if is_whole { len } else { from + escape }
}

/// The first characters of a text, at most so many bytes.
fn head(text: &str, bytes: usize) -> &str {
    let end = char_boundary(text.as_bytes(), bytes.min(text.len()));
    text.get(..end).unwrap_or_default()
}

/// Returns the last start of a UTF-8 character at or before `index`, at most 3 bytes back.
fn char_boundary(bytes: &[u8], index: usize) -> usize {
    (index.saturating_sub(3)..=index)
        .rev()
        .find(|&start| bytes.get(start).is_none_or(|byte| byte & 0xC0 != 0x80))
        .unwrap_or(index)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(pieces: Vec<Piece>) -> Vec<String> {
        assert!(pieces.iter().all(|piece| piece.is_end));
        pieces.into_iter().map(|piece| piece.message).collect()
    }

    #[test]
    fn lines_do_not_depend_on_where_the_bytes_are_split() {
        let text = "one\r\ntwo 10%\rtwo 20%\n\n错误 \u{fffd}\nlast".as_bytes();
        for size in 1..text.len() {
            let mut lines = LineSplitter::default();
            let mut all: Vec<_> = text
                .chunks(size)
                .flat_map(|chunk| lines.push(chunk))
                .collect();
            all.extend(lines.finish());
            assert!(all.iter().all(|piece| piece.message == piece.line()));
            assert_eq!(
                messages(all),
                ["one", "two 10%\rtwo 20%", "", "错误 \u{fffd}", "last"]
            );
        }
    }

    #[test]
    fn a_step_that_is_announced_after_an_open_line_begins_a_line() {
        let text = "STEP 1/3: RUN a\npulling: 100%STEP 2/3: RUN b\n50%\nx--> 0123\nSTEP 3/3: RUN STEP 4/3: \n";
        // In one piece, and as the builder writes it.
        let writes = [
            "STEP 1/3: RUN a\npulling: 100%",
            "STEP 2/3: RUN b\n50%\nx",
            "--> 0123\nSTEP 3/3: RUN STEP 4/3: \n",
        ];
        let mut whole = LineSplitter::default();
        let mut whole = whole.push(text.as_bytes());
        assert_eq!(whole.remove(4).message, "x--> 0123");
        let expected = [
            "STEP 1/3: RUN a",
            "pulling: 100%",
            "STEP 2/3: RUN b",
            "50%",
            "STEP 3/3: RUN STEP 4/3: ",
        ];
        assert_eq!(messages(whole), expected);
        let mut lines = LineSplitter::default();
        let mut pieces: Vec<Piece> = Vec::new();
        for write in writes {
            pieces.extend(lines.push(write.as_bytes()));
            pieces.extend(lines.take_open());
        }
        let open = |piece: &Piece| (piece.message.clone(), piece.is_end);
        let lines: Vec<_> = pieces
            .iter()
            .filter(|piece| !piece.is_written())
            .map(open)
            .collect();
        let expected = [
            ("STEP 1/3: RUN a", true),
            ("pulling: 100%", false),
            ("STEP 2/3: RUN b", true),
            ("50%", true),
            ("x", false),
            ("--> 0123", true),
            ("STEP 3/3: RUN STEP 4/3: ", true),
        ];
        assert_eq!(
            lines,
            expected.map(|(text, is_end)| (text.to_owned(), is_end))
        );
    }

    #[test]
    fn a_line_that_is_too_long_is_split_between_characters() {
        let text = "错".repeat(MAX_LINE_BYTES);
        let mut lines = LineSplitter::default();
        let mut all = lines.push(text.as_bytes());
        all.extend(lines.finish());
        let all = messages(all);
        assert!(all.len() > 3 && all.iter().all(|line| line.len() <= MAX_LINE_BYTES));
        assert_eq!(all.concat(), text);
    }

    #[test]
    fn bytes_that_are_not_utf_8_are_replaced() {
        let lines = LineSplitter::default().push(b"a\xffb\n");
        assert_eq!(messages(lines), ["a\u{fffd}b"]);
    }

    /// The entries of a text that is cut before each `|`, where the open line is taken.
    fn entries(text: &[u8]) -> Vec<Piece> {
        let mut lines = LineSplitter::default();
        let mut all = Vec::new();
        for part in text.split(|byte| *byte == b'|') {
            all.extend(lines.push(part));
            all.extend(lines.take_open());
        }
        all.extend(lines.finish());
        all
    }

    /// The text that the console shows of these entries.
    fn shown(pieces: &[Piece]) -> Vec<String> {
        let mut log = slipway_log::Log::new();
        log.begin(None);
        let entries = pieces
            .iter()
            .filter(|piece| !piece.is_written())
            .map(|piece| serde_json::json!({ "message": piece.message }));
        log.feed(serde_json::Value::from_iter(entries).to_string().as_bytes());
        log.end();
        (0..log.len())
            .map(|line| log.plain(line).into_owned())
            .collect()
    }

    #[test]
    fn pieces_of_a_line_read_as_one_line() {
        for (text, expected) in [
            (
                "Downloading.|.|.|. done\nnext\n",
                vec!["Downloading.... done", "next"],
            ),
            ("1%\r|2%\r|3%\r\nnext\n", vec!["3%", "next"]),
            ("1%|\r2%|\r3%|\nnext", vec!["3%", "next"]),
            ("STEP 1|/2: FROM alpine\n", vec!["STEP 1/2: FROM alpine"]),
            ("日|本|語 ok\n", vec!["日本語 ok"]),
            ("a\t|b\n", vec!["a       b"]),
            ("a|\u{8}b|\n|c", vec!["b", "c"]),
            ("one\n\u{1b}[1|m|two\u{1b}[|0m|\n", vec!["one", "two"]),
            (
                "one\ntwo\u{1b}[1A|\u{1b}[2KONE\u{1b}[1B|\nnext",
                vec!["   ONE", "two", "next"],
            ),
        ] {
            assert_eq!(shown(&entries(text.as_bytes())), expected, "{text:?}");
        }
    }

    #[test]
    fn a_piece_knows_the_line_it_is_of() {
        let pieces = entries(b"Error: |no|\nnext");
        let found: Vec<_> = pieces
            .iter()
            .map(|piece| (piece.message.as_str(), piece.line(), piece.is_end))
            .collect();
        assert_eq!(
            found,
            [
                ("Error: ", "Error: ", false),
                ("\u{1b}[1A\u{1b}[8Gno", "Error: no", false),
                ("", "Error: no", true),
                ("next", "next", false),
                ("", "next", true),
            ]
        );
    }

    #[test]
    fn nothing_is_cut_in_two() {
        let text = "é日\u{1b}[31;1mred\u{1b}]8;;https://a.test\u{7}x\u{1b}(B".as_bytes();
        for end in 0..=text.len() {
            let mut lines = LineSplitter::default();
            let mut all = lines.push(&text[..end]);
            assert_eq!(lines.is_open(), whole_len(&text[..end]) > 0);
            all.extend(lines.take_open());
            all.extend(lines.push(&text[end..]));
            all.extend(lines.finish());
            assert_eq!(shown(&all), ["é日redx"], "{end}");
        }
        assert!(!LineSplitter::default().is_open());
    }
}
