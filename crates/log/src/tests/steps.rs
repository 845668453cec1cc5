//! Tests the steps of whole logs.

mod attempts;
mod buildah;
mod buildkit;
mod docker;

use crate::log::Log;
use crate::tests::{cases, read};
use crate::{Filter, NotRun, Outcome, Progress, StepKind, StepState, VisibleRows};
use StepState::{Cached, Canceled, Done, Failed, Running};
use proptest::prelude::*;
use serde_json::{Value, json};

/// A log of these lines, one second apart, which arrive one by one.
fn log(lines: &[&str]) -> Log {
    let entries = lines
        .iter()
        .enumerate()
        .map(|(index, line)| json!({"message": line, "level": "INFO", "time": 100 + index}));
    let cuts: Vec<u8> = (0..=255).collect();
    read(Value::from_iter(entries).to_string().as_bytes(), &cuts).0
}

/// A log of the lines of a text, without the empty ones around it, of a build with this outcome.
fn log_of(text: &str, outcome: Outcome) -> Log {
    let lines: Vec<&str> = text.trim_matches('\n').lines().collect();
    let mut log = log(&lines);
    log.set_outcome(outcome);
    log
}

/// Each step: its title and state.
fn states(log: &Log) -> Vec<(&str, StepState)> {
    let steps = log.steps().list().iter();
    steps
        .map(|step| (step.title.as_str(), step.state))
        .collect()
}

/// The title of the step that each line belongs to.
fn owners(log: &Log) -> Vec<&str> {
    let title = |step: usize| log.steps().list()[step].title.as_str();
    let steps = (0..log.len()).map(|line| log.steps().step_of_line(line));
    steps.map(|step| step.map_or("", title)).collect()
}

fn stages(log: &Log) -> Vec<Option<&str>> {
    let steps = log.steps().list().iter();
    steps.map(|step| step.stage.as_deref()).collect()
}

fn failing(log: &Log) -> Option<&str> {
    let step = log.steps().failing()?;
    Some(&log.steps().list()[step].title)
}

fn not_run(log: &Log) -> Vec<(Option<String>, u32, u32)> {
    let stages = log.steps().not_run().into_iter();
    stages
        .map(
            |NotRun {
                 stage, from, to, ..
             }| (stage, from, to),
        )
        .collect()
}

/// Each step: its first and last line, counted from 0, and duration.
fn extents(log: &Log) -> Vec<(usize, usize, i64)> {
    let steps = log.steps().list().iter();
    steps
        .map(|step| (step.first, step.last, step.duration().expect("has times")))
        .collect()
}

/// Lines that look like those of builders, in a log of another one or of a program.
const LOOKALIKES: [&str; 12] = [
    "Step 10/200: loss=1",
    "Step 3/3: RUN away",
    "STEP 3/7: RUN of another count",
    "STEP 1/2: FROM another build",
    "[1/2] STEP 2/3: RUN in no stage",
    "#0 0x00007f3a in main () at a.c:1",
    "#1 [internal] load of nothing",
    "#8 DONE 0.1s",
    "#2 [2/3] RUN x",
    "Successfully built markupsafe-2.1",
    "ERROR: failed to solve: process \"x\"",
    "COMMIT",
];

#[test]
fn what_only_looks_like_a_step_changes_nothing() {
    for header in ["STEP 2/3: RUN make", "Step 2/3 : RUN make"] {
        let first = header.replace("2/3", "1/3").replace("RUN make", "FROM x");
        let last = header.replace("2/3", "3/3").replace("RUN make", "CMD x");
        let mut lines = vec![first.as_str(), header];
        lines.extend(
            LOOKALIKES
                .iter()
                .filter(|line| !header.starts_with("STEP") || !line.starts_with("--")),
        );
        lines.push(&last);
        let log = log(&lines);
        let expected = [("FROM x", Done), ("RUN make", Done), ("CMD x", Running)];
        assert_eq!(states(&log), expected, "{header}");
        assert_eq!(log.steps().list()[1].last, lines.len() - 2);
        assert_eq!(log.steps().failing(), None);
    }
    let mut lines = vec!["#1 [1/2] FROM x", "#1 DONE 0.1s", "#2 [2/2] RUN make"];
    let output: Vec<String> = LOOKALIKES
        .iter()
        .map(|line| format!("#2 0.1 {line}"))
        .collect();
    lines.extend(output.iter().map(String::as_str));
    let log = log(&lines);
    assert_eq!(states(&log), [("FROM x", Done), ("RUN make", Running)]);
    assert_eq!(log.steps().list()[1].last, lines.len() - 1);
}

