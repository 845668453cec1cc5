//! Recognizes the entries that an answer repeats when a read of the log resumes.

use crate::store::Store;
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hasher};

/// The entries that an answer repeats, and how many times the log has each. Only a hash of each entry
/// is kept: two texts of one second count as the same only if all 64 bits of their hashes agree.
#[derive(Debug, Default)]
pub(crate) struct ExpectedRepeats(HashMap<u64, u32>);

impl ExpectedRepeats {
    /// The log's entries that an answer from `start_time` on repeats. An entry without a time belongs
    /// to the second of the entry before it. Takes time for these entries, and little for the rest of
    /// the log.
    pub(crate) fn from(store: &Store, start_time: Option<i64>) -> Self {
        let mut counts = HashMap::new();
        for entry in store.entries_from(start_time) {
            let key = key(entry.text, entry.level, entry.time);
            *counts.entry(key).or_insert(0) += 1;
        }
        Self(counts)
    }

    /// Returns true if an entry is a repeat, to be skipped; counts it as repeated once.
    #[inline]
    pub(crate) fn take(&mut self, text: &[u8], level: u8, time: Option<i64>) -> bool {
        if self.0.is_empty() {
            return false;
        }
        let key = key(text, level, time);
        match self.0.get_mut(&key) {
            Some(count) if *count > 1 => *count -= 1,
            Some(_) => {
                self.0.remove(&key);
            }
            None => return false,
        }
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
