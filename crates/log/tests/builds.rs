//! Compares what the example `explain` answers about real builds of small Dockerfiles with what a person read in
//! their logs. Each was built with several builders; the files of `builds` say with which.
//!
//! A file has `builder`; `log`: the lines, each with its second of arrival; the fields of the answer; and `steps`:
//! state, stage, seconds, kind, first line, last line and header of each.

#[path = "../examples/explain/answer.rs"]
mod answer;

use answer::answer;
use serde_json::{Value, json};
use slipway_log::{Log, Outcome};
use std::path::Path;

/// The fields of the answer that a file has, besides the steps.
const FIELDS: [&str; 5] = ["outcome", "failing_step", "exit_code", "cause_line", "kind"];

/// The fields of a step, in the order of a file.
const STEP_FIELDS: [&str; 7] = [
    "state",
    "stage",
    "seconds",
    "kind",
    "first_line",
    "last_line",
    "text",
];

/// All builds, each with the name of its file.
fn builds() -> Vec<(String, Value)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/builds");
    let files = std::fs::read_dir(root).expect("the builds are there");
    let mut builds: Vec<_> = files
        .map(|file| {
            let path = file.expect("the builds can be listed").path();
            let text = std::fs::read(&path).expect("the file can be read");
            let build = serde_json::from_slice(&text).expect("the file is JSON");
            (path.display().to_string(), build)
        })
        .collect();
    builds.sort_by(|(a, _), (b, _)| a.cmp(b));
    assert!(!builds.is_empty());
    builds
}

/// The entries of call 5.
fn entries(build: &Value) -> Vec<u8> {
    let lines = build["log"].as_array().expect("there are lines");
    let entries = lines.iter().map(|line| {
        let second = line[0].as_u64().expect("a line has a time");
        json!({"message": line[1], "level": "INFO", "time": 1_700_000_000 + second})
    });
    Value::from_iter(entries).to_string().into_bytes()
}

/// The answer about a build, in the form of its file.
fn answer_of(build: &Value, outcome: Option<Outcome>, piece: usize) -> Value {
    let mut log = Log::new();
    log.begin(None);
    for piece in entries(build).chunks(piece) {
        log.feed(piece);
    }
    assert_eq!(log.end().unreadable, 0);
    let answer = answer(&mut log, outcome);
    let steps = answer["steps"].as_array().into_iter().flatten();
    let steps = steps.map(|step| Value::from_iter(STEP_FIELDS.map(|field| step[field].clone())));
    let mut found: Value = FIELDS
        .into_iter()
        .map(|field| (field.to_owned(), answer[field].clone()))
        .collect();
    found["steps"] = steps.collect();
    found
}

#[test]
fn builds_are_explained_as_a_person_read_them() {
    for (name, build) in builds() {
        let mut wanted = build.clone();
        let fields = wanted.as_object_mut().expect("a build is an object");
        fields.retain(|field, _| field == "steps" || FIELDS.contains(&field.as_str()));
        let outcome = match build["outcome"].as_str() {
            Some("failed") => Outcome::Failed,
            _ => Outcome::Succeeded,
        };
        // The log tells how the build ended as well as the API does, and may come in pieces.
        for (outcome, piece) in [(Some(outcome), usize::MAX), (None, 97)] {
            let found = answer_of(&build, outcome, piece);
            assert_eq!(found, wanted, "{name}");
        }
    }
}

/// While a build is followed, only the log can say that a step failed.
#[test]
fn a_running_build_blames_no_step_that_does_not_fail() {
    for (name, build) in builds() {
        let lines = build["log"].as_array().expect("there are lines").len();
        let steps = build["steps"].as_array().into_iter().flatten();
        let failed: Vec<_> = steps
            .filter(|step| step[0] == "failed")
            .map(|step| &step[6])
            .collect();
        for end in 1..=lines {
            let mut build = build.clone();
            let log = build["log"].as_array_mut().expect("there are lines");
            log.truncate(end);
            let found = answer_of(&build, Some(Outcome::Running), usize::MAX);
            let blamed = &found["failing_step"];
            assert!(
                blamed.is_null() || failed.contains(&blamed),
                "{name} at line {end}: {blamed}"
            );
        }
    }
}
