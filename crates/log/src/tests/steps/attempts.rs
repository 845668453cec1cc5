//! Tests the steps of builds whose builder was lost.

use super::{Canceled, Done, Failed, Running, failing, log_of, owners, states};
use crate::{Log, Outcome};

/// Two attempts of a build by docker, of which the first one lost its builder.
fn attempts(second: &str, outcome: Outcome) -> Log {
    let first = "
starting to build
building with docker on the builder near
Step 1/3 : FROM alpine
 ---> 0123456789ab
Step 2/3 : RUN make
cc a.c
error during connect: Post \"http://docker.example.com/v1.41/build\": EOF
the builder near doesn't answer: error during connect: EOF
the build goes back to the queue, once
";
    log_of(&format!("{}{second}", first.trim_start()), outcome)
}

fn lost(log: &Log) -> Vec<(&str, usize, usize)> {
    let lost = log.steps().lost_attempts().iter();
    lost.map(|lost| (lost.builder.as_str(), lost.line, lost.steps_end))
        .collect()
}

#[test]
fn no_step_of_a_lost_builder_runs_on() {
    let log = attempts("", Outcome::Running);
    assert_eq!(
        states(&log),
        [("FROM alpine", Done), ("RUN make", Canceled)]
    );
    assert_eq!(lost(&log), [("near", 8, 2)]);
    assert_eq!(log.steps().first_of_attempt(), 2);
    assert_eq!(log.steps().progress(), None);
    assert_eq!(owners(&log)[8], "");
}

#[test]
fn another_attempt_has_steps_of_its_own() {
    let second = "starting to build
building with docker on the builder far
Step 1/3 : FROM alpine
 ---> 0123456789ab
Step 2/3 : RUN make
";
    let log = attempts(second, Outcome::Running);
    let steps = [
        ("FROM alpine", Done),
        ("RUN make", Canceled),
        ("FROM alpine", Done),
        ("RUN make", Running),
    ];
    assert_eq!(states(&log), steps);
    assert_eq!(log.steps().progress(), Some((2, 3)));
    let log = attempts(second, Outcome::Failed);
    assert_eq!(
        states(&log)[1..],
        [steps[1], steps[2], ("RUN make", Failed)]
    );
    assert_eq!(log.steps().failing(), Some(3));
}

#[test]
fn another_attempt_can_be_by_a_builder_of_another_kind() {
    let second = "starting to build
building with docker on the builder far
#1 [internal] load build definition from Dockerfile
#1 DONE 0.0s
#5 [1/2] FROM docker.io/library/alpine
#5 DONE 0.1s
#6 [2/2] RUN make
#6 0.100 make: *** No rule
#6 ERROR: executor failed running [/bin/sh -c make]: exit code: 2
";
    let log = attempts(second, Outcome::Failed);
    assert_eq!(failing(&log), Some("RUN make"));
    assert_eq!(log.steps().failing(), Some(4));
    assert_eq!(states(&log)[4], ("RUN make", Failed));
}

#[test]
fn what_a_build_prints_itself_ends_no_attempt() {
    let log = log_of(
        "
STEP 1/2: FROM alpine
STEP 2/2: RUN make
the builder near doesn't work
the build goes back to the queue, once
",
        Outcome::Running,
    );
    assert_eq!(states(&log)[1], ("RUN make", Running));
    assert!(lost(&log).is_empty());
}
