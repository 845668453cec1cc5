//! `Log`: the lines of one build, read from one or more answers of call 5.

use crate::ansi::{EscapeMode, Painted};
use crate::carry::Carry;
use crate::decode::{Decoder, Summary};
use crate::merge::Merge;
use crate::sieve::Sieve;
use crate::steps::{Outcome, Steps};
use crate::store::Store;
use std::ops::{Deref, Range};

/// The times of one line, in whole seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Times {
    /// Unix seconds, UTC; `None` if the line's entry has no time.
    pub clock: Option<i64>,
    /// Seconds since the first time in the log; negative if the line's time is earlier.
    pub since_start: Option<i64>,
    /// Seconds since the nearest earlier line that has a time.
    pub since_previous: Option<i64>,
}

/// A log: its lines, their colors, and the steps of the build. It derefs to [`Store`], which has the
/// methods to read lines.
///
/// # Examples
///
/// ```
/// use slipway_log::Log;
///
/// let mut log = Log::new();
///
/// // The chunks of the first answer can be cut anywhere.
/// log.begin(None);
/// log.feed(br#"[{"message": "STEP 1/2: FROM alpine", "level": "INFO", "time": 1441770706}, {"mess"#);
/// log.feed(br#"age": "Pulling", "level": "INFO", "time": 1441770707}]"#);
/// let summary = log.end();
/// assert_eq!((summary.entries, summary.truncated), (2, false));
/// assert_eq!(log.line(1).unwrap().text, "Pulling");
///
/// // The next answer starts at the last line's second. The line that it repeats is skipped.
/// let start_time = log.resume_at();
/// assert_eq!(start_time, Some(1441770707));
/// log.begin(start_time);
/// let new_lines = log.feed(
///     br#"[{"message": "Pulling", "level": "INFO", "time": 1441770707}, {"message": "Done", "time": 1441770709}]"#,
/// );
/// assert_eq!(new_lines, 1);
/// assert_eq!(log.end().known, 1);
/// assert_eq!(log.len(), 3);
/// ```
#[derive(Debug, Default)]
pub struct Log {
    store: Store,
    steps: Steps,
    carry: Carry,
    /// Decodes the current answer.
    decoder: Option<Decoder>,
    merge: Merge,
    /// Of the answer with the most.
    unreadable: u64,
    /// See [`Log::take_changed`].
    changed: Option<usize>,
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

    /// Returns the `start_time` of the next request (reference, call 5): the second of the last entry
    /// that has a time. More entries of that second may follow, so it is requested again. `None` while
    /// no entry has a time.
    pub fn resume_at(&self) -> Option<i64> {
        self.store.last_time()
    }

    /// The same, by the API's clock: the second of the last entry that is not after `now` (Unix seconds, UTC). Lines
    /// that are still to come are not after an entry from the future.
    pub fn resume_until(&self, now: i64) -> Option<i64> {
        self.store.last_time_until(now)
    }

    /// Begins the answer to a request with this `start_time`. If another answer is still open, aborts it
    /// as [`Log::abort`] does.
    ///
    /// The answer repeats the entries that the log already has from that second on; entries before it as well, if the
    /// API rounds or ignores the time. Each entry that the log has is skipped once. So the same text twice in one second
    /// stays two lines, and no line is added twice.
    pub fn begin(&mut self, start_time: Option<i64>) {
        self.abort();
        self.merge = Merge::new(&self.store, start_time);
        self.decoder = Some(Decoder::default());
    }

    /// Begins a log of which only the entries between two times (Unix seconds, UTC, both included) are kept, as the API
    /// does it for call 5. An entry without a time belongs with the one before it.
    ///
    /// # Examples
    ///
    /// ```
    /// use slipway_log::Log;
    ///
    /// let mut log = Log::new();
    /// log.begin_within(Some(2), Some(3));
    /// log.feed(br#"[{"message": "a", "time": 1}, {"message": "b", "time": 2}, {"message": "c"}]"#);
    /// assert_eq!(log.len(), 2);
    /// ```
    pub fn begin_within(&mut self, start: Option<i64>, end: Option<i64>) {
        self.begin(None);
        self.decoder = Some(Decoder::within(start, end));
    }

    /// Takes the next bytes of the answer, cut anywhere. Returns the number of new lines as they came. An
    /// entry is added as soon as its last byte is fed. Does nothing if no answer has begun.
    ///
    /// An entry can be the next state of a program's progress, written over lines at the end of the log,
    /// with the movements of a terminal's cursor: see [`Log::take_changed`].
    pub fn feed(&mut self, bytes: &[u8]) -> usize {
        let before = self.store.entries_len();
        self.settle(usize::MAX);
        self.take(bytes);
        self.settle(usize::MAX);
        self.store.entries_len() - before
    }

    /// The same in slices: call [`Log::settle`] until it returns true, before the first bytes and after all. Returns
    /// the number of lines that are known to be new by now.
    pub fn take(&mut self, bytes: &[u8]) -> usize {
        let before = self.store.entries_len();
        if let Some(decoder) = &mut self.decoder {
            decoder.feed(bytes, &mut self.store, &mut Sieve::Merge(&mut self.merge));
        }
        self.observe();
        self.store.entries_len() - before
    }

    /// Compares about this many bytes of the log with the answer. Returns true if nothing is left to do.
    pub fn settle(&mut self, bytes: usize) -> bool {
        if self.decoder.is_none() || self.merge.is_settled() {
            return true;
        }
        let is_done = self.merge.settle(&mut self.store, bytes);
        self.observe();
        is_done
    }

