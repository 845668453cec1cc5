//! Takes the last words of a step for its cause, where no rule names a better line.

use crate::explain::choose::{Chooser, REACH};
use crate::explain::evidence;
use crate::explain::explanation::{Cause, Exit};
use crate::explain::handled::goes_on;
use crate::explain::kind::FailureKind;
use crate::explain::last_words::{self, Rank};
use crate::explain::rules::Role;
use crate::explain::scan::Scan;
use crate::explain::text::split;
use crate::explain::weigh::{Candidate, kind_of};

/// The words with which the service says that the builder has ended.
const SERVICE_END: &str = "the builder exited with code ";

impl Chooser<'_> {
    /// Of the last lines that the step printed, the one that is most likely to tell why, if nothing better is known:
    /// programs often stop after the message.
    pub(super) fn last_output(
        &self,
        candidates: &[Candidate],
        scan: &Scan,
        exit: Option<Exit>,
    ) -> Option<(Cause, Rank)> {
        let step = self.log.steps().list().get(self.failing_step?)?;
        let ending = scan
            .endings()
            .iter()
            .find(|ending| ending.line > step.first);
        let end = ending.map_or(step.last + 1, |ending| ending.line);
        let lines = (step.first + 1..end).rev().take(REACH);
        let lines = lines.filter_map(|line| {
            let is_of_step = self.log.steps().step_of_line(line) == self.failing_step
                && (!self.vertices || self.is_output(line));
            let is_known = |candidate: &Candidate| candidate.line == line && candidate.weight <= 0;
            if !is_of_step || candidates.iter().any(is_known) {
                return None;
            }
            let plain = self.log.plain(line);
            let text = split(&plain).1;
            let is_output = !text.is_empty()
                && !text.starts_with('+')
                && !text.contains(SERVICE_END)
                && !goes_on(text)
                && !evidence::is_of_builder(text);
            is_output.then(|| (line, plain.into_owned()))
        });
        let (line, rank) = last_words::pick(lines)?;
        let cause = Cause {
            line,
            evidence: evidence::around(self.log, line, Role::Line, None),
            kind: kind_of(exit),
            tool: "",
        };
        Some((cause, rank))
    }

    /// The last line of Docker's classic builder: where no command has ended, the builder stops with its message.
    pub(super) fn last_of_classic(
        &self,
        candidates: &[Candidate],
        scan: &Scan,
        exit: Option<Exit>,
    ) -> Option<Cause> {
        let is_classic = self.log.plain(self.first).starts_with("Step ");
        if exit.is_some() || !is_classic {
            return None;
        }
        let (cause, _) = self.last_output(candidates, scan, exit)?;
        Some(Cause {
            kind: FailureKind::Builder,
            ..cause
        })
    }
}
