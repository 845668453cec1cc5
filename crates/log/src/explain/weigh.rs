//! Weighs the lines that may be the cause of a failure.

use crate::explain::explanation::Exit;
use crate::explain::kind::FailureKind;
use crate::explain::rules::{Role, Rule};

/// A line that may be the cause.
#[derive(Debug, Clone, Copy)]
pub(super) struct Candidate {
    pub line: usize,
    pub rule: &'static Rule,
    pub of_builder: bool,
    pub weight: i32,
}

/// The number of lines after the name of what failed in which its error is expected.
const NAMED_REACH: usize = 60;

/// Raises the weight of errors that follow the name of what failed.
pub(super) fn boost_named(candidates: &mut [Candidate]) {
    let mut named: Option<usize> = None;
    for candidate in candidates.iter_mut() {
        let is_near = named.is_some_and(|named| candidate.line - named <= NAMED_REACH);
        if candidate.rule.role == Role::Names {
            named = Some(candidate.line);
        } else if is_near && candidate.rule.weight >= 75 {
            candidate.weight += 5;
        }
    }
}

/// Raises the weight of failed downloads before packages that are missing: without an index, none is found.
pub(super) fn boost_network(candidates: &mut [Candidate]) {
    let of_system = |rule: &Rule| matches!(rule.tool, "apt" | "apk" | "dnf");
    let is_missing = |candidate: &Candidate| {
        candidate.rule.kind == FailureKind::Dependency && of_system(candidate.rule)
    };
    let last = candidates.iter().rposition(is_missing).unwrap_or(0);
    for candidate in candidates.iter_mut().take(last) {
        if candidate.rule.kind == FailureKind::Network && candidate.rule.weight >= 75 {
            candidate.weight += 8;
        }
    }
}

/// Kinds of errors that programs often survive.
pub(super) fn is_soft(kind: FailureKind) -> bool {
    is_system(kind) || matches!(kind, FailureKind::Program | FailureKind::Other)
}

/// Kinds of errors of the system, which scripts often survive.
pub(super) fn is_system(kind: FailureKind) -> bool {
    matches!(
        kind,
        FailureKind::Network
            | FailureKind::MissingFile
            | FailureKind::MissingCommand
            | FailureKind::Permission
            | FailureKind::Git
    )
}

/// Kinds of errors that end what they happen in.
pub(super) fn is_hard(kind: FailureKind) -> bool {
    matches!(
        kind,
        FailureKind::Compile | FailureKind::Link | FailureKind::Test | FailureKind::Lint
    )
}

/// The kind of a failure of which only the end is known.
pub(super) fn kind_of(exit: Option<Exit>) -> FailureKind {
    match exit {
        Some(Exit::Code(124)) => FailureKind::Timeout,
        Some(Exit::Code(126)) => FailureKind::Permission,
        Some(Exit::Code(127)) => FailureKind::MissingCommand,
        Some(Exit::Code(137) | Exit::Signal(9)) => FailureKind::Killed,
        Some(Exit::Code(132 | 134 | 135 | 136 | 139) | Exit::Signal(_)) => FailureKind::Crash,
        _ => FailureKind::Program,
    }
}

/// The weight that a kind gains by the way the step ended.
pub(super) fn by_exit(kind: FailureKind, exit: Option<Exit>) -> i32 {
    let expected = kind_of(exit);
    match expected == kind && expected != FailureKind::Program {
        true => 8,
        false => 0,
    }
}
