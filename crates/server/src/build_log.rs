//! A build's log while it is written: lines in, parts out to the store, at most a tenth of a
//! second late.

use crate::store::logs::{self, Part};
use crate::store::{Store, builds};
use chrono::Utc;
use std::time::Duration;
use tokio::time::Instant;

/// How late a line may reach the store.
const DELAY: Duration = Duration::from_millis(100);

/// The bytes after which a part is written at once.
const PART: usize = 256 << 10;

/// The longest single entry, in bytes; a longer line becomes several.
pub const LONGEST_LINE: usize = 1 << 20;

/// How serious an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// What happens.
    Info,
    /// What may be wrong.
    Warning,
    /// What made the build fail.
    Error,
}

impl Level {
    /// The API's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "INFO",
            Self::Warning => "WARNING",
            Self::Error => "ERROR",
        }
    }

    /// What git and the builders mean by a line's first word.
    pub fn of(line: &str) -> Self {
        let line = line.trim_start();
        let starts = |words: &[&str]| words.iter().any(|word| line.starts_with(word));
        if starts(&["Error: ", "ERROR: ", "error: ", "fatal: ", "error building"])
            || line.contains(" level=error ")
        {
            Self::Error
        } else if starts(&["warning: ", "WARNING: ", "Warning: ", "WARN["])
            || line.contains(" level=warning ")
        {
            Self::Warning
        } else {
            Self::Info
        }
    }
}

/// The log has met its limit.
#[derive(Debug)]
pub struct Full;

/// One build's log, open for writing.
pub struct BuildLog {
    store: Store,
    build_id: String,
    /// Bytes that may still be written.
    room: u64,
    pending: Option<Part>,
    due: Instant,
    step: i64,
    step_stored: i64,
}

impl BuildLog {
    /// `limit` is in bytes of text.
    pub fn new(store: Store, build_id: &str, limit: u64) -> Self {
        Self {
            store,
            build_id: build_id.to_owned(),
            room: limit,
            pending: None,
            due: Instant::now(),
            step: 1,
            step_stored: 1,
        }
    }

    /// The build has come this far, by the API's `step_at`; never backwards. Stored with the next
    /// lines.
    pub fn reach(&mut self, step: i64) {
        self.step = self.step.max(step);
    }

    /// How far the build has come.
    pub fn step(&self) -> i64 {
        self.step
    }

    /// A line of a program's output. `Full` when it does not fit; it is not written then.
    pub fn output(&mut self, line: &str) -> Result<(), Full> {
        let size = line.len() as u64 + 1;
        self.room = self.room.checked_sub(size).ok_or(Full)?;
        self.say(Level::of(line), line);
        Ok(())
    }

    /// A line of the server's own, which the limit does not keep out.
    pub fn say(&mut self, level: Level, line: &str) {
        let time = Utc::now().timestamp();
        let entry = logs::entry_json(time, level, line);
        match &mut self.pending {
            Some(part) => {
                part.first_time = part.first_time.min(time);
                part.last_time = part.last_time.max(time);
                part.entries.push(',');
                part.entries.push_str(&entry);
            }
            None => {
                self.due = Instant::now() + DELAY;
                self.pending = Some(Part {
                    first_time: time,
                    last_time: time,
                    entries: entry,
                });
            }
        }
    }

    /// When what is pending must be written; `None` when nothing is.
    pub fn due(&self) -> Option<Instant> {
        let part = self.pending.as_ref()?;
        Some(match part.entries.len() >= PART {
            true => Instant::now(),
            false => self.due,
        })
    }

    /// Whether so much is pending that it is to be written before more is read.
    pub fn is_heavy(&self) -> bool {
        self.pending
            .as_ref()
            .is_some_and(|part| part.entries.len() >= PART)
    }