#[test]
fn cases_of_other_projects() {
    let case = |body: &str| {
        let mut log = read(body.as_bytes(), &[]).0;
        log.set_outcome(Outcome::Running);
        log
    };
    let log = case(include_str!(
        "../../tests/cases/buildkit-output-under-number-0.json"
    ));
    let instructions = log
        .steps()
        .list()
        .iter()
        .filter(|step| step.kind == StepKind::Instruction);
    assert_eq!(instructions.count(), 3);
    let owner = |text: &str| {
        let line = (0..log.len()).find(|line| log.line(*line).unwrap().text == text);
        owners(&log)[line.expect("is there")]
    };
    assert_eq!(owner("#0 0.112 HOME=/root"), "RUN env | sort");
    assert_eq!(owner("#0 3.410 test 7 of 9 fails"), "RUN make test");
    assert_eq!(failing(&log), Some("RUN make test"));
    assert_eq!(log.steps().list().last().unwrap().tenths, Some(34));

    let log = case(include_str!(
        "../../tests/cases/buildah-stages-restart-the-count.json"
    ));
    assert_eq!(log.steps().list().len(), 6);
    let (build, last) = (Some("build"), Some("2"));
    assert_eq!(stages(&log), [build, build, build, last, last, last]);
    assert_eq!(failing(&log), Some("RUN exit 3"));
    assert_eq!(not_run(&log), [(Some("2".to_owned()), 4, 4)]);

    let log = case(include_str!(
        "../../tests/cases/podman-4-says-error-twice.json"
    ));
    assert_eq!(
        states(&log),
        [
            ("FROM docker.io/library/node:18", Done),
            ("RUN npm ci", Failed)
        ]
    );
    assert_eq!(failing(&log), Some("RUN npm ci"));
}

#[test]
fn progress_counts_over_all_stages() {
    let mut progress = Progress::default();
    let mut read = |line: &str| progress.read(line).map(|begun| begun.progress);
    assert_eq!(read("cloning"), None);
    assert_eq!(read("[1/2] STEP 1/3: FROM x AS build"), Some(Some((1, 6))));
    assert_eq!(
        read("\u{1b}[1m[1/2] STEP 2/3: RUN make\u{1b}[0m"),
        Some(Some((2, 6)))
    );
    assert_eq!(read("Step 9/9 : RUN x"), None);
    assert_eq!(read("[1/2] STEP 3/3: RUN make test"), Some(Some((3, 6))));
    assert_eq!(read("[2/2] STEP 1/2: FROM y"), Some(Some((4, 5))));
    assert_eq!(read("[2/2] STEP 2/2: CMD z"), Some(Some((5, 5))));
    // The second of three stages is skipped.
    let mut progress = Progress::default();
    let lines = [
        "[1/3] STEP 1/1: FROM x",
        "[3/3] STEP 1/2: FROM y",
        "[3/3] STEP 2/2: CMD z",
    ];
    let last = lines.map(|line| progress.read(line).and_then(|begun| begun.progress));
    assert_eq!(last, [Some((1, 3)), Some((2, 3)), Some((3, 3))]);

    let mut progress = Progress::default();
    let mut read = |line: &str| progress.read(line);
    assert_eq!(
        read("#1 [internal] load build definition from Dockerfile"),
        None
    );
    let begun = read("#5 [build 1/3] FROM x").expect("a step begins");
    assert_eq!(
        (begun.header.as_str(), begun.progress),
        ("[build 1/3] FROM x", Some((1, 3)))
    );
    assert_eq!(read("#5 0.1 x"), None);
    assert_eq!(
        read("#6 [stage-1 1/2] FROM y").unwrap().progress,
        Some((2, 5))
    );
    assert_eq!(read("#5 [build 1/3] FROM x"), None);
    let mut progress = Progress::default();
    assert_eq!(progress.read("STEP 1: FROM x").unwrap().progress, None);
}

#[test]
fn a_log_of_nothing_but_steps_is_bounded() {
    let mut lines = ["STEP 1/1: FROM x", "--> 0123456789ab"].repeat(2500);
    let text = log(&lines);
    assert_eq!(text.steps().list().len(), 2000);
    let lines_of_buildkit: Vec<String> = (1..5000)
        .map(|number| format!("#{number} [1/1] FROM x"))
        .collect();
    lines = lines_of_buildkit.iter().map(String::as_str).collect();
    assert_eq!(log(&lines).steps().list().len(), 2000);
}

