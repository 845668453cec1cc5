//! The log: one build's lines, read from one or more answers.

use crate::ansi::{Carry, Mode, Painted};
use crate::decode::{Decoder, Summary};
use crate::merge::PendingLines;
use crate::sections::{Outcome, Sections};
use crate::store::Store;
use std::ops::Deref;

/// The times of one line, in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Times {
    /// Unix time, UTC.
    pub clock: Option<i64>,
    /// Since the first time in the log; below 0 where the line's time is earlier.
    pub since_start: Option<i64>,
    /// Since the nearest line before it that has a time.
    pub since_previous: Option<i64>,
}

/// A log: its lines, and what is known of them. Reads as a [`Store`].
#[derive(Debug, Default)]
pub struct Log {
    store: Store,
    sections: Sections,
    carry: Carry,
    /// The answer being read.
    decoder: Option<Decoder>,
    held: PendingLines,
    unreadable: u64,
}

impl Deref for Log {
    type Target = Store;

    fn deref(&self) -> &Store {
        &self.store
    }
}

impl Log {
    /// An empty log.
    pub fn new() -> Self {
        Self::default()
    }

    /// The `start_time` to ask for next: the second of the last entry that has a time. That second
    /// may not be over, so it is asked for again. `None` while no entry has a time.
    pub fn resume_at(&self) -> Option<i64> {
        self.store.last_time()
    }

    /// An answer begins, to a request with this `start_time`. One that is still open is dropped as by
    /// [`Log::abort`].
    ///
    /// The answer repeats what is already here from that second on. An entry of it that is here
    /// already is passed over once for each time that it is here: so the same text twice in one second
    /// stays two lines, and no line is taken twice.
    pub fn begin(&mut self, start_time: Option<i64>) {
        self.abort();
        self.held = PendingLines::from(&self.store, start_time);
        self.decoder = Some(Decoder::default());
    }

    /// Takes the next bytes of the answer; says how many lines are new. Entries are here as soon as
    /// their last byte is.
    pub fn feed(&mut self, bytes: &[u8]) -> usize {
        let before = self.store.len();
        if let Some(decoder) = &mut self.decoder {
            decoder.feed(bytes, &mut self.store, &mut self.held);
        }
        let notable = self.store.take_notable();
        self.sections.observe(&self.store, &notable);
        self.carry.observe(&self.store);
        self.store.len() - before
    }

    /// The answer is at its end.
    pub fn end(&mut self) -> Summary {
        self.close(true)
    }

    /// The answer was cut off, or is not wanted any more. What came stays; an entry that was not whole
    /// is dropped, for it comes again.
    pub fn abort(&mut self) -> Summary {
        self.close(false)
    }

    fn close(&mut self, whole: bool) -> Summary {
        let Some(decoder) = self.decoder.take() else {
            return Summary::default();
        };
        self.held = PendingLines::default();
        let summary = decoder.end(whole, &mut self.store);
        self.unreadable += summary.unreadable;
        summary
    }

    /// How many entries could not be read, in all answers, the one being read included. An answer that
    /// is asked for again counts its own again.
    pub fn unreadable(&self) -> u64 {
        self.unreadable + self.decoder.as_ref().map_or(0, Decoder::unreadable)
    }

    /// Bytes of the answer being read that came so far.
    pub fn received(&self) -> u64 {
        self.decoder.as_ref().map_or(0, Decoder::received)
    }

    /// Whether an answer is being read.
    pub fn is_reading(&self) -> bool {
        self.decoder.is_some()
    }

    /// The lines.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The steps.
    pub fn sections(&self) -> &Sections {
        &self.sections
    }

    /// Says how the build stands, which decides how its steps do.
    pub fn set_outcome(&mut self, outcome: Outcome) {
        self.sections.set_outcome(outcome);
    }

    /// Draws a line: its text as it is to be shown, with colours and links, into `into`, which is
    /// emptied first. Colours that an earlier line began go on.
    pub fn paint(&self, line: usize, mode: Mode, into: &mut Painted) {
        let start = self.carry.style_at(&self.store, line);
        let text = std::str::from_utf8(self.store.bytes(line)).unwrap_or_default();
        crate::ansi::paint(text, start, mode, into);
    }

    /// A line's text without escapes, as it is searched and copied.
    pub fn plain(&self, line: usize) -> std::borrow::Cow<'_, str> {
        let text = std::str::from_utf8(self.store.bytes(line)).unwrap_or_default();
        match self.store.is_plain(line) {
            true => text.into(),
            false => crate::ansi::plain(text),
        }
    }

    /// A line's times.
    pub fn times(&self, line: usize) -> Times {
        let clock = self.store.time(line);
        let since = |from: Option<i64>| Some(clock?.saturating_sub(from?));
        let previous = line
            .checked_sub(1)
            .and_then(|line| self.store.near_time(line));
        Times {
            clock,
            since_start: since(self.store.first_time()),
            since_previous: since(previous),
        }
    }
}
