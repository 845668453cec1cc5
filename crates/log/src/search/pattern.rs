//! What can be said of a regular expression by its text: where it is wrong, and what a match must hold.

use crate::search::error::{QueryError, QueryErrorKind};

/// What is wrong with a regular expression and where, by what the engine says of it. `same` says whether
/// a beginning of it is wrong in the same way.
pub fn error(text: &str, message: &str, same: impl Fn(&str) -> bool) -> QueryError {
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
    // Else it stands where the shortest beginning ends that is wrong in the same way.
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

/// The characters at which the innermost open group and the open class begin.
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
            // First of all, a closing bracket is a member.
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

/// Fixed texts of which every match holds one; none where nothing is known. Only the plain characters
/// that stand outside of all brackets count, the longest run of them in each alternative.
pub fn literals(text: &str) -> Vec<String> {
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
                // What goes on behind its letter, or is none.
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

/// An alternative, as far as it is read.
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

/// Passes over a group or class that has begun. `false` where it may change how the rest is read.
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
                // First of all, a closing bracket is a member.
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
            // Flags hold to the end of the group around them.
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
