//! The causes of builds whose image could not be pushed, as docker, buildah and BuildKit tell of it.

use slipway_log::{Explanation, FailureKind, Log, Outcome, explain, push_reason};

const DOCKER_BUILD: [&str; 12] = [
    "#1 [internal] load build definition from Dockerfile",
    "#1 DONE 0.0s",
    "#7 importing cache manifest from 127.0.0.1:5000/team/app-cache",
    "#7 ERROR: failed to do request: Head \"http://127.0.0.1:5000/v2/team/app-cache/manifests/latest\": dial tcp 127.0.0.1:5000: connect: connection refused",
    "#8 [1/2] FROM docker.io/library/alpine:3",
    "#8 DONE 0.1s",
    "#9 [2/2] RUN echo built",
    "#9 0.100 built",
    "#9 DONE 0.2s",
    "#10 exporting to image",
    "#10 writing image sha256:0123 done",
    "#10 DONE 0.0s",
];

const BUILDAH_BUILD: [&str; 5] = [
    "STEP 1/2: FROM docker.io/library/alpine:3",
    "STEP 2/2: RUN echo built",
    "built",
    "COMMIT 127.0.0.1:5000/team/app:latest",
    "--> 0123456789ab",
];

fn explained(lines: &[&str]) -> (Log, Explanation) {
    let entries: Vec<_> = lines
        .iter()
        .map(|line| serde_json::json!({"message": line, "level": "INFO"}))
        .collect();
    let mut log = Log::new();
    log.begin(None);
    log.feed(&serde_json::to_vec(&entries).expect("lines are JSON"));
    log.end();
    log.set_outcome(Outcome::Failed);
    let explanation = explain(&log, Outcome::Failed);
    (log, explanation)
}

/// Asserts that a push is blamed by this message, which is the last one of its last try.
fn assert_push(build: &[&str], tries: &[&str], message: &str, reason: &str) {
    let end = format!(
        "the image was built, but could not be pushed to 127.0.0.1:5000/team/app:latest: {reason}"
    );
    let mut lines = build.to_vec();
    lines.push("pushing 127.0.0.1:5000/team/app:latest");
    lines.extend(tries);
    let again = format!("pushing failed, trying again in 2s (1 of 3 tries): {reason}");
    lines.push(&again);
    lines.extend(tries);
    lines.push(&end);
    let (log, explanation) = explained(&lines);
    let cause = explanation.cause.expect("there is a cause");
    assert_eq!(cause.kind, FailureKind::Push, "{message}");
    assert_eq!((cause.tool, explanation.exit), ("", None));
    let message = if message.is_empty() { &end } else { message };
    assert_eq!(log.plain(cause.line), message);
    assert!(cause.line > build.len() + 1 + tries.len(), "{message}");
    assert!(cause.evidence.contains(&cause.line));
    assert_eq!(push_reason(&log.plain(cause.line)), reason);
    assert_eq!(explanation.failing_step, None);
    assert_eq!(log.steps().failing(), None, "{message}");
}

#[test]
fn docker_with_the_registry_gone() {
    let message = "failed to do request: Head \"http://127.0.0.1:5000/v2/team/app/blobs/sha256:01\": dial tcp 127.0.0.1:5000: connect: connection refused";
    let refers = "The push refers to repository [127.0.0.1:5000/team/app]";
    let get =
        "Get \"http://127.0.0.1:5000/v2/\": dial tcp 127.0.0.1:5000: connect: connection refused";
    for message in [message, get] {
        let tries = [refers, message];
        assert_push(&DOCKER_BUILD, &tries, message, "connection refused");
    }
}

#[test]
fn docker_with_wrong_credentials() {
    let message = "unauthorized: authentication required";
    let tries = [
        "The push refers to repository [127.0.0.1:5000/team/app]",
        "0f1e2d3c4b5a: Preparing",
        message,
    ];
    assert_push(&DOCKER_BUILD, &tries, message, message);
    let basic = "no basic auth credentials";
    assert_push(&DOCKER_BUILD, &[tries[0], basic], basic, basic);
}

#[test]
fn buildah_with_the_registry_gone() {
    let message = "Error: pushing image \"01\" to \"docker://127.0.0.1:5000/team/app:latest\": trying to reuse blob sha256:01 at destination: pinging container registry 127.0.0.1:5000: Get \"http://127.0.0.1:5000/v2/\": dial tcp 127.0.0.1:5000: connect: connection refused";
    let tries = ["Getting image source signatures", message];
    assert_push(&BUILDAH_BUILD, &tries, message, "connection refused");
}

#[test]
fn buildah_with_wrong_credentials() {
    let reason = "unauthorized: authentication required";
    let message = "Error: pushing image \"01\" to \"docker://127.0.0.1:5000/team/app:latest\": trying to reuse blob sha256:01 at destination: checking whether a blob sha256:01 exists in 127.0.0.1:5000/team/app: unauthorized: authentication required";
    let tries = ["Getting image source signatures", message];
    assert_push(&BUILDAH_BUILD, &tries, message, reason);
}

#[test]
fn a_push_without_lines_is_told_by_the_last_one() {
    assert_push(
        &DOCKER_BUILD,
        &["copying layers"],
        "",
        "the builder did not say which image it has pushed",
    );
}

#[test]
fn only_the_last_line_tells_of_a_push() {
    let said = "the image was built, but could not be pushed to r.example/app:1: EOF";
    let (_, explanation) = explained(&[
        "STEP 1/1: RUN make",
        said,
        "a.c:3:5: error: 'n' undeclared",
        "Error: building at STEP \"RUN make\": while running runtime: exit status 2",
    ]);
    let kind = explanation.cause.map(|cause| cause.kind);
    assert_eq!(
        (explanation.failing_step, kind),
        (Some(0), Some(FailureKind::Compile))
    );
}
