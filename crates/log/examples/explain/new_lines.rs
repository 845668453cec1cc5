//! The lines that the log of the last success has not.

use slipway_log::{Comparison, Explainer, Log, Outcome};

/// The numbers of the new lines, from 1, with the ones first that are likely to tell why the build failed.
pub(crate) fn new_lines(success: &mut Log, log: &Log) -> Vec<u32> {
    success.set_outcome(Outcome::Succeeded);
    let mut comparison = Comparison::new();
    while !comparison.advance(success, log, usize::MAX) {}
    let mut explainer = Explainer::new(Outcome::Failed);
    while !explainer.advance(log, usize::MAX) {}
    let ranked = comparison.ranked_new_lines(log, explainer.error_lines());
    ranked.into_iter().map(|line| line + 1).collect()
}
