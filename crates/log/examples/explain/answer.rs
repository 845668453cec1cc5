//! The answer about one log, as JSON.

use serde_json::{Value, json};
use slipway_log::{Exit, FailureKind, Log, NotRun, Outcome, Step, StepKind, StepState, explain};

/// The number of lines at the end of a log, without empty ones, that may say how the build ended.
const LAST_LINES: usize = 3;

/// The beginnings of lines in which a builder or a build service says that the build failed.
const FAILURES: [&str; 16] = [
    "error:",
    "error response from daemon",
    "error building",
    "the command '",
    "copy failed:",
    "add failed:",
    "executor failed running",
    "failed to",
    "unable to prepare context",
    "the build failed",
    "build failed",
    "build timed out",
    "context canceled",
    "received unexpected http status",
    "denied:",
    "unauthorized:",
];

/// The beginnings of lines in which they say that it succeeded.
const SUCCESSES: [&str; 5] = [
    "build finished",
    "build succeeded",
    "the image ",
    "successfully tagged ",
    "successfully built ",
];

/// Explains a log. `outcome` is that of the build; `None` takes the one that the log tells.
pub(crate) fn answer(log: &mut Log, outcome: Option<Outcome>) -> Value {
    let outcome = outcome.unwrap_or_else(|| told(log));
    log.set_outcome(outcome);
    let explanation = explain(log, outcome);
    let steps = log.steps();
    let header = |step: &Step| header(log, step.first);
    let failing = explanation
        .failing_step
        .and_then(|step| steps.list().get(step));
    let exit_code = explanation.exit.map(|exit| match exit {
        Exit::Code(code) => code,
        Exit::Signal(signal) => 128 + signal,
    });
    let cause = explanation.cause;
    let evidence = cause.as_ref().map(|cause| {
        cause
            .evidence
            .iter()
            .map(|line| line + 1)
            .collect::<Vec<_>>()
    });
    let not_run = match outcome {
        Outcome::Failed => steps.not_run(),
        _ => Vec::new(),
    };
    let begun = steps.list().iter().map(|step| of_step(step, &header(step)));
    json!({
        "outcome": match outcome {
            Outcome::Running => "running",
            Outcome::Succeeded => "succeeded",
            Outcome::Failed => "failed",
        },
        "failing_step": failing.map(header),
        "exit_code": exit_code,
        "cause_line": cause.as_ref().map(|cause| cause.line + 1),
        "evidence": evidence.unwrap_or_default(),
        "kind": cause.as_ref().map(|cause| cause.kind.name()),
        "steps": begun.chain(not_run.iter().flat_map(of_not_run)).collect::<Vec<_>>(),
    })
}

fn of_step(step: &Step, header: &str) -> Value {
    let seconds = match (step.state, step.tenths) {
        (StepState::Cached, _) => None,
        (_, Some(tenths)) => Some(json!(f64::from(tenths) / 10.0)),
        (_, None) => step.duration().map(Value::from),
    };
    json!({
        "text": header,
        "stage": step.stage,
        "state": match step.state {
            StepState::Running => "running",
            StepState::Done => "done",
            StepState::Cached => "cached",
            StepState::Failed => "failed",
            StepState::Canceled => "canceled",
        },
        "seconds": seconds,
        "kind": match step.kind {
            StepKind::Instruction => "step",
            StepKind::Internal => "internal",
        },
        "first_line": step.first + 1,
        "last_line": step.last + 1,
    })
}

/// The steps of a stage that the log does not show; only their places are known.
fn of_not_run(steps: &NotRun) -> impl Iterator<Item = Value> {
    (steps.from..=steps.to).map(|number| {
        json!({
            "text": format!("{number}/{}", steps.to),
            "stage": steps.stage,
            "state": "not run",
            "seconds": null,
            "kind": "step",
            "first_line": null,
            "last_line": null,
        })
    })
}

/// The line that announces a step, as printed, without BuildKit's number.
fn header(log: &Log, line: usize) -> String {
    let text = log.plain(line);
    let text = match text.strip_prefix('#').and_then(|rest| rest.split_once(' ')) {
        Some((_, text)) => text,
        None => &text,
    };
    text.trim_end().to_owned()
}

/// The outcome that the log itself tells: by its last lines, by a step that failed, or by the end of all steps.
/// Otherwise the build still runs.
fn told(log: &mut Log) -> Outcome {
    let lines: Vec<usize> = (0..log.len())
        .rev()
        .filter(|line| !log.plain(*line).trim().is_empty())
        .take(LAST_LINES)
        .collect();
    for line in &lines {
        let line = log.plain(*line).trim_end().to_lowercase();
        let is_one_of = |starts: &[&str]| starts.iter().any(|start| line.starts_with(start));
        // Without a step, only the service has spoken: it could not fetch the code.
        if is_one_of(&FAILURES) || (log.steps().list().is_empty() && line.starts_with("fatal: ")) {
            return Outcome::Failed;
        }
        if is_one_of(&SUCCESSES) {
            return Outcome::Succeeded;
        }
    }
    let steps = log.steps();
    let has_ended = |step: &Step| matches!(step.state, StepState::Done | StepState::Cached);
    let is_complete = !steps.list().is_empty() && steps.not_run().is_empty();
    match steps.failing() {
        Some(_) => Outcome::Failed,
        None if is_complete && steps.list().iter().all(has_ended) => Outcome::Succeeded,
        None if ends_with_reason(log, &lines) => Outcome::Failed,
        None => Outcome::Running,
    }
}

/// Returns true if a builder says in one of these last lines why the build failed, without a word that it has.
/// Output of a program that still runs does not count.
fn ends_with_reason(log: &mut Log, lines: &[usize]) -> bool {
    log.set_outcome(Outcome::Failed);
    let cause = explain(log, Outcome::Failed).cause;
    log.set_outcome(Outcome::Running);
    cause.is_some_and(|cause| {
        let steps = log.steps();
        let step = steps.step_of_line(cause.line);
        let step = step.and_then(|step| steps.list().get(step));
        let of_program = step.is_some_and(|step| step.title.starts_with("RUN"));
        let of_builder = matches!(
            cause.kind,
            FailureKind::BaseImage
                | FailureKind::Builder
                | FailureKind::DiskFull
                | FailureKind::Dockerfile
                | FailureKind::Push
                | FailureKind::Timeout
        );
        lines.contains(&cause.line) && (of_builder || !of_program)
    })
}
