//! The minimap's data: how many errors, warnings and matches are where in the log.

use crate::column::Column;
use crate::levels::LevelKind;
use crate::search::Search;
use crate::store::Store;

/// The counts of one stretch of lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Bucket {
    /// Lines whose level is [`LevelKind::Error`].
    pub errors: u32,
    /// Other lines whose text tells of an error.
    pub errors_by_text: u32,
    /// Lines whose level is [`LevelKind::Warning`].
    pub warnings: u32,
    /// Lines that match the search.
    pub matches: u32,
}

impl Bucket {
    fn add(&mut self, other: Self) {
        self.errors += other.errors;
        self.errors_by_text += other.errors_by_text;
        self.warnings += other.warnings;
        self.matches += other.matches;
    }
}

/// The whole log as a bounded number of buckets. All buckets count the same number of lines, except
/// that the last may count fewer. When the log outgrows them, each pair of buckets is merged into one.
///
/// # Examples
///
/// ```
/// use slipway_log::{Log, Overview};
///
/// let mut log = Log::new();
/// log.begin(None);
/// log.feed(br#"[{"message": "a"}, {"message": "b", "level": "ERROR"}, {"message": "c"}]"#);
/// log.end();
///
/// let mut overview = Overview::new(2);
/// overview.extend(&log, usize::MAX);
/// assert_eq!(overview.lines_per_bucket(), 2);
/// assert_eq!(overview.buckets()[0].errors, 1);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overview {
    buckets: Vec<Bucket>,
    max_buckets: usize,
    lines_per_bucket: usize,
    seen: usize,
    matches: usize,
    /// The number of lines that [`Overview::extend_errors`] has looked at.
    told: usize,
    /// The number of them that it has counted.
    errors_by_text: usize,
    /// The first line whose matches and errors are to be counted again.
    matches_from: Option<usize>,
    told_from: Option<usize>,
}

impl Overview {
    /// An empty overview of at most `max_buckets` buckets, but at least two.
    pub fn new(max_buckets: usize) -> Self {
        Self {
            buckets: Vec::new(),
            max_buckets: max_buckets.max(2),
            lines_per_bucket: 1,
            seen: 0,
            matches: 0,
            told: 0,
            errors_by_text: 0,
            matches_from: None,
            told_from: None,
        }
    }

    /// The buckets, from the first line to the last.
    pub fn buckets(&self) -> &[Bucket] {
        &self.buckets
    }

    /// The number of lines that a bucket counts.
    pub fn lines_per_bucket(&self) -> usize {
        self.lines_per_bucket
    }

    /// Forgets the lines from this one on, which have changed: they are counted again. See
    /// [`Log::take_changed`](crate::Log::take_changed).
    pub fn rewind(&mut self, line: usize) {
        let index = line / self.lines_per_bucket;
        let line = index * self.lines_per_bucket;
        for bucket in self.buckets.iter_mut().skip(index) {
            self.errors_by_text -= bucket.errors_by_text as usize;
            *bucket = Bucket::default();
        }
        self.seen = self.seen.min(line);
        let earlier = |before: Option<usize>| Some(before.map_or(line, |before| before.min(line)));
        self.matches_from = earlier(self.matches_from);
        self.told_from = earlier(self.told_from);
    }

    /// Counts up to `budget` lines that are new since the last call. Returns true once all lines are
    /// counted.
    pub fn extend(&mut self, store: &Store, budget: usize) -> bool {
        let stop = store.len().min(self.seen.saturating_add(budget));
        let kinds: Vec<LevelKind> = store.levels().iter().map(|level| level.kind).collect();
        for line in self.seen..stop {
            let number = usize::from(store.level_number(line));
            let kind = kinds.get(number).copied().unwrap_or(LevelKind::Info);
            let bucket = self.bucket(line);
            match kind {
                LevelKind::Error => bucket.errors += 1,
                LevelKind::Warning => bucket.warnings += 1,
                LevelKind::Info | LevelKind::Debug => {}
            }
        }
        self.seen = stop;
        self.seen == store.len()
    }

    /// Counts the lines whose text tells of an error that are new since the last call. `lines` has all of them, see
    /// [`Explainer::error_lines`](crate::Explainer::error_lines). Lines with the level of an error are counted by
    /// [`Overview::extend`] already.
    pub fn extend_errors(&mut self, store: &Store, lines: &Column<u32>) {
        if let Some(from) = self.told_from.take() {
            let first = lines.partition_point(|line| (line as usize) < from);
            self.told = self.told.min(first);
        }
        while let Some(line) = lines.get(self.told) {
            let level = usize::from(store.level_number(line as usize));
            let level = store.levels().get(level);
            if level.is_none_or(|level| level.kind != LevelKind::Error) {
                self.bucket(line as usize).errors_by_text += 1;
                self.errors_by_text += 1;
            }
            self.told += 1;
        }
    }

    /// The number of lines that [`Overview::extend_errors`] has counted.
    pub fn errors_by_text(&self) -> usize {
        self.errors_by_text
    }

    /// Counts the matches that are new since the last call.
    pub fn extend_matches(&mut self, search: &Search) {
        if let Some(from) = self.matches_from.take() {
            let first = search
                .lines()
                .partition_point(|line| (line as usize) < from);
            self.matches = self.matches.min(first);
        }
        while let Some(line) = search.lines().get(self.matches) {
            self.bucket(line as usize).matches += 1;
            self.matches += 1;
        }
    }

    /// Forgets all matches, for a new search.
    pub fn clear_matches(&mut self) {
        self.matches = 0;
        for bucket in &mut self.buckets {
            bucket.matches = 0;
        }
    }

    /// The bucket of a line. Merges buckets until there is room for it.
    fn bucket(&mut self, line: usize) -> &mut Bucket {
        while line / self.lines_per_bucket >= self.max_buckets {
            self.buckets = self
                .buckets
                .chunks(2)
                .map(|pair| {
                    let mut sum = Bucket::default();
                    pair.iter().for_each(|bucket| sum.add(*bucket));
                    sum
                })
                .collect();
            self.lines_per_bucket *= 2;
        }
        let index = line / self.lines_per_bucket;
        if index >= self.buckets.len() {
            self.buckets.resize(index + 1, Bucket::default());
        }
        &mut self.buckets[index]
    }
}
