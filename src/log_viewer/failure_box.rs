//! Why a build failed: the step, how long it ran, its exit code, and the lines that say why.

use crate::api::{Build, Status};
use crate::i18n::format::duration;
use crate::i18n::numbers::number;
use crate::log::{Log, Step};
use crate::log_viewer::commands::LogCommands;
use crate::query::Query;
use crate::reactive::{dynamic, effect, memo, show};
use crate::state::start_build::{AfterStart, BuildTarget, use_build_control};
use crate::ui::button::Button;
use crate::ui::copy::copy_button;
use crate::ui::icon;
use crate::{t_signal, t_string};
use chrono::TimeDelta;
use leptos::prelude::*;

/// The number of lines that the box quotes.
const MAX_QUOTED_LINES: usize = 3;

/// The most characters of a line that it quotes.
const MAX_LINE_CHARS: usize = 400;

/// The number of lines that are searched from the end, for those to quote and for the exit code.
const MAX_SEARCHED_LINES: usize = 200;

/// What the log or the detail of a build says when it ended because the server did.
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

/// What is known of a failure.
#[derive(Debug, Clone, PartialEq, Default)]
struct Failure {
    step: Option<FailedStep>,
    exit_code: Option<u32>,
    /// The lines that say why, without escapes.
    quote: Vec<String>,
    /// The first quoted line, counted from 0. `None` if they are not of the log.
    line: Option<usize>,
    /// True if the build ended because the server stopped.
    is_stopped: bool,
}

/// The step that failed.
#[derive(Debug, Clone, PartialEq)]
struct FailedStep {
    /// `6/9`, or `6` if the builder does not say how many there are.
    place: String,
    title: String,
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
    fn read(log: &Log, detail: &str) -> Self {
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
        let line = quoted.first().map(|(line, _)| *line);
        let quote = match quoted.is_empty() && !is_stopped {
            true => detail.lines().take(MAX_QUOTED_LINES).map(short).collect(),
            false => quoted.into_iter().map(|(_, text)| short(&text)).collect(),
        };
        Self {
            step: step.map(FailedStep::of),
            exit_code,
            quote,
            line,
            is_stopped,
        }
    }

    /// The failure in one sentence.
    fn sentence(&self) -> String {
        match &self.step {
            Some(step) => {
                let place = t_string!(build.failed_step, step = step.place);
                format!("{place} {} {}", step.title, self.consequence())
            }
            None => self.consequence(),
        }
    }

