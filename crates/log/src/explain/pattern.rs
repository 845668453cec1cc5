//! The patterns of the rules: literal text with gaps.
//!
//! | in a pattern | matches |
//! | --- | --- |
//! | `^` at its start | the start of the text; without it, a pattern may begin anywhere |
//! | `$` at its end | the end of the text |
//! | `*` | any text, also none |
//! | `#` | one or more digits |
//! | `@` | one or more characters other than spaces |
//! | `~` | a place that is not inside a word |
//! | `%` | the next letter, in upper or lower case |
//! | `\` | the next character itself |
//!
//! Everything else stands for itself, upper and lower case being different.

/// The maximum number of steps of one match, so that no text takes long.
const MAX_STEPS: u32 = 20_000;

/// The pairs of bytes in a text. A text that lacks a pair of a pattern does not have the pattern.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Pairs([u64; 16]);

fn pair(first: u8, second: u8) -> u16 {
    (u16::from(first) * 37 + u16::from(second) * 5) & 1023
}

impl Pairs {
    pub(crate) fn of(text: &str) -> Self {
        let mut pairs = [0u64; 16];
        let bytes = text.as_bytes();
        for (first, second) in bytes.iter().zip(bytes.iter().skip(1)) {
            let pair = pair(*first, *second);
            if let Some(bits) = pairs.get_mut(usize::from(pair / 64)) {
                *bits |= 1 << (pair % 64);
            }
        }
        Self(pairs)
    }

    #[inline]
    fn has(&self, pair: u16) -> bool {
        let bits = self.0.get(usize::from(pair / 64)).copied().unwrap_or(0);
        bits >> (pair % 64) & 1 != 0
    }
}

/// The number of pairs of a pattern that are looked for.
const MAX_PAIRS: usize = 4;

/// A pattern, with what makes most texts fail it at once.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pattern {
    text: &'static str,
    /// The first byte of the texts it matches, if it has to be at their start.
    first: Option<u8>,
    pairs: [u16; MAX_PAIRS],
}

impl Pattern {
    pub(crate) fn new(text: &'static str) -> Self {
        let mut bytes = text.bytes();
        let mut literals: Vec<Option<u8>> = Vec::new();
        while let Some(byte) = bytes.next() {
            match byte {
                b'*' | b'#' | b'@' | b'~' => literals.push(None),
                b'^' if literals.is_empty() => {}
                b'$' => literals.push(None),
                b'%' => {
                    bytes.next();
                    literals.push(None);
                }
                b'\\' => literals.push(bytes.next()),
                byte => literals.push(Some(byte)),
            }
        }
        let mut pairs: Vec<u16> = literals
            .iter()
            .zip(literals.iter().skip(1))
            .filter_map(|(first, second)| Some(pair((*first)?, (*second)?)))
            .collect();
        // From all parts of the pattern.
        let step = pairs.len().div_ceil(MAX_PAIRS).max(1);
        pairs = pairs.into_iter().step_by(step).collect();
        let any = pairs.first().copied();
        Self {
            text,
            first: text
                .starts_with('^')
                .then(|| literals.first().copied().flatten())
                .flatten(),
            pairs: std::array::from_fn(|at| pairs.get(at).copied().or(any).unwrap_or(u16::MAX)),
        }
    }

    /// Returns true if the pattern is in a text, which has no spaces at its start and end.
    #[inline]
    pub(crate) fn is_in(&self, text: &str, pairs: &Pairs) -> bool {
        let may_be = self
            .first
            .is_none_or(|first| text.as_bytes().first() == Some(&first))
            && self
                .pairs
                .iter()
                .all(|pair| *pair == u16::MAX || pairs.has(*pair));
        may_be && matches(self.text, text)
    }
}

/// Returns true if a pattern is in a text, which has no spaces at its start and end.
fn matches(pattern: &str, text: &str) -> bool {
    let mut steps = MAX_STEPS;
    match pattern.strip_prefix('^') {
        Some(pattern) => at(pattern.as_bytes(), text.as_bytes(), 0, &mut steps),
        None => anywhere(pattern.as_bytes(), text.as_bytes(), 0, &mut steps),
    }
}

fn get(bytes: &[u8], place: usize) -> Option<u8> {
    bytes.get(place).copied()
}

