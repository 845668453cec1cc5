//! Steps of BuildKit.

use super::*;

#[test]
fn steps_that_run_at_once() {
    let log = log_of(
        "
#1 [internal] load build definition from Dockerfile
#1 DONE 0.0s

#5 [build 1/2] RUN make
#5 0.1 cc a.c
#5 ...

#6 [2/2] RUN test
#6 sha256:0123
#6 0.2 testing

#5 [build 1/2] RUN make
#5 0.3 cc b.c
#5 DONE 1.4s

#6 [2/2] RUN test
#6 12.13 failed
#6 ERROR: process \"/bin/sh -c test\" did not complete successfully: exit code: 1
------
 > [2/2] RUN test:
12.13 failed
------
ERROR: failed to solve: process \"/bin/sh -c test\"",
        Outcome::Failed,
    );
    let definition = "[internal] load build definition from Dockerfile";
    assert_eq!(
        states(&log),
        [(definition, Done), ("RUN make", Done), ("RUN test", Failed)]
    );
    let (a, b) = ("RUN make", "RUN test");
    assert_eq!(owners(&log)[..3], [definition; 3]);
    assert_eq!(
        owners(&log)[3..],
        [
            a, a, a, a, b, b, b, b, a, a, a, a, b, b, b, "", "", "", "", ""
        ]
    );
    let steps = log.steps().list();
    let tenths: Vec<_> = steps.iter().map(|step| step.tenths).collect();
    assert_eq!(tenths, [Some(0), Some(14), Some(121)]);
    assert_eq!(steps[0].kind, StepKind::Internal);
    assert_eq!((steps[0].number, steps[0].total), (0, None));
    assert_eq!(steps[1].header, "[build 1/2] RUN make");
    assert_eq!(stages(&log), [None, Some("build"), None]);
    assert_eq!(not_run(&log), [(Some("build".to_owned()), 2, 2)]);
}

#[test]
fn steps_are_cached_canceled_and_go_on() {
    let log = log_of(
        "
#4 [1/3] FROM x
#4 resolve x done
#4 DONE 0.1s

#5 [2/3] RUN a
#5 CACHED

#4 [1/3] FROM x
#4 extracting sha256:0123
#4 DONE 2.5s

#6 [3/3] RUN b
#6 0.5 x
#6 1.46 y
#6 CANCELED
context canceled",
        Outcome::Failed,
    );
    assert_eq!(
        states(&log),
        [("FROM x", Done), ("RUN a", Cached), ("RUN b", Canceled)]
    );
    let tenths: Vec<_> = log.steps().list().iter().map(|step| step.tenths).collect();
    assert_eq!(tenths, [Some(25), None, Some(15)]);
    // It was stopped, so that nothing else is to blame.
    assert_eq!(failing(&log), Some("RUN b"));
    assert_eq!(owners(&log).last(), Some(&""));
}

