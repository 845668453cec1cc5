//! Finds lines again in another reading of the same log, where they can have other numbers.

use crate::log::Log;
use crate::store::Store;
use std::collections::HashMap;

/// The lines of a log that are wanted, and where they are in another reading of it.
///
/// The same text of the same second is the same line; of several equal ones, each is found by its turn.
///
/// # Examples
///
/// ```
/// use slipway_log::{Log, Places};
///
/// let read = |json: &[u8]| {
///     let mut log = Log::new();
///     log.begin(None);
///     log.feed(json);
///     log
/// };
/// let old = read(br#"[{"message": "a"}, {"message": "c"}]"#);
/// let new = read(br#"[{"message": "a"}, {"message": "b"}, {"message": "c"}]"#);
/// let mut places = Places::new(&old, 1, [0, 1]);
/// while !places.advance(&old, &new, 1000) {}
/// assert_eq!((places.of(0), places.of(1)), (Some(0), Some(2)));
/// ```
#[derive(Debug)]
pub struct Places {
    /// The lines before it are the same.
    same: usize,
    groups: HashMap<(Option<i64>, usize), Vec<Group>>,
    found: HashMap<usize, usize>,
    /// The next line to look at, in the old log up to `old_end`, then in the new one.
    at: usize,
    old_end: usize,
    is_in_new: bool,
}

/// Equal lines of one second.
#[derive(Debug)]
struct Group {
    /// One of them, in the old log.
    line: usize,
    /// Those that are wanted, and their turn once it is known.
    wanted: Vec<(usize, Option<usize>)>,
    /// The lines counted so far.
    seen: usize,
}

impl Places {
    /// The lines that are wanted of the old log. The lines before `same` are the same in the new one.
    pub fn new(old: &Log, same: usize, wanted: impl IntoIterator<Item = usize>) -> Self {
        let mut places = Self {
            same,
            groups: HashMap::new(),
            found: HashMap::new(),
            at: same,
            old_end: same,
            is_in_new: false,
        };
        for line in wanted {
            if line >= same && line < old.len() {
                places.want(old, line);
            }
        }
        places
    }

    fn want(&mut self, old: &Store, line: usize) {
        self.old_end = self.old_end.max(line + 1);
        let groups = self.groups.entry(mark(old, line)).or_default();
        match groups
            .iter_mut()
            .find(|group| old.bytes(group.line) == old.bytes(line))
        {
            Some(group) if group.wanted.iter().all(|(other, _)| *other != line) => {
                group.wanted.push((line, None))
            }
            Some(_) => {}
            None => groups.push(Group {
                line,
                wanted: vec![(line, None)],
                seen: 0,
            }),
        }
    }

    /// Looks at about this many more lines. Returns true once all are found that there are.
    pub fn advance(&mut self, old: &Log, new: &Log, lines: usize) -> bool {
        let end = self.at.saturating_add(lines);
        if !self.is_in_new {
            let stop = end.min(self.old_end);
            while self.at < stop {
                self.see(old, old, |group, line, seen| {
                    for (wanted, turn) in &mut group.wanted {
                        if *wanted == line {
                            *turn = Some(seen);
                        }
                    }
                    None
                });
            }
            if self.at < self.old_end {
                return false;
            }
            (self.is_in_new, self.at) = (true, self.same);
            self.groups
                .values_mut()
                .flatten()
                .for_each(|group| group.seen = 0);
            return self.groups.is_empty();
        }
        let stop = end.min(new.len());
        while self.at < stop {
            self.see(old, new, |group, _, seen| {
                let wanted = group.wanted.iter();
                let mut wanted = wanted.filter(|(_, turn)| *turn == Some(seen));
                wanted.next().map(|(line, _)| *line)
            });
        }
        self.at >= new.len()
    }

    /// Looks at the next line.
    fn see(
        &mut self,
        old: &Store,
        log: &Store,
        seen: impl Fn(&mut Group, usize, usize) -> Option<usize>,
    ) {
        let line = self.at;
        self.at = line + 1;
        let Some(groups) = self.groups.get_mut(&mark(log, line)) else {
            return;
        };
        let text = log.bytes(line);
        let group = groups
            .iter_mut()
            .find(|group| old.bytes(group.line) == text);
        if let Some(group) = group {
            let turn = group.seen;
            group.seen += 1;
            if let Some(wanted) = seen(group, line, turn) {
                self.found.insert(wanted, line);
            }
        }
    }

    /// Where a wanted line is in the new log; `None` if it is not there. Lines before the first difference need not be
    /// wanted.
    pub fn of(&self, line: usize) -> Option<usize> {
        if line < self.same {
            return Some(line);
        }
        self.found.get(&line).copied()
    }
}

/// Lines that differ in this are not equal.
fn mark(store: &Store, line: usize) -> (Option<i64>, usize) {
    (store.time(line), store.byte_len(line))
}
