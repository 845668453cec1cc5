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

#[test]
fn a_reason_at_the_end_is_a_failure() {
    let outcome = |lines: &str| explain(lines, None)["outcome"].clone();
    let classic = "Sending build context to Docker daemon  2.048kB\nStep 1/3 : FROM debian:12\n";
    let run = format!(
        "{classic} ---> 6f418c8bdb08\nStep 2/3 : RUN make\n ---> Running in 081b455d8b95\n"
    );
    let failed = [
        format!("{classic}pull access denied for debian, repository does not exist"),
        format!("{classic}Get \"https://registry-1.docker.io/v2/\": dial tcp: i/o timeout"),
        format!("{run}network build_default not found"),
        format!("{run}gcc -c a.c\nthe build exceeded its time limit of 30m and was stopped"),
        "Cannot connect to the Docker daemon at unix:///var/run/docker.sock.".to_owned(),
        "Cloning into 'app'...\nfatal: repository 'https://git.example/a.git/' not found"
            .to_owned(),
    ];
    for lines in failed {
        assert_eq!(outcome(&lines), "failed", "{lines}");
    }
    let running = [
        classic.to_owned(),
        format!("{classic}12: Pulling from library/debian"),
        format!("{run}a.c:3:5: error: 'n' undeclared"),
        format!("{run}fatal: not a git repository"),
        format!("{run}dial tcp 10.0.0.1:443: i/o timeout"),
        "Cloning into 'app'...".to_owned(),
    ];
    for lines in running {
        assert_eq!(outcome(&lines), "running", "{lines}");
    }
}
