//! The words of the box about a failed build: the explanation of its log, or what is known without one.

use crate::api::canceled_by;
use crate::i18n::api_words::canceled_words;
use crate::i18n::failure_words::{exit_words, failure_words};
use crate::i18n::format::duration;
use crate::log::{
    Cause, Exit, Explanation, FailureKind, Log, Outcome, Step, StepKind, explain, push_reason,
};
use crate::t_string;
use chrono::TimeDelta;
use serde_json::json;

/// The number of lines that the box quotes if no line tells the cause.
const MAX_LAST_LINES: usize = 3;

/// The most characters of a line that it quotes.
const MAX_LINE_CHARS: usize = 400;

/// The number of lines that are searched from the end, for those to quote.
const MAX_SEARCHED_LINES: usize = 200;

/// The message in the log or the detail of a build that ended because the server did.
const SERVER_STOPPED: &str = "the server stopped";

/// The words before an exit code in the API's text.
const EXIT_CODE_WORDS: [&str; 6] = [
    "exit status",
    "exit code",
    "exited with status",
    "exited with code",
    "exited with",
    "non-zero code",
];

/// The beginnings of lines that only say that a command failed, not why. They are not quoted as the last lines.
const REPORTS: [&str; 9] = [
    "subprocess exited with",
    "error: building at step",
    "error building at step",
    "executor failed running",
    "error: executor failed running",
    "error: process \"",
    "error: failed to solve",
    "the command '",
    "the build failed:",
];

/// The facts that are known of a failure.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Failure {
    pub(crate) step: Option<FailedStep>,
    exit: Option<Exit>,
    /// The kind of failure, and the tool that tells of it; empty if any program may.
    kind: Option<(FailureKind, &'static str)>,
    pub(crate) quote: Vec<QuotedLine>,
    pub(crate) source: Source,
    /// The reason why the build was stopped from outside, if it was.
    pub(crate) stop: Option<Stop>,
}

/// The reason why a build was stopped from outside. It is no step's fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Stop {
    /// The server stopped.
    Server,
    /// Somebody has canceled the build, by the name that its API gives.
    Canceled(String),
}

impl Stop {
    /// Finds the reason in the API's text about a build, or in its log.
    pub(crate) fn find(log: &Log, detail: &str) -> Option<Self> {
        // What a build prints before could look the same.
        let last = last_lines(log, |_| true).next().map(|(_, line)| line);
        let said = [Some(detail.trim()), last.as_deref()];
        let mut said = said.into_iter().flatten();
        let canceled = said.clone().find_map(canceled_by);
        match canceled {
            Some(by) => Some(Self::Canceled(by.to_owned())),
            None => said
                .any(|text| text.contains(SERVER_STOPPED))
                .then_some(Self::Server),
        }
    }

    /// Returns true for a line that only says so.
    fn is_said_by(line: &str) -> bool {
        line.contains(SERVER_STOPPED) || canceled_by(line).is_some()
    }
}

/// Where the quoted lines come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Source {
    /// There are none: neither the log nor the API says why.
    #[default]
    Nothing,
    /// The log: the cause and the lines around it.
    Cause,
    /// The log's last lines: no line tells the cause.
    LastLines,
    /// The API's text about the build.
    Api,
    /// There are none: only a part of the log is loaded, which does not have its end.
    Part,
}

/// A line that the box quotes, without escapes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct QuotedLine {
    pub(crate) text: String,
    /// Its number in the log, counted from 0; `None` if it is not of the log.
    pub(crate) line: Option<usize>,
    pub(crate) is_cause: bool,
}

/// The step that failed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct FailedStep {
    /// `6/9`, or `6` if the builder does not say how many there are; `None` for work of the builder itself.
    place: Option<String>,
    stage: Option<String>,
    pub(crate) title: String,
    /// The line that announces it, as the log shows it.
    pub(crate) header: String,
    length: Option<TimeDelta>,
}

