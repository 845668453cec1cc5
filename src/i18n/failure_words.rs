//! Texts for what the log tells of a failure: its kind, and how the command ended.

use crate::log::{Exit, FailureKind};
use crate::t_string;

/// The kind of a failure, as a sentence without a full stop.
pub(crate) fn failure_words(kind: FailureKind) -> &'static str {
    match kind {
        FailureKind::Compile => t_string!(failure.compile),
        FailureKind::Link => t_string!(failure.link),
        FailureKind::Test => t_string!(failure.test),
        FailureKind::Lint => t_string!(failure.lint),
        FailureKind::Dependency => t_string!(failure.dependency),
        FailureKind::MissingFile => t_string!(failure.missing_file),
        FailureKind::MissingCommand => t_string!(failure.missing_command),
        FailureKind::Permission => t_string!(failure.permission),
        FailureKind::Program => t_string!(failure.program),
        FailureKind::Dockerfile => t_string!(failure.dockerfile),
        FailureKind::BaseImage => t_string!(failure.base_image),
        FailureKind::Network => t_string!(failure.network),
        FailureKind::Authentication => t_string!(failure.authentication),
        FailureKind::Git => t_string!(failure.git),
        FailureKind::Checksum => t_string!(failure.checksum),
        FailureKind::Killed => t_string!(failure.killed),
        FailureKind::Crash => t_string!(failure.crash),
        FailureKind::DiskFull => t_string!(failure.disk_full),
        FailureKind::Timeout => t_string!(failure.timeout),
        FailureKind::Push => t_string!(failure.push),
        FailureKind::Builder => t_string!(failure.builder),
        FailureKind::Other => t_string!(failure.other),
    }
}

/// Words for the end of a command: `exit code 101`, `signal 9 (SIGKILL)`.
pub(crate) fn exit_words(exit: Exit) -> String {
    match exit {
        Exit::Code(code) => t_string!(failure.exit_code, code = code),
        Exit::Signal(signal) => match signal_name(signal) {
            Some(name) => t_string!(failure.signal_named, signal = signal, name = name),
            None => t_string!(failure.signal, signal = signal),
        },
    }
}

/// The names of the signals that end a program by themselves, as Linux numbers them.
fn signal_name(signal: u32) -> Option<&'static str> {
    Some(match signal {
        1 => "SIGHUP",
        2 => "SIGINT",
        3 => "SIGQUIT",
        4 => "SIGILL",
        5 => "SIGTRAP",
        6 => "SIGABRT",
        7 => "SIGBUS",
        8 => "SIGFPE",
        9 => "SIGKILL",
        11 => "SIGSEGV",
        13 => "SIGPIPE",
        14 => "SIGALRM",
        15 => "SIGTERM",
        24 => "SIGXCPU",
        25 => "SIGXFSZ",
        31 => "SIGSYS",
        _ => return None,
    })
}
