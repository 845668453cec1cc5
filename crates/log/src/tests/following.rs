//! Tests following a log whose lines are not in the order of their times, of an API that reads the bounds in its own
//! way, and reading such a log again.

use crate::log::Log;
use crate::places::Places;
use crate::reread::Rereading;
use crate::rows::{Filter, VisibleRows};
use crate::tests::{cases, texts};
use proptest::prelude::*;
use serde_json::{Value, json};

type Entry = (Option<i64>, String, &'static str);

/// The ways in which an API reads `start_time`.
#[derive(Debug, Clone, Copy)]
enum Reading {
    /// From the first entry of that second on.
    Position,
    /// Those whose time, or that of the one before, is not before it.
    Near,
    /// Those whose own time is not before it; all without one.
    OwnOrNone,
    /// Those whose own time is after it.
    After,
    /// From ten seconds before on.
    Rounded,
    /// Not at all.
    Ignored,
}

const READINGS: [Reading; 6] = [
    Reading::Position,
    Reading::Near,
    Reading::OwnOrNone,
    Reading::After,
    Reading::Rounded,
    Reading::Ignored,
];

impl Reading {
    fn answer(self, log: &[Entry], start: Option<i64>) -> Vec<Entry> {
        let Some(start) = start else {
            return log.to_vec();
        };
        let start = match self {
            Self::Ignored => return log.to_vec(),
            Self::Rounded => start.div_euclid(10) * 10,
            _ => start,
        };
        let first = log.iter().position(|(time, ..)| *time >= Some(start));
        let mut near = None;
        let inside = |(index, (time, ..)): &(usize, &Entry)| {
            near = time.or(near);
            match self {
                Self::Position => first.is_some_and(|first| *index >= first),
                Self::OwnOrNone => time.is_none_or(|time| time >= start),
                Self::After => time.is_some_and(|time| time > start),
                _ => near.is_some_and(|near| near >= start),
            }
        };
        let answer = log.iter().enumerate().filter(inside);
        answer.map(|(_, entry)| entry.clone()).collect()
    }
}

fn body(entries: &[Entry]) -> Vec<u8> {
    let entries = entries.iter().map(|(time, message, level)| match time {
        Some(time) => json!({"message": message, "time": time, "level": level}),
        None => json!({"message": message, "level": level}),
    });
    Value::from_iter(entries).to_string().into_bytes()
}

fn whole(entries: &[Entry]) -> Log {
    let mut log = Log::new();
    log.begin(None);
    log.feed(&body(entries));
    log.end();
    log
}

/// Reads the log again, in parts and slices of this size.
fn reread(log: &mut Log, body: &[u8], part: usize) -> (Option<Log>, usize) {
    let mut rereading = Rereading::new(log);
    for chunk in body.chunks(part) {
        rereading.feed(log, chunk);
        while !rereading.settle(log, part) {}
    }
    rereading.close(log, true);
    while !rereading.settle(log, part) {}
    let same = rereading.same(log);
    (rereading.into_log(), same)
}

fn lines(log: &Log) -> Vec<(String, String, Option<i64>, bool)> {
    let lines = (0..log.len()).filter_map(|line| log.line(line));
    lines
        .map(|line| {
            (
                line.text.to_owned(),
                line.level.to_owned(),
                line.time,
                line.continues,
            )
        })
        .collect()
}

/// A log whose clock jumps, of few texts, so that equal lines of one second are frequent.
fn any_log() -> impl Strategy<Value = Vec<Entry>> {
    let time = prop_oneof![
        6 => Just(0i64),
        6 => Just(1),
        1 => Just(7),
        1 => Just(-20),
        1 => Just(-3),
        1 => Just(1_000_000_000),
        1 => Just(-1_000_000_000),
    ];
    let text = prop_oneof![6 => "[abc]{1}", 1 => "[ab]\n[ab]", 1 => "\u{1b}\\[31m[ab]", 1 => Just(String::new())];
    let level = prop_oneof![8 => Just("INFO"), 1 => Just("ERROR"), 1 => Just("")];
    let step = (time, text, level, prop::bool::weighted(0.85));
    prop::collection::vec(step, 0..40).prop_map(|steps| {
        let mut time = 100;
        let entry = |(step, text, level, timed): (i64, String, &'static str, bool)| {
            time += step;
            (timed.then_some(time), text, level)
        };
        steps.into_iter().map(entry).collect()
    })
}

/// The same log with some entries moved to an earlier place: lines that arrived late in a log that is sorted.
fn any_growth() -> impl Strategy<Value = Vec<Vec<Entry>>> {
    let moves = prop::collection::vec(
        (any::<prop::sample::Index>(), any::<prop::sample::Index>()),
        0..4,
    );
    (
        any_log(),
        moves,
        prop::collection::vec(any::<prop::sample::Index>(), 0..6),
    )
        .prop_map(|(log, late, cuts)| {
            let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(log.len() + 1)).collect();
            cuts.sort_unstable();
            // Entries that the API has only in its last answer.
            let late: Vec<usize> = late
                .iter()
                .filter(|_| !log.is_empty())
                .map(|(from, _)| from.index(log.len()))
                .collect();
            let mut answers: Vec<Vec<Entry>> = cuts
                .iter()
                .map(|cut| {
                    let entries = log.iter().enumerate().take(*cut);
                    let there = entries.filter(|(index, _)| !late.contains(index));
                    there.map(|(_, entry)| entry.clone()).collect()
                })
                .collect();
            answers.push(log);
            answers
        })
}