    /// Reads what the lines that are new since the last call say of steps and colors.
    pub(crate) fn observe(&mut self) {
        let notable = self.store.take_notable();
        self.steps.observe(&self.store, &notable);
        if let Some(line) = self.store.settle() {
            self.changed = Some(self.changed.map_or(line, |first| first.min(line)));
            let special = self.store.special_lines();
            let before = special.partition_point(|special| (special as usize) < line);
            self.carry.rewind(before);
        }
        self.carry.observe(&self.store);
    }

    /// Returns the first line that has changed since the last call, of those that were there then. Lines from
    /// it on may be others now, and what was found out about them is to be found again: see
    /// [`Search::rewind`](crate::Search::rewind) and its likes. At most the last 200 lines change.
    ///
    /// # Examples
    ///
    /// ```
    /// use slipway_log::Log;
    ///
    /// let mut log = Log::new();
    /// log.begin(None);
    /// log.feed(br#"[{"message": "1 of 3"}, {"message": "pulling a"}"#);
    /// assert_eq!(log.take_changed(), None);
    /// log.feed(br#", {"message": "\u001b[2A\u001b[2K2 of 3"}, {"message": "\u001b[2Kpulled a"}]"#);
    /// assert_eq!((log.len(), log.take_changed()), (2, Some(0)));
    /// assert_eq!((log.plain(0), log.plain(1)), ("2 of 3".into(), "pulled a".into()));
    /// ```
    pub fn take_changed(&mut self) -> Option<usize> {
        self.changed.take()
    }

    /// An empty log that numbers the levels as `log` does.
    pub(crate) fn with_levels_of(log: &Self) -> Self {
        Self {
            store: log.store.with_same_levels(),
            ..Self::default()
        }
    }

    /// The lines, to be changed. [`Log::observe`] must follow.
    pub(crate) fn store_mut(&mut self) -> &mut Store {
        &mut self.store
    }

    /// Appends entries of another log, by their places.
    pub(crate) fn append(&mut self, from: &Store, places: Range<usize>) {
        for entry in places.filter_map(|place| from.entry(place)) {
            let level = from.levels().get(usize::from(entry.level));
            let level = level.map_or(0, |level| self.store.levels.number(level.name.as_bytes()));
            if !self.store.append(entry.text, level, entry.time) {
                self.unreadable += 1;
            }
        }
        self.observe();
    }

    /// Ends the answer, which is complete.
    pub fn end(&mut self) -> Summary {
        self.close(true)
    }

    /// Ends the answer, which was cut off or is not needed any more. Its complete entries stay. An
    /// incomplete entry is dropped; the next answer repeats it.
    pub fn abort(&mut self) -> Summary {
        self.close(false)
    }

    fn close(&mut self, whole: bool) -> Summary {
        self.settle(usize::MAX);
        let Some(decoder) = self.decoder.take() else {
            return Summary::default();
        };
        let mut summary = decoder.end(whole, &mut self.store);
        summary.known = std::mem::take(&mut self.merge).known;
        // An answer that repeats entries repeats those that cannot be read.
        self.unreadable = self.unreadable.max(summary.unreadable);
        summary
    }

    /// The number of entries that could not be read, in the answer with the most of them: answers repeat entries.
    pub fn unreadable(&self) -> u64 {
        let current = self.decoder.as_ref().map_or(0, Decoder::unreadable);
        self.unreadable.max(current)
    }

    /// Sets the number of entries that could not be read, once the whole log was read.
    pub(crate) fn set_unreadable(&mut self, entries: u64) {
        self.unreadable = entries;
    }

    /// The number of bytes of the current answer so far; 0 if no answer has begun.
    pub fn received(&self) -> u64 {
        self.decoder.as_ref().map_or(0, Decoder::received)
    }

    /// The lines.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The build's steps.
    pub fn steps(&self) -> &Steps {
        &self.steps
    }

    /// Sets the state of the build, which decides the state of its steps.
    pub fn set_outcome(&mut self, outcome: Outcome) {
        self.steps.set_outcome(outcome);
    }

    /// Paints a line into `into`, which is cleared first: its visible text, with colors and links.
    /// Colors that an earlier line has set continue.
    ///
    /// # Examples
    ///
    /// ```
    /// use slipway_log::{Color, EscapeMode, Log, Painted};
    ///
    /// let mut log = Log::new();
    /// log.begin(None);
    /// log.feed(br#"[{"message": "\u001b[31merror:\u001b[0m no such file"}]"#);
    ///
    /// let mut painted = Painted::default();
    /// log.paint(0, EscapeMode::Interpret, &mut painted);
    /// assert_eq!(painted.text, "error: no such file");
    /// let red = &painted.spans[0];
    /// assert_eq!((red.start, red.end), (0, 6));
    /// assert_eq!(red.style.foreground, Color::Indexed(1));
    ///
    /// log.paint(0, EscapeMode::Show, &mut painted);
    /// assert!(painted.text.starts_with("␛[31merror:"));
    /// ```
    pub fn paint(&self, line: usize, mode: EscapeMode, into: &mut Painted) {
        let start = self.carry.style_at(&self.store, line);
        let text = std::str::from_utf8(self.store.bytes(line)).unwrap_or_default();
        crate::ansi::paint(text, start, mode, into);
    }

    /// Returns a line's visible text, without escapes. This is the text that is searched and copied.
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