    /// Writes what is pending.
    pub async fn flush(&mut self) -> rusqlite::Result<()> {
        let Some(part) = self.pending.take() else {
            return Ok(());
        };
        let build_id = self.build_id.clone();
        let step = (self.step != self.step_stored).then_some(self.step);
        self.step_stored = self.step;
        self.store
            .run(move |connection| {
                if let Some(step) = step {
                    builds::record_step(connection, &build_id, step)?;
                }
                logs::append(connection, &build_id, &part)
            })
            .await
    }
}

/// Bytes in, lines out. Lines end at `\n`; a `\r` before it goes, any other stays. What is not
/// UTF-8 is replaced.
#[derive(Default)]
pub struct Lines {
    rest: Vec<u8>,
}

impl Lines {
    /// Takes bytes, and answers the lines that they complete.
    pub fn push(&mut self, mut bytes: &[u8]) -> Vec<String> {
        let mut lines = Vec::new();
        while let Some(end) = bytes.iter().position(|byte| *byte == b'\n') {
            self.rest.extend_from_slice(&bytes[..end]);
            bytes = &bytes[end + 1..];
            lines.extend(self.finish_or_empty());
        }
        self.rest.extend_from_slice(bytes);
        while self.rest.len() > LONGEST_LINE {
            let cut = character_start(&self.rest, LONGEST_LINE);
            let after = self.rest.split_off(cut);
            lines.push(String::from_utf8_lossy(&self.rest).into_owned());
            self.rest = after;
        }
        lines
    }

    /// The line that has no end, when the output has.
    pub fn finish(&mut self) -> Vec<String> {
        match self.rest.is_empty() {
            true => Vec::new(),
            false => self.finish_or_empty(),
        }
    }

    fn finish_or_empty(&mut self) -> Vec<String> {
        let mut line = std::mem::take(&mut self.rest);
        if line.last() == Some(&b'\r') {
            line.pop();
        }
        let mut lines = Vec::new();
        while line.len() > LONGEST_LINE {
            let after = line.split_off(character_start(&line, LONGEST_LINE));
            lines.push(String::from_utf8_lossy(&line).into_owned());
            line = after;
        }
        lines.push(String::from_utf8_lossy(&line).into_owned());
        lines
    }
}

/// The last place at or before `at` where a UTF-8 character starts, at most 3 bytes back.
fn character_start(bytes: &[u8], at: usize) -> usize {
    (at.saturating_sub(3)..=at)
        .rev()
        .find(|&index| bytes.get(index).is_none_or(|byte| byte & 0xC0 != 0x80))
        .unwrap_or(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_come_whole_however_the_bytes_are_cut() {
        let text = "one\r\ntwo 10%\rtwo 20%\n\n错误 \u{fffd}\nlast".as_bytes();
        for size in 1..text.len() {
            let mut lines = Lines::default();
            let mut all: Vec<_> = text
                .chunks(size)
                .flat_map(|part| lines.push(part))
                .collect();
            all.extend(lines.finish());
            assert_eq!(
                all,
                ["one", "two 10%\rtwo 20%", "", "错误 \u{fffd}", "last"]
            );
        }
    }

    #[test]
    fn a_line_without_end_is_cut_between_characters() {
        let text = "错".repeat(LONGEST_LINE);
        let mut lines = Lines::default();
        let mut all = lines.push(text.as_bytes());
        all.extend(lines.finish());
        assert!(all.len() > 3 && all.iter().all(|line| line.len() <= LONGEST_LINE));
        assert_eq!(all.concat(), text);
    }

    #[test]
    fn what_is_no_utf_8_is_replaced() {
        assert_eq!(Lines::default().push(b"a\xffb\n"), ["a\u{fffd}b"]);
    }

    #[test]
    fn the_first_word_tells_the_level() {
        assert_eq!(Level::of("Error: building at STEP \"RUN x\""), Level::Error);
        assert_eq!(Level::of("fatal: not found"), Level::Error);
        assert_eq!(Level::of("warning: redirecting"), Level::Warning);
        assert_eq!(Level::of("STEP 1/2: FROM scratch"), Level::Info);
        assert_eq!(Level::of("0 errors"), Level::Info);
    }
}
