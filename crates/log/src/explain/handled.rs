//! Lowers the weight of errors that a step handled: it says so, or went on and failed later.

use crate::explain::explanation::Exit;
use crate::explain::kind::FailureKind;
use crate::explain::last_words;
use crate::explain::rules::Role;
use crate::explain::weigh::{Candidate, is_hard, is_soft};

/// The weight that an error loses if the step handled it.
const HANDLED: i32 = 40;

/// An error that was handled weighs at most this: less than words alone.
const HANDLED_WEIGHT: i32 = 20;

/// The weight that an error loses while a step cleans up.
const CLEANING: i32 = 15;

/// The weight that an error loses if it follows a failed test but may have nothing to do with it.
const AFTER_TEST: i32 = 25;

/// Up to this weight, a line that is only a farewell tells nothing.
const FAREWELL_WEIGHT: i32 = 30;

/// The number of lines after an error that may say that the step goes on.
const NEXT_LINES: usize = 2;

/// The weight of errors from which on others after them may be noise.
const CLEAR_WEIGHT: i32 = 60;

/// Words with which a program says that it goes on after an error. All in lower case.
const GOES_ON: &[&str] = &[
    "...ignoring",
    "falling back",
    "fall back to",
    "using default",
    "using the default",
    "going on without",
    "continuing without",
    "continuing anyway",
    "carrying on",
    "proceeding without",
    "(ignored)",
    "ignoring the error",
    "ignoring error",
    "trying the next",
    "trying next",
    "using the next",
    "using another",
    "trying another",
    "not fatal",
    "non-fatal",
    "改用",
    "继续执行",
    "忽略错误",
    "忽略该错误",
    "使用默认",
    "不影响",
];

/// Lines after a traceback of which the program died, or a test failed. Other lines say that it went on.
const STOPS: &[&str] = &[
    "During handling of",
    "The above exception",
    "Traceback ",
    "\"\"\"",
    "===",
    "---",
    "FAIL",
    "ERROR",
    "E ",
    "Error",
    "error",
];

/// The lines of the step that failed.
pub(super) trait Lines {
    /// The texts of lines that follow a line, without blank ones and those that are indented more; at most `count`.
    fn next_texts(&self, line: usize, count: usize) -> Vec<String>;

    /// The line that a rule with a role means.
    fn meant(&self, line: usize, role: Role) -> usize;

    /// The nearest line above that is indented less than this one.
    fn heading(&self, line: usize) -> Option<String>;

    /// The text of a line.
    fn text_of(&self, line: usize) -> String;
}

/// Lowers the weight of errors that the step with this instruction handled.
pub(super) fn lower_handled(
    candidates: &mut [Candidate],
    lines: &impl Lines,
    instruction: &str,
    exit: Option<Exit>,
) {
    lower_by_words(candidates, lines, exit);
    lower_tracebacks(candidates, lines);
    lower_excused(candidates, lines, instruction);
    let by_signal = matches!(
        exit,
        None | Some(Exit::Signal(_) | Exit::Code(124 | 137 | 143))
    );
    lower_after_clean_up(candidates, by_signal);
    lower_around_tests(candidates, exit, by_signal);
}

/// Returns true if a text says that the step goes on.
pub(super) fn goes_on(text: &str) -> bool {
    let text = text.to_lowercase();
    GOES_ON.iter().any(|words| text.contains(words))
}

/// Lowers the weight of an error that was handled.
fn lower(candidate: &mut Candidate) {
    candidate.weight = (candidate.weight - HANDLED).min(HANDLED_WEIGHT);
}

