//! Tests the example `explain`: the answer that scripts read.

#[path = "../examples/explain/answer.rs"]
mod answer;
mod support;

use answer::answer;
use serde_json::{Value, json};
use slipway_log::{Log, Outcome};

fn read(body: &[u8]) -> Log {
    let mut log = Log::new();
    log.begin(None);
    log.feed(body);
    log.end();
    log
}

/// The answer about a log of these lines, a second apart.
fn explain(lines: &str, outcome: Option<Outcome>) -> Value {
    let lines = lines.trim_matches('\n').lines().enumerate();
    let entries = lines.map(|(index, line)| json!({"message": line, "time": 100 + index}));
    answer(
        &mut read(Value::from_iter(entries).to_string().as_bytes()),
        outcome,
    )
}

#[test]
fn steps_say_all_that_the_log_shows() {
    let found = explain(
        "
[2/3] STEP 1/4: FROM alpine AS build
[2/3] STEP 2/4: COPY a b
--> Using cache 866f64d45e9a
--> 866f64d45e9a
[2/3] STEP 3/4: RUN make
make: *** no rule
Error: building at STEP \"RUN make\": exit status 2
",
        None,
    );
    assert_eq!(found["outcome"], "failed");
    assert_eq!(found["failing_step"], "[2/3] STEP 3/4: RUN make");
    let step = |text: &str, state: &str, seconds: Option<u32>, lines: Option<(u32, u32)>| {
        json!({
            "text": text,
            "stage": "build",
            "state": state,
            "seconds": seconds,
            "kind": "step",
            "first_line": lines.map(|lines| lines.0),
            "last_line": lines.map(|lines| lines.1),
        })
    };
    let steps = [
        step(
            "[2/3] STEP 1/4: FROM alpine AS build",
            "done",
            Some(1),
            Some((1, 1)),
        ),
        step("[2/3] STEP 2/4: COPY a b", "cached", None, Some((2, 4))),
        step("[2/3] STEP 3/4: RUN make", "failed", Some(2), Some((5, 7))),
        step("4/4", "not run", None, None),
    ];
    assert_eq!(found["steps"], Value::from_iter(steps));
}

#[test]
fn seconds_are_exact_where_the_builder_says_them() {
    let found = explain(
        "
#1 [internal] load build definition from Dockerfile
#1 DONE 0.0s

#2 [1/1] RUN make
#2 12.35 cc
#2 ERROR: process \"x\" did not complete successfully: exit code: 1",
        Some(Outcome::Failed),
    );
    let facts = |step: &Value| {
        (
            step["kind"].clone(),
            step["seconds"].clone(),
            step["text"].clone(),
        )
    };
    let steps = found["steps"].as_array().expect("a list");
    let definition = "[internal] load build definition from Dockerfile";
    assert_eq!(
        facts(&steps[0]),
        (json!("internal"), json!(0.0), json!(definition))
    );
    assert_eq!(
        facts(&steps[1]),
        (json!("step"), json!(12.4), json!("[1/1] RUN make"))
    );
    assert_eq!(found["failing_step"], "[1/1] RUN make");
}

#[test]
fn the_outcome_is_told_by_the_log() {
    for (lines, outcome) in [
        (
            "STEP 1/2: FROM x\nSTEP 2/2: RUN a\nError: not of the builder\ntests follow\na\nb\nc",
            "running",
        ),
        (
            "STEP 1/1: FROM x\nCOMMIT y\n--> 0123456789ab\n0123456789abcdef",
            "succeeded",
        ),
        ("Step 1/2 : ADD x y\nADD failed: x\n1\n2\n3\n4", "failed"),
        ("cloning\nError response from daemon: x", "failed"),
        ("STEP 1/1: FROM x\nCOMMIT y\nError: pushing image", "failed"),
        ("cloning", "running"),
    ] {
        assert_eq!(explain(lines, None)["outcome"], outcome, "{lines}");
    }
    for entry in support::corpus() {
        let found = answer(&mut read(&entry.log), None);
        assert_eq!(found["outcome"], entry.mark["outcome"], "{}", entry.name);
    }
}
