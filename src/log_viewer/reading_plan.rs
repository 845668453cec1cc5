//! Decides what is read of a log next, and when. Pure: no clock, no request.
//!
//! While a build runs, the log is read from the last line's second on. That is cheap, but it is not enough: the clock of
//! a builder can go back, and a line can arrive late with an earlier time, and a follower who asks that way never gets to
//! see those lines. No request with bounds can find out. So the log is read once more, without bounds, when the build
//! has ended and nothing new comes; [`crate::log::Rereading`] compares it with the lines on the page.
//!
//! That costs the log's bytes a second time, of every build whose end one has watched. It is not done where the first
//! answer was asked for some time after the end of the build: then it was the whole log, and nothing else is read. A
//! short log is read again once more some seconds later, for lines that arrive after the end, and while a build
//! is silent, in case its clock has gone back: then the new lines are behind the second that is asked from. These reads
//! become rarer each time.
//!
//! An API that ignores the bounds answers all of the log each time. It is asked less often, the longer its log is.

use crate::query::intervals;
use std::time::Duration;

/// The number of reads without new lines after which nothing more is expected of a build that has ended.
const FINAL_EMPTY_READS: u32 = 2;

/// The time after the end of a build, in milliseconds, before which a log may not have all of its lines.
const SETTLE_MILLIS: i64 = 15_000;

/// A log up to this size, in bytes of text, is read as a whole more often than must be.
const SHORT_LOG_BYTES: usize = 2_000_000;

/// The time before a short log is read a last time.
const LATE: Duration = Duration::from_secs(10);

/// The reads without new lines, about ten seconds, after which a short log is read as a whole. Doubles each time.
const SILENT_READS: u32 = 20;

/// The bytes that a log may repeat in each second, on average.
const REPEATED_BYTES_PER_SECOND: u64 = 1_000_000;

/// The longest wait for the next read of a log that is repeated.
const MAX_WAIT: Duration = Duration::from_secs(60);

/// A read of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Read {
    /// The new entries, by the times.
    Tail,
    /// All of it, to compare.
    Whole,
}

/// The step after an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    /// This read, after this time.
    Read(Read, Duration),
    /// Nothing: the log is complete.
    Done,
}

/// The state of the build, as far as it is known when a log is asked for or has been answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Known {
    /// `None` while the build has not been read.
    pub(crate) is_finished: Option<bool>,
    /// Unix milliseconds.
    pub(crate) ended_at: Option<i64>,
}

/// An answer that was complete.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) read: Read,
    /// When it was asked for, by the API's clock, Unix milliseconds.
    pub(crate) asked_at: i64,
    /// True if the page has changed: by new lines, or because the API has other ones.
    pub(crate) is_news: bool,
    /// The bytes of the entries that the page had already.
    pub(crate) repeated_bytes: u64,
}

/// The plan of the reads of one log.
#[derive(Debug, Clone)]
pub(crate) struct ReadingPlan {
    /// When the first answer was asked for, Unix milliseconds, and if the build was known to have ended when it came.
    first: Option<(i64, bool)>,
    /// True once a part of the log has been read by its times, or before the build's end.
    may_miss: bool,
    /// The reads without new lines since the last new line.
    empty_reads: u32,
    /// The reads without new lines after which a silent log is read as a whole.
    silent_reads: u32,
    /// The reads of the whole log since the build has ended.
    final_reads: u32,
}

impl Default for ReadingPlan {
    fn default() -> Self {
        Self {
            first: None,
            may_miss: false,
            empty_reads: 0,
            silent_reads: SILENT_READS,
            final_reads: 0,
        }
    }
}

impl ReadingPlan {
    /// Takes note of an answer that broke off. Some of its lines can be on the page, and the next one goes on by their
    /// times.
    pub(crate) fn record_failure(&mut self) {
        self.may_miss = true;
    }

    /// Returns true if the first answer was the whole log of a build that had ended well before. What is known of the
    /// build can come after that answer.
    pub(crate) fn is_complete(&self, now: Known) -> bool {
        let is_over = now.is_finished == Some(true) && now.ended_at.is_some();
        is_over && self.first.is_some() && !self.may_miss && !self.began_early(now)
    }

