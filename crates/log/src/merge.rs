//! What of an answer is here already.

use crate::store::Store;
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hasher};

/// The entries that an answer would repeat, and how often each is here. Only a hash of each is kept:
/// two texts of one second would have to share 64 bits of it to be taken for one.
#[derive(Debug, Default)]
pub struct PendingLines(HashMap<u64, u32>);

impl PendingLines {
    /// Those that an answer from `start_time` on repeats. Entries without a time belong to the second
    /// of the one before them. Takes time for these, and little for the rest of the log.
    pub fn from(store: &Store, start_time: Option<i64>) -> Self {
        let mut held = HashMap::new();
        for line in store.lines_from(start_time) {
            if !store.continues(line) {
                let key = key(
                    store.entry(line),
                    store.level_number(line),
                    store.time(line),
                );
                *held.entry(key).or_insert(0) += 1;
            }
        }
        Self(held)
    }

    /// Whether this entry is here, so that it is to be passed over; it is so once less then.
    #[inline]
    pub fn take(&mut self, text: &[u8], level: u8, time: Option<i64>) -> bool {
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
