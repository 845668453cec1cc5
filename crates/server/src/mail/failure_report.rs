//! Finds out of a build's log why it failed, with the engine that the console uses.

use crate::mail::kind_words::{exit_words, kind_words};
use slipway_log::{Explanation, Log, Outcome, Step, StepKind, explain};

/// How many lines are quoted if none tells the cause.
const MAX_LAST_LINES: usize = 5;

/// How many lines are searched from the end for those.
const MAX_SEARCHED_LINES: usize = 200;

/// The most characters of a quoted line.
const MAX_LINE_CHARS: usize = 300;

/// Why a build failed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct FailureReport {
    /// The kind of failure in words, with the tool that tells of it.
    pub(crate) headline: Option<String>,
    /// The step that failed, with its place and how it ended.
    pub(crate) step: Option<String>,
    /// The lines of the log that tell why, or its last ones.
    pub(crate) quote: Vec<String>,
}

/// Explains a log: an answer of call 5, in pieces.
pub(crate) fn report<'a>(log_json: impl Iterator<Item = &'a [u8]>) -> FailureReport {
    let mut log = Log::new();
    log.begin(None);
    for piece in log_json {
        log.feed(piece);
    }
    log.end();
    log.set_outcome(Outcome::Failed);
    let explanation = explain(&log, Outcome::Failed);
    let step = explanation
        .failing_step
        .and_then(|index| log.steps().list().get(index));
    let cause = explanation.cause.as_ref();
    FailureReport {
        headline: cause.map(|cause| match cause.tool {
            "" => kind_words(cause.kind).to_owned(),
            tool => format!("{} ({tool})", kind_words(cause.kind)),
        }),
        step: step.map(|step| of_step(step, &explanation)),
        quote: match cause {
            Some(cause) => cause
                .evidence
                .iter()
                .map(|line| quoted(&log, *line))
                .collect(),
            None => last_lines(&log, &explanation),
        },
    }
}

fn of_step(step: &Step, explanation: &Explanation) -> String {
    let place = match (step.kind, step.total) {
        (StepKind::Internal, _) => String::new(),
        (StepKind::Instruction, Some(total)) => format!("Step {}/{total}", step.number),
        (StepKind::Instruction, None) => format!("Step {}", step.number),
    };
    let stage = step.stage.as_ref().filter(|_| !place.is_empty());
    let stage = stage.map_or(String::new(), |stage| format!(" of {stage}"));
    let exit = explanation
        .exit
        .map_or(String::new(), |exit| format!(" ({})", exit_words(exit)));
    let title = shown(&step.title);
    match place.is_empty() {
        true => format!("{title}{exit}"),
        false => format!("{place}{stage}: {title}{exit}"),
    }
}

/// The last lines with a text: of the step that failed, or of the log.
fn last_lines(log: &Log, explanation: &Explanation) -> Vec<String> {
    let steps = log.steps();
    let failing = explanation.failing_step;
    let is_meant = |line: &usize| failing.is_none() || steps.step_of_line(*line) == failing;
    let from_end = (0..log.len())
        .rev()
        .take(MAX_SEARCHED_LINES)
        .filter(is_meant);
    let texts = from_end.map(|line| quoted(log, line));
    let mut lines: Vec<String> = texts
        .filter(|text| !text.trim().is_empty())
        .take(MAX_LAST_LINES)
        .collect();
    lines.reverse();
    lines
}

fn quoted(log: &Log, line: usize) -> String {
    shown(&log.plain(line))
}

/// A text of a program as a line of a mail.
fn shown(text: &str) -> String {
    let line: String = text
        .chars()
        .map(|char| if char.is_control() { ' ' } else { char })
        .take(MAX_LINE_CHARS)
        .collect();
    line.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn of(lines: &[&str]) -> FailureReport {
        let entries: Vec<_> = lines
            .iter()
            .map(|line| json!({"message": line, "level": "INFO", "time": 1_441_178_265}))
            .collect();
        let text = serde_json::to_vec(&entries).unwrap();
        // In pieces, as it is stored.
        report(text.chunks(7))
    }

    #[test]
    fn the_step_the_kind_and_the_lines_are_told() {
        let found = of(&[
            "STEP 1/3: FROM rust",
            "STEP 2/3: COPY . .",
            "STEP 3/3: RUN cargo test",
            "test parsing::empty ... FAILED",
            "error: test failed, to rerun pass `--lib`",
            "Error: building at STEP \"RUN cargo test\": while running runtime: exit status 101",
            "buildah exited with status 101",
        ]);
        let headline = found.headline.unwrap();
        assert!(headline.starts_with("A test failed"), "{headline}");
        assert_eq!(
            found.step.as_deref(),
            Some("Step 3/3: RUN cargo test (exit code 101)")
        );
        assert!(
            found.quote.iter().any(|line| line.contains("FAILED")),
            "{:?}",
            found.quote
        );
    }

    #[test]
    fn without_a_cause_the_last_lines_are_quoted_as_plain_text() {
        let found = of(&["one", "\u{1b}[31mtwo\u{1b}[0m\u{7}", "", "three\tx"]);
        assert_eq!(found.step, None);
        assert!(
            found
                .quote
                .iter()
                .all(|line| !line.chars().any(char::is_control))
        );
        assert!(
            found.quote.iter().any(|line| line.starts_with("two")),
            "{:?}",
            found.quote
        );
        assert_eq!(of(&[]), FailureReport::default());
    }
}
