//! Levels of log entries.

/// How serious an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// What happens.
    Info,
    /// What may be wrong.
    Warning,
    /// What made the build fail.
    Error,
}

impl Level {
    /// The API's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "INFO",
            Self::Warning => "WARNING",
            Self::Error => "ERROR",
        }
    }

    /// What git and the builders mean by a line's first word.
    pub fn of(line: &str) -> Self {
        let line = line.trim_start();
        let starts = |words: &[&str]| words.iter().any(|word| line.starts_with(word));
        if starts(&["Error: ", "ERROR: ", "error: ", "fatal: ", "error building"])
            || line.contains(" level=error ")
        {
            Self::Error
        } else if starts(&["warning: ", "WARNING: ", "Warning: ", "WARN["])
            || line.contains(" level=warning ")
        {
            Self::Warning
        } else {
            Self::Info
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_word_tells_the_level() {
        assert_eq!(Level::of("Error: building at STEP \"RUN x\""), Level::Error);
        assert_eq!(Level::of("fatal: not found"), Level::Error);
        assert_eq!(Level::of("warning: redirecting"), Level::Warning);
        assert_eq!(Level::of("STEP 1/2: FROM scratch"), Level::Info);
        assert_eq!(Level::of("0 errors"), Level::Info);
    }
}
