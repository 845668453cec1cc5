//! The log at a glance: how many errors, warnings and matches lie where.

use crate::levels::LevelKind;
use crate::search::Search;
use crate::store::Store;

/// A stretch of lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Bucket {
    pub errors: u32,
    pub warnings: u32,
    /// Lines that the search has found.
    pub matches: u32,
}

impl Bucket {
    fn add(&mut self, other: Self) {
        self.errors += other.errors;
        self.warnings += other.warnings;
        self.matches += other.matches;
    }
}

/// The whole log in a bounded number of buckets of equally many lines; the last may be part full.
/// While the log grows, two and two become one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overview {
    buckets: Vec<Bucket>,
    most: usize,
    /// Lines to a bucket.
    lines: usize,
    seen: usize,
    matches: usize,
}

impl Overview {
    /// Of at most so many buckets, at least two.
    pub fn new(most: usize) -> Self {
        Self {
            buckets: Vec::new(),
            most: most.max(2),
            lines: 1,
            seen: 0,
            matches: 0,
        }
    }

    /// The buckets, from the first line to the last.
    pub fn buckets(&self) -> &[Bucket] {
        &self.buckets
    }

    /// How many lines a bucket stands for.
    pub fn lines_per_bucket(&self) -> usize {
        self.lines
    }

    /// Takes in the lines that came since, at most `budget`. Returns whether all are taken in.
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

    /// Takes in the matches that were found since.
    pub fn extend_matches(&mut self, search: &Search) {
        while let Some(line) = search.lines().get(self.matches) {
            self.bucket(line as usize).matches += 1;
            self.matches += 1;
        }
    }

    /// Forgets the matches, for a new search.
    pub fn clear_matches(&mut self) {
        self.matches = 0;
        for bucket in &mut self.buckets {
            bucket.matches = 0;
        }
    }

    fn bucket(&mut self, line: usize) -> &mut Bucket {
        while line / self.lines >= self.most {
            self.buckets = self
                .buckets
                .chunks(2)
                .map(|pair| {
                    let mut sum = Bucket::default();
                    pair.iter().for_each(|bucket| sum.add(*bucket));
                    sum
                })
                .collect();
            self.lines *= 2;
        }
        let index = line / self.lines;
        if index >= self.buckets.len() {
            self.buckets.resize(index + 1, Bucket::default());
        }
        &mut self.buckets[index]
    }
}
