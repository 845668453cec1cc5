//! Finds the failure in a failed build's log: step, exit code, and the lines to quote.

use crate::i18n::format::duration;
use crate::log::{Log, Step};
use crate::t_string;
use chrono::TimeDelta;

/// The number of lines that the box quotes.
const MAX_QUOTED_LINES: usize = 3;

/// The most characters of a line that it quotes.
const MAX_LINE_CHARS: usize = 400;

/// The number of lines that are searched from the end, for those to quote and for the exit code.
const MAX_SEARCHED_LINES: usize = 200;

/// The messages in the log or the detail of a build that ended because the server did.
const SERVER_STOPPED: &str = "the server stopped";

/// The words before an exit code.
const EXIT_CODE_WORDS: [&str; 6] = [
    "exit status",
    "exit code",
    "exited with status",
    "exited with code",
    "exited with",
    "non-zero code",
];

/// The beginning of the server's own report, whose exit code is the builder's.
const SERVER_REPORT: &str = "the build failed:";

/// The beginnings of lines that only say that a command failed, not why.
const REPORTS: [&str; 9] = [
    "subprocess exited with",
    "error: building at step",
    "error building at step",
    "executor failed running",
    "error: executor failed running",
    "error: process \"",
    "error: failed to solve",
    "the command '",
    SERVER_REPORT,
];

/// The facts that are known of a failure.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Failure {
    pub(crate) step: Option<FailedStep>,
    pub(crate) exit_code: Option<u32>,
    /// The lines that say why, without escapes.
    pub(crate) quote: Vec<String>,
    /// The numbers of the quoted lines, counted from 0. Empty if they are not of the log.
    pub(crate) lines: Vec<usize>,
    /// True if the build ended because the server stopped.
    pub(crate) is_stopped: bool,
}

/// The step that failed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct FailedStep {
    /// `6/9`, or `6` if the builder does not say how many there are.
    pub(crate) place: String,
    pub(crate) title: String,
    seconds: Option<i64>,
}

impl FailedStep {
    fn of(step: &Step) -> Self {
        Self {
            place: match step.total {
                Some(total) => format!("{}/{total}", step.number),
                None => step.number.to_string(),
            },
            title: step.title.clone(),
            seconds: step.duration(),
        }
    }
}

impl Failure {
    /// Reads the failure from the log of a failed build, and from the API's text about it.
    pub(crate) fn read(log: &Log, detail: &str) -> Self {
        let is_stopped = detail.contains(SERVER_STOPPED)
            || last_lines(log, |_| true).any(|line| line.1.contains(SERVER_STOPPED));
        let steps = log.steps();
        let failing = steps.failing().filter(|_| !is_stopped);
        let step = failing.and_then(|index| steps.list().get(index));
        let exit_code = last_lines(log, |_| true)
            .filter(|(_, line)| is_report(line) && !line.starts_with(SERVER_REPORT))
            .find_map(|(_, line)| exit_code(&line))
            .or_else(|| exit_code(detail));
        let quoted = match step {
            Some(step) => {
                let is_of_step = |line| steps.step_of_line(line) == failing && line > step.first;
                quoted(log, is_of_step)
            }
            // The lines before the stop, for the sentence says it already.
            None => quoted(log, |_| is_stopped || detail.is_empty()),
        };
        let lines = quoted.iter().map(|(line, _)| *line).collect();
        let quote = match quoted.is_empty() && !is_stopped {
            true => detail.lines().take(MAX_QUOTED_LINES).map(short).collect(),
            false => quoted.into_iter().map(|(_, text)| short(&text)).collect(),
        };
        Self {
            step: step.map(FailedStep::of),
            exit_code,
            quote,
            lines,
            is_stopped,
        }
    }

    /// The first quoted line, counted from 0; `None` if none is of the log.
    pub(crate) fn line(&self) -> Option<usize> {
        self.lines.first().copied()
    }

    /// Returns true if there are lines between this quoted line and the one before it, by its index.
    pub(crate) fn is_after_gap(&self, index: usize) -> bool {
        let line = |index: usize| self.lines.get(index);
        let before = index.checked_sub(1).and_then(line);
        before
            .zip(line(index))
            .is_some_and(|(before, line)| before + 1 < *line)
    }

    /// The failure in one sentence.
    pub(crate) fn sentence(&self) -> String {
        match &self.step {
            Some(step) => {
                let place = t_string!(build.failed_step, step = step.place);
                format!("{place} {} {}", step.title, self.consequence())
            }
            None => self.consequence(),
        }
    }