    /// Decides what follows an answer. `now` is what is known of the build since before the answer; `text_bytes` is the
    /// size of the log on the page.
    pub(crate) fn after(&mut self, answer: Answer, now: Known, text_bytes: usize) -> Next {
        self.note(answer, now);
        if self.is_complete(now) {
            return Next::Done;
        }
        let repeated = answer.repeated_bytes.saturating_mul(1_000) / REPEATED_BYTES_PER_SECOND;
        let wait = Duration::from_millis(repeated).min(MAX_WAIT);
        let wait = wait.max(intervals::LOG);
        let is_short = text_bytes <= SHORT_LOG_BYTES;
        if now.is_finished != Some(true) {
            let is_silent = self.empty_reads >= self.silent_reads;
            if is_silent && is_short && answer.read == Read::Tail {
                self.silent_reads = self.silent_reads.saturating_mul(2);
                return Next::Read(Read::Whole, wait);
            }
            return Next::Read(Read::Tail, wait);
        }
        if self.empty_reads < FINAL_EMPTY_READS {
            return Next::Read(Read::Tail, wait);
        }
        match (self.final_reads, self.may_miss || self.began_early(now)) {
            (_, false) => Next::Done,
            (0, true) => Next::Read(Read::Whole, wait),
            (1, true) if is_short => Next::Read(Read::Whole, wait.max(LATE)),
            _ => Next::Done,
        }
    }

    /// Returns true if the first answer was asked for before the log was settled. Without the time of the build's end, it
    /// is enough that the build was known to have ended when that answer came.
    fn began_early(&self, now: Known) -> bool {
        let Some((asked_at, had_ended)) = self.first else {
            return false;
        };
        match now.ended_at {
            Some(ended) => asked_at < ended.saturating_add(SETTLE_MILLIS),
            None => !had_ended,
        }
    }

