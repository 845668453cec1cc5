//! The log inside a file of any kind that can be opened, as the bytes of an answer of call 5.
//!
//! Takes the file's bytes cut anywhere, so that a large file is never in memory as a whole.

use crate::log::entries::escape;
use crate::log_viewer::build_file::format::{Head, VERSION};

/// The number of bytes by which a file's kind is told.
const SNIFFED_BYTES: usize = 1024;

/// The largest head of a saved build, in bytes.
const MAX_HEAD_BYTES: usize = 4_000_000;

/// The most bytes that are read of a file, unpacked. A small file can unpack to any size.
pub(crate) const MAX_BYTES: u64 = 500_000_000;

/// The number of last bytes that are held back, since the end of a saved build is not part of its log.
const HELD_BYTES: usize = 64;

/// Why a file, or the rest of it, is not shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Problem {
    Empty,
    /// Neither a saved build nor a text.
    NotALog,
    /// A saved build whose head is not as it should be.
    Damaged,
    /// A saved build of a later version of the format.
    Newer(u32),
    /// More than [`MAX_BYTES`].
    TooLarge,
    /// The file ends before its log does.
    CutShort,
    /// The browser cannot read it, or cannot unpack it.
    Unreadable,
}

/// The kind of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A saved build.
    Build,
    /// An answer of call 5.
    Entries,
    /// A text, each line of which is an entry.
    Text,
}

#[derive(Debug)]
enum State {
    /// Its kind is not known yet. Holds what was read.
    Sniffing(Vec<u8>),
    /// Before the log of a saved build. Holds what was read.
    Head(Vec<u8>, HeadScan),
    /// In the log of a saved build. Holds the last bytes.
    Log(Vec<u8>),
    Entries,
    /// In a text; true inside of a line.
    Text(bool),
}

/// Reads one file.
#[derive(Debug)]
pub(crate) struct Unpacker {
    state: State,
    head: Option<Box<Head>>,
    kind: Option<Kind>,
    received: u64,
    /// True before the first entry of a text.
    is_first: bool,
}

impl Unpacker {
    pub(crate) fn new() -> Self {
        Self {
            state: State::Sniffing(Vec::new()),
            head: None,
            kind: None,
            received: 0,
            is_first: true,
        }
    }

    /// The kind of the file, once the first entry can follow. The head of a saved build is read by then.
    pub(crate) fn kind(&self) -> Option<Kind> {
        self.kind
    }

    /// Takes out the head of a saved build.
    pub(crate) fn take_head(&mut self) -> Option<Box<Head>> {
        self.head.take()
    }

    /// Takes the next bytes of the file, and appends those of the log to `into`.
    ///
    /// # Errors
    /// Why the file, or the rest of it, cannot be shown. What is in `into` is valid even so.
    pub(crate) fn feed(&mut self, bytes: &[u8], into: &mut Vec<u8>) -> Result<(), Problem> {
        self.received += bytes.len() as u64;
        if self.received > MAX_BYTES {
            self.close(into);
            return Err(Problem::TooLarge);
        }
        self.take(bytes, into)
    }

    fn take(&mut self, bytes: &[u8], into: &mut Vec<u8>) -> Result<(), Problem> {
        match &mut self.state {
            State::Sniffing(read) => {
                read.extend_from_slice(bytes);
                match read.len() < SNIFFED_BYTES {
                    true => Ok(()),
                    false => self.sniff(into),
                }
            }
            State::Head(read, scan) => {
                read.extend_from_slice(bytes);
                match scan.find_log(read) {
                    Some((end, start)) => self.read_head(end, start, into),
                    None if scan.is_over || read.len() > MAX_HEAD_BYTES => Err(Problem::Damaged),
                    None => Ok(()),
                }
            }
            State::Log(held) => {
                let ready = (held.len() + bytes.len()).saturating_sub(HELD_BYTES);
                let of_held = ready.min(held.len());
                into.extend(held.drain(..of_held));
                let (now, later) = bytes.split_at(ready - of_held);
                into.extend_from_slice(now);
                held.extend_from_slice(later);
                Ok(())
            }
            State::Entries => {
                into.extend_from_slice(bytes);
                Ok(())
            }
            State::Text(is_inside) => {
                write_text(bytes, is_inside, &mut self.is_first, into);
                Ok(())
            }
        }
    }

    /// Ends the file, and appends the rest of the log to `into`.
    ///
    /// # Errors
    /// As for [`Unpacker::feed`].
    pub(crate) fn end(&mut self, into: &mut Vec<u8>) -> Result<(), Problem> {
        if let State::Sniffing(read) = &self.state {
            if read.is_empty() {
                return Err(Problem::Empty);
            }
            self.sniff(into)?;
        }
        self.close(into).then_some(()).ok_or(match self.kind {
            Some(_) => Problem::CutShort,
            None => Problem::Damaged,
        })
    }

