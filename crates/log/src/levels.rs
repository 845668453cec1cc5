//! The levels of a log's entries: each text once, and what it means.

/// The most levels that are told apart. A log that invents more has them shown as [`OTHER`].
const MOST: usize = 250;

/// The longest level that is kept as it is, in bytes.
const LONGEST: usize = 64;

/// What is shown for a level that is too long, or one too many.
const OTHER: &str = "…";

/// What a level says of its line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum LevelKind {
    /// For whoever looks for a fault in the tool itself.
    Debug,
    /// Everything that is none of the others, a missing level included.
    Info,
    /// Something that may be wrong.
    Warning,
    /// Something that went wrong.
    Error,
}

impl LevelKind {
    /// What an API's word for a level means, whatever its case.
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
    /// As the API writes it; empty for entries without one.
    pub name: String,
    pub kind: LevelKind,
    /// How many lines have it.
    pub lines: usize,
}

/// The levels of a log, in the order in which they came; the first is that of entries without one.
#[derive(Debug)]
pub struct Levels {
    list: Vec<Level>,
    /// The level asked for last, which is most often asked for again.
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
    /// The number of a level, by its text; new ones get the next.
    #[inline]
    pub fn number(&mut self, name: &[u8]) -> u8 {
        match self.list.get(usize::from(self.recent)) {
            Some(level) if level.name.as_bytes() == name => self.recent,
            _ => self.find(name),
        }
    }

    fn find(&mut self, name: &[u8]) -> u8 {
        let name = String::from_utf8_lossy(name);
        let name = match name.len() <= LONGEST && self.list.len() < MOST {
            true => name.as_ref(),
            false if self.list.iter().any(|level| level.name == name) => name.as_ref(),
            false => OTHER,
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

    /// Counts lines of a level.
    #[inline]
    pub fn count(&mut self, number: u8, lines: usize) {
        if let Some(level) = self.list.get_mut(usize::from(number)) {
            level.lines += lines;
        }
    }

    /// The level with this number.
    #[inline]
    pub fn get(&self, number: u8) -> Option<&Level> {
        self.list.get(usize::from(number))
    }

    /// All of them; a level's number is its place.
    pub fn all(&self) -> &[Level] {
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
            Some(OTHER)
        );
        assert_eq!(levels.number(b"level 7"), 8);
        assert_eq!(levels.number(b""), 0);
        assert_eq!(levels.all().len(), MOST + 1);
    }

    #[test]
    fn what_a_level_means() {
        assert_eq!(LevelKind::of("Warn"), LevelKind::Warning);
        assert_eq!(LevelKind::of("FATAL"), LevelKind::Error);
        assert_eq!(LevelKind::of("trace"), LevelKind::Debug);
        assert_eq!(LevelKind::of(""), LevelKind::Info);
    }
}