/// Errors after which the step says that it goes on, and the bodies of CMake's warnings.
fn lower_by_words(candidates: &mut [Candidate], lines: &impl Lines, exit: Option<Exit>) {
    let by_shell = matches!(exit, None | Some(Exit::Code(126 | 127) | Exit::Signal(_)));
    for index in 0..candidates.len() {
        let Some(candidate) = candidates.get(index).copied() else {
            continue;
        };
        let rule = candidate.rule;
        if candidate.of_builder || candidate.weight <= HANDLED_WEIGHT {
            continue;
        }
        let is_warning = rule.tool == "cmake" && {
            let heading = lines.heading(candidate.line).unwrap_or_default();
            heading.starts_with("CMake Warning") || heading.starts_with("CMake Deprecation")
        };
        let text = lines.text_of(candidate.line);
        let is_handled = match is_hard(rule.kind) {
            true => is_warning,
            false => {
                let line = lines.meant(candidate.line, rule.role);
                let next = lines.next_texts(line, NEXT_LINES);
                let later = candidates.get(index + 1..).unwrap_or(&[]);
                let is_last = !later.iter().any(|later| std::ptr::eq(later.rule, rule));
                let retries = |text: &String| is_last && text.to_lowercase().starts_with("retry");
                let is_missing = rule.kind == FailureKind::MissingCommand && !by_shell;
                is_warning
                    || (is_soft(rule.kind) && goes_on(&text))
                    || next.iter().any(|text| goes_on(text) || retries(text))
                    || (is_missing && went_on(&next, later, lines))
            }
        };
        let is_farewell = candidate.weight <= FAREWELL_WEIGHT && last_words::is_farewell(&text);
        if let Some(candidate) = candidates.get_mut(index) {
            if is_handled {
                lower(candidate);
            } else if is_farewell {
                candidate.weight = 0;
            }
        }
    }
}

/// Returns true if a script printed something of its own after a command that is missing. A shell that stops for it
/// says no more; tools that ran it do, and rules know how.
fn went_on(next: &[String], later: &[Candidate], lines: &impl Lines) -> bool {
    next.first().is_some_and(|next| {
        let is_known = later
            .first()
            .is_some_and(|later| lines.text_of(later.line) == *next);
        !is_known && !next.contains("127") && !next.starts_with("make")
    })
}

/// Tracebacks after which the program printed other lines, and then another traceback.
fn lower_tracebacks(candidates: &mut [Candidate], lines: &impl Lines) {
    let mut later: Option<usize> = None;
    let mut range: Option<(usize, usize)> = None;
    let mut handled = Vec::new();
    for (index, candidate) in candidates.iter().enumerate().rev() {
        if candidate.rule.kind == FailureKind::Test {
            later = None;
        } else if candidate.rule.role == Role::Traceback {
            let end = lines.meant(candidate.line, candidate.rule.role);
            let next = lines.next_texts(end, 1).into_iter().next();
            let went_on = next.is_some_and(|next| !STOPS.iter().any(|stop| next.starts_with(stop)));
            if later.is_some() && went_on {
                range = Some((candidate.line, end));
            }
            later = Some(index);
        }
        if let Some(range) = range.take() {
            handled.push(range);
        }
    }
    for candidate in candidates {
        let is_in = |(start, end): &(usize, usize)| (*start..=*end).contains(&candidate.line);
        if handled.iter().any(is_in) {
            lower(candidate);
        }
    }
}

/// The names of the commands of an instruction whose failure does not matter: `make test || true`.
fn excused(instruction: &str) -> Vec<&str> {
    let commands = instruction.strip_prefix("RUN ").unwrap_or(instruction);
    let mut excused = Vec::new();
    let mut others = Vec::new();
    for command in commands
        .split(['\n', ';'])
        .flat_map(|part| part.split("&&"))
    {
        match command.split_once("||") {
            Some((command, or)) => {
                let or = or.split_whitespace().next().unwrap_or_default();
                let is_excuse = matches!(or, "true" | ":" | "echo" | "/bin/true" | "printf");
                let list = if is_excuse { &mut excused } else { &mut others };
                list.extend(name_of(command));
            }
            None => others.extend(name_of(command)),
        }
    }
    excused.retain(|name| *name != "make" || !others.is_empty());
    excused.retain(|name| *name == "make" || !others.contains(name));
    excused
}