    /// The end of the sentence, after the step.
    pub(crate) fn consequence(&self) -> String {
        if self.is_stopped {
            return t_string!(build.server_stopped).to_owned();
        }
        let step = self.step.as_ref();
        // The log's times are whole seconds: 0 says nothing.
        let seconds = step
            .and_then(|step| step.seconds)
            .filter(|seconds| *seconds > 0);
        let length = seconds.and_then(TimeDelta::try_seconds);
        let failed = match (step, length) {
            (None, _) => t_string!(build.why_failed).to_owned(),
            (_, None) => t_string!(build.step_failed).to_owned(),
            (_, Some(length)) => t_string!(build.step_failed_after, time = duration(length)),
        };
        match self.exit_code {
            Some(code) => t_string!(build.with_exit_code, failed = failed, code = code),
            None => failed,
        }
    }
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

/// The last lines that say why, or if there are none, the last lines.
fn quoted(log: &Log, is_wanted: impl Fn(usize) -> bool + Copy) -> Vec<(usize, String)> {
    let lines = last_lines(log, is_wanted);
    let lines = lines.filter(|(_, line)| !is_report(line) && !line.contains(SERVER_STOPPED));
    let mut found: Vec<(usize, String)> = lines.take(MAX_QUOTED_LINES).collect();
    if found.is_empty() {
        found = last_lines(log, is_wanted).take(MAX_QUOTED_LINES).collect();
    }
    found.reverse();
    found
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
    use crate::log::Outcome;

    fn log(lines: &[&str]) -> Log {
        let entries: Vec<_> = lines
            .iter()
            .enumerate()
            .map(|(number, line)| serde_json::json!({ "message": line, "time": 1_000 + number }))
            .collect();
        let mut log = Log::new();
        log.begin(None);
        log.feed(&serde_json::to_vec(&entries).unwrap());
        log.end();
        log.set_outcome(Outcome::Failed);
        log
    }

    #[test]
    fn the_last_lines_of_the_failing_step_are_quoted_without_the_builder_s_reports() {
        let log = log(&[
            "STEP 1/2: FROM rust",
            "Pulling",
            "STEP 2/2: RUN cargo build",
            "   Compiling app",
            "\u{1b}[31merror[E0432]\u{1b}[0m: unresolved import",
            "  --> src/http.rs:14:5",
            "",
            "subprocess exited with status 101",
            "Error: building at STEP \"RUN cargo build\": exit status 101",
            "the build failed: buildah exited with code 1",
        ]);
        let failure = Failure::read(&log, "");
        let step = failure.step.clone().unwrap();
        assert_eq!(
            (step.place.as_str(), step.title.as_str()),
            ("2/2", "RUN cargo build")
        );
        assert_eq!(failure.exit_code, Some(101));
        assert_eq!(
            failure.quote,
            [
                "   Compiling app",
                "error[E0432]: unresolved import",
                "  --> src/http.rs:14:5"
            ]
        );
        assert_eq!(failure.line(), Some(3));
        assert!(!failure.is_stopped);
        assert!(!failure.is_after_gap(0) && !failure.is_after_gap(1));
    }

    #[test]
    fn quoted_lines_that_are_not_neighbors_have_a_gap() {
        let log = log(&["STEP 1/1: RUN make", "cc a.c", "", "cc b.c"]);
        let failure = Failure::read(&log, "");
        assert_eq!(failure.lines, [1, 3]);
        assert_eq!(
            [0, 1, 2].map(|index| failure.is_after_gap(index)),
            [false, true, false]
        );
    }

    #[test]
    fn buildkit_lines_are_quoted_without_their_prefix() {
        let log = log(&[
            "#8 [4/5] COPY . .",
            "#9 [5/5] RUN ninja",
            "#8 DONE 0.1s",
            "#9 0.170 ninja: build stopped: subcommand failed.",
            "#9 ERROR: executor failed running [/bin/sh -c ninja]: exit code: 1",
            "------",
            " > [5/5] RUN ninja:",
            "------",
            "executor failed running [/bin/sh -c ninja]: exit code: 1",
        ]);
        let failure = Failure::read(&log, "");
        assert_eq!(failure.step.clone().unwrap().title, "RUN ninja");
        assert_eq!(failure.quote, ["ninja: build stopped: subcommand failed."]);
        assert_eq!((failure.exit_code, failure.line()), (Some(1), Some(3)));
    }

    #[test]
    fn without_a_step_the_api_s_text_says_why() {
        let failure = Failure::read(
            &log(&["cloning", "fatal: no such ref"]),
            "no ref: exit status 128",
        );
        assert_eq!(failure.quote, ["no ref: exit status 128"]);
        assert_eq!((failure.exit_code, failure.line()), (Some(128), None));
        let failure = Failure::read(&log(&["cloning", "fatal: no such ref"]), "");
        assert_eq!(failure.quote, ["cloning", "fatal: no such ref"]);
        assert_eq!((failure.exit_code, failure.line()), (None, Some(0)));
        assert_eq!(Failure::read(&Log::new(), ""), Failure::default());
    }

    #[test]
    fn the_server_s_stop_is_no_step_s_fault() {
        let lines = [
            "STEP 1/1: RUN make",
            "",
            "cc",
            "the server stopped while this build was running",
        ];
        let failure = Failure::read(&log(&lines), "");
        assert!(failure.is_stopped);
        assert_eq!(
            (failure.step, failure.quote),
            (None, vec!["STEP 1/1: RUN make".to_owned(), "cc".to_owned()])
        );
        assert!(
            Failure::read(
                &Log::new(),
                "the build was stopped because the server stopped"
            )
            .is_stopped
        );
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