    /// The end of the sentence, after the step.
    fn consequence(&self) -> String {
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

/// The box, while the build is a failed one.
pub(crate) fn failure_box(
    commands: LogCommands,
    build: Query<Build>,
    detail: Memo<Option<String>>,
) -> AnyView {
    let is_failed = move || {
        build
            .data()
            .is_some_and(|build| build.status == Status::Failed)
    };
    show(is_failed, move || content(commands, build, detail)).into_any()
}

/// Follows the log, and reads the failure once the whole log is there.
fn follow_failure(
    commands: LogCommands,
    detail: Memo<Option<String>>,
) -> RwSignal<Option<Failure>> {
    let viewer = commands.viewer;
    let failure = RwSignal::new(None);
    effect(move || {
        viewer.counts.track();
        let detail = detail.get().unwrap_or_default();
        let is_read = !viewer.loading.get() || viewer.error.with(Option::is_some);
        // A part of the log says nothing about the end.
        let is_part = viewer.time_window.get() != (None, None);
        if !is_read || (is_part && failure.with_untracked(Option::is_some)) {
            return;
        }
        let found = viewer.update_model(|model| {
            if is_part {
                return Failure::read(&Log::new(), &detail);
            }
            // This can run before the reader has heard of the failure.
            model.set_outcome(crate::log::Outcome::Failed);
            Failure::read(&model.log, &detail)
        });
        if failure.with_untracked(|before| *before != found) {
            failure.set(found);
        }
    });
    failure
}

fn content(commands: LogCommands, build: Query<Build>, detail: Memo<Option<String>>) -> AnyView {
    let failure = follow_failure(commands, detail);
    let text = Signal::derive(move || {
        let failure = failure.get().unwrap_or_default();
        format!("{}\n{}", failure.sentence(), failure.quote.join("\n"))
    });
    let is_read = move || failure.with(Option::is_some).to_string();
    view! {
        <section class="failure" aria-label=t_signal!(build.why) data-read=is_read>
            <div class="failure-head">
                {icon::icon(icon::CROSS)}
                {dynamic(move || sentence(&failure.get().unwrap_or_default()))}
                <div class="failure-actions">
                    {again_button(build, failure)} {go_button(commands, failure)}
                    {copy_button(text, t_signal!(build.why))}
                </div>
            </div>
            {dynamic(move || quote(failure.get()))}
        </section>
    }
    .into_any()
}

fn sentence(failure: &Failure) -> AnyView {
    let step = failure.step.clone().map(|step| {
        view! {
            <span>{t_signal!(build.failed_step, step = step.place)} " "</span>
            <span class="code" title=step.title.clone()>
                {step.title.clone()}
            </span>
            " "
        }
    });
    let end = failure.clone();
    view! { <h2>{step} <span>{dynamic(move || end.consequence())}</span></h2> }.into_any()
}

fn quote(failure: Option<Failure>) -> AnyView {
    let Some(failure) = failure else {
        return view! { <p class="quiet">{t_signal!(build.reading_why)}</p> }.into_any();
    };
    if failure.quote.is_empty() && failure.is_stopped {
        return ().into_any();
    }
    if failure.quote.is_empty() {
        return view! { <p class="quiet">{t_signal!(build.why_unknown)}</p> }.into_any();
    }
    let lines = failure.quote.into_iter().map(|line| {
        view! { <span title=line.clone()>{line.clone()} "\n"</span> }
    });
    view! { <pre>{lines.collect_view()}</pre> }.into_any()
}

/// Goes to the first quoted line. Not offered while a part of the log is loaded, which counts its lines from its
/// own start.
fn go_button(commands: LogCommands, failure: RwSignal<Option<Failure>>) -> AnyView {
    let line = memo(move || failure.with(|failure| failure.as_ref()?.line));
    let is_whole = move || commands.viewer.time_window.get() == (None, None);
    let go = move || {
        if let Some(line) = line.get_untracked() {
            commands.go_to(line);
            commands.focus_log();
        }
    };
    let button = move || {
        let label = t_signal!(
            build.go_to_line,
            n = number(line.get().map_or(0, |line| line + 1))
        );
        Button::new(label).on_press(go)
    };
    show(move || line.get().is_some() && is_whole(), button).into_any()
}

/// Builds the same commit once more, if the server's stop has ended the build.
fn again_button(build: Query<Build>, failure: RwSignal<Option<Failure>>) -> AnyView {
    let control = use_build_control();
    let target = memo(move || {
        let target = BuildTarget::of(&*build.data()?);
        target.is_complete().then_some(target)
    });
    let is_offered = move || {
        let is_stopped = failure.with(|failure| failure.as_ref().is_some_and(|f| f.is_stopped));
        is_stopped && target.with(Option::is_some)
    };
    let press = move || {
        let Some(target) = target.get_untracked() else {
            return;
        };
        let commit = Some(target.commit.clone()).filter(|commit| !commit.is_empty());
        control.start(target, commit, move |target, result| {
            control.report(&target, result, AfterStart::Open);
        });
    };
    let button = move || {
        Button::new(t_signal!(build.try_again))
            .busy(control.busy())
            .on_press(press)
    };
    show(is_offered, button).into_any()
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
        let step = failure.step.unwrap();
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
        assert_eq!(failure.line, Some(3));
        assert!(!failure.is_stopped);
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
        assert_eq!(failure.step.unwrap().title, "RUN ninja");
        assert_eq!(failure.quote, ["ninja: build stopped: subcommand failed."]);
        assert_eq!((failure.exit_code, failure.line), (Some(1), Some(3)));
    }

    #[test]
    fn without_a_step_the_api_s_text_says_why() {
        let failure = Failure::read(
            &log(&["cloning", "fatal: no such ref"]),
            "no ref: exit status 128",
        );
        assert_eq!(failure.quote, ["no ref: exit status 128"]);
        assert_eq!((failure.exit_code, failure.line), (Some(128), None));
        let failure = Failure::read(&log(&["cloning", "fatal: no such ref"]), "");
        assert_eq!(failure.quote, ["cloning", "fatal: no such ref"]);
        assert_eq!((failure.exit_code, failure.line), (None, Some(0)));
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
