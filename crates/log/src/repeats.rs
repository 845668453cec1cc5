//! Finds runs of lines that are alike once normalized, such as the progress of a download.

use crate::normalize::Normalizer;
use crate::steps::Steps;
use crate::store::Store;

/// The fewest lines of a run.
pub const MIN_REPEATS: usize = 8;

/// The distance of the lines that are compared while no run is found: any run has two of them.
const STRIDE: usize = MIN_REPEATS / 2;

/// A comparison costs about as much as it takes to read this many bytes.
const COMPARISON_BYTES: usize = 64;

/// Consecutive lines of one step that are alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Repeat {
    /// The number of its first line.
    pub first: u32,
    /// The number of the line after its last one.
    pub end: u32,
}

impl Repeat {
    /// The number of its lines, at least [`MIN_REPEATS`].
    pub fn lines(self) -> usize {
        (self.end - self.first) as usize
    }
}

/// The runs of at least [`MIN_REPEATS`] lines that are alike, see [`normalized`](crate::normalized). A run does not
/// reach from one step into another. Continues when the log grows.
///
/// # Examples
///
/// ```
/// use slipway_log::{Log, Repeats};
///
/// let mut log = Log::new();
/// log.begin(None);
/// let lines: Vec<String> = (0..9).map(|at| format!(r#"{{"message": "Get:{at} tini [{at} kB]"}}"#)).collect();
/// log.feed(format!("[{}]", lines.join(",")).as_bytes());
/// log.end();
///
/// let mut repeats = Repeats::new();
/// while !repeats.advance(&log, log.steps(), 1 << 20) {}
/// assert_eq!(repeats.of_line(3).map(|repeat| (repeat.first, repeat.end)), Some((0, 9)));
/// ```
#[derive(Debug, Default)]
pub struct Repeats {
    list: Vec<Repeat>,
    /// The next line to compare.
    at: usize,
    /// The first line of the run of which `at` may be the next line.
    open: Option<usize>,
    /// No run goes on across the start of this line.
    floor: usize,
    /// The number of lines in the runs.
    lines: usize,
    ready: usize,
    normalizer: Normalizer,
}

impl Repeats {
    /// Begins at the first line.
    pub fn new() -> Self {
        Self::default()
    }

    /// The runs found so far, in order. The last one may grow with the log.
    pub fn list(&self) -> &[Repeat] {
        &self.list
    }

    /// The number of lines that are hidden when all runs are folded: all of their lines but the first ones.
    pub fn foldable(&self) -> usize {
        self.lines - self.list.len()
    }

    /// The number of lines, from the first one on, of which all runs are found. A run at the end of the log may still
    /// begin up to [`MIN_REPEATS`] lines before.
    pub fn ready(&self) -> usize {
        self.ready
    }

    /// Returns the run that a line is in.
    pub fn of_line(&self, line: usize) -> Option<Repeat> {
        let after = self.list.partition_point(|run| run.first as usize <= line);
        let run = self.list.get(after.checked_sub(1)?)?;
        (line < run.end as usize).then_some(*run)
    }

    /// Compares lines, about as many as have this many bytes. Returns true once all lines of the log are compared.
    pub fn advance(&mut self, store: &Store, steps: &Steps, bytes: usize) -> bool {
        let mut used = 0;
        while used < bytes {
            let cost = match self.open {
                Some(first) => self.extend(store, steps, first),
                None => self.seek(store, steps),
            };
            match cost {
                Some(cost) => used += cost,
                None => {
                    self.ready = store.len();
                    return true;
                }
            }
        }
        let open = self.open.filter(|first| self.at - first < MIN_REPEATS);
        self.ready = self.ready.max(open.unwrap_or(self.at));
        false
    }

    /// Forgets the runs that reach to this line or beyond it, since the lines from it on have changed: they are found
    /// again. Returns the first line that may be in another run then. See
    /// [`Log::take_changed`](crate::Log::take_changed).
    pub fn rewind(&mut self, line: usize) -> usize {
        if line > self.at + STRIDE {
            return line;
        }
        if self.open.is_some() && line >= self.at {
            // None of the lines that were compared has changed, and the open run goes on.
            self.ready = self.ready.min(line);
            return line;
        }
        let mut first = line;
        while let Some(run) = self.list.pop_if(|run| run.end as usize >= line) {
            self.lines -= run.lines();
            first = first.min(run.first as usize);
        }
        self.open = None;
        self.floor = self.list.last().map_or(0, |run| run.end as usize);
        // Every run that reaches to the line has two lines after this one that are a stride apart.
        let at = first.saturating_sub(MIN_REPEATS + STRIDE);
        self.at = at.max(self.floor).min(self.at);
        self.ready = self.ready.min(first);
        first
    }

    /// Returns true if a line is alike the one before it, and of the same step.
    fn joins(&mut self, store: &Store, steps: &Steps, line: usize) -> bool {
        self.normalizer.alike(store, line - 1, line)
            && steps.step_of_line(line - 1) == steps.step_of_line(line)
    }

    /// Compares a line with the one that is a stride away. If they are alike, opens a run. Returns the cost in bytes;
    /// `None` at the end of the log.
    fn seek(&mut self, store: &Store, steps: &Steps) -> Option<usize> {
        let (line, other) = (self.at, self.at + STRIDE);
        if other >= store.len() {
            return None;
        }
        let cost = cost(store, line, other);
        if !self.normalizer.alike(store, line, other) {
            self.at = other;
            return Some(cost);
        }
        let mut first = line;
        // The line that is a stride before is not alike, so this ends soon.
        while first > self.floor && self.joins(store, steps, first) {
            first -= 1;
        }
        self.open = Some(first);
        self.at = line + 1;
        Some(cost * (1 + line - first))
    }

    /// Compares the next line with the open run. Returns the cost in bytes; `None` at the end of the log.
    fn extend(&mut self, store: &Store, steps: &Steps, first: usize) -> Option<usize> {
        let line = self.at;
        if line >= store.len() {
            return None;
        }
        let cost = cost(store, line - 1, line);
        if !self.joins(store, steps, line) {
            self.open = None;
            self.floor = line;
            return Some(cost);
        }
        self.at += 1;
        match self.at - first {
            MIN_REPEATS => {
                self.lines += MIN_REPEATS;
                self.list.push(Repeat {
                    first: first as u32,
                    end: self.at as u32,
                });
            }
            more if more > MIN_REPEATS => {
                self.lines += 1;
                if let Some(run) = self.list.last_mut() {
                    run.end = self.at as u32;
                }
            }
            _ => {}
        }
        Some(cost)
    }
}

/// The most that a comparison of two lines costs, in bytes.
fn cost(store: &Store, a: usize, b: usize) -> usize {
    COMPARISON_BYTES + store.byte_len(a).min(store.byte_len(b))
}