impl FailedStep {
    fn of(step: &Step) -> Self {
        let exact = step.tenths.map(|tenths| i64::from(tenths) * 100);
        let length = exact.or_else(|| step.duration()?.checked_mul(1_000));
        Self {
            place: (step.kind == StepKind::Instruction).then(|| match step.total {
                Some(total) => format!("{}/{total}", step.number),
                None => step.number.to_string(),
            }),
            stage: step.stage.clone(),
            title: step.title.clone(),
            header: step.header.clone(),
            // The log's times are whole seconds: 0 says nothing.
            length: length
                .and_then(TimeDelta::try_milliseconds)
                .filter(|length| *length > TimeDelta::zero()),
        }
    }

    /// Its place among the steps: `Step 6/9`, and its stage if the log names one. Empty for work of the builder itself.
    pub(crate) fn place(&self) -> String {
        match (&self.place, &self.stage) {
            (None, _) => String::new(),
            (Some(place), Some(stage)) => {
                t_string!(failure.step_of_stage, step = place, stage = stage)
            }
            (Some(place), None) => t_string!(build.failed_step, step = place),
        }
    }
}

impl Failure {
    /// Reads the failure from the log of a failed build and its explanation, and from the API's text about it.
    pub(crate) fn read(log: &Log, explanation: &Explanation, detail: &str) -> Self {
        let stop = Stop::find(log, detail);
        let explanation = match stop {
            Some(_) => &Explanation::default(),
            None => explanation,
        };
        let steps = log.steps();
        let failing = explanation.failing_step;
        let step = failing.and_then(|index| steps.list().get(index));
        let cause = explanation.cause.as_ref();
        let (source, quote) = match (cause, step) {
            (Some(cause), _) => (Source::Cause, evidence(log, cause)),
            (None, Some(step)) => {
                let is_of_step = |line| steps.step_of_line(line) == failing && line > step.first;
                (Source::LastLines, quoted_last_lines(log, is_of_step))
            }
            (None, None) if stop.is_some() || detail.is_empty() => {
                (Source::LastLines, quoted_last_lines(log, |_| true))
            }
            (None, None) => (Source::Api, Vec::new()),
        };
        let failure = Self {
            step: step.map(FailedStep::of),
            exit: explanation.exit,
            kind: cause.map(|cause| (cause.kind, cause.tool)),
            quote,
            source,
            stop,
        };
        match failure.quote.is_empty() {
            true => Self {
                source: Source::Nothing,
                ..failure
            }
            .or_by_detail(detail),
            false => failure,
        }
    }

    /// Reads the failure from the API's text alone, while a part of the log is loaded that does not have its end.
    pub(crate) fn of_part(detail: &str) -> Self {
        let failure = Self::read(&Log::new(), &Explanation::default(), detail);
        match failure.source {
            Source::Nothing => Self {
                source: Source::Part,
                ..failure
            },
            _ => failure,
        }
    }

    /// Quotes the API's text and explains that, where the log tells nothing.
    fn or_by_detail(self, detail: &str) -> Self {
        let log = log_of(detail);
        if self.stop.is_some() || log.is_empty() {
            return self;
        }
        let explanation = explain(&log, Outcome::Failed);
        let cause = explanation.cause.as_ref();
        let quote = match cause {
            Some(cause) => evidence(&log, cause),
            None => quoted_last_lines(&log, |_| true),
        };
        Self {
            exit: (self.exit)
                .or(explanation.exit)
                .or_else(|| exit_code(detail).map(Exit::Code)),
            kind: self.kind.or(cause.map(|cause| (cause.kind, cause.tool))),
            quote: (quote.into_iter())
                .map(|line| QuotedLine { line: None, ..line })
                .collect(),
            source: Source::Api,
            ..self
        }
    }

    /// The line to go to, counted from 0: the cause, or the first quoted line; `None` if none is of the log.
    pub(crate) fn line(&self) -> Option<usize> {
        let cause = self.quote.iter().find(|line| line.is_cause);
        cause.or(self.quote.first())?.line
    }

