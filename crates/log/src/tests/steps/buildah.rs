//! Steps of buildah and podman.

use super::*;

#[test]
fn steps_that_follow_each_other() {
    let text = "
cloning
STEP 1/3: FROM scratch
STEP 2/3: RUN make
cc a.c
\u{1b}[1mcc\u{1b}[0m b.c
\u{1b}[1mSTEP 3/3: RUN make test
testing";
    let log = log_of(text, Outcome::Running);
    assert_eq!(
        states(&log),
        [
            ("FROM scratch", Done),
            ("RUN make", Done),
            ("RUN make test", Running)
        ]
    );
    assert_eq!(extents(&log), [(1, 1, 1), (2, 4, 3), (5, 6, 1)]);
    let (a, b, c) = ("FROM scratch", "RUN make", "RUN make test");
    assert_eq!(owners(&log), ["", a, b, b, b, c, c]);
    assert_eq!(log.steps().step_of_line(7), None);
    assert_eq!(log.steps().failing(), None);
    let step = &log.steps().list()[1];
    assert_eq!(
        (step.number, step.total, step.header.as_str()),
        (2, Some(3), "STEP 2/3: RUN make")
    );
    assert_eq!(states(&log_of(text, Outcome::Succeeded))[2].1, Done);
    let log = log_of(text, Outcome::Failed);
    assert_eq!(
        (failing(&log), states(&log)[2].1),
        (Some("RUN make test"), Failed)
    );
}

#[test]
fn cached_steps_and_lines_after_the_end() {
    let log = log_of(
        "
STEP 1/3: FROM scratch
STEP 2/3: COPY a b
--> Using cache 866f64d45e9a71361eaf7c32143b5dd4f4afa03b77d0027b25388eaf146878bc
--> 866f64d45e9
STEP 3/3: RUN make
it says: --> Using cache
COMMIT registry/x:1
Getting image source signatures
--> 1d622ef86b13
Error: pushing image \"x\" to \"y\": refused",
        Outcome::Failed,
    );
    assert_eq!(
        states(&log),
        [
            ("FROM scratch", Done),
            ("COPY a b", Cached),
            ("RUN make", Done)
        ]
    );
    assert_eq!(failing(&log), None);
    let (a, b, c) = ("FROM scratch", "COPY a b", "RUN make");
    assert_eq!(owners(&log), [a, b, b, b, c, c, "", "", "", ""]);
    assert_eq!(not_run(&log), []);
}

#[test]
fn without_layers_only_the_next_step_ends_one() {
    let log = log_of(
        "
[1/2] STEP 1/2: FROM x AS build
[1/2] STEP 2/2: RUN make
cc
[2/2] STEP 1/3: FROM y
[2/2] STEP 2/3: COPY --from=build /a /a
[2/2] STEP 3/3: RUN false
Error: building at STEP \"RUN false\": exit status 1
the build failed",
        Outcome::Failed,
    );
    assert_eq!(
        states(&log)
            .iter()
            .filter(|(_, state)| *state == Done)
            .count(),
        4
    );
    assert_eq!(failing(&log), Some("RUN false"));
    assert_eq!(owners(&log)[6..], ["RUN false", ""]);
    let log = log_of(
        "STEP 1/2: FROM x\nSTEP 2/2: RUN a\n[Warning] one\nCOMMIT x\nError: x",
        Outcome::Failed,
    );
    assert_eq!((failing(&log), states(&log)[1].1), (None, Done));
}

#[test]
fn the_failure_names_a_step_in_other_words() {
    let cases = [
        ("RUN [\"yarn\",\"build\"]", "RUN yarn build"),
        (
            "RUN [\"a\", \"with a \\\"quote\\\"\"]",
            "RUN a with a \"quote\"",
        ),
        ("run make   &&   make test", "RUN make   &&   make test"),
        ("ENV  A=1    B=2", "ENV A=1 B=2"),
    ];
    for (title, error) in cases {
        let error = format!("Error: building at STEP \"{error}\": exit status 1");
        let header = format!("STEP 2/3: {title}");
        let log = log(&["STEP 1/3: FROM x", &header, "out", &error, "later"]);
        assert_eq!(failing(&log), Some(title));
        assert_eq!(log.steps().step_of_line(4), None, "{title}");
    }
    // A text that fits none is of the current step, unless none is open.
    let log = log_of(
        "STEP 1/2: FROM x\nSTEP 2/2: RUN a\nError: building at STEP \"RUN b\": x",
        Outcome::Running,
    );
    assert_eq!(failing(&log), Some("RUN a"));
    let log = log_of(
        "STEP 1/1: FROM x\n--> 0123456789ab\nError: building at STEP \"RUN b\": x",
        Outcome::Failed,
    );
    assert_eq!(failing(&log), None);
}

#[test]
fn a_failure_that_the_build_survives_was_printed_by_a_program() {
    let log = log_of(
        "
STEP 1/3: FROM x
STEP 2/3: RUN sh test.sh
Error: building at STEP \"RUN inner\": exit status 1
STEP 3/3: RUN b
STEP 1/2: FROM inner",
        Outcome::Running,
    );
    assert_eq!(
        states(&log),
        [
            ("FROM x", Done),
            ("RUN sh test.sh", Done),
            ("RUN b", Running)
        ]
    );
    assert_eq!(failing(&log), None);
}

#[test]
fn an_unknown_instruction_is_a_step_once_it_fails() {
    let text = "
STEP 1/4: FROM scratch
STEP 2/4: RUN a
--> 0123456789a
STEP 3/4: COPPY . .
time=\"x\" level=error msg=\"+(UNHANDLED LOGLEVEL)\"
Error: building at STEP \"COPPY \": Build error: Unknown instruction: \"COPPY\"";
    let log = log_of(text, Outcome::Failed);
    assert_eq!(failing(&log), Some("COPPY . ."));
    assert_eq!(not_run(&log), [(None, 4, 4)]);
    let (a, b, c) = ("FROM scratch", "RUN a", "COPPY . .");
    assert_eq!(owners(&log), [a, b, b, c, c, c]);
    assert_eq!(extents(&log), [(0, 0, 1), (1, 2, 1), (3, 5, 2)]);
    let log = log_of(
        "STEP 1/2: FROM x\nSTEP 2/2: FROOM x\nError: building at STEP \"FROOM \": x",
        Outcome::Failed,
    );
    assert_eq!(states(&log), [("FROM x", Done), ("FROOM x", Failed)]);
    assert_eq!(extents(&log), [(0, 0, 1), (1, 2, 1)]);
    // Without the failure, a program printed it.
    let log = log_of(
        "STEP 1/3: FROM x\nSTEP 2/3: RUN a\nSTEP 3/3: what\nSTEP 3/3: RUN b",
        Outcome::Running,
    );
    assert_eq!(states(&log).len(), 3);
}

#[test]
fn triggers_of_the_base_image_lengthen_the_count() {
    let log = log_of(
        "
STEP 1/3: FROM localhost/onbuild
STEP 2/5: RUN echo trigger
STEP 3/5: RUN echo trigger
STEP 4/5: LABEL a=b",
        Outcome::Failed,
    );
    assert_eq!(log.steps().list().len(), 4);
    assert_eq!(not_run(&log), [(None, 5, 5)]);
}

#[test]
fn early_versions_count_without_a_total() {
    let log = log_of(
        "
STEP 1: FROM golang AS builder
STEP 2: RUN make
STEP 3: FROM alpine
STEP 4: COPY --from=builder /a /a
STEP 5: COMMIT registry/x
--> 0123456789ab
after",
        Outcome::Succeeded,
    );
    assert_eq!(log.steps().list().len(), 4);
    let build = Some("builder");
    assert_eq!(stages(&log), [build, build, Some("2"), Some("2")]);
    assert_eq!(owners(&log)[4..], ["", "", ""]);
}

#[test]
fn platforms_are_told() {
    let log = log_of(
        "
[linux/arm64] [1/2] STEP 1/1: FROM x AS a
[linux/arm64] [2/2] STEP 1/2: FROM y
[linux/arm64] [2/2] STEP 2/2: RUN a
[linux/arm64] [2/2] COMMIT
--> 773bc820ddb
[linux/amd64] [1/2] STEP 1/1: FROM x AS a
[linux/amd64] [2/2] STEP 1/2: FROM y
[linux/amd64] [2/2] STEP 2/2: RUN a
Error: building at STEP \"RUN a\": exit status 1",
        Outcome::Failed,
    );
    let platforms: Vec<_> = log
        .steps()
        .list()
        .iter()
        .map(|step| step.platform.as_deref())
        .collect();
    assert_eq!(platforms[..3], [Some("linux/arm64"); 3]);
    assert_eq!(platforms[3..], [Some("linux/amd64"); 3]);
    assert_eq!(log.steps().failing(), Some(5));
    assert_eq!(log.steps().list()[2].state, Done);
}

/// With `--jobs`, stages run at once and mix their lines.
const JOBS: &str = "
[1/3] STEP 1/2: FROM x AS one
[3/3] STEP 1/3: FROM x
[2/3] STEP 1/2: FROM x AS two
[3/3] STEP 2/3: COPY --from=one /a /a
[2/3] STEP 2/2: RUN two
[1/3] STEP 2/2: RUN one
";

#[test]
fn stages_that_run_at_once() {
    let log = log_of(
        &format!("{JOBS}Error: building at STEP \"RUN two\": exit status 2"),
        Outcome::Failed,
    );
    assert_eq!(
        states(&log),
        [
            ("FROM x AS one", Done),
            ("FROM x", Done),
            ("FROM x AS two", Done),
            ("COPY --from=one /a /a", Canceled),
            ("RUN two", Failed),
            ("RUN one", Canceled),
        ]
    );
    assert_eq!(
        stages(&log),
        [
            Some("one"),
            Some("3"),
            Some("two"),
            Some("3"),
            Some("two"),
            Some("one")
        ]
    );
    assert_eq!(not_run(&log), [(Some("3".to_owned()), 3, 3)]);
    // They run until the failure.
    let seconds: Vec<_> = extents(&log)
        .iter()
        .map(|(_, _, seconds)| *seconds)
        .collect();
    assert_eq!(seconds, [5, 2, 2, 3, 2, 1]);
    // One stage has made its last image before.
    let failed = "--> 0123456789ab\nError: building at STEP \"RUN one\": exit status 2";
    let log = log_of(&format!("{JOBS}{failed}"), Outcome::Failed);
    let last: Vec<_> = states(&log)[3..].iter().map(|(_, state)| *state).collect();
    assert_eq!(last, [Canceled, Done, Failed]);
    let done = "--> 0123456789ab\n--> 0123456789ab\n--> 0123456789ab\n[3/3] STEP 3/3: COPY --from=two /a /b\n[3/3] COMMIT x";
    let log = log_of(&format!("{JOBS}{done}"), Outcome::Running);
    assert!(states(&log).iter().all(|(_, state)| *state == Done));
}

#[test]
fn another_build_can_follow() {
    let log = log_of(
        "
STEP 1/2: FROM x
STEP 2/2: RUN a
Error: building at STEP \"RUN a\": exit status 1
trying again
STEP 1/2: FROM x
STEP 2/2: RUN a
COMMIT x
--> 0123456789ab",
        Outcome::Succeeded,
    );
    let states: Vec<_> = states(&log).into_iter().map(|(_, state)| state).collect();
    assert_eq!(states, [Done, Failed, Done, Done]);
    assert_eq!(failing(&log), None);
}

#[test]
fn a_build_that_stops_without_a_word_stops_at_its_open_step() {
    let log = log_of(
        "STEP 1/3: FROM x\nSTEP 2/3: RUN a\nthe build timed out",
        Outcome::Failed,
    );
    assert_eq!(states(&log), [("FROM x", Done), ("RUN a", Failed)]);
    let log = log_of("cloning\nError: no such branch", Outcome::Failed);
    assert_eq!(failing(&log), None);
}