/// Matches a pattern at any place from `from` on.
fn anywhere(pattern: &[u8], text: &[u8], from: usize, steps: &mut u32) -> bool {
    let first = match pattern {
        [] => return true,
        [b'\\', first, ..] => Some(*first),
        [b'*' | b'#' | b'@' | b'~' | b'%' | b'$', ..] => None,
        [first, ..] => Some(*first),
    };
    let mut place = from;
    while place <= text.len() {
        if let Some(first) = first {
            let rest = text.get(place..).unwrap_or(&[]);
            match memchr::memchr(first, rest) {
                Some(skipped) => place += skipped,
                None => return false,
            }
        }
        if at(pattern, text, place, steps) {
            return true;
        }
        if *steps == 0 {
            return false;
        }
        place += 1;
    }
    false
}

/// Matches a pattern at one place.
fn at(mut pattern: &[u8], text: &[u8], mut place: usize, steps: &mut u32) -> bool {
    loop {
        if *steps == 0 {
            return false;
        }
        *steps -= 1;
        match pattern {
            [] => return true,
            [b'$'] => return place == text.len(),
            [b'*', rest @ ..] => return anywhere(rest, text, place, steps),
            [b'~', rest @ ..] => {
                let is_word =
                    |byte: Option<u8>| byte.is_some_and(|b| b.is_ascii_alphanumeric() || b == b'_');
                let before = place.checked_sub(1).and_then(|at| get(text, at));
                if is_word(before) && is_word(get(text, place)) {
                    return false;
                }
                pattern = rest;
            }
            [b'#', rest @ ..] => {
                let digits = text.get(place..).unwrap_or(&[]).iter();
                let digits = digits.take_while(|byte| byte.is_ascii_digit()).count();
                if digits == 0 {
                    return false;
                }
                place += digits;
                pattern = rest;
            }
            [b'@', next, rest @ ..]
                if !matches!(next, b'*' | b'#' | b'@' | b'~' | b'%' | b'$' | b'\\') =>
            {
                let token = text.get(place..).unwrap_or(&[]);
                let end = token.iter().position(u8::is_ascii_whitespace);
                let token = token.get(
                    ..end.unwrap_or(token.len()) + usize::from(*next == b' ' && end.is_some()),
                );
                for found in memchr::memchr_iter(*next, token.unwrap_or(&[])) {
                    if found > 0 && at(rest, text, place + found + 1, steps) {
                        return true;
                    }
                    if *steps == 0 {
                        return false;
                    }
                }
                return false;
            }
            [b'@', rest @ ..] => {
                while get(text, place).is_some_and(|byte| !byte.is_ascii_whitespace()) {
                    place += 1;
                    if at(rest, text, place, steps) {
                        return true;
                    }
                    if *steps == 0 {
                        return false;
                    }
                }
                return false;
            }
            [b'%', letter, rest @ ..] => {
                if !get(text, place).is_some_and(|byte| byte.eq_ignore_ascii_case(letter)) {
                    return false;
                }
                place += 1;
                pattern = rest;
            }
            [b'\\', literal, rest @ ..] | [literal, rest @ ..] => {
                if get(text, place) != Some(*literal) {
                    return false;
                }
                place += 1;
                pattern = rest;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Pairs, Pattern};

    fn matches(pattern: &'static str, text: &str) -> bool {
        Pattern::new(pattern).is_in(text, &Pairs::of(text))
    }

    #[test]
    fn what_patterns_match() {
        for (pattern, text) in [
            ("b", "abc"),
            ("^ab", "abc"),
            ("bc$", "abc"),
            ("^a*c$", "a b b c"),
            ("^@:#:#: error: ", "src/a.c:12:3: error: x"),
            ("^@:#: x", "a:1:22: x"),
            ("~error~", "an error."),
            (
                r"make: \*\*\* [*] Error #$",
                "make: *** [Makefile:3: a] Error 2",
            ),
            ("^%error: %x$", "Error: X"),
            ("未定义", "对‘f’未定义的引用"),
        ] {
            assert!(matches(pattern, text), "{pattern} in {text}");
        }
        for (pattern, text) in [
            ("^b", "abc"),
            ("b$", "abc"),
            ("a#", "ab"),
            ("^@ x", " x"),
            ("~error~", "terror errors"),
            ("B", "abc"),
        ] {
            assert!(!matches(pattern, text), "{pattern} in {text}");
        }
    }

    #[test]
    fn no_text_takes_long() {
        let text = "a".repeat(100_000);
        assert!(!matches("@a@a@a@a@b", &text));
        assert!(!matches("*a*a*a*a*b", &text));
    }
}
