//! Tests the steps of whole logs.

use crate::log::Log;
use crate::tests::{cases, read};
use crate::{Filter, Outcome, StepState, VisibleRows};
use StepState::{Done, Failed, Running};
use proptest::prelude::*;
use serde_json::{Value, json};

/// A log of these lines, one second apart, which arrive one by one.
fn log(lines: &[&str]) -> Log {
    let entries = lines.iter().enumerate().map(|(index, line)| {
        let level = if line.starts_with('!') {
            "ERROR"
        } else {
            "INFO"
        };
        json!({"message": line, "level": level, "time": 100 + index})
    });
    let cuts: Vec<u8> = (0..=255).collect();
    read(Value::from_iter(entries).to_string().as_bytes(), &cuts).0
}

/// Each step: its title, first and last line, duration, state.
fn step_facts(log: &Log) -> Vec<(&str, usize, usize, i64, StepState)> {
    let steps = log.steps().list().iter();
    steps
        .map(|step| {
            let duration = step.duration().expect("has times");
            (
                step.title.as_str(),
                step.first,
                step.last,
                duration,
                step.state,
            )
        })
        .collect()
}

#[test]
fn steps_that_follow_each_other() {
    let mut log = log(&[
        "cloning",
        "STEP 1/3: FROM scratch",
        "STEP 2/3: RUN make",
        "cc a.c",
        "\u{1b}[1mcc\u{1b}[0m b.c",
        "\u{1b}[1mSTEP 3/3: RUN make test",
        "testing",
    ]);
    assert_eq!(
        step_facts(&log),
        [
            ("FROM scratch", 1, 1, 1, Done),
            ("RUN make", 2, 4, 3, Done),
            ("RUN make test", 5, 6, 1, Running),
        ]
    );
    let step_of: Vec<Option<usize>> = (0..8).map(|line| log.steps().step_of_line(line)).collect();
    assert_eq!(
        step_of,
        [
            None,
            Some(0),
            Some(1),
            Some(1),
            Some(1),
            Some(2),
            Some(2),
            None
        ]
    );
    assert_eq!(log.steps().failing(), None);
    log.set_outcome(Outcome::Succeeded);
    assert_eq!(step_facts(&log)[2].4, Done);
    log.set_outcome(Outcome::Failed);
    assert_eq!(log.steps().failing(), Some(2));
    assert_eq!(step_facts(&log)[2].4, Failed);
    let step = &log.steps().list()[1];
    assert_eq!((step.number, step.total), (2, Some(3)));
}

#[test]
fn the_step_that_failed_is_found() {
    for (tail, failing) in [
        (
            vec!["Error: building at STEP \"RUN b\": while running runtime: exit status 1"],
            1,
        ),
        (
            vec!["The command '/bin/sh -c c' returned a non-zero code: 1"],
            2,
        ),
        (
            vec![
                "executor failed running [/bin/sh -c c]: exit code: 1",
                "later",
            ],
            2,
        ),
        (vec!["later"], 1),
    ] {
        let mut lines = vec![
            "STEP 1/3: FROM x",
            "STEP 2/3: RUN b",
            "!not found",
            "STEP 3/3: RUN c",
            "out",
        ];
        lines.extend(tail);
        let mut log = log(&lines);
        log.set_outcome(Outcome::Failed);
        assert_eq!(log.steps().failing(), Some(failing), "{lines:?}");
        let failed = step_facts(&log)
            .iter()
            .filter(|step| step.4 == Failed)
            .count();
        assert_eq!(failed, 1);
    }
}

