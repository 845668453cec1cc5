//! Words for what the log tells of a failure.

use slipway_log::{Exit, FailureKind};

/// The kind of a failure, as a sentence without a full stop.
pub(crate) fn kind_words(kind: FailureKind) -> &'static str {
    match kind {
        FailureKind::Compile => "The code doesn’t compile",
        FailureKind::Link => "Linking failed",
        FailureKind::Test => "A test failed",
        FailureKind::Lint => "A lint or format check failed",
        FailureKind::Dependency => "A package or version wasn’t found",
        FailureKind::MissingFile => "A file wasn’t found",
        FailureKind::MissingCommand => "A command wasn’t found",
        FailureKind::Permission => "Permission denied",
        FailureKind::Program => "A program stopped with an error",
        FailureKind::Dockerfile => "The Dockerfile has an error",
        FailureKind::BaseImage => "The base image wasn’t found",
        FailureKind::Network => "A network request failed",
        FailureKind::Authentication => "A login is missing or was refused",
        FailureKind::Git => "Branch, commit or repository not found",
        FailureKind::Checksum => "A checksum didn’t match",
        FailureKind::Killed => "Killed, most often for lack of memory",
        FailureKind::Crash => "A program crashed",
        FailureKind::DiskFull => "No space left on the disk",
        FailureKind::Timeout => "The time limit was reached",
        FailureKind::Push => "The image couldn’t be pushed",
        FailureKind::Builder => "The builder itself failed",
        FailureKind::Other => "The build stopped with an error",
    }
}

/// Words for the end of a command: `exit code 101`.
pub(crate) fn exit_words(exit: Exit) -> String {
    match exit {
        Exit::Code(code) => format!("exit code {code}"),
        Exit::Signal(signal) => format!("signal {signal}"),
    }
}
