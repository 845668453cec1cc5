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

/// Returns true if a pattern is in a text, which has no spaces at its start and end.
pub(crate) fn matches(pattern: &str, text: &str) -> bool {
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
            [b'@', rest @ ..] => {
                while get(text, place).is_some_and(|byte| !byte.is_ascii_whitespace()) {
                    place += 1;
                    if at(rest, text, place, steps) {
                        return true;
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
    use super::matches;

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