#[test]
fn folded_steps_show_their_first_line() {
    let log = log_of(
        "
#1 [1/2] RUN a
#2 [2/2] RUN b
#1 0.1 x

#2 [2/2] RUN b
#2 DONE 0.1s

after
",
        Outcome::Running,
    );
    let filter = Filter {
        folded: [0, 1].into(),
        ..Filter::default()
    };
    let mut rows = VisibleRows::new();
    rows.extend(log.store(), log.steps(), None, None, &filter, 1000);
    let shown: Vec<_> = (0..rows.len()).filter_map(|row| rows.line(row)).collect();
    assert_eq!(shown, [0, 1, 7]);
}

/// Lines of which random logs are made.
const LINES: &[&str] = &[
    "STEP 1/2: FROM a",
    "STEP 2/2: RUN b",
    "[1/2] STEP 1/2: FROM a AS x",
    "[1/2] STEP 2/2: RUN b",
    "[2/2] STEP 1/2: FROM a",
    "[2/2] STEP 2/2: COPY b c",
    "STEP 2/2: FROOM b",
    "--> Using cache 0123456789ab",
    "--> 0123456789ab",
    "COMMIT x",
    "Error: building at STEP \"RUN b\": exit status 1",
    "Error: building at STEP \"FROOM \": unknown",
    "Step 1/3 : FROM a",
    "Step 2/3 : FROM b",
    "Step 3/3 : RUN b",
    " ---> 0123456789ab",
    "The command '/bin/sh -c b' returned a non-zero code: 1",
    "#0 building with \"default\" instance using docker driver",
    "#0 0.1 x",
    "#1 [internal] load build definition from Dockerfile",
    "#1 DONE 0.0s",
    "#2 [a 1/2] FROM a",
    "#2 0.3 x",
    "#2 CACHED",
    "#2 ERROR: x",
    "#3 [2/2] RUN b",
    "#3 ...",
    "#3 1.25 x",
    "#3 CANCELED",
    "#3 ERROR: x",
    "\u{1b}[1m#3 0.1 x\r#2 DONE",
    "------",
    " > [2/2] RUN b:",
    "ERROR: failed to solve: process \"x\"",
    "",
    "x",
];

proptest! {
    #![proptest_config(cases())]

    /// Whatever the lines, each step has the first and the last of its lines, and each line belongs to at
    /// most one step. A log that arrives in pieces has the steps of the whole.
    #[test]
    fn sections_hold_their_lines(
        lines in prop::collection::vec(prop::sample::select(LINES), 0..30),
        cuts in prop::collection::vec(any::<u8>(), 0..6),
        outcome in prop::sample::select(vec![Outcome::Running, Outcome::Succeeded, Outcome::Failed]),
    ) {
        let body = crate::tests::body(&lines);
        let mut log = read(body.as_bytes(), &cuts).0;
        log.set_outcome(outcome);
        let steps = log.steps();
        for (index, step) in steps.list().iter().enumerate() {
            let own: Vec<usize> =
                (0..lines.len()).filter(|line| steps.step_of_line(*line) == Some(index)).collect();
            prop_assert_eq!(own.first(), Some(&step.first));
            prop_assert_eq!(own.last(), Some(&step.last));
            prop_assert!(step.duration().is_some());
        }
        if let Some(failing) = steps.failing() {
            prop_assert!(matches!(steps.list()[failing].state, Failed | Canceled));
        }
        prop_assert!(outcome != Outcome::Succeeded || steps.failing().is_none());
        let mut whole = read(body.as_bytes(), &[]).0;
        whole.set_outcome(outcome);
        prop_assert_eq!(whole.steps().list(), steps.list());
        prop_assert_eq!(whole.steps().failing(), steps.failing());
        prop_assert_eq!(whole.steps().not_run(), steps.not_run());
        prop_assert_eq!(owners(&whole), owners(&log));
    }

    /// The prefilter passes over nothing that matters.
    #[test]
    fn prefilter_changes_nothing(lines in prop::collection::vec(prop::sample::select(LINES), 0..30)) {
        let mut log = read(crate::tests::body(&lines).as_bytes(), &[]).0;
        let mut slow = crate::Steps::default();
        let all: Vec<_> = (0..lines.len() as u32).map(crate::store::Notable::Came).collect();
        slow.observe(log.store(), &all);
        log.set_outcome(Outcome::Failed);
        slow.set_outcome(Outcome::Failed);
        prop_assert_eq!(slow.list(), log.steps().list());
        let owners = |steps: &crate::Steps| -> Vec<_> { (0..lines.len()).map(|line| steps.step_of_line(line)).collect() };
        prop_assert_eq!(owners(&slow), owners(log.steps()));
    }
}
