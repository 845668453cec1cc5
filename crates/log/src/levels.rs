//! The levels of a log's entries: each text once, with its meaning.

/// The maximum number of distinct levels. Any more are shown as [`OTHER_LEVEL`].
const MAX_LEVELS: usize = 250;

/// The maximum length of a level, in bytes. Longer ones are shown as [`OTHER_LEVEL`].
const MAX_LEVEL_BYTES: usize = 64;

/// The name of a level that is too long, or one too many.
const OTHER_LEVEL: &str = "…";

/// The severity of a level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum LevelKind {
    /// Details for debugging: `debug`, `trace`, `verbose`, `fine`.
    Debug,
    /// Every other level, and a missing one.
    Info,
    /// Something may be wrong: `warn`, `warning`.
    Warning,
    /// Something went wrong: `error`, `err`, `fatal`, `critical` and the like.
    Error,
}

impl LevelKind {
    /// Returns the severity of a level by its name, ignoring ASCII case.
    pub fn of(name: &str) -> Self {
        let is = |names: &[&str]| names.iter().any(|known| name.eq_ignore_ascii_case(known));
        if is(&[
            "error", "err", "fatal", "critical", "crit", "alert", "emerg", "panic", "severe",
        ]) {
            Self::Error
        } else if is(&["warn", "warning"]) {
            Self::Warning
        } else if is(&["debug", "trace", "verbose", "fine"]) {
            Self::Debug
        } else {
            Self::Info
        }
    }
}

/// One level of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Level {
    /// The API's text; empty for entries without a level.
    pub name: String,
    /// The severity.
    pub kind: LevelKind,
    /// The number of lines with this level.
    pub lines: usize,
}

/// The levels of a log, in order of first use. Number 0 is the level of entries without one.
#[derive(Debug)]
pub(crate) struct Levels {
    list: Vec<Level>,
    /// The number returned last: consecutive entries mostly have the same level.
    recent: u8,
}

impl Default for Levels {
    fn default() -> Self {
        Self {
            list: vec![Level {
                name: String::new(),
                kind: LevelKind::Info,
                lines: 0,
            }],
            recent: 0,
        }
    }
}

impl Levels {
    /// Returns the number of a level by its text. A new level gets the next number.
    #[inline]
    pub(crate) fn number(&mut self, name: &[u8]) -> u8 {
        match self.list.get(usize::from(self.recent)) {
            Some(level) if level.name.as_bytes() == name => self.recent,
            _ => self.find(name),
        }
    }

    fn find(&mut self, name: &[u8]) -> u8 {
        let name = String::from_utf8_lossy(name);
        let name = match name.len() <= MAX_LEVEL_BYTES && self.list.len() < MAX_LEVELS {
            true => name.as_ref(),
            false if self.list.iter().any(|level| level.name == name) => name.as_ref(),
            false => OTHER_LEVEL,
        };
        let known = self.list.iter().position(|level| level.name == name);
        let number = known.unwrap_or_else(|| {
            self.list.push(Level {
                name: name.to_owned(),
                kind: LevelKind::of(name),
                lines: 0,
            });
            self.list.len() - 1
        });
        self.recent = number as u8;
        self.recent
    }

    /// The same levels with the same numbers, without lines.
    pub(crate) fn without_lines(&self) -> Self {
        let list = self.list.iter().map(|level| Level {
            lines: 0,
            ..level.clone()
        });
        Self {
            list: list.collect(),
            recent: 0,
        }
    }

    /// Adds to the number of lines of a level.
    #[inline]
    pub(crate) fn count(&mut self, number: u8, lines: usize) {
        if let Some(level) = self.list.get_mut(usize::from(number)) {
            level.lines += lines;
        }
    }

    /// Counts a line of one level as one of another.
    pub(crate) fn move_line(&mut self, from: u8, to: u8) {
        if let Some(level) = self.list.get_mut(usize::from(from)) {
            level.lines = level.lines.saturating_sub(1);
        }
        self.count(to, 1);
    }

    /// The level with this number.
    #[inline]
    pub(crate) fn get(&self, number: u8) -> Option<&Level> {
        self.list.get(usize::from(number))
    }

    /// All levels; a level's number is its index.
    pub(crate) fn all(&self) -> &[Level] {
        &self.list
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_that_invents_levels_is_bounded() {
        let mut levels = Levels::default();
        for index in 0..1000 {
            levels.number(format!("level {index}").as_bytes());
        }
        let other = levels.number(b"one more");
        assert_eq!(levels.number("x".repeat(65).as_bytes()), other);
        assert_eq!(
            levels.get(other).map(|level| level.name.as_str()),
            Some(OTHER_LEVEL)
        );
        assert_eq!(levels.number(b"level 7"), 8);
        assert_eq!(levels.number(b""), 0);
        assert_eq!(levels.all().len(), MAX_LEVELS + 1);
    }

    #[test]
    fn what_a_level_means() {
        assert_eq!(LevelKind::of("Warn"), LevelKind::Warning);
        assert_eq!(LevelKind::of("FATAL"), LevelKind::Error);
        assert_eq!(LevelKind::of("trace"), LevelKind::Debug);
        assert_eq!(LevelKind::of(""), LevelKind::Info);
    }
}
