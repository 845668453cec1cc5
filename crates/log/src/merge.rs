//! Recognizes the entries of an answer that the log already has.
//!
//! An API may answer more than it was asked for: it may round the bounds, or ignore them. So an entry is compared with
//! what the log has of its time, and not only with what was to be expected. Lines from the requested second on are
//! hashed before the answer is read, and lines before it once the answer has such an entry. All of this is done in
//! slices: it takes time for the lines of these seconds, which can be all.

use crate::store::Store;
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hasher};

/// The bytes that the work on a line counts, in addition to its text.
const LINE_BYTES: usize = 64;

/// The fate of an entry of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// The log does not have it.
    New,
    /// The log has it.
    Known,
    /// It is known only once [`Merge::settle`] has looked at more lines.
    Aside,
}

/// An entry that waits for [`Merge::settle`].
#[derive(Debug)]
struct Aside {
    text: Vec<u8>,
    level: u8,
    time: Option<i64>,
}

/// The entries that the log had when the answer began, and how often each. Only a hash of each entry is kept: two texts
/// of one second count as the same only if all 64 bits of their hashes agree. An entry without a time belongs to the
/// second of the entry before it.
#[derive(Debug, Default)]
pub(crate) struct Merge {
    counts: HashMap<u64, u32>,
    /// The number of lines that the log had, and of entries without lines.
    lines: usize,
    extras: usize,
    /// Lines from this second on are counted.
    covered: i64,
    /// Lines from this second on are to be counted, of which those before the line `at` are.
    wanted: i64,
    at: usize,
    /// The last time in the answer.
    near: Option<i64>,
    /// The first entry that could not be judged, and all after it.
    aside: Vec<Aside>,
    /// The entries that the log had.
    pub(crate) known: u64,
}

impl Merge {
    /// Begins an answer from `start` on.
    pub(crate) fn new(store: &Store, start: Option<i64>) -> Self {
        Self {
            lines: store.len(),
            extras: store.extras_len(),
            covered: i64::MAX,
            wanted: start.unwrap_or(i64::MIN),
            ..Self::default()
        }
    }

    /// Judges an entry, in the order of the answer. `first` is the time of the first line that has one.
    #[inline]
    pub(crate) fn judge(
        &mut self,
        text: &[u8],
        level: u8,
        time: Option<i64>,
        first: Option<i64>,
    ) -> Fate {
        if self.lines == 0 {
            return Fate::New;
        }
        self.near = time.or(self.near);
        let at = self.near.unwrap_or(i64::MIN);
        if self.aside.is_empty() && at >= self.covered {
            return match self.take(text, level, time) {
                true => Fate::Known,
                false => Fate::New,
            };
        }
        // An answer from the first line on has all entries, those without a time among them: in the log, these can
        // follow other ones.
        self.wanted = match self.wanted.min(at) {
            wanted if first.is_none_or(|first| wanted <= first) => i64::MIN,
            wanted => wanted,
        };
        self.aside.push(Aside {
            text: text.to_vec(),
            level,
            time,
        });
        Fate::Aside
    }

    /// Returns true if the log has an entry; counts it as repeated once.
    fn take(&mut self, text: &[u8], level: u8, time: Option<i64>) -> bool {
        let key = key(text, level, time);
        match self.counts.get_mut(&key) {
            Some(count) if *count > 1 => *count -= 1,
            Some(_) => {
                self.counts.remove(&key);
            }
            None => return false,
        }
        self.known += 1;
        true
    }

    /// Returns true if there is nothing left to do for [`Merge::settle`].
    pub(crate) fn is_settled(&self) -> bool {
        self.lines == 0 || (self.covered <= self.wanted && self.aside.is_empty())
    }

    /// Counts about this many bytes of lines. Once all that matter are counted, judges the entries that were put aside,
    /// and keeps new ones. Returns true if nothing is left to do.
    pub(crate) fn settle(&mut self, store: &mut Store, bytes: usize) -> bool {
        if self.is_settled() {
            return true;
        }
        if !self.count(store, bytes) {
            return false;
        }
        if !self.aside.is_empty() {
            let pending = store.arena.take_pending();
            for entry in std::mem::take(&mut self.aside) {
                if !self.take(&entry.text, entry.level, entry.time) {
                    store.append(&entry.text, entry.level, entry.time);
                }
            }
            store.arena.push(&pending);
        }
        true
    }

    /// Counts lines. Returns true once all wanted ones are counted.
    fn count(&mut self, store: &Store, bytes: usize) -> bool {
        if self.covered <= self.wanted {
            return true;
        }
        if self.wanted == i64::MIN && self.at == 0 {
            // So that the table never moves as a whole.
            self.counts.reserve(self.lines);
        }
        let range = self.wanted..self.covered;
        let mut left = bytes;
        while let Some((line, time)) = store.next_from(self.at, range.start) {
            if line >= self.lines {
                break;
            }
            self.at = line + 1;
            left = left.saturating_sub(LINE_BYTES);
            if time < range.end
                && let Some(entry) = store.kept_entry(line)
            {
                let key = key(entry.text, entry.level, entry.time);
                *self.counts.entry(key).or_insert(0) += 1;
                left = left.saturating_sub(entry.text.len());
            }
            if left == 0 {
                return false;
            }
        }
        for (near, entry) in store.covered_entries(self.lines, self.extras) {
            if range.contains(&near.unwrap_or(i64::MIN)) {
                let key = key(entry.text, entry.level, entry.time);
                *self.counts.entry(key).or_insert(0) += 1;
            }
        }
        (self.covered, self.at) = (self.wanted, 0);
        true
    }
}

fn key(text: &[u8], level: u8, time: Option<i64>) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write_u8(level);
    hasher.write_u8(u8::from(time.is_some()));
    hasher.write_i64(time.unwrap_or(0));
    hasher.write(text);
    hasher.finish()
}
