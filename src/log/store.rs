//! All lines of one log: one arena of text and an index into it, grown by answers of call 5 that
//! may overlap with what is there.

use crate::api::LogEntry;
use std::collections::HashMap;
use std::ops::Range;

/// One line as the page shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line<'a> {
    /// The text as it came, escape sequences included.
    pub text: &'a str,
    /// Empty where the entry had none.
    pub level: &'a str,
    /// Unix seconds, UTC; `None` where the entry had none.
    pub time: Option<i64>,
}

/// What the store keeps of an entry. A message of several lines is several lines of one entry.
struct Entry {
    /// Bytes of the arena.
    text: Range<usize>,
    /// Index into `levels`.
    level: u16,
    time: Option<i64>,
    /// The entry's own time, or that of the nearest one before it that has one.
    near: Option<i64>,
}

/// All lines of one log, in the order in which they came.
#[derive(Default)]
pub struct LogStore {
    arena: String,
    entries: Vec<Entry>,
    /// For each line: the bytes of the arena, and the entry's index.
    lines: Vec<(Range<usize>, u32)>,
    /// Each level's text once; there are a handful in any log.
    levels: Vec<String>,
    last_time: Option<i64>,
}

impl LogStore {
    /// How many lines there are.
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// Whether there is no line.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// The line at `index`, counted from 0.
    pub fn line(&self, index: usize) -> Option<Line<'_>> {
        let (bytes, entry) = self.lines.get(index)?;
        let entry = self.entries.get(*entry as usize)?;
        Some(Line {
            text: self.arena.get(bytes.clone())?,
            level: self.levels.get(usize::from(entry.level))?,
            time: entry.time,
        })
    }

    /// The `start_time` to ask for next: the second of the last line that has a time. That second
    /// may not be over, so it is asked for again. `None` while no line has a time.
    pub fn resume_at(&self) -> Option<i64> {
        self.last_time
    }

    /// Takes the answer to a request with this `start_time`, and says how many lines are new.
    ///
    /// The answer repeats what is already here from that second on. An entry of it that is here
    /// already is passed over once for each time that it is here: so the same text twice in one
    /// second stays two lines, and no line is taken twice.
    pub fn merge(&mut self, start_time: Option<i64>, answer: &[LogEntry]) -> usize {
        let before = self.lines.len();
        let mut held = self.held_from(start_time);
        let fresh: Vec<&LogEntry> = answer
            .iter()
            .filter(|entry| {
                let key = (entry.message.as_str(), entry.level.as_deref(), entry.time);
                match held.get_mut(&key) {
                    Some(count) if *count > 0 => {
                        *count -= 1;
                        false
                    }
                    _ => true,
                }
            })
            .collect();
        drop(held);
        fresh.into_iter().for_each(|entry| self.push(entry));
        self.lines.len() - before
    }

    /// How often each entry is here that an answer from `start_time` on would repeat. Entries
    /// without a time belong to the second of the one before them.
    fn held_from(
        &self,
        start_time: Option<i64>,
    ) -> HashMap<(&str, Option<&str>, Option<i64>), usize> {
        let mut held = HashMap::new();
        for entry in &self.entries {
            if entry.near >= start_time || start_time.is_none() {
                let text = self.arena.get(entry.text.clone()).unwrap_or_default();
                let level = self.levels.get(usize::from(entry.level));
                let level = level.map(String::as_str).filter(|level| !level.is_empty());
                *held.entry((text, level, entry.time)).or_insert(0) += 1;
            }
        }
        held
    }

    fn push(&mut self, entry: &LogEntry) {
        let level = self.level(entry.level.as_deref().unwrap_or_default());
        let near = entry
            .time
            .or(self.entries.last().and_then(|last| last.near));
        let start = self.arena.len();
        self.arena.push_str(&entry.message);
        let index = self.entries.len() as u32;
        let mut line_start = start;
        let text = entry.message.strip_suffix('\n').unwrap_or(&entry.message);
        for line in text.split('\n') {
            let end = line_start + line.len();
            let shown = line.strip_suffix('\r').unwrap_or(line);
            self.lines
                .push((line_start..line_start + shown.len(), index));
            line_start = end + 1;
        }
        self.last_time = entry.time.or(self.last_time);
        self.entries.push(Entry {
            text: start..self.arena.len(),
            level,
            time: entry.time,
            near,
        });
    }

    fn level(&mut self, level: &str) -> u16 {
        if let Some(index) = self.levels.iter().position(|known| known == level) {
            return index as u16;
        }
        // A log that invents a level for every line is shown with the first 65,535 of them.
        if self.levels.len() < usize::from(u16::MAX) {
            self.levels.push(level.to_owned());
        }
        (self.levels.len() - 1) as u16
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn entry(time: impl Into<Option<i64>>, message: &str) -> LogEntry {
        LogEntry {
            message: message.to_owned(),
            level: Some("INFO".to_owned()),
            time: time.into(),
        }
    }

    fn texts(store: &LogStore) -> Vec<&str> {
        (0..store.len())
            .filter_map(|index| store.line(index))
            .map(|line| line.text)
            .collect()
    }

    #[test]
    fn lines_of_the_shared_second_are_neither_lost_nor_doubled() {
        let mut store = LogStore::default();
        store.merge(None, &[entry(1, "a"), entry(2, "b"), entry(2, "same")]);
        assert_eq!(store.resume_at(), Some(2));
        let answer = [
            entry(2, "b"),
            entry(2, "same"),
            entry(2, "same"),
            entry(3, "c"),
        ];
        assert_eq!(store.merge(Some(2), &answer), 2);
        assert_eq!(texts(&store), ["a", "b", "same", "same", "c"]);
        assert_eq!(store.merge(Some(3), &[entry(3, "c")]), 0);
    }

    #[test]
    fn an_entry_without_a_time_is_neither_lost_nor_doubled() {
        let mut store = LogStore::default();
        store.merge(None, &[entry(1, "a"), entry(None, "x")]);
        // Whether an API repeats such an entry is its own matter: both must come out right.
        store.merge(Some(1), &[entry(1, "a"), entry(None, "x"), entry(2, "b")]);
        store.merge(Some(2), &[entry(2, "b"), entry(3, "c")]);
        assert_eq!(texts(&store), ["a", "x", "b", "c"]);
    }

    #[test]
    fn a_message_of_several_lines_is_several_lines() {
        let mut store = LogStore::default();
        assert_eq!(store.merge(None, &[entry(1, "a\r\nb\n"), entry(1, "")]), 3);
        assert_eq!(texts(&store), ["a", "b", ""]);
        assert_eq!(
            store.merge(Some(1), &[entry(1, "a\r\nb\n"), entry(1, "")]),
            0
        );
    }

    proptest! {
        /// However a growing log is cut into answers, what comes out is the log.
        #[test]
        fn polling_a_growing_log_yields_the_log(
            steps in prop::collection::vec((0i64..2, "[ab]{1}", any::<bool>()), 0..40),
            cuts in prop::collection::vec(0usize..40, 0..8),
        ) {
            let mut time = 100;
            let log: Vec<LogEntry> = steps
                .iter()
                .enumerate()
                .map(|(index, (step, text, timed))| {
                    time += step;
                    entry((*timed || index == 0).then_some(time), text)
                })
                .collect();
            let mut cuts: Vec<usize> = cuts.into_iter().filter(|cut| *cut <= log.len()).collect();
            cuts.sort_unstable();
            cuts.push(log.len());
            let mut store = LogStore::default();
            for cut in cuts {
                let start = store.resume_at();
                // As the server answers: entries without a time stand where they were written.
                let from = match start {
                    None => 0,
                    Some(start) => log.iter().position(|e| e.time >= Some(start)).unwrap_or(cut),
                };
                store.merge(start, &log[from.min(cut)..cut]);
            }
            let expected: Vec<&str> = log.iter().map(|entry| entry.message.as_str()).collect();
            prop_assert_eq!(texts(&store), expected);
        }
    }
}