    /// Returns true if there are lines between this quoted line and the one before it, by its index.
    pub(crate) fn is_after_gap(&self, index: usize) -> bool {
        let line = |index: usize| self.quote.get(index)?.line;
        let before = index.checked_sub(1).and_then(line);
        before
            .zip(line(index))
            .is_some_and(|(before, line)| before + 1 < line)
    }

    /// The kind of failure in a sentence; without one, that the build failed, unless the step says so.
    pub(crate) fn headline(&self) -> Option<String> {
        match &self.stop {
            Some(Stop::Server) => return Some(t_string!(build.server_stopped).to_owned()),
            Some(Stop::Canceled(by)) => return Some(canceled_words(by)),
            None => {}
        }
        match self.kind {
            Some((kind, "")) => Some(failure_words(kind).to_owned()),
            Some((kind, tool)) => {
                let kind = failure_words(kind);
                Some(t_string!(failure.by_tool, what = kind, tool = tool))
            }
            None if self.step.is_none() => Some(match self.exit {
                Some(exit) => t_string!(
                    failure.with_exit,
                    failed = t_string!(build.why_failed),
                    exit = exit_words(exit)
                ),
                None => t_string!(build.why_failed).to_owned(),
            }),
            None => None,
        }
    }

    /// The way the step ended, and after how long: the end of a sentence that begins with the step, or the exit code alone;
    /// empty if the headline has said all.
    pub(crate) fn consequence(&self) -> String {
        let exit = self.exit.map(exit_words);
        let failed = match &self.step {
            None if self.kind.is_none() => return String::new(),
            None => return exit.unwrap_or_default(),
            Some(FailedStep { length: None, .. }) => t_string!(build.step_failed).to_owned(),
            Some(FailedStep {
                length: Some(length),
                ..
            }) => t_string!(build.step_failed_after, time = duration(*length)),
        };
        match exit {
            Some(exit) => t_string!(failure.with_exit, failed = failed, exit = exit),
            None => failed,
        }
    }

    /// All of it as text, to copy.
    pub(crate) fn text(&self) -> String {
        let step = self.step.as_ref();
        let step = step.map(|step| format!("{} {} ", step.place(), step.title));
        let facts = format!("{}{}", step.unwrap_or_default(), self.consequence());
        let quote = self.quote.iter().map(|line| line.text.clone());
        let facts = facts.trim().to_owned();
        let lines = self.headline().into_iter().chain([facts]).chain(quote);
        let lines: Vec<_> = lines.filter(|line| !line.is_empty()).collect();
        lines.join("\n")
    }
}

/// The API's text as the lines of a log.
fn log_of(detail: &str) -> Log {
    let mut log = Log::new();
    if !detail.trim().is_empty() {
        let entries = json!([{ "message": detail.trim() }]).to_string();
        log.begin(None);
        log.feed(entries.as_bytes());
        log.end();
        log.set_outcome(Outcome::Failed);
    }
    log
}

/// The lines that show the cause, without blank ones at both ends.
fn evidence(log: &Log, cause: &Cause) -> Vec<QuotedLine> {
    let is_blank = |line: &usize| log.plain(*line).trim().is_empty();
    let lines = cause.evidence.as_slice();
    let start = lines.iter().take_while(|line| is_blank(line)).count();
    let end = lines.iter().rev().take_while(|line| is_blank(line)).count();
    let shown = start..lines.len().saturating_sub(end).max(start);
    let lines = lines.get(shown).unwrap_or_default().iter();
    let quoted = lines.map(|line| {
        let is_cause = *line == cause.line;
        let text = log.plain(*line);
        let text = without_builder_prefix(text.trim_end());
        let text = match cause.kind {
            // What was tried comes before the reason, and takes more room than there is.
            FailureKind::Push if is_cause => push_reason(text),
            _ => text,
        };
        QuotedLine {
            text: short(text),
            line: Some(*line),
            is_cause,
        }
    });
    quoted.collect()
}