proptest! {
    #![proptest_config(cases())]

    /// Followed in any way and read again at the end, the log is the API's.
    #[test]
    fn a_followed_log_that_is_read_again_is_the_log(
        answers in any_growth(),
        reading in prop::sample::select(READINGS.to_vec()),
        part in 1usize..200,
        now in 90i64..400,
    ) {
        let mut log = Log::new();
        for answer in &answers {
            let start = log.resume_until(now);
            prop_assert!(start.is_none_or(|start| start <= now));
            log.begin(start);
            let body = body(&reading.answer(answer, start));
            for chunk in body.chunks(part) {
                while !log.settle(part) {}
                log.take(chunk);
            }
            while !log.settle(part) {}
            prop_assert!(!log.end().truncated);
            // Nothing is there twice. An entry without a time that follows another one than before can be until the end.
            let are_timed = answer.iter().all(|(time, ..)| time.is_some());
            if are_timed {
                prop_assert!(log.len() <= whole(answer).len(), "{:?}", texts(&log));
            }
        }
        let last = answers.last().cloned().unwrap_or_default();
        let (other, _) = reread(&mut log, &body(&last), part);
        let read = other.as_ref().unwrap_or(&log);
        let fresh = whole(&last);
        // An answer that is only the beginning of what is there can be a limited one. Entries without a time, which can
        // be there twice until then, stay so at the end.
        let are_timed = last.iter().all(|(time, ..)| time.is_some());
        if !are_timed && read.len() > fresh.len() && lines(read).starts_with(&lines(&fresh)) {
            return Ok(());
        }
        prop_assert_eq!(lines(read), lines(&fresh));
        prop_assert_eq!(
            format!("{:?}", read.steps().list()),
            format!("{:?}", fresh.steps().list())
        );
    }

    /// An API that ignores the bounds, or rounds them, shows each line as soon as it has it.
    #[test]
    fn an_answer_of_all_entries_adds_those_that_are_missing(
        answers in any_growth(),
        part in 1usize..200,
    ) {
        let mut log = Log::new();
        for answer in &answers {
            // Without a time, an entry that follows another one than before is a new one until the end.
            let timed = answer.iter().filter(|(time, ..)| time.is_some());
            let answer: &Vec<Entry> = &timed.cloned().collect();
            log.begin(log.resume_at());
            for chunk in body(answer).chunks(part) {
                log.feed(chunk);
            }
            log.end();
            let mut read = lines(&log);
            let mut expected = lines(&whole(answer));
            read.sort();
            expected.sort();
            prop_assert_eq!(read, expected);
        }
    }

    /// A line is found again where the same entry is.
    #[test]
    fn lines_are_found_again(answers in any_growth(), part in 1usize..50, reading in prop::sample::select(READINGS.to_vec())) {
        let mut log = Log::new();
        for answer in &answers {
            let start = log.resume_at();
            log.begin(start);
            log.feed(&body(&reading.answer(answer, start)));
            log.end();
        }
        let last = answers.last().cloned().unwrap_or_default();
        let (other, same) = reread(&mut log, &body(&last), part);
        let Some(other) = other else { return Ok(()); };
        let mut places = Places::new(&log, same, 0..log.len());
        while !places.advance(&log, &other, part) {}
        let mut taken = std::collections::BTreeSet::new();
        for line in 0..log.len() {
            let place = places.of(line);
            // The API has all lines that were followed, once.
            let are_timed = last.iter().all(|(time, ..)| time.is_some());
            prop_assert!(place.is_some() || !are_timed, "{line}");
            let Some(place) = place else { continue; };
            let (a, b) = (log.line(line).unwrap(), other.line(place).unwrap());
            prop_assert_eq!((a.text, a.time), (b.text, b.time));
            prop_assert!(taken.insert(place), "{place} twice");
        }
    }

    /// The rows of a time range are the lines that the API has in it.
    #[test]
    fn a_range_of_times_shows_what_the_api_would_answer(
        log in any_log(), start in 80i64..160, len in 0i64..60, budget in 1usize..9,
    ) {
        let end = start + len;
        let all = whole(&log);
        let filter = Filter { between: Some((start, end)), ..Filter::default() };
        let mut rows = VisibleRows::new();
        while !rows.extend(&all, all.steps(), None, None, &filter, budget) {}
        let shown: Vec<&str> = (0..rows.len())
            .map(|row| all.line(rows.line(row).unwrap()).unwrap().text)
            .collect();
        let mut window = Log::new();
        window.begin_within(Some(start), Some(end));
        window.feed(&body(&log));
        window.end();
        prop_assert_eq!(shown, texts(&window));
    }
}

