//! Explains a build whose image was built but could not be pushed: the service says so in the log's last line.

use crate::explain::evidence;
use crate::explain::explanation::{Cause, Explanation};
use crate::explain::kind::FailureKind;
use crate::explain::rules::Role;
use crate::log::Log;
use crate::push_reason::push_reason;

/// The beginning of the last line.
const NOT_PUSHED: &str = "the image was built, but could not be pushed to ";

/// The beginnings of the service's lines before a try.
const BEFORE_TRY: [&str; 2] = ["pushing failed, trying again in ", "pushing "];

/// The number of blank lines at the end that do not matter.
const MAX_BLANK: usize = 8;

/// The number of lines before the last one that are searched for the builder's own message.
const REACH: usize = 200;

/// The explanation of a log that ends so; `None` for others. All steps have succeeded then, and whatever they complained
/// of did not matter.
pub(super) fn explanation(log: &Log) -> Option<Explanation> {
    let mut from_end = (0..log.len()).rev().take(MAX_BLANK);
    let last = from_end.find(|line| !log.plain(*line).trim().is_empty())?;
    let said = log.plain(last);
    let said = said.trim();
    let reason = said.starts_with(NOT_PUSHED).then(|| push_reason(said))?;
    // The builder's message is among the lines of the push, and says more.
    let of_try = (last.saturating_sub(REACH)..last).rev().take_while(|line| {
        let text = log.plain(*line);
        !BEFORE_TRY.iter().any(|start| text.starts_with(start))
    });
    let says_why = |line: &usize| push_reason(&log.plain(*line)).starts_with(reason);
    let line = of_try.filter(says_why).last().unwrap_or(last);
    Some(Explanation {
        failing_step: None,
        exit: None,
        cause: Some(Cause {
            line,
            evidence: evidence::around(log, line, Role::Line, None),
            kind: FailureKind::Push,
            tool: "",
        }),
    })
}