    /// Ends the log as far as it was read. Returns false if that is not its end.
    fn close(&mut self, into: &mut Vec<u8>) -> bool {
        match &mut self.state {
            State::Sniffing(_) | State::Head(..) => false,
            State::Log(held) => {
                let end = held.trim_ascii_end();
                let log = end.strip_suffix(b"}").map(<[u8]>::trim_ascii_end);
                let log = log.filter(|log| log.ends_with(b"]"));
                into.extend_from_slice(log.unwrap_or(end));
                log.is_some()
            }
            // The decoder sees by itself whether it is whole.
            State::Entries => true,
            State::Text(is_inside) => {
                if std::mem::take(is_inside) {
                    into.extend_from_slice(b"\"}");
                }
                into.extend_from_slice(if self.is_first { b"[]" } else { b"]" });
                true
            }
        }
    }

    /// Tells the file's kind from its first bytes, and reads those.
    fn sniff(&mut self, into: &mut Vec<u8>) -> Result<(), Problem> {
        let State::Sniffing(read) = &mut self.state else {
            return Ok(());
        };
        let read = std::mem::take(read);
        let text = read.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&read);
        // No text has a zero byte. Most other files have one near their start.
        if text.iter().take(SNIFFED_BYTES).any(|byte| *byte == 0) {
            return Err(Problem::NotALog);
        }
        let text_start = text.trim_ascii_start();
        let is_build = after(text_start, b"{").is_some_and(|rest| rest.starts_with(b"\"slipway\""));
        let is_entries = after(text_start, b"[").is_some_and(|rest| match after(rest, b"{") {
            Some(entry) => matches!(entry.first(), Some(b'"' | b'}')),
            None => after(rest, b"]").is_some_and(<[u8]>::is_empty),
        });
        if is_build {
            self.state = State::Head(Vec::new(), HeadScan::default());
        } else if is_entries {
            self.state = State::Entries;
            self.kind = Some(Kind::Entries);
        } else {
            self.state = State::Text(false);
            self.kind = Some(Kind::Text);
        }
        self.take(text, into)
    }

    /// Reads the head, which ends at `end`, and goes on at the log, which begins at `start`.
    fn read_head(&mut self, end: usize, start: usize, into: &mut Vec<u8>) -> Result<(), Problem> {
        let State::Head(read, _) = &mut self.state else {
            return Ok(());
        };
        let read = std::mem::take(read);
        let mut json = read
            .get(..end)
            .unwrap_or_default()
            .trim_ascii_end()
            .to_vec();
        if json.ends_with(b",") {
            json.pop();
        }
        json.push(b'}');
        #[derive(serde::Deserialize)]
        struct Version {
            slipway: u32,
        }
        let version: Version = serde_json::from_slice(&json).map_err(|_| Problem::Damaged)?;
        if version.slipway > VERSION {
            return Err(Problem::Newer(version.slipway));
        }
        let head = serde_json::from_slice(&json).map_err(|_| Problem::Damaged)?;
        self.head = Some(Box::new(head));
        self.kind = Some(Kind::Build);
        self.state = State::Log(Vec::new());
        self.take(read.get(start..).unwrap_or_default(), into)
    }
}

/// The bytes after this start and the blanks that follow it, if `text` begins with it.
fn after<'a>(text: &'a [u8], start: &[u8]) -> Option<&'a [u8]> {
    text.strip_prefix(start).map(<[u8]>::trim_ascii_start)
}

/// Writes each line of a text as an entry. A line can go on in the next bytes.
fn write_text(bytes: &[u8], is_inside: &mut bool, is_first: &mut bool, into: &mut Vec<u8>) {
    for part in bytes.split_inclusive(|byte| *byte == b'\n') {
        if !*is_inside {
            into.extend_from_slice(if *is_first { b"[" } else { b",\n" });
            into.extend_from_slice(b"{\"message\":\"");
            *is_first = false;
        }
        let line = part.strip_suffix(b"\n");
        escape(line.unwrap_or(part), into);
        *is_inside = line.is_none();
        if line.is_some() {
            into.extend_from_slice(b"\"}");
        }
    }
}

/// Looks for the key `log` of the outermost object.
#[derive(Debug, Default)]
struct HeadScan {
    at: usize,
    depth: u32,
    is_string: bool,
    is_escaped: bool,
    /// Where the last string of the outermost object begins.
    string: usize,
    /// Where the key `log` begins, while only its colon and its bracket may follow.
    log_key: Option<usize>,
    /// True once the outermost object has ended without a log.
    is_over: bool,
}

