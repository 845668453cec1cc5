//! Reads a log that is there once more, as a whole, and finds out if the API has another one.

use crate::decode::{Decoder, Summary};
use crate::log::Log;
use crate::sieve::{Comparing, Sieve};
use std::collections::HashMap;

/// A second read of a whole log.
///
/// The clock of a builder can go back, and a line can arrive late: then a follower, who asks from the last line's second
/// on, never gets to see some lines. So once a build has ended, the log is read again without bounds. Its entries are
/// compared one by one with those of the log that is there, which costs no memory. New entries at the end are added to
/// it. From the first other entry on, a second log is built. It takes the first one's place when it is complete: it has
/// each entry of the API once, in the API's order.
///
/// Every call takes time only for the work it is given.
///
/// # Examples
///
/// ```
/// use slipway_log::{Log, Rereading};
///
/// let mut log = Log::new();
/// log.begin(None);
/// log.feed(br#"[{"message": "a", "time": 10}, {"message": "c", "time": 12}]"#);
/// log.end();
///
/// // 'b' came late: the request for what is new since second 12 does not have it.
/// let mut rereading = Rereading::new(&log);
/// rereading.feed(
///     &log,
///     br#"[{"message": "a", "time": 10}, {"message": "b", "time": 11}, {"message": "c", "time": 12}]"#,
/// );
/// rereading.close(&mut log, true);
/// while !rereading.settle(&mut log, 1 << 16) {}
/// let whole = rereading.into_log().unwrap();
/// assert_eq!(whole.line(1).unwrap().text, "b");
/// assert_eq!(whole.len(), 3);
/// ```
#[derive(Debug)]
pub struct Rereading {
    decoder: Option<Decoder>,
    comparing: Comparing,
    /// The entries since the last [`Rereading::settle`]; once the lines before them are copied, the other log.
    next: Log,
    /// The other log while the lines before the first difference are copied, and how many are.
    copying: Option<(Log, usize)>,
    is_copied: bool,
}

impl Rereading {
    /// Begins a request for all of the log.
    pub fn new(held: &Log) -> Self {
        Self {
            decoder: Some(Decoder::default()),
            comparing: Comparing::default(),
            next: Log::with_levels_of(held),
            copying: None,
            is_copied: false,
        }
    }

    /// Takes the next bytes of the answer, cut anywhere. To be followed by [`Rereading::settle`].
    pub fn feed(&mut self, held: &Log, bytes: &[u8]) {
        if let Some(decoder) = &mut self.decoder {
            let mut sieve = Sieve::Compare(&mut self.comparing, held.store());
            decoder.feed(bytes, self.next.store_mut(), &mut sieve);
        }
        if self.is_copied {
            self.next.observe();
        }
    }

    /// Adds new entries to the log, or copies about this many bytes of it to the other one. Returns true if nothing is
    /// left to do.
    pub fn settle(&mut self, held: &mut Log, bytes: usize) -> bool {
        if self.is_copied || (self.comparing.is_same && self.next.entries_len() == 0) {
            return true;
        }
        if self.comparing.is_same {
            held.append(&self.next, 0..self.next.entries_len());
            self.comparing.same = held.entries_len();
            // With its levels: that of the entry that is being read can be a new one.
            self.next = Self::after(Log::with_levels_of(&self.next), &mut self.next);
            return true;
        }
        let (whole, copied) = self
            .copying
            .get_or_insert_with(|| (Log::with_levels_of(&self.next), 0));
        let same = self.comparing.same;
        let mut end = *copied;
        let mut left = bytes.max(1);
        while end < same && left > 0 {
            left = left.saturating_sub(held.entry(end).map_or(0, |entry| entry.text.len()) + 1);
            end += 1;
        }
        whole.append(held, *copied..end);
        *copied = end;
        if end < same {
            return false;
        }
        if let Some((mut whole, _)) = self.copying.take() {
            whole.append(&self.next, 0..self.next.entries_len());
            self.next = Self::after(whole, &mut self.next);
        }
        self.is_copied = true;
        true
    }

    /// Gives a log the entry that is being read.
    fn after(mut log: Log, before: &mut Log) -> Log {
        let pending = before.store_mut().arena.take_pending();
        log.store_mut().arena.push(&pending);
        log
    }

    /// Ends the answer; `whole` is false if it was cut off. To be followed by [`Rereading::settle`], as long as that
    /// has something to do.
    ///
    /// An answer that is cut changes nothing but that entries can have been added. One that is the log's beginning or
    /// its end says nothing: an API may limit its answers.
    pub fn close(&mut self, held: &mut Log, whole: bool) -> Summary {
        let Some(decoder) = self.decoder.take() else {
            return Summary::default();
        };
        let summary = decoder.end(whole, self.next.store_mut());
        let is_cut = !whole || summary.truncated || summary.fault.is_some();
        let is_part = self.comparing.same == 0 && self.is_end_of(held);
        if !self.comparing.is_same && (is_cut || is_part) {
            // It is as if nothing had been read.
            *self = Self::new(held);
            self.decoder = None;
        }
        if !is_cut && !is_part {
            held.set_unreadable(summary.unreadable);
            self.next.set_unreadable(summary.unreadable);
            if let Some((other, _)) = &mut self.copying {
                other.set_unreadable(summary.unreadable);
            }
        }
        summary
    }

    /// Returns true if all entries that differ are the last ones of the log.
    fn is_end_of(&self, held: &Log) -> bool {
        let places = self.next.entries_len();
        let Some(before) = held.entries_len().checked_sub(places) else {
            return false;
        };
        let is_same = |place: usize| {
            let (next, held) = (self.next.entry(place), held.entry(before + place));
            next.map(|entry| (entry.text, entry.time)) == held.map(|entry| (entry.text, entry.time))
        };
        before > 0 && (0..places).all(is_same) && !self.repeats(held, before)
    }

    /// Returns true if the answer has all of the log's first entries again, and none of them has a time.
    ///
    /// An entry without a time belongs to the second of the entry before it. If the API puts a late entry before it, it
    /// belongs to another second than before, and the log has it twice. Then the answer is no part of the log.
    fn repeats(&self, held: &Log, entries: usize) -> bool {
        let first = || (0..entries).filter_map(|place| held.entry(place));
        if first().any(|entry| entry.time.is_some()) {
            return false;
        }
        let mut counts: HashMap<(&[u8], u8), usize> = HashMap::new();
        for place in 0..self.next.entries_len() {
            if let Some(entry) = self.next.entry(place)
                && entry.time.is_none()
            {
                *counts.entry((entry.text, entry.level)).or_default() += 1;
            }
        }
        first().all(|entry| {
            let count = counts.get_mut(&(entry.text, entry.level));
            count.is_some_and(|count| {
                let is_there = *count > 0;
                *count = count.saturating_sub(1);
                is_there
            })
        })
    }

    /// The number of lines with which the log and the other one are sure to begin.
    pub fn same(&self, held: &Log) -> usize {
        held.sure_lines(self.comparing.same)
    }

    /// Returns the log that the API has, if it is another one than the log that is there.
    pub fn into_log(self) -> Option<Log> {
        self.is_copied.then_some(self.next)
    }
}