/// The last lines of the log that are wanted and not blank, from the end: number and text.
fn last_lines(
    log: &Log,
    is_wanted: impl Fn(usize) -> bool,
) -> impl Iterator<Item = (usize, String)> {
    let lines = (0..log.len()).rev().filter(move |line| is_wanted(*line));
    lines.take(MAX_SEARCHED_LINES).filter_map(|line| {
        let text = log.plain(line);
        let text = without_builder_prefix(text.trim_end());
        (!text.trim().is_empty()).then(|| (line, text.to_owned()))
    })
}

/// The last lines that are more than a report, or if there are none, the last lines.
fn quoted_last_lines(log: &Log, is_wanted: impl Fn(usize) -> bool + Copy) -> Vec<QuotedLine> {
    let lines = last_lines(log, is_wanted);
    let lines = lines.filter(|(_, line)| !is_report(line) && !Stop::is_said_by(line));
    let mut found: Vec<(usize, String)> = lines.take(MAX_LAST_LINES).collect();
    if found.is_empty() {
        // The heading says already why the build was stopped.
        let lines = last_lines(log, is_wanted).filter(|(_, line)| !Stop::is_said_by(line));
        found = lines.take(MAX_LAST_LINES).collect();
    }
    let quoted = found.into_iter().rev().map(|(line, text)| QuotedLine {
        text: short(&text),
        line: Some(line),
        is_cause: false,
    });
    quoted.collect()
}

/// Removes the number of the step and the time that BuildKit puts before each line: `#9 0.170 `.
fn without_builder_prefix(line: &str) -> &str {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let Some((number, rest)) = line.strip_prefix('#').and_then(|rest| rest.split_once(' ')) else {
        return line;
    };
    if !digits(number) {
        return line;
    }
    match rest.split_once(' ') {
        Some((time, text))
            if time
                .split_once('.')
                .is_some_and(|(a, b)| digits(a) && digits(b)) =>
        {
            text
        }
        _ => rest,
    }
}

/// Returns true for a line that only says that a command failed, or nothing.
fn is_report(line: &str) -> bool {
    let line = line.trim().to_ascii_lowercase();
    let is_frame = line.starts_with("> [");
    let is_decoration = !line.contains(char::is_alphanumeric);
    is_frame || is_decoration || REPORTS.iter().any(|start| line.starts_with(start))
}

/// Finds an exit code in a text. 0 does not count: that is no failure.
fn exit_code(text: &str) -> Option<u32> {
    let text = text.to_ascii_lowercase();
    let code = EXIT_CODE_WORDS.iter().find_map(|words| {
        let (_, after) = text.rsplit_once(words)?;
        let after = after.trim_start_matches([':', ' ']);
        let end = after.find(|letter: char| !letter.is_ascii_digit());
        after.get(..end.unwrap_or(after.len()))?.parse().ok()
    });
    code.filter(|code| *code > 0)
}