impl HeadScan {
    /// Goes on in what was read so far. Returns where the key begins, and where the array after it.
    fn find_log(&mut self, read: &[u8]) -> Option<(usize, usize)> {
        while let Some(&byte) = read.get(self.at) {
            if let Some(key) = self.log_key.filter(|_| !self.is_string) {
                match byte {
                    b'[' => return Some((key, self.at)),
                    b':' | b' ' | b'\t' | b'\r' | b'\n' => {}
                    _ => self.log_key = None,
                }
            }
            self.step(byte, read);
            if self.is_over {
                return None;
            }
            self.at += 1;
        }
        None
    }

    fn step(&mut self, byte: u8, read: &[u8]) {
        match byte {
            _ if std::mem::take(&mut self.is_escaped) => {}
            b'\\' if self.is_string => self.is_escaped = true,
            b'"' if self.is_string => {
                self.is_string = false;
                let text = read.get(self.string..=self.at).unwrap_or_default();
                if self.depth == 1 && text == b"\"log\"" {
                    self.log_key = Some(self.string);
                }
            }
            _ if self.is_string => {}
            b'"' => {
                self.is_string = true;
                self.string = self.at;
            }
            b'{' | b'[' => self.depth += 1,
            b'}' | b']' => {
                self.depth = self.depth.saturating_sub(1);
                self.is_over = self.depth == 0;
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Build;
    use crate::log::{Log, entries};
    use crate::log_viewer::build_file::format::{END, Secrets};
    use proptest::prelude::*;

    /// Reads a file cut into pieces of this size.
    fn read(file: &[u8], size: usize) -> (Log, Unpacker, Result<(), Problem>) {
        let (mut log, mut unpacker) = (Log::new(), Unpacker::new());
        log.begin(None);
        let mut result = Ok(());
        for piece in file.chunks(size.max(1)) {
            let mut bytes = Vec::new();
            result = unpacker.feed(piece, &mut bytes);
            log.feed(&bytes);
            if result.is_err() {
                break;
            }
        }
        if result.is_ok() {
            let mut bytes = Vec::new();
            result = unpacker.end(&mut bytes);
            log.feed(&bytes);
        }
        let summary = log.end();
        if result.is_ok() {
            assert_eq!((summary.unreadable, summary.truncated), (0, false));
        }
        (log, unpacker, result)
    }

    fn lines(log: &Log) -> Vec<String> {
        (0..log.len())
            .filter_map(|line| Some(log.line(line)?.text.to_owned()))
            .collect()
    }

    fn saved(messages: &[String], build: Build) -> (Vec<u8>, Head) {
        let entries: Vec<_> = messages
            .iter()
            .map(|message| serde_json::json!({ "message": message, "time": 7 }))
            .collect();
        let mut log = Log::new();
        log.begin(None);
        log.feed(serde_json::Value::from(entries).to_string().as_bytes());
        let head = Head::new(&build, None, false, None);
        let mut file = head.text(&Secrets::default()).into_bytes();
        entries::write(&log, 0, usize::MAX, &mut file);
        file.extend_from_slice(END);
        (file, head)
    }

    proptest! {
        #[test]
        fn a_saved_build_reads_as_it_was_wherever_it_is_cut(
            messages in prop::collection::vec("(\\PC|[\"\\\\\\]}\n]){0,20}", 0..30),
            detail in "(\\PC|[\"\\\\{}\\[\\]:,]|log){0,20}",
            size in 1_usize..300,
        ) {
            let build = Build {
                build_id: "\"log\":[".to_owned(),
                detail: Some(detail),
                ..Build::default()
            };
            let (file, head) = saved(&messages, build);
            prop_assert!(serde_json::from_slice::<serde_json::Value>(&file).is_ok());
            let (log, mut unpacker, result) = read(&file, size);
            prop_assert_eq!(result, Ok(()));
            let read_head = unpacker.take_head();
            prop_assert_eq!(read_head.as_deref(), Some(&head));
            let whole = read(&file, usize::MAX).0;
            prop_assert_eq!(lines(&log), lines(&whole));
            let expected: usize = messages.iter().map(|message| {
                message.strip_suffix('\n').unwrap_or(message).split('\n').count()
            }).sum();
            prop_assert_eq!(log.len(), expected);
        }

        #[test]
        fn a_text_has_its_lines(text in "(\\PC|[\"\\\\\n]){0,200}", size in 1_usize..50) {
            let start = text.trim_ascii_start();
            prop_assume!(!text.is_empty() && !start.starts_with(['{', '[']));
            prop_assume!(!text.starts_with('\u{feff}'));
            let (log, unpacker, result) = read(text.as_bytes(), size);
            prop_assert_eq!(result, Ok(()));
            prop_assert_eq!(unpacker.kind(), Some(Kind::Text));
            let expected: Vec<&str> = text.strip_suffix('\n').unwrap_or(&text).split('\n').collect();
            prop_assert_eq!(lines(&log), expected);
        }

        #[test]
        fn no_file_makes_reading_panic(
            file in "(\\{|\"slipway\":|1|9|,|\"build\":|\"build_id\"|\"log\":|\\[|\\]|\\}|\"|x|\\\\|\u{0}){0,60}",
            size in 1_usize..20,
        ) {
            let mut unpacker = Unpacker::new();
            let mut bytes = Vec::new();
            for piece in file.as_bytes().chunks(size) {
                if unpacker.feed(piece, &mut bytes).is_err() {
                    return Ok(());
                }
            }
            let _ = unpacker.end(&mut bytes);
        }
    }

    #[test]
    fn an_answer_of_the_api_is_read_as_it_is() {
        let (log, unpacker, result) =
            read(b"\xef\xbb\xbf [\n {\"message\": \"a\", \"time\": 1}]\n", 4);
        assert_eq!((log.len(), result), (1, Ok(())));
        assert_eq!(unpacker.kind(), Some(Kind::Entries));
        assert_eq!(log.time(0), Some(1));
    }

    #[test]
    fn a_step_in_brackets_is_text() {
        let (log, unpacker, _) = read(b"[1/2] STEP 1/5: FROM alpine\r\n{\"a\": 1}", 100);
        assert_eq!(unpacker.kind(), Some(Kind::Text));
        assert_eq!(lines(&log), ["[1/2] STEP 1/5: FROM alpine", "{\"a\": 1}"]);
        for text in ["[] done", "\n[{x} y", "[ ]\nSTEP 1/5: FROM alpine"] {
            let (log, unpacker, result) = read(text.as_bytes(), 3);
            assert_eq!(
                (unpacker.kind(), result),
                (Some(Kind::Text), Ok(())),
                "{text}"
            );
            assert_eq!(lines(&log), text.split('\n').collect::<Vec<_>>());
        }
        for entries in ["[]", " [ ]\n", "[{}]", "\n[ { \"message\": \"a\" } ]"] {
            let kind = read(entries.as_bytes(), 3).1.kind();
            assert_eq!(kind, Some(Kind::Entries), "{entries}");
        }
    }

    #[test]
    fn a_cut_file_keeps_its_whole_entries() {
        let (file, _) = saved(&["a".to_owned(), "b".to_owned()], Build::default());
        for end in 1..file.len() - 3 {
            let (log, unpacker, result) = read(&file[..end], 7);
            let expected = match unpacker.kind() {
                Some(Kind::Build) => Err(Problem::CutShort),
                // Cut inside of the first key, it looks like a text.
                Some(_) => Ok(()),
                None => Err(Problem::Damaged),
            };
            assert_eq!(result, expected, "{end}");
            assert!(log.len() <= 2);
        }
    }

    #[test]
    fn what_cannot_be_shown_says_why() {
        let problem = |file: &[u8]| read(file, 10).2;
        assert_eq!(problem(b""), Err(Problem::Empty));
        assert_eq!(problem(b"PK\x03\x04\0\0"), Err(Problem::NotALog));
        assert_eq!(problem(b"{\"slipway\": 1}"), Err(Problem::Damaged));
        assert_eq!(
            problem(b"{\"slipway\": 1, \"log\": []}"),
            Err(Problem::Damaged)
        );
        assert_eq!(
            problem(b"{\"slipway\": 2, \"log\": []}"),
            Err(Problem::Newer(2))
        );
        let nested = format!("{{\"slipway\": 1, \"build\": {}", "[".repeat(100_000));
        assert_eq!(problem(nested.as_bytes()), Err(Problem::Damaged));
    }

    #[test]
    fn a_file_that_never_ends_is_bounded() {
        let mut unpacker = Unpacker::new();
        let piece = vec![b'x'; 1_000_000];
        let mut bytes = Vec::new();
        let problem = (0..1_000).find_map(|_| {
            bytes.clear();
            unpacker.feed(&piece, &mut bytes).err()
        });
        assert_eq!(problem, Some(Problem::TooLarge));
        assert!(unpacker.received <= MAX_BYTES + 1_000_000);
    }
}
