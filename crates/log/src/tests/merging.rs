//! Tests answers that repeat entries of the log.

use crate::log::Log;
use crate::tests::{cases, texts};
use proptest::prelude::*;
use serde_json::{Value, json};

type Entry = (Option<i64>, String);

fn body(entries: &[Entry]) -> Vec<u8> {
    let entries = entries.iter().map(|(time, message)| match time {
        Some(time) => json!({"message": message, "time": time}),
        None => json!({"message": message}),
    });
    Value::from_iter(entries).to_string().into_bytes()
}

fn answer(log: &mut Log, start: Option<i64>, entries: &[Entry]) -> usize {
    log.begin(start);
    let fresh = log.feed(&body(entries));
    assert!(!log.end().truncated);
    fresh
}

fn entry(time: impl Into<Option<i64>>, message: &str) -> Entry {
    (time.into(), message.to_owned())
}

/// The answer of an API that has `log`. Entries without a time keep their position.
fn asked(log: &[Entry], start: Option<i64>) -> &[Entry] {
    let from = match start {
        None => 0,
        Some(_) => log
            .iter()
            .position(|(time, _)| *time >= start)
            .unwrap_or(log.len()),
    };
    &log[from..]
}

#[test]
fn lines_of_the_shared_second_are_neither_lost_nor_doubled() {
    let mut log = Log::new();
    answer(
        &mut log,
        None,
        &[entry(1, "a"), entry(2, "b"), entry(2, "same")],
    );
    assert_eq!(log.resume_at(), Some(2));
    let next = [
        entry(2, "b"),
        entry(2, "same"),
        entry(2, "same"),
        entry(3, "c"),
    ];
    assert_eq!(answer(&mut log, Some(2), &next), 2);
    assert_eq!(texts(&log), ["a", "b", "same", "same", "c"]);
    assert_eq!(answer(&mut log, Some(3), &[entry(3, "c")]), 0);
}

#[test]
fn an_entry_without_a_time_is_neither_lost_nor_doubled() {
    let mut log = Log::new();
    answer(&mut log, None, &[entry(1, "a"), entry(None, "x")]);
    // An API may or may not repeat such an entry: both must give the same lines.
    answer(
        &mut log,
        Some(1),
        &[entry(1, "a"), entry(None, "x"), entry(2, "b")],
    );
    answer(&mut log, Some(2), &[entry(2, "b"), entry(3, "c")]);
    assert_eq!(texts(&log), ["a", "x", "b", "c"]);
}

#[test]
fn a_message_of_several_lines_is_several_lines_of_one_entry() {
    let mut log = Log::new();
    let entries = [entry(1, "a\r\nb\n"), entry(1, ""), entry(1, "\nc\n\n")];
    assert_eq!(answer(&mut log, None, &entries), 6);
    assert_eq!(texts(&log), ["a", "b", "", "", "c", ""]);
    let continues: Vec<bool> = (0..6)
        .map(|line| log.line(line).is_some_and(|line| line.continues))
        .collect();
    assert_eq!(continues, [false, true, false, false, true, true]);
    assert_eq!(answer(&mut log, Some(1), &entries), 0);
    assert_eq!(
        answer(&mut log, Some(1), &[entry(1, "a"), entry(1, "b")]),
        2
    );
}

#[test]
fn what_an_abort_leaves_is_what_was_whole() {
    let mut log = Log::new();
    log.begin(None);
    log.feed(br#"[{"message":"a","time":1},{"message":"b","time":1},{"mess"#);
    assert!(log.abort().truncated);
    assert_eq!(texts(&log), ["a", "b"]);
    answer(
        &mut log,
        Some(1),
        &[entry(1, "a"), entry(1, "b"), entry(1, "c")],
    );
    assert_eq!(texts(&log), ["a", "b", "c"]);
}

#[test]
fn times_and_lines_find_each_other() {
    let mut log = Log::new();
    let far = i64::MIN;
    let entries: Vec<Entry> = (0..40)
        .map(|index| match index {
            7 => entry(far, "far"),
            index if index % 3 == 1 => entry(None, "no time"),
            index => entry(1000 + index / 2, "timed"),
        })
        .collect();
    answer(&mut log, None, &entries);
    assert_eq!(log.time(7), Some(far));
    assert_eq!(log.near_time(8), Some(1004));
    assert_eq!(log.near_time(22), Some(1010));
    for time in [0, 1000, 1001, 1009, 1019, 1020] {
        let mut near = None;
        let first = entries.iter().position(|(own, _)| {
            near = own.or(near);
            near >= Some(time)
        });
        assert_eq!(log.line_at_time(time), first.unwrap_or(40), "{time}");
    }
    assert_eq!(log.times(6).since_start, Some(3));
    assert_eq!(log.times(6).since_previous, Some(1));
    assert_eq!(log.times(7).since_start, Some(i64::MIN));
    assert_eq!(log.times(1).clock, None);
    assert_eq!(log.times(0).since_previous, None);
}

proptest! {
    #![proptest_config(cases())]

    /// However a growing log is cut into answers, the lines are the log's.
    #[test]
    fn polling_a_growing_log_yields_the_log(
        steps in prop::collection::vec((0i64..2, "[ab]{1}\n?", prop::bool::weighted(0.8)), 0..40),
        polls in prop::collection::vec((0usize..40, any::<bool>()), 0..8),
    ) {
        let mut time = 100;
        let whole: Vec<Entry> = steps
            .iter()
            .enumerate()
            .map(|(index, (step, text, timed))| {
                time += step;
                entry((*timed || index == 0).then_some(time), text)
            })
            .collect();
        let mut polls: Vec<_> = polls.into_iter().filter(|(end, _)| *end <= whole.len()).collect();
        polls.sort_unstable();
        polls.push((whole.len(), false));
        let mut log = Log::new();
        for (end, cut) in polls {
            let start = log.resume_at();
            let body = body(asked(&whole[..end], start));
            log.begin(start);
            if cut {
                // The connection breaks somewhere.
                log.feed(&body[..body.len() * 2 / 3]);
                log.abort();
            } else {
                log.feed(&body);
                log.end();
            }
        }
        let expected: Vec<&str> = whole.iter().map(|(_, text)| text.trim_end_matches('\n')).collect();
        prop_assert_eq!(texts(&log), expected);
    }

    /// Requesting the whole log again changes nothing.
    #[test]
    fn the_same_answer_again_is_nothing_new(
        entries in prop::collection::vec((prop::option::of(0i64..3), "[ab\n]{0,3}"), 0..30),
    ) {
        let mut log = Log::new();
        answer(&mut log, None, &entries);
        prop_assert_eq!(answer(&mut log, None, &entries), 0);
    }
}
