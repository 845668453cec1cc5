//! Explains a failed build from its log: the step that failed, its exit code, and the line that says why.

mod choose;
mod evidence;
mod exit;
mod explanation;
mod handled;
mod kind;
mod last_words;
mod pattern;
mod rules;
mod scan;
mod sieve;
mod text;
mod unpushed;
mod weigh;

use crate::column::Column;
pub use crate::explain::explanation::{Cause, Exit, Explanation};
pub use crate::explain::kind::FailureKind;
use crate::explain::scan::Scan;
use crate::log::Log;
use crate::steps::Outcome;

/// Explains a log as far as it is read, all at once.
pub fn explain(log: &Log, outcome: Outcome) -> Explanation {
    let mut explainer = Explainer::new(outcome);
    while !explainer.advance(log, usize::MAX) {}
    explainer.explanation(log)
}

/// Explains a log in parts, so that a page stays responsive, and continues when the log grows.
///
/// # Examples
///
/// ```
/// use slipway_log::{Exit, Explainer, FailureKind, Log, Outcome};
///
/// let mut log = Log::new();
/// log.begin(None);
/// log.feed(br#"[{"message": "STEP 1/2: FROM gcc"}, {"message": "STEP 2/2: RUN make"},
///     {"message": "gcc -c a.c"}, {"message": "a.c:3:5: error: 'n' undeclared"},
///     {"message": "make: *** [Makefile:2: a.o] Error 1"},
///     {"message": "Error: building at STEP \"RUN make\": while running runtime: exit status 2"}]"#);
/// log.end();
/// log.set_outcome(Outcome::Failed);
///
/// let mut explainer = Explainer::new(Outcome::Failed);
/// while !explainer.advance(&log, 512 * 1024) {
///     // A view yields to the browser here.
/// }
/// let explanation = explainer.explanation(&log);
/// let cause = explanation.cause.unwrap();
/// assert_eq!((cause.line, cause.kind), (3, FailureKind::Compile));
/// assert_eq!(explanation.exit, Some(Exit::Code(2)));
/// assert_eq!(explainer.error_lines().len(), 3);
/// ```
#[derive(Debug)]
pub struct Explainer {
    outcome: Outcome,
    scan: Scan,
}

impl Explainer {
    /// Begins at the first line.
    pub fn new(outcome: Outcome) -> Self {
        Self {
            outcome,
            scan: Scan::default(),
        }
    }

    /// Sets the outcome of the build. What is read stays.
    pub fn set_outcome(&mut self, outcome: Outcome) {
        self.outcome = outcome;
    }

    /// Reads about this many more bytes of text. Lines with a message of a tool count as more bytes, as
    /// they take longer. In a browser, 1 MiB takes a few milliseconds. Returns true once all lines of the
    /// log are read. Lines that arrive later are read by later calls.
    pub fn advance(&mut self, log: &Log, bytes: usize) -> bool {
        self.scan.advance(log.store(), bytes)
    }

    /// Forgets the lines from this one on, which have changed: they are read again. See [`Log::take_changed`].
    pub fn rewind(&mut self, line: usize) {
        self.scan.rewind(line);
    }

    /// The explanation of what is read so far. The log's own outcome should be the same as the one of
    /// this explainer, see [`Log::set_outcome`].
    pub fn explanation(&self, log: &Log) -> Explanation {
        choose::explanation(log, &self.scan, self.outcome)
    }

    /// The lines that tell of errors, in any step, counted from 0, in order. Warnings are none.
    pub fn error_lines(&self) -> &Column<u32> {
        self.scan.error_lines()
    }

    /// The number of lines read so far.
    pub fn seen(&self) -> usize {
        self.scan.seen()
    }
}