fn entry(time: i64, text: &str) -> Entry {
    (Some(time), text.to_owned(), "INFO")
}

#[test]
fn an_entry_from_the_future_is_not_resumed_at() {
    let mut log = Log::new();
    log.begin(None);
    log.feed(&body(&[entry(10, "a"), entry(31_536_010, "in a year")]));
    log.end();
    assert_eq!(log.resume_at(), Some(31_536_010));
    assert_eq!(log.resume_until(12), Some(10));
    assert_eq!(log.resume_until(9), None);
}

#[test]
fn an_answer_with_less_than_the_log_takes_nothing_away() {
    let all: Vec<Entry> = (0..9).map(|n| entry(n, &n.to_string())).collect();
    for part in [&all[..0], &all[..4], &all[4..]] {
        let mut log = whole(&all);
        let (other, _) = reread(&mut log, &body(part), 7);
        assert!(other.is_none());
        assert_eq!(log.len(), 9);
    }
}

#[test]
fn an_answer_that_is_cut_changes_nothing() {
    let mut log = whole(&[entry(1, "a"), entry(3, "c")]);
    let body = body(&[entry(1, "a"), entry(2, "b"), entry(3, "c")]);
    let mut rereading = Rereading::new(&log);
    rereading.feed(&log, &body[..body.len() - 4]);
    while !rereading.settle(&mut log, 1) {}
    rereading.close(&mut log, false);
    while !rereading.settle(&mut log, 1) {}
    assert!(rereading.into_log().is_none());
    assert_eq!(texts(&log), ["a", "c"]);
}

#[test]
fn an_entry_without_a_time_is_there_once_after_a_late_one_came_before_it() {
    let untimed = |text: &str| (None, text.to_owned(), "INFO");
    let all = [entry(1, "late"), untimed("a"), untimed("a")];
    let mut log = whole(&all[1..]);
    for start in [None, Some(1)] {
        log.begin(start);
        log.feed(&body(&all));
        log.end();
    }
    // The answer is the end of the log too. But it is not a part of it: nothing is missing in it.
    assert_eq!(texts(&log), ["a", "a", "late", "a", "a"]);
    let (other, _) = reread(&mut log, &body(&all), 7);
    assert_eq!(texts(&other.unwrap()), ["late", "a", "a"]);
    // An entry that the answer lacks stays.
    let mut log = whole(&[untimed("b"), untimed("a"), entry(1, "c"), untimed("a")]);
    assert!(
        reread(&mut log, &body(&[entry(1, "c"), untimed("a")]), 7)
            .0
            .is_none()
    );
}
