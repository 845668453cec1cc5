//! Decides which entries of an answer a store keeps.

use crate::merge::{Fate, Merge};
use crate::store::Store;

/// Decides which entries are kept.
pub(crate) enum Sieve<'a> {
    /// Those that the log does not have yet.
    Merge(&'a mut Merge),
    /// Those that differ from what the log has at their place.
    Compare(&'a mut Comparing, &'a Store),
}

impl Sieve<'_> {
    /// Judges an entry, in the order of the answer. `first` is the time of the first line of the store that has
    /// one.
    #[inline]
    pub(crate) fn judge(
        &mut self,
        text: &[u8],
        level: u8,
        time: Option<i64>,
        first: Option<i64>,
    ) -> Fate {
        match self {
            Self::Merge(merge) => merge.judge(text, level, time, first),
            Self::Compare(comparing, held) => comparing.judge(held, text, level, time),
        }
    }
}

/// The comparison of an answer with a log, entry by entry.
#[derive(Debug)]
pub(crate) struct Comparing {
    /// The number of places, see [`Store::entry`], that the answer has repeated.
    pub(crate) same: usize,
    /// True until an entry differs.
    pub(crate) is_same: bool,
}

impl Default for Comparing {
    fn default() -> Self {
        Self {
            same: 0,
            is_same: true,
        }
    }
}

impl Comparing {
    /// Judges an entry, in the order of the answer.
    fn judge(&mut self, held: &Store, text: &[u8], level: u8, time: Option<i64>) -> Fate {
        let mut place = self.same;
        while self.is_same && place < held.entries_len() {
            let Some(entry) = held.entry(place) else {
                // The place of a line that continues an entry.
                place += 1;
                continue;
            };
            self.is_same = (entry.text, entry.level, entry.time) == (text, level, time);
            if self.is_same {
                self.same = place + 1;
                return Fate::Known;
            }
        }
        Fate::New
    }
}