    fn note(&mut self, answer: Answer, now: Known) {
        let is_running = now.is_finished == Some(false);
        let is_first = self.first.is_none();
        let had_ended = now.is_finished == Some(true);
        self.first.get_or_insert((answer.asked_at, had_ended));
        self.may_miss |= is_running || (answer.is_news && !is_first);
        if answer.read == Read::Whole && now.is_finished == Some(true) {
            self.final_reads += 1;
            // Whatever it has brought, nothing is missing but what comes now.
            self.empty_reads = match answer.is_news {
                true => 0,
                false => FINAL_EMPTY_READS,
            };
            return;
        }
        self.empty_reads = match answer.is_news {
            true => 0,
            false => self.empty_reads.saturating_add(1),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::{Log, Rereading};
    use proptest::prelude::*;
    use serde_json::{Value, json};

    const START: i64 = 1_000_000;

    /// An entry with the time when the API has it: seconds since the build's start.
    #[derive(Debug, Clone)]
    struct Entry {
        there_at: i64,
        /// Where it is put: at the end, or so many entries before it.
        before: usize,
        time: Option<i64>,
        text: String,
    }

    /// The ways in which an API reads the bounds.
    #[derive(Debug, Clone, Copy, PartialEq)]
    enum Reading {
        Included,
        Excluded,
        RoundedToMinutes,
        Ignored,
    }

    /// A build, its log, and the API that has both.
    #[derive(Debug, Clone)]
    struct World {
        entries: Vec<Entry>,
        reading: Reading,
        /// Seconds since the build's start.
        ended_at: i64,
        /// False if the API does not say when.
        says_end: bool,
    }

    impl World {
        fn log(&self, now: i64) -> Vec<(Option<i64>, String)> {
            let mut log: Vec<(Option<i64>, String)> = Vec::new();
            for entry in self.entries.iter().filter(|entry| entry.there_at <= now) {
                let at = log.len().saturating_sub(entry.before);
                log.insert(at, (entry.time, entry.text.clone()));
            }
            log
        }

        fn answer(&self, now: i64, start: Option<i64>) -> Vec<u8> {
            let mut near = None;
            let is_in = |(time, _): &(Option<i64>, String)| {
                near = time.or(near);
                let Some(start) = start else {
                    return true;
                };
                match self.reading {
                    Reading::Included => near.is_some_and(|near| near >= start),
                    Reading::Excluded => near.is_some_and(|near| near > start),
                    Reading::RoundedToMinutes => {
                        near.is_some_and(|near| near >= start.div_euclid(60) * 60)
                    }
                    Reading::Ignored => true,
                }
            };
            body(self.log(now).into_iter().filter(is_in))
        }

        fn known(&self, now: i64) -> Known {
            let has_ended = now >= self.ended_at;
            Known {
                is_finished: Some(has_ended),
                ended_at: (has_ended && self.says_end).then_some((START + self.ended_at) * 1_000),
            }
        }
    }

    fn body(entries: impl Iterator<Item = (Option<i64>, String)>) -> Vec<u8> {
        let entries = entries.map(|(time, message)| match time {
            Some(time) => json!({ "message": message, "time": time }),
            None => json!({ "message": message }),
        });
        Value::from_iter(entries).to_string().into_bytes()
    }

    fn lines(log: &Log) -> Vec<(Option<i64>, String)> {
        let lines = (0..log.len()).filter_map(|line| log.line(line));
        lines
            .map(|line| (line.time, line.text.to_owned()))
            .collect()
    }

    /// One who looks at the log from a second on.
    struct Follower {
        log: Log,
        reads: Vec<(Read, Option<i64>)>,
        asked_at: Vec<i64>,
        bytes: u64,
    }

    /// Reads as the reader does, until the log is complete. `knows_late` is the number of answers before the build itself
    /// is known.
    fn follow(world: &World, from: i64, knows_late: usize) -> Follower {
        let mut follower = Follower {
            log: Log::new(),
            reads: Vec::new(),
            asked_at: Vec::new(),
            bytes: 0,
        };
        let (mut plan, mut read) = (ReadingPlan::default(), Read::Tail);
        let mut now_millis = from * 1_000;
        for _ in 0..10_000 {
            let now = now_millis / 1_000;
            let asked_at = START * 1_000 + now_millis;
            let answer = follower.read(world, read, now, asked_at);
            let known = match follower.reads.len() > knows_late {
                true => world.known(now),
                false => Known::default(),
            };
            match plan.after(answer, known, follower.log.text_bytes()) {
                Next::Done => return follower,
                Next::Read(next, delay) => {
                    read = next;
                    now_millis += delay.as_millis() as i64;
                    let is_known = follower.reads.len() >= knows_late;
                    if is_known && plan.is_complete(world.known(now_millis / 1_000)) {
                        return follower;
                    }
                }
            }
        }
        panic!("it never ends: {:?}", follower.reads.len());
    }

    impl Follower {
        fn read(&mut self, world: &World, read: Read, now: i64, asked_at: i64) -> Answer {
            let before = lines(&self.log);
            let start = match read {
                Read::Tail => self.log.resume_until(asked_at.div_euclid(1_000)),
                Read::Whole => None,
            };
            let body = world.answer(now, start);
            self.reads.push((read, start));
            self.asked_at.push(asked_at.div_euclid(1_000));
            self.bytes += body.len() as u64;
            match read {
                Read::Tail => {
                    self.log.begin(start);
                    self.log.feed(&body);
                    self.log.end();
                }
                Read::Whole => {
                    let mut rereading = Rereading::new(&self.log);
                    rereading.feed(&self.log, &body);
                    while !rereading.settle(&mut self.log, 64) {}
                    rereading.close(&mut self.log, true);
                    while !rereading.settle(&mut self.log, 64) {}
                    if let Some(log) = rereading.into_log() {
                        self.log = log;
                    }
                }
            }
            Answer {
                read,
                asked_at,
                is_news: lines(&self.log) != before,
                repeated_bytes: body.len() as u64,
            }
        }
    }

    fn any_world() -> impl Strategy<Value = World> {
        let readings = prop_oneof![
            3 => Just(Reading::Included),
            1 => Just(Reading::Excluded),
            1 => Just(Reading::RoundedToMinutes),
            1 => Just(Reading::Ignored),
        ];
        // The clock goes on, back, or far ahead for one entry.
        let jump = prop_oneof![8 => Just(0), 1 => Just(-40), 1 => Just(-7), 1 => Just(5)];
        let ahead = prop_oneof![12 => Just(0), 1 => Just(31_536_000)];
        let late = prop_oneof![8 => Just(0i64), 1 => 0i64..12];
        let entry = (
            0i64..4,
            jump,
            ahead,
            late,
            0usize..3,
            "[ab]",
            prop::bool::weighted(0.9),
        );
        (
            readings,
            prop::collection::vec(entry, 0..30),
            0i64..20,
            any::<bool>(),
        )
            .prop_map(|(reading, plan, more, says_end)| {
                let (mut now, mut skew) = (0, 0);
                let mut entries = Vec::new();
                for (step, jump, ahead, late, before, text, is_timed) in plan {
                    now += step;
                    skew += jump;
                    entries.push(Entry {
                        there_at: now + late,
                        before: if late > 0 { before } else { 0 },
                        time: is_timed.then_some(START + now + skew + ahead),
                        text,
                    });
                }
                entries.sort_by_key(|entry| entry.there_at);
                let last = entries.last().map_or(0, |entry| entry.there_at);
                World {
                    entries,
                    reading,
                    ended_at: last + more,
                    says_end,
                }
            })
    }

    proptest! {
        /// Whatever the clocks did and however the API reads the bounds: in the end, the log is the API's.
        #[test]
        fn the_log_of_a_build_that_was_followed_is_the_api_s(
            world in any_world(),
            share in 0i64..100,
            knows_late in 0usize..3,
        ) {
            let from = world.ended_at * share / 100;
            let follower = follow(&world, from, knows_late);
            prop_assert_eq!(lines(&follower.log), world.log(i64::MAX));
            // Nobody asks for the future.
            for ((_, start), now) in follower.reads.iter().zip(&follower.asked_at) {
                prop_assert!(start.is_none_or(|start| start <= *now), "{:?}", start);
            }
        }

        /// The log of a build that ended before is read once as a whole.
        #[test]
        fn an_old_log_is_not_read_twice(world in any_world(), knows_late in 0usize..2) {
            let world = World { says_end: true, ..world };
            let follower = follow(&world, world.ended_at + 60, knows_late);
            prop_assert_eq!(lines(&follower.log), world.log(i64::MAX));
            prop_assert_eq!(follower.reads, [(Read::Tail, None)]);
        }
    }

    fn world(entries: Vec<Entry>, ended_at: i64, reading: Reading) -> World {
        World {
            entries,
            reading,
            ended_at,
            says_end: true,
        }
    }

    fn entry(there_at: i64, time: i64, text: &str) -> Entry {
        Entry {
            there_at,
            before: 0,
            time: Some(START + time),
            text: text.to_owned(),
        }
    }

    #[test]
    fn lines_that_come_seconds_after_the_end_are_there() {
        let entries = vec![entry(0, 0, "a"), entry(9, 9, "b"), entry(16, 3, "late")];
        let world = world(entries, 10, Reading::Included);
        assert_eq!(lines(&follow(&world, 0, 0).log).len(), 3);
        assert_eq!(
            lines(&follow(&world, 11, 1).log).len(),
            3,
            "opened at once after the end"
        );
    }

    #[test]
    fn a_clock_that_has_gone_back_does_not_silence_a_running_build() {
        let mut entries: Vec<Entry> = (0..20).map(|n| entry(n, n, "before")).collect();
        entries.extend((20..60).map(|n| entry(n, n - 3_600, "after")));
        let world = world(entries, 3_000, Reading::Included);
        let mut plan = ReadingPlan::default();
        let mut follower = Follower {
            log: Log::new(),
            reads: Vec::new(),
            asked_at: Vec::new(),
            bytes: 0,
        };
        let (mut read, mut now) = (Read::Tail, 0);
        while now < 60_000 {
            let answer = follower.read(&world, read, now / 1_000, START * 1_000 + now);
            match plan.after(answer, world.known(now / 1_000), 100) {
                Next::Done => panic!("it runs"),
                Next::Read(next, delay) => {
                    read = next;
                    now += delay.as_millis() as i64;
                }
            }
        }
        assert!(follower.log.len() > 40, "{}", follower.log.len());
    }

    #[test]
    fn an_api_that_repeats_all_is_asked_less_often() {
        let mut plan = ReadingPlan::default();
        let running = Known {
            is_finished: Some(false),
            ended_at: None,
        };
        let answer = |repeated_bytes| Answer {
            read: Read::Tail,
            asked_at: 0,
            is_news: true,
            repeated_bytes,
        };
        let mut wait = |bytes| match plan.after(answer(bytes), running, 0) {
            Next::Read(Read::Tail, wait) => wait,
            next => panic!("{next:?}"),
        };
        assert_eq!(wait(1_000), intervals::LOG);
        assert_eq!(wait(5_000_000), Duration::from_secs(5));
        assert_eq!(wait(u64::MAX), MAX_WAIT);
    }

    #[test]
    fn a_long_silence_costs_few_reads_of_the_whole_log() {
        let world = world(vec![entry(0, 0, "a")], 1_000, Reading::Included);
        let follower = follow(&world, 0, 0);
        let whole = follower
            .reads
            .iter()
            .filter(|(read, _)| *read == Read::Whole);
        // At 20, 40, 80, … reads, and two at the end.
        assert!((4..=10).contains(&whole.count()));
        assert!(follower.bytes < 200_000);
    }
}