/// The name of a command.
fn name_of(command: &str) -> Option<&str> {
    let mut words = command.split_whitespace();
    words.find(|word| !word.contains('=') && !matches!(*word, "(" | "{"))
}

/// Errors of commands whose failure the instruction does not mind.
fn lower_excused(candidates: &mut [Candidate], lines: &impl Lines, instruction: &str) {
    for name in excused(instruction) {
        let start = format!("{name}: ");
        if name == "make" {
            // Its errors are those of the programs that it runs, up to its own last word.
            let ends = |candidate: &Candidate| {
                candidate.rule.tool == "make" && lines.text_of(candidate.line).starts_with(&start)
            };
            let is_error =
                |candidate: &Candidate| candidate.rule.weight >= 75 && !candidate.of_builder;
            let last_error = candidates.iter().rposition(is_error);
            let end = last_error.and_then(|last| candidates.get(..last)?.iter().rposition(ends));
            let before = candidates.get_mut(..end.map_or(0, |end| end + 1));
            for candidate in before.into_iter().flatten() {
                candidate.weight -= HANDLED;
            }
            continue;
        }
        for candidate in candidates
            .iter_mut()
            .filter(|candidate| !candidate.of_builder)
        {
            if lines.text_of(candidate.line).starts_with(&start) {
                candidate.weight = 0;
            }
        }
    }
}

/// Errors while the step cleans up after a clear one, and programs that it stops then.
fn lower_after_clean_up(candidates: &mut [Candidate], by_signal: bool) {
    let (mut is_clear, mut cleans) = (false, false);
    for candidate in candidates {
        if candidate.rule.role == Role::CleanUp {
            cleans = true;
            candidate.weight = 0;
        } else if candidate.of_builder {
            continue;
        } else if cleans && is_killed(candidate) && !by_signal {
            lower(candidate);
        } else if cleans && is_clear && is_soft(candidate.rule.kind) {
            candidate.weight -= CLEANING;
        } else if !cleans {
            is_clear |= candidate.weight >= CLEAR_WEIGHT;
        }
    }
}

fn is_killed(candidate: &Candidate) -> bool {
    matches!(
        candidate.rule.kind,
        FailureKind::Killed | FailureKind::Crash | FailureKind::Timeout
    )
}

/// Errors around a failed test that may have nothing to do with it.
fn lower_around_tests(candidates: &mut [Candidate], exit: Option<Exit>, by_signal: bool) {
    let is_test = |candidate: &Candidate| {
        candidate.rule.kind == FailureKind::Test
            && candidate.weight >= 84
            && candidate.rule.role != Role::Names
    };
    let first = candidates.iter().position(is_test);
    for candidate in candidates
        .iter_mut()
        .skip(first.map_or(usize::MAX, |first| first + 1))
    {
        let is_killed = candidate.rule.kind == FailureKind::Killed && !by_signal;
        if candidate.rule.kind == FailureKind::Network || is_killed {
            candidate.weight -= AFTER_TEST;
        }
    }
    // Git ends with 128; scripts ask it for a version and do without.
    if exit.is_some_and(|exit| exit != Exit::Code(128)) {
        let names = |candidate: &Candidate| candidate.rule.kind == FailureKind::Test;
        let last = candidates.iter().rposition(names).unwrap_or(0);
        for candidate in candidates.iter_mut().take(last) {
            if candidate.rule.kind == FailureKind::Git {
                candidate.weight -= HANDLED;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::excused;

    #[test]
    fn commands_whose_failure_does_not_matter() {
        for (instruction, names) in [
            ("RUN ls errors || true; npm ci", vec!["ls"]),
            ("RUN A=1 make -k examples || true; make app", vec!["make"]),
            ("RUN make || true", vec![]),
            ("RUN cp a b || cp c d", vec![]),
            ("RUN cp a b || true; cp c d", vec![]),
            ("RUN rm x || : && make || exit 1", vec!["rm"]),
            ("COPY a b", vec![]),
        ] {
            assert_eq!(excused(instruction), names, "{instruction}");
        }
    }
}