#[test]
fn steps_that_run_at_once() {
    let mut log = log(&[
        "#1 [internal] load build definition from Dockerfile",
        "#1 DONE 0.0s",
        "#5 [build 1/2] RUN make",
        "#6 [2/2] RUN test",
        "#5 0.1 cc a.c",
        "#6 0.2 testing",
        "#5 [build 1/2] RUN make",
        "#5 0.3 cc b.c",
        "#5 DONE 0.4s",
        "#6 ERROR: process \"/bin/sh -c test\" did not complete successfully: exit code: 1",
        "------",
        " > [2/2] RUN test:",
        "#9 exporting",
        "ERROR: failed to solve: process \"/bin/sh -c test\"",
    ]);
    assert_eq!(
        step_facts(&log),
        [("RUN make", 2, 8, 6, Done), ("RUN test", 3, 11, 8, Failed)]
    );
    let step_of: Vec<Option<usize>> = (0..14).map(|line| log.steps().step_of_line(line)).collect();
    let (a, b) = (Some(0), Some(1));
    assert_eq!(
        step_of,
        [None, None, a, b, a, b, a, a, a, b, b, b, None, None]
    );
    log.set_outcome(Outcome::Failed);
    assert_eq!(log.steps().failing(), Some(1));
    // The first line of a folded step stays visible, wherever its other lines are.
    let filter = Filter {
        folded: [0, 1].into(),
        ..Filter::default()
    };
    let mut rows = VisibleRows::new();
    rows.extend(log.store(), log.steps(), None, &filter, 1000);
    let shown: Vec<_> = (0..rows.len()).filter_map(|row| rows.line(row)).collect();
    assert_eq!(shown, [0, 1, 2, 3, 12, 13]);
}

#[test]
fn steps_from_the_cache() {
    let cached = |lines: &[&str]| -> Vec<bool> {
        let log = log(lines);
        log.steps()
            .list()
            .iter()
            .map(|step| step.state == StepState::Cached)
            .collect()
    };
    let in_order = [
        "--> Using cache of nothing",
        "STEP 1/3: FROM scratch",
        "STEP 2/3: COPY a b",
        "--> Using cache 866f64d45e9a",
        "--> 866f64d45e9a",
        "STEP 3/3: RUN make",
        "it says: --> Using cache",
        "--> 1d622ef86b13",
    ];
    assert_eq!(cached(&in_order), [false, true, false]);
    assert_eq!(
        cached(&[
            "Step 1/2 : FROM x",
            " ---> 1d622ef86b13",
            "Step 2/2 : RUN b",
            " ---> Using cache"
        ]),
        [false, true]
    );
    let at_once = [
        "#5 [1/2] RUN a",
        "#6 [2/2] RUN b",
        "#5 CACHED",
        "#6 DONE 0.1s",
    ];
    assert_eq!(cached(&at_once), [true, false]);
}

#[test]
fn a_log_of_nothing_but_steps_is_bounded() {
    let lines = vec!["STEP 1/1: RUN x"; 5000];
    let log = log(&lines);
    assert_eq!(log.steps().list().len(), 2000);
    assert_eq!(log.steps().step_of_line(4999), Some(1999));
}

proptest! {
    #![proptest_config(cases())]

    /// Whatever the lines, each step has the first and the last of its lines, and each line belongs to at
    /// most one step.
    #[test]
    fn sections_hold_their_lines(
        lines in prop::collection::vec(
            prop_oneof![
                Just("STEP 1/2: a".to_owned()),
                Just("#1 [1/2] b".to_owned()),
                Just("#2 [2/2] c".to_owned()),
                "#[12] (DONE|ERROR|x)",
                "(ERROR: failed to solve|The command returned a non-zero code|x|!y)",
            ],
            0..20,
        ),
        outcome in prop::sample::select(vec![Outcome::Running, Outcome::Succeeded, Outcome::Failed]),
    ) {
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        let mut log = log(&lines);
        log.set_outcome(outcome);
        let steps = log.steps();
        for (index, step) in steps.list().iter().enumerate() {
            let own: Vec<usize> =
                (0..lines.len()).filter(|line| steps.step_of_line(*line) == Some(index)).collect();
            prop_assert_eq!(own.first(), Some(&step.first));
            prop_assert_eq!(own.last(), Some(&step.last));
        }
        let failed = steps.list().iter().position(|step| step.state == Failed);
        prop_assert_eq!(steps.failing(), failed);
        prop_assert_eq!(failed.is_some() && outcome == Outcome::Succeeded, false);
        if outcome == Outcome::Failed {
            prop_assert_eq!(failed.is_some(), !steps.list().is_empty());
        }
    }
}
