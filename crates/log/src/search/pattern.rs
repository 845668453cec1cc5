//! Analyzes the text of a regular expression: where its error is, and which fixed texts a match contains.

use crate::search::error::{QueryError, QueryErrorKind};

/// Finds what is wrong with a regular expression, and where, from the engine's message. `same` returns
/// true if a prefix of it has the same error.
pub(crate) fn error(text: &str, message: &str, same: impl Fn(&str) -> bool) -> QueryError {
    let says = |words: &[&str]| words.iter().any(|word| message.contains(word));
    let kind = if says(&["not supported", "POSIX"]) {
        QueryErrorKind::Unsupported
    } else if says(&["too much", "too many", "size", "limit"]) {
        QueryErrorKind::TooLarge
    } else if says(&["class"]) {
        QueryErrorKind::Class
    } else if says(&["escape", "hexadecimal", "word boundary"]) {
        QueryErrorKind::Escape
    } else if says(&["repetition", "decimal"]) {
        QueryErrorKind::Repetition
    } else {
        QueryErrorKind::Group
    };
    let unclosed = says(&[
        "without closing",
        "no closing",
        "unclosed",
        "got end of pattern",
    ]);
    let at = match kind {
        QueryErrorKind::Group if unclosed => open_brackets(text).0,
        QueryErrorKind::Class if unclosed => open_brackets(text).1,
        _ => None,
    };
    // Otherwise, the error is at the end of the shortest prefix with the same error.
    let ends = text.char_indices().map(|(at, char)| at + char.len_utf8());
    let at = at.or_else(|| {
        let mut ends = ends.enumerate();
        ends.find(|(_, end)| text.get(..*end).is_some_and(&same))
            .map(|(at, _)| at)
    });
    QueryError {
        kind,
        at: at.unwrap_or(0),
    }
}

/// The positions, in characters, of the innermost open group and of the open class.
fn open_brackets(text: &str) -> (Option<usize>, Option<usize>) {
    let mut groups = Vec::new();
    let mut class = None;
    let mut chars = text.chars().enumerate();
    while let Some((at, char)) = chars.next() {
        match (char, class) {
            ('\\', _) => {
                chars.next();
            }
            ('[', None) => class = Some(at),
            // A closing bracket in first position is a member of the class.
            (']', Some(begun)) if at > begun + 1 => class = None,
            ('(', None) => groups.push(at),
            (')', None) => {
                groups.pop();
            }
            _ => {}
        }
    }
    (groups.last().copied(), class)
}

/// Fixed texts, at least one of which every match contains; empty if none are known. Takes only
/// characters outside of all brackets, and the longest run of them in each alternative.
pub(crate) fn literals(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut branch = Branch::default();
    let mut rest = text.chars().peekable();
    while let Some(char) = rest.next() {
        match char {
            '|' => found.push(std::mem::take(&mut branch).longest()),
            '\\' => match rest.next() {
                Some(escaped)
                    if escaped.is_ascii_punctuation() && !matches!(escaped, '<' | '>') =>
                {
                    branch.run.push(escaped);
                }
                Some('d' | 'D' | 'w' | 'W' | 's' | 'S' | 'n' | 'r' | 't' | 'A' | 'z') => {
                    branch.end()
                }
                // An escape of several characters, or an invalid one.
                _ => return Vec::new(),
            },
            '(' | '[' => {
                branch.end();
                if !skip(char, &mut rest) {
                    return Vec::new();
                }
            }
            '*' | '?' | '{' => {
                branch.run.pop();
                branch.end();
                if char == '{' {
                    rest.by_ref().find(|char| *char == '}');
                }
            }
            '.' | '^' | '$' | '+' => branch.end(),
            char => branch.run.push(char),
        }
    }
    found.push(branch.longest());
    match found.iter().all(|text| text.chars().count() > 1) {
        true => found,
        false => Vec::new(),
    }
}

/// An alternative, as far as it has been read.
#[derive(Default)]
struct Branch {
    run: String,
    longest: String,
}

impl Branch {
    fn end(&mut self) {
        if self.run.len() > self.longest.len() {
            self.longest = std::mem::take(&mut self.run);
        }
        self.run.clear();
    }

    fn longest(mut self) -> String {
        self.end();
        self.longest
    }
}

/// Skips a group or class that has begun. Returns false if it may change the meaning of the rest.
fn skip(begun: char, rest: &mut std::iter::Peekable<std::str::Chars<'_>>) -> bool {
    let mut depth = usize::from(begun == '(');
    let mut class = (begun == '[').then_some(0);
    let mut first = begun == '(';
    while depth > 0 || class.is_some() {
        let Some(char) = rest.next() else {
            return false;
        };
        if let Some(members) = &mut class {
            match char {
                '\\' => {
                    rest.next();
                }
                // A closing bracket in first position is a member of the class.
                ']' if *members > 0 => class = None,
                '^' if *members == 0 => continue,
                _ => {}
            }
            if let Some(members) = &mut class {
                *members += 1;
            }
            continue;
        }
        match char {
            // Flags apply up to the end of the surrounding group.
            '?' if first && depth == 1 && rest.peek() != Some(&':') => return false,
            '\\' => {
                rest.next();
            }
            '[' => class = Some(0),
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        first = false;
    }
    true
}