fn short(line: &str) -> String {
    line.chars().take(MAX_LINE_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(lines: &[&str]) -> Log {
        let entries: Vec<_> = lines
            .iter()
            .enumerate()
            .map(|(number, line)| json!({ "message": line, "time": 1_000 + number }))
            .collect();
        let mut log = Log::new();
        log.begin(None);
        log.feed(&serde_json::to_vec(&entries).unwrap());
        log.end();
        log.set_outcome(Outcome::Failed);
        log
    }

    /// An explanation that names this step and the cause in this line, with these lines as evidence.
    fn explanation(step: usize, line: usize, evidence: &[usize]) -> Explanation {
        Explanation {
            failing_step: Some(step),
            exit: Some(Exit::Code(101)),
            cause: Some(Cause {
                line,
                evidence: evidence.to_vec(),
                kind: FailureKind::Compile,
                tool: "cargo",
            }),
        }
    }

    fn texts(failure: &Failure) -> Vec<&str> {
        failure
            .quote
            .iter()
            .map(|line| line.text.as_str())
            .collect()
    }

    #[test]
    fn the_cause_is_quoted_with_its_evidence() {
        let log = log(&[
            "STEP 1/2: FROM rust",
            "Pulling",
            "STEP 2/2: RUN cargo build",
            "   Compiling app",
            "\u{1b}[31merror[E0432]\u{1b}[0m: unresolved import",
            "  --> src/http.rs:14:5",
            "",
            "error: could not compile `app`",
            "subprocess exited with status 101",
        ]);
        let failure = Failure::read(&log, &explanation(1, 4, &[3, 4, 5, 6, 7]), "unused");
        let step = failure.step.clone().unwrap();
        assert_eq!(
            (step.place.as_deref(), step.title.as_str()),
            (Some("2/2"), "RUN cargo build")
        );
        assert_eq!(
            texts(&failure),
            [
                "   Compiling app",
                "error[E0432]: unresolved import",
                "  --> src/http.rs:14:5",
                "",
                "error: could not compile `app`"
            ]
        );
        assert_eq!((failure.source, failure.line()), (Source::Cause, Some(4)));
        let marks: Vec<bool> = failure.quote.iter().map(|line| line.is_cause).collect();
        assert_eq!(marks, [false, true, false, false, false]);
        let failure = Failure::read(&log, &explanation(1, 4, &[4, 6]), "unused");
        assert_eq!(texts(&failure), ["error[E0432]: unresolved import"]);
    }

    #[test]
    fn without_a_cause_the_step_s_last_lines_are_quoted_without_the_builder_s_reports() {
        let log = log(&[
            "STEP 1/1: RUN make",
            "cc a.c",
            "",
            "cc b.c",
            "subprocess exited with status 2",
            "Error: building at STEP \"RUN make\": exit status 2",
            "the build failed: buildah exited with code 1",
        ]);
        let explanation = Explanation {
            failing_step: Some(0),
            ..Explanation::default()
        };
        let failure = Failure::read(&log, &explanation, "unused");
        assert_eq!(texts(&failure), ["cc a.c", "cc b.c"]);
        assert_eq!(
            (failure.source, failure.line()),
            (Source::LastLines, Some(1))
        );
        assert!(!failure.is_after_gap(0) && failure.is_after_gap(1));
    }

    #[test]
    fn a_push_that_failed_is_quoted_by_its_reason() {
        let log = log(&[
            "pushing 127.0.0.1:1/team/app:latest",
            "Error: pushing image \"01\" to \"docker://127.0.0.1:1/team/app:latest\": pinging container registry 127.0.0.1:1: Get \"http://127.0.0.1:1/v2/\": dial tcp 127.0.0.1:1: connect: connection refused",
            "the image was built, but could not be pushed to 127.0.0.1:1/team/app:latest: connection refused",
        ]);
        let explanation = explain(&log, Outcome::Failed);
        let failure = Failure::read(&log, &explanation, "");
        let cause = failure.quote.iter().find(|line| line.is_cause);
        assert_eq!(
            cause.map(|line| line.text.as_str()),
            Some("connection refused")
        );
        assert_eq!(failure.kind.map(|(kind, _)| kind), Some(FailureKind::Push));
    }

    #[test]
    fn a_server_that_stopped_is_no_cause_where_a_step_speaks_of_another_one() {
        let lines = ["STEP 1/1: RUN make test", "the server stopped", "cc: error"];
        let failure = Failure::read(&log(&lines), &explanation(0, 2, &[2]), "");
        assert_eq!(failure.stop, None);
        assert_eq!(failure.line(), Some(2));
    }

    #[test]
    fn buildkit_lines_are_quoted_without_their_prefix() {
        let log = log(&[
            "#8 [4/5] COPY . .",
            "#9 [5/5] RUN ninja",
            "#8 DONE 0.1s",
            "#9 0.170 ninja: build stopped: subcommand failed.",
            "#9 ERROR: executor failed running [/bin/sh -c ninja]: exit code: 1",
        ]);
        let failure = Failure::read(&log, &explanation(1, 3, &[3]), "");
        assert_eq!(failure.step.clone().unwrap().title, "RUN ninja");
        assert_eq!(
            texts(&failure),
            ["ninja: build stopped: subcommand failed."]
        );
        assert_eq!(failure.line(), Some(3));
    }

    #[test]
    fn where_the_log_tells_nothing_the_api_s_text_says_why() {
        let lines = log(&["cloning", "fatal: no such ref"]);
        let unexplained = Explanation::default();
        let failure = Failure::read(&lines, &unexplained, "no ref: exit status 128\n");
        assert_eq!(texts(&failure), ["no ref: exit status 128"]);
        assert_eq!((failure.source, failure.line()), (Source::Api, None));
        assert_eq!(failure.exit, Some(Exit::Code(128)));
        let failure = Failure::read(&lines, &unexplained, "");
        assert_eq!(texts(&failure), ["cloning", "fatal: no such ref"]);
        assert_eq!(
            (failure.source, failure.line()),
            (Source::LastLines, Some(0))
        );
        assert_eq!(
            Failure::read(&Log::new(), &unexplained, " \n"),
            Failure::default()
        );
    }

    #[test]
    fn a_part_without_the_end_says_nothing_of_the_cause() {
        assert_eq!(Failure::of_part("").source, Source::Part);
        assert_eq!(Failure::of_part("exit status 128").source, Source::Api);
    }

    #[test]
    fn the_server_s_stop_is_no_step_s_fault() {
        let lines = [
            "STEP 1/1: RUN make",
            "",
            "cc: error",
            "the server stopped while this build was running",
        ];
        let failure = Failure::read(&log(&lines), &explanation(0, 2, &[2]), "");
        assert_eq!(failure.stop, Some(Stop::Server));
        assert_eq!(
            (&failure.step, failure.kind, failure.exit),
            (&None, None, None)
        );
        assert_eq!(texts(&failure), ["STEP 1/1: RUN make", "cc: error"]);
        let detail = "the build was stopped because the server stopped";
        let failure = Failure::read(&Log::new(), &Explanation::default(), detail);
        assert_eq!(failure.stop, Some(Stop::Server));
        assert!(failure.quote.is_empty());
    }

    #[test]
    fn a_canceled_build_says_who_has_canceled_it() {
        let failed = explanation(0, 1, &[1]);
        let lines = |last| log(&["STEP 1/1: RUN make", "cc: error", last]);
        let by = "the build was cancelled by team";
        let failure = Failure::read(&lines(by), &failed, "");
        assert_eq!(failure.stop, Some(Stop::Canceled("team".to_owned())));
        assert_eq!((&failure.step, failure.kind), (&None, None));
        assert_eq!(texts(&failure), ["STEP 1/1: RUN make", "cc: error"]);
        let detail = "RUN make: the build was cancelled by a newer push\n";
        let failure = Failure::read(&Log::new(), &failed, detail);
        assert_eq!(
            failure.stop,
            Some(Stop::Canceled("a newer push".to_owned()))
        );
        let failure = Failure::read(&log(&[by]), &failed, by);
        assert!(failure.quote.is_empty(), "the heading says it");
        // A line that the build has printed itself says nothing.
        let printed = log(&["STEP 1/1: RUN make", by, "cc: error"]);
        let failure = Failure::read(&printed, &failed, "");
        assert_eq!(failure.stop, None);
    }

    #[test]
    fn exit_codes_are_read_as_builders_write_them() {
        for (text, code) in [
            ("exit status 101", Some(101)),
            ("did not complete successfully: exit code: 2", Some(2)),
            ("Exited with code 3.", Some(3)),
            ("returned a non-zero code: 127", Some(127)),
            ("exit code 0", None),
            ("exit status unknown", None),
            ("101", None),
        ] {
            assert_eq!(exit_code(text), code, "{text}");
        }
    }
}