#[test]
fn a_return_to_the_start_of_the_line_covers_the_number() {
    let log = log_of(
        "
#4 [1/2] RUN a
#5 [2/2] RUN b
#5 0.1 10 %\r20 %\r#4 DONE 9.0s
#4 0.2 \u{1b}[31mred\u{1b}[0m
\u{1b}[0m#5 DONE 0.3s\r",
        Outcome::Running,
    );
    let (a, b) = ("RUN a", "RUN b");
    assert_eq!(owners(&log), [a, b, b, a, b]);
    assert_eq!(states(&log), [(a, Running), (b, Done)]);
}

#[test]
fn work_of_the_builder_is_no_instruction() {
    let log = log_of(
        "
#0 building with \"x\" instance using docker-container driver

#1 [internal] load .dockerignore
#2 resolve image config for docker-image://docker.io/docker/dockerfile:1
#3 [auth] library/alpine:pull token for registry-1.docker.io
#4 docker-image://docker.io/docker/dockerfile:1@sha256:01
#5 [web internal] load build context
#6 importing cache manifest from x
#7 [web linux/amd64 build 2/4] RUN <<EOF (set -e...)
#8 [web] exporting to image
#8 exporting layers
#8 pushing layers 0.1s done
#9 0.1 of no step",
        Outcome::Running,
    );
    let internal: Vec<bool> = log
        .steps()
        .list()
        .iter()
        .map(|step| step.kind == StepKind::Internal)
        .collect();
    assert_eq!(internal, [true, true, true, true, true, true, false, true]);
    let step = &log.steps().list()[6];
    assert_eq!(
        (step.stage.as_deref(), step.platform.as_deref()),
        (Some("build"), Some("linux/amd64"))
    );
    assert_eq!(
        owners(&log)[9..],
        [
            "[web] exporting to image",
            "[web] exporting to image",
            "[web] exporting to image",
            ""
        ]
    );
}

/// The total leaves out the steps that the base image brings.
#[test]
fn steps_are_counted_past_the_total() {
    let log = log_of(
        "
#9 [1/2] FROM docker.io/library/onbase:1
#9 CACHED

#4 [2/2] RUN echo triggered
#4 0.119 triggered
#4 DONE 1.2s

#6 [3/2] COPY main.txt /main.txt
#6 DONE 0.1s

#7 [4/2] RUN grep good /main.txt
#7 ERROR: executor failed running [/bin/sh -c grep good /main.txt]: exit code: 1
------
 > [4/2] RUN grep good /main.txt:
------",
        Outcome::Failed,
    );
    assert_eq!(
        states(&log),
        [
            ("FROM docker.io/library/onbase:1", Cached),
            ("RUN echo triggered", Done),
            ("COPY main.txt /main.txt", Done),
            ("RUN grep good /main.txt", Failed)
        ]
    );
    let is_instruction = |step: &crate::Step| step.kind == StepKind::Instruction;
    assert!(log.steps().list().iter().all(is_instruction));
    assert_eq!(failing(&log), Some("RUN grep good /main.txt"));
    assert_eq!(not_run(&log), []);
    assert_eq!(log.steps().progress(), Some((4, 4)));
}

#[test]
fn a_failure_that_the_build_survives_is_not_to_blame() {
    let text = "
#1 importing cache manifest from x
#1 ERROR: not found

#2 [1/1] RUN a
#2 DONE 0.1s
";
    let log = log_of(text, Outcome::Succeeded);
    assert_eq!(
        states(&log),
        [("importing cache manifest from x", Failed), ("RUN a", Done)]
    );
    let log = log_of(text, Outcome::Failed);
    assert_eq!(failing(&log), None);
    let log = log_of(
        &format!("{text}\n#3 [1/1] RUN b\n#3 ERROR: x"),
        Outcome::Running,
    );
    assert_eq!(failing(&log), Some("RUN b"));
}

#[test]
fn the_quoted_step_is_the_failed_one() {
    let log = log_of(
        "
#1 [a 1/1] RUN a
#1 ERROR: x

#2 [b 1/1] RUN b
#2 ERROR: y
------
 > [b 1/1] RUN b:
------
ERROR: failed to solve: y",
        Outcome::Failed,
    );
    assert_eq!(states(&log), [("RUN a", Failed), ("RUN b", Failed)]);
    assert_eq!(failing(&log), Some("RUN b"));
}

#[test]
fn failures_without_a_step() {
    let text = "
#1 [internal] load build definition from Dockerfile
#1 DONE 0.0s
Dockerfile:2
--------------------
   2 | >>> RUN <<EOF
--------------------
ERROR: failed to solve: unterminated heredoc";
    let log = log_of(text, Outcome::Failed);
    assert_eq!(failing(&log), None);
    assert_eq!(owners(&log)[2..], [""; 5]);
    // The message can be all that was printed.
    let log = log_of(
        "#1 [1/1] RUN a\nERROR: failed to solve: process \"x\" did",
        Outcome::Running,
    );
    assert_eq!(failing(&log), Some("RUN a"));
    let log = log_of(
        "#1 [1/1] RUN a\n#1 0.1 x\nthe build timed out",
        Outcome::Failed,
    );
    assert_eq!(failing(&log), Some("RUN a"));
}

#[test]
fn another_build_counts_from_1_again() {
    let one = "
#0 building with \"default\" instance
#1 [internal] load build definition from Dockerfile
#1 DONE 0.0s
#2 [1/2] FROM x
#2 DONE 0.1s
#3 [2/2] RUN a
#3 DONE 0.1s
";
    for first in ["", "#0 building with \"default\" instance\n"] {
        let text = format!(
            "{one}{}",
            one.replace("#0 building with \"default\" instance\n", first)
                .replace("RUN a", "RUN b")
        );
        let log = log_of(&text, Outcome::Running);
        let titles: Vec<_> = states(&log).into_iter().map(|(title, _)| title).collect();
        let definition = "[internal] load build definition from Dockerfile";
        assert_eq!(
            titles,
            [definition, "FROM x", "RUN a", definition, "FROM x", "RUN b"]
        );
        assert_eq!(stages(&log), [None; 6]);
    }
}

#[test]
fn equal_steps_of_several_stages_appear_once() {
    let log = log_of(
        "
#1 [base 1/2] FROM x
#2 [api 2/3] COPY a a
#3 [web 3/3] RUN b
#3 ERROR: x",
        Outcome::Failed,
    );
    let stages: Vec<_> = not_run(&log)
        .into_iter()
        .map(|(stage, from, to)| (stage.unwrap(), from, to))
        .collect();
    assert_eq!(
        stages,
        [("base".to_owned(), 2, 2), ("api".to_owned(), 3, 3)]
    );
}
