//! Chooses the one line that tells a person why a build failed, among the lines that rules name.

mod last_output;

use crate::explain::evidence;
use crate::explain::exit::Ending;
use crate::explain::explanation::{Cause, Exit, Explanation};
use crate::explain::handled::{Lines, lower_handled};
use crate::explain::kind::FailureKind;
use crate::explain::last_words::Rank;
use crate::explain::rules::{Role, is_of_builder, rule};
use crate::explain::scan::Scan;
use crate::explain::text::{Place, indent, split};
use crate::explain::unpushed;
use crate::explain::weigh::{
    Candidate, boost_named, boost_network, by_exit, is_hard, is_soft, is_system, kind_of,
};
use crate::log::Log;
use crate::steps::Outcome;

/// The maximum number of named lines of a step that are compared, at its start and at its end.
const MAX_FINDS: usize = 1000;

/// The number of lines at the end of a log in which the service that runs the builder speaks.
const SERVICE_LINES: usize = 8;

/// The number of lines after a line that are looked at, to know more about it.
const REACH: usize = 200;

/// The number of lines above a line that may be its heading.
const HEADING_NEAR: usize = 8;

/// Up to this weight, words alone tell of an error: the last line that the step printed is as good.
const WORDS_WEIGHT: i32 = 20;

/// Up to this weight, words tell of an error that are not rare in other lines.
const SOFT_WEIGHT: i32 = 25;

/// The number of errors that did not end the step which are skipped.
const MAX_SURVIVED: usize = 50;

/// The number of candidates that are compared with the best one.
const MAX_REPEATS: usize = 200;

/// Explains a log from what the scan found.
pub(crate) fn explanation(log: &Log, scan: &Scan, outcome: Outcome) -> Explanation {
    if outcome == Outcome::Succeeded {
        return Explanation::default();
    }
    if outcome == Outcome::Failed
        && let Some(explanation) = unpushed::explanation(log)
    {
        return explanation;
    }
    let failing_step = log.steps().failing();
    if outcome == Outcome::Running && failing_step.is_none() {
        return Explanation::default();
    }
    let vertices = has_vertices(log, failing_step);
    let is_last = failing_step.is_none_or(|step| step + 1 == log.steps().list().len());
    let mut chooser = Chooser {
        log,
        failing_step,
        first: failing_step
            .and_then(|step| log.steps().list().get(step))
            .map_or_else(|| first_of_attempt(log), |step| step.first),
        vertices,
        mixed: !vertices && !is_last,
        by_itself: None,
    };
    let ending = chooser.ending(scan.endings());
    let exit = ending.map(|ending| ending.exit);
    let by_signal = matches!(exit, Some(Exit::Signal(_) | Exit::Code(124 | 137 | 143)));
    let by_itself = ending.filter(|_| !by_signal);
    chooser.by_itself = by_itself.map(|ending| ending.line);
    let mut candidates = chooser.candidates(scan);
    chooser.weigh(&mut candidates, exit);
    let cause = chooser.best(&mut candidates, scan, exit);
    Explanation {
        failing_step,
        exit,
        cause,
    }
}

/// The first line of the attempt that the log ends with.
fn first_of_attempt(log: &Log) -> usize {
    let lost = log.steps().lost_attempts().last();
    lost.map_or(0, |lost| lost.line + 1)
}

/// Returns true if the builder prefixes the lines of the step that failed, or of the first step.
fn has_vertices(log: &Log, failing_step: Option<usize>) -> bool {
    let step = log.steps().list().get(failing_step.unwrap_or(0));
    step.is_some_and(|step| log.plain(step.first).starts_with('#'))
}

struct Chooser<'a> {
    log: &'a Log,
    failing_step: Option<usize>,
    /// The first line of the step that failed.
    first: usize,
    /// True for BuildKit, which prefixes the lines of steps.
    vertices: bool,
    /// The line that says that the step ended by itself, not by a signal.
    by_itself: Option<usize>,
    /// True if steps that began later have lines of the step that failed: it ran beside them.
    mixed: bool,
}

