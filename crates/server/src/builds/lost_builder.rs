//! Tells whether a build failed because its builder is gone, and not by itself.

use crate::builds::pool::Slot;
use crate::process::job::Failure;

/// The beginnings of lines that clients print when the connection to their daemon ends. With BuildKit, what a step
/// prints has the number of the step before it. Where it has not, a step that prints such a line makes its build run
/// once more, and does no other harm.
const LOST: [&str; 7] = [
    "Cannot connect to the Docker daemon",
    "ERROR: Cannot connect to the Docker daemon",
    "error during connect:",
    "failed to receive status: rpc error: code = Unavailable",
    "error: failed to receive status: rpc error: code = Unavailable",
    "ERROR: failed to receive status: rpc error: code = Unavailable",
    "Cannot connect to Podman",
];

/// Returns true if a line of a client's output says that its daemon is gone.
pub(crate) fn says_lost(line: &str) -> bool {
    LOST.iter().any(|start| line.starts_with(start))
}

/// Returns the reason of a failure: the builder, if it is gone. `said` is the line that told so, if there was one.
pub(crate) async fn explain(slot: &Slot, failure: Failure, said: Option<String>) -> Failure {
    let can_be = matches!(
        failure,
        Failure::Exit(..) | Failure::Program(..) | Failure::NotPushed { .. }
    );
    let Some(name) = slot.builder_name().filter(|_| can_be) else {
        return failure;
    };
    // It may answer again by now, if it was started anew.
    match slot.ask().await.or(said) {
        Some(reason) => Failure::BuilderLost(name.to_owned(), reason),
        None => failure,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_clients_own_words_tell_that_a_builder_is_gone() {
        for line in [
            "error during connect: Post \"http://docker.example.com/v1.41/build\": EOF",
            "ERROR: failed to receive status: rpc error: code = Unavailable desc = error reading from server: EOF",
            "Cannot connect to the Docker daemon at unix:///x. Is the docker daemon running?",
        ] {
            assert!(says_lost(line), "{line}");
        }
        for line in [
            "#5 0.10 error during connect: EOF",
            " => ERROR [2/2] RUN false",
            "failed to solve: executor failed running [/bin/sh -c false]: exit code: 1",
            "",
        ] {
            assert!(!says_lost(line), "{line}");
        }
    }
}
