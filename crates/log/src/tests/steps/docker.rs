//! Steps of Docker's classic builder.

use super::*;

#[test]
fn steps_and_what_follows_them() {
    let log = log_of(
        "
Sending build context to Docker daemon  2.048kB
Step 1/5 : ARG BASE=debian
Step 2/5 : FROM debian
 ---> af59f160942f
Step 3/5 : COPY a b
 ---> Using cache
 ---> 866f64d45e9a
Step 4/5 : RUN make
 ---> Running in 4323723c46da
cc
Removing intermediate container 4323723c46da
 ---> 1d622ef86b13
Step 5/5 : CMD [\"x\"]
 ---> 1d622ef86b14
Successfully built 1d622ef86b14
Successfully tagged x:1
The push refers to repository [x]
received unexpected HTTP status: 501",
        Outcome::Failed,
    );
    assert_eq!(
        states(&log),
        [
            ("ARG BASE=debian", Done),
            ("FROM debian", Done),
            ("COPY a b", Cached),
            ("RUN make", Done),
            ("CMD [\"x\"]", Done)
        ]
    );
    assert_eq!(failing(&log), None);
    assert_eq!(owners(&log)[13..], ["CMD [\"x\"]", "", "", "", ""]);
    assert_eq!(stages(&log), [None; 5]);
}

/// The steps that a base image brings run in its FROM.
#[test]
fn an_image_brings_steps_of_its_own() {
    let text = "
Step 1/3 : FROM onbase:1
# Executing 3 build triggers
 ---> Using cache
 ---> Running in 6ba02686bc56
checking /main.txt";
    let log = log_of(
        &format!(
            "{text}
Removing intermediate container 6ba02686bc56
 ---> f126f64d5570
Step 2/3 : RUN a
 ---> Using cache
 ---> 92e55c231ed0
Step 3/3 : CMD x
 ---> Using cache
 ---> 5978bf1d17a1
Successfully built 5978bf1d17a1"
        ),
        Outcome::Succeeded,
    );
    assert_eq!(
        states(&log),
        [
            ("FROM onbase:1", Done),
            ("RUN a", Cached),
            ("CMD x", Cached)
        ]
    );
    let log = log_of(
        &format!("{text}\nThe command '/bin/sh -c grep good' returned a non-zero code: 1"),
        Outcome::Running,
    );
    assert_eq!(failing(&log), Some("FROM onbase:1"));
    assert_eq!(states(&log), [("FROM onbase:1", Failed)]);
    // All of them can come from the cache.
    let log = log_of(
        "
Step 1/2 : FROM onbase:1
# Executing 2 build triggers
 ---> Using cache
 ---> Using cache
 ---> 0123456789ab
Step 2/2 : RUN a",
        Outcome::Running,
    );
    assert_eq!(
        states(&log),
        [("FROM onbase:1", Cached), ("RUN a", Running)]
    );
}

#[test]
fn stages_are_counted_through() {
    let log = log_of(
        "
Step 1/7 : ARG A
Step 2/7 : FROM x
Step 3/7 : RUN a
Step 4/7 : FROM y AS test
Step 5/7 : FROM z
Step 6/7 : RUN b
\u{1b}[91mmake: not found\u{1b}[0m
\u{1b}[0mThe command '/bin/sh -c b' returned a non-zero code: 2
later",
        Outcome::Running,
    );
    let (first, last) = (Some("1"), Some("3"));
    assert_eq!(stages(&log), [None, first, first, Some("test"), last, last]);
    assert_eq!(failing(&log), Some("RUN b"));
    assert_eq!(owners(&log)[6..], ["RUN b", "RUN b", ""]);
    assert_eq!(not_run(&log), [(Some("3".to_owned()), 7, 7)]);
}

#[test]
fn failures_of_other_instructions() {
    for (instruction, error) in [
        ("COPY a b", "COPY failed: file not found in build context"),
        ("ADD a b", "ADD failed: failed to GET"),
        (
            "FROM x",
            "ERROR: Service 'web' failed to build: pull access denied",
        ),
        (
            "RUN x",
            "ERROR: Service 'web' failed to build : The command '/bin/sh -c x' returned a non-zero code: 1",
        ),
    ] {
        let header = format!("Step 1/2 : {instruction}");
        let log = log(&[&header, error]);
        assert_eq!(failing(&log), Some(instruction));
    }
    // The words of a program are not those of its own instruction.
    let log = log_of(
        "Step 1/2 : FROM x\nStep 2/2 : RUN cp a b\nCOPY failed: x",
        Outcome::Running,
    );
    assert_eq!(failing(&log), None);
    // What ends without a word of the builder ends the open step.
    let log = log_of(
        "Step 1/2 : FROM nope\nmanifest for nope not found: manifest unknown",
        Outcome::Failed,
    );
    assert_eq!(failing(&log), Some("FROM nope"));
    let log = log_of(
        "Error response from daemon: dockerfile parse error line 3",
        Outcome::Failed,
    );
    assert_eq!(failing(&log), None);
}

#[test]
fn services_are_built_one_after_another() {
    let log = log_of(
        "
Building web
Step 1/2 : FROM x
 ---> af59f160942f
Step 2/2 : RUN a
 ---> 866f64d45e9a
Successfully built 866f64d45e9a
Building db
Step 1/3 : FROM y
 ---> af59f160942f
Step 2/3 : RUN b",
        Outcome::Running,
    );
    assert_eq!(
        states(&log),
        [
            ("FROM x", Done),
            ("RUN a", Done),
            ("FROM y", Done),
            ("RUN b", Running)
        ]
    );
    assert_eq!(not_run(&log), [(None, 3, 3)]);
    // A program that builds an image in a step is part of it.
    let log = log_of(
        "
Step 1/2 : FROM x
Step 2/2 : RUN docker build .
Step 1/2 : FROM inner
Step 2/2 : RUN inner",
        Outcome::Running,
    );
    assert_eq!(log.steps().list().len(), 2);
}