impl Chooser<'_> {
    /// The end of the failed step, by the last line about it.
    fn ending(&self, endings: &[Ending]) -> Option<Ending> {
        let mut of_step = endings.iter().filter(|ending| {
            let step = self.log.steps().step_of_line(ending.line);
            ending.line >= self.first
                && (step == self.failing_step
                    || step.is_none()
                    || self.mixed
                    || !self.is_output(ending.line))
        });
        of_step.next_back().copied()
    }

    /// Returns true if a line is the output of a step, as far as that can be told.
    fn is_output(&self, line: usize) -> bool {
        let place = split(&self.log.plain(line)).0;
        match self.vertices {
            true => place == Place::Step,
            false => self.log.steps().step_of_line(line).is_some(),
        }
    }

    fn candidates(&self, scan: &Scan) -> Vec<Candidate> {
        let finds = scan.finds();
        let start = finds.partition_point(|find| (find.line as usize) < self.first);
        let len = finds.len() - start;
        let skipped = len.saturating_sub(2 * MAX_FINDS);
        let indexes =
            (0..len).filter(|at| skipped == 0 || *at < MAX_FINDS || *at >= MAX_FINDS + skipped);
        let finds = indexes.filter_map(|at| finds.get(start + at));
        finds
            .filter_map(|find| {
                let rule = rule(find.rule)?;
                let candidate = Candidate {
                    line: find.line as usize,
                    rule,
                    of_builder: is_of_builder(find.rule),
                    weight: i32::from(rule.weight),
                };
                self.may_be(&candidate).then_some(candidate)
            })
            .collect()
    }

    /// Returns true if a line may be the cause because of where it is.
    fn may_be(&self, candidate: &Candidate) -> bool {
        let step = self.log.steps().step_of_line(candidate.line);
        if candidate.rule.tool == "service" {
            // Only the service's own last words count, not those of a program about itself.
            let is_output = self.vertices && self.is_output(candidate.line);
            let is_last = candidate.line + SERVICE_LINES >= self.log.len();
            let by_itself = self.by_itself.is_some_and(|end| candidate.line < end);
            return !is_output && is_last && !by_itself;
        }
        if self.vertices {
            return match split(&self.log.plain(candidate.line)).0 {
                Place::Step => step == self.failing_step && step.is_some(),
                Place::Vertex => step == self.failing_step || self.failing_step.is_none(),
                Place::Plain => candidate.of_builder || self.failing_step.is_none(),
                Place::Repeated => false,
            };
        }
        step == self.failing_step || step.is_none() || candidate.of_builder || self.mixed
    }

    /// Changes the weights by what is around.
    fn weigh(&self, candidates: &mut Vec<Candidate>, exit: Option<Exit>) {
        self.drop_passed_tests(candidates);
        boost_named(candidates);
        boost_network(candidates);
        self.lower_survived(candidates, exit);
        let step = self
            .failing_step
            .and_then(|step| self.log.steps().list().get(step));
        let instruction = step.map_or("", |step| step.title.as_str());
        lower_handled(candidates, self, instruction, exit);
        for candidate in candidates.iter_mut() {
            candidate.weight += by_exit(candidate.rule.kind, exit);
        }
    }

    /// Drops what tests printed that did not fail.
    fn drop_passed_tests(&self, candidates: &mut Vec<Candidate>) {
        candidates.retain(|candidate| {
            candidate.rule.role != Role::GoTest || self.is_of_failed_test(candidate.line)
        });
    }

    fn is_of_failed_test(&self, line: usize) -> bool {
        for line in (line.saturating_sub(REACH)..line).rev() {
            let text = self.log.plain(line);
            let text = split(&text).1;
            if text.starts_with("--- FAIL") {
                return true;
            }
            if text.starts_with("--- ") || text.starts_with("=== ") {
                break;
            }
        }
        for line in line + 1..(line + REACH).min(self.log.len()) {
            let text = self.log.plain(line);
            let text = split(&text).1;
            if text.starts_with("--- FAIL") {
                return true;
            }
            if text.starts_with("--- ") || text.starts_with("ok ") {
                return false;
            }
        }
        true
    }

    /// Lowers the weight of errors that did not end the step.
    fn lower_survived(&self, candidates: &mut [Candidate], exit: Option<Exit>) {
        // From the end: what follows is known then.
        let mut succeeded: Vec<&str> = Vec::new();
        let mut hard_after = false;
        let mut program_after = None;
        let by_shell = matches!(exit, Some(Exit::Code(126 | 127)));
        for candidate in candidates.iter_mut().rev() {
            if candidate.of_builder {
                continue;
            }
            let rule = candidate.rule;
            if rule.role == Role::Success {
                succeeded.push(rule.tool);
                candidate.weight = 0;
                continue;
            }
            let is_soft = is_soft(rule.kind);
            let is_system = is_system(rule.kind);
            if succeeded.contains(&rule.tool)
                || (is_soft && hard_after && !by_shell)
                || (is_system && !by_shell && program_after.is_some_and(|tool| tool != rule.tool))
            {
                candidate.weight -= 40;
                continue;
            }
            if rule.weight >= 84 && is_hard(rule.kind) {
                hard_after = true;
            }
            if rule.weight >= 80 && rule.kind == FailureKind::Program {
                program_after = program_after.or(Some(rule.tool));
            }
        }
    }

    /// Returns true if the shell traced more commands after a line, other than those that tell of an error.
    fn went_on(&self, line: usize) -> bool {
        let traced = |line: usize| {
            let text = self.text(line);
            let command = text.trim_start_matches('+');
            let is_trace = command.len() < text.len() && command.starts_with(' ');
            is_trace.then(|| command.trim_start().to_owned())
        };
        let mut before = (line.saturating_sub(REACH)..line).rev();
        before.any(|line| traced(line).is_some())
            && self
                .after(line)
                .any(|line| traced(line).is_some_and(|command| is_command(&command)))
    }

    fn best(&self, candidates: &mut [Candidate], scan: &Scan, exit: Option<Exit>) -> Option<Cause> {
        for _ in 0..MAX_SURVIVED {
            let best = heaviest(candidates)?;
            let candidate = candidates.get_mut(best)?;
            if candidate.weight <= WORDS_WEIGHT || !self.went_on(candidate.line) {
                break;
            }
            candidate.weight -= 60;
        }
        let Some(best) = heaviest(candidates).and_then(|best| candidates.get(best)) else {
            return self.last_of_classic(candidates, scan, exit);
        };
        if best.weight <= SOFT_WEIGHT {
            if best.weight <= WORDS_WEIGHT
                && matches!(kind_of(exit), FailureKind::Killed | FailureKind::Crash)
            {
                // What a process prints before it is killed tells nothing.
                let mut ends = candidates.iter();
                let end = ends.find(|candidate| candidate.rule.role == Role::Exit);
                return Some(self.cause(end.unwrap_or(best), exit, None));
            }
            let is_service = best.rule.tool == "service";
            let last = match exit.is_some() || is_service {
                // Without a message of the builder or the service, nothing says that the step has ended.
                true => self.last_output(candidates, scan, exit),
                false => self
                    .last_of_classic(candidates, scan, exit)
                    .map(|cause| (cause, Rank::Plain)),
            };
            let is_better = |rank: Rank| best.weight <= WORDS_WEIGHT || rank == Rank::Marked;
            let last = last.filter(|(_, rank)| is_better(*rank));
            return last
                .map(|(cause, _)| cause)
                .or_else(|| Some(self.cause(best, exit, None)));
        }
        // Tools repeat messages; the first one has more around it.
        let text = self.text(best.line);
        let is_same = |candidate: &&Candidate| {
            candidate.weight > WORDS_WEIGHT.max(best.weight - 10)
                && std::ptr::eq(candidate.rule, best.rule)
                && self.text(candidate.line) == text
        };
        let first = candidates.iter().take(MAX_REPEATS).find(is_same);
        let first = first.filter(|first| first.line < best.line);
        let best = first.unwrap_or(best);
        let named = candidates.iter().rev().find(|named| {
            let distance = best.line.checked_sub(named.line);
            named.rule.role == Role::Names
                && distance.is_some_and(|distance| (1..=NAMED_NEAR).contains(&distance))
        });
        let named = named.filter(|named| {
            let in_test = matches!(
                best.rule.kind,
                FailureKind::Test | FailureKind::Program | FailureKind::MissingFile
            );
            in_test && named.rule.kind == FailureKind::Test
        });
        Some(self.cause(best, exit, named.map(|named| named.line)))
    }

    fn cause(&self, candidate: &Candidate, exit: Option<Exit>, named: Option<usize>) -> Cause {
        let role = candidate.rule.role;
        let line = self.resolve(candidate.line, role);
        let mut kind = candidate.rule.kind;
        if role == Role::Exit {
            kind = kind_of(exit);
        } else if named.is_some() {
            kind = FailureKind::Test;
        }
        Cause {
            line,
            evidence: evidence::around(self.log, line, role, named),
            kind,
            tool: candidate.rule.tool,
        }
    }

    /// The line that a rule means.
    fn resolve(&self, line: usize, role: Role) -> usize {
        let indent = self.indent(line);
        let mut after = self.after(line);
        let found = match role {
            Role::Next => {
                let next = after.find(|line| !self.text(*line).is_empty());
                // Gradle names the task, and then tells why.
                let is_why = |line: &usize| self.text(*line).starts_with("> ");
                let why = next.and_then(|_| after.next()).filter(is_why);
                why.or(next)
            }
            Role::Traceback => {
                after.find(|line| !self.text(*line).is_empty() && self.indent(*line) <= indent)
            }
            Role::Deepest => after
                .take_while(|line| {
                    let text = self.text(*line);
                    let starts = ["at ", "... ", "Caused by: ", "Suppressed: "];
                    starts.iter().any(|start| text.starts_with(start))
                })
                .filter(|line| self.text(*line).starts_with("Caused by: "))
                .last(),
            _ => None,
        };
        found.unwrap_or(line)
    }

    /// The lines of the same step after a line, as far as they are looked at.
    fn after(&self, line: usize) -> impl Iterator<Item = usize> {
        let steps = self.log.steps();
        let step = steps.step_of_line(line);
        let end = (line + REACH).min(self.log.len());
        (line + 1..end).filter(move |line| {
            steps.step_of_line(*line) == step && (!self.vertices || self.is_output(*line))
        })
    }

    fn text(&self, line: usize) -> String {
        split(&self.log.plain(line)).1.to_owned()
    }

    /// The number of bytes before the text of a line.
    fn indent(&self, line: usize) -> usize {
        indent(&self.log.plain(line))
    }
}

impl Lines for Chooser<'_> {
    fn next_texts(&self, line: usize, count: usize) -> Vec<String> {
        let indent = self.indent(line);
        let lines = self.after(line).filter(|line| self.indent(*line) <= indent);
        let texts = lines.map(|line| self.text(line));
        texts.filter(|text| !text.is_empty()).take(count).collect()
    }

    fn meant(&self, line: usize, role: Role) -> usize {
        self.resolve(line, role)
    }

    fn heading(&self, line: usize) -> Option<String> {
        let indent = self.indent(line);
        let mut above = (line.saturating_sub(HEADING_NEAR)..line).rev();
        let heading =
            above.find(|line| self.indent(*line) < indent && !self.text(*line).is_empty());
        heading.map(|line| self.text(line))
    }

    fn text_of(&self, line: usize) -> String {
        self.text(line)
    }
}

/// The index of the candidate with the highest weight; of several, the first.
fn heaviest(candidates: &[Candidate]) -> Option<usize> {
    let weighty = candidates.iter().enumerate().rev();
    let weighty = weighty.filter(|(_, candidate)| candidate.weight > 0);
    let best = weighty.max_by_key(|(_, candidate)| candidate.weight);
    best.map(|(index, _)| index)
}

/// The number of lines between the name of what failed and its error for both to be quoted.
const NAMED_NEAR: usize = 12;

/// Returns false for commands of a script that only report an error.
fn is_command(command: &str) -> bool {
    let word = command.split([' ', ';']).next().unwrap_or_default();
    let reports = [
        "echo", "printf", "exit", "return", "false", "true", "test", "[", "[[", "cat", "tail",
        "rm", "set", "trap", "local", "cleanup", "kill", "wait", "die", "fail", "error", "log",
    ];
    let is_name =
        |char: char| char.is_ascii_alphanumeric() || matches!(char, '/' | '.' | '_' | '-');
    !reports.contains(&word) && !word.is_empty() && word.chars().all(is_name)
}
