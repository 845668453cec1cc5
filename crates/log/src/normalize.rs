//! Normalizes lines: masks what differs from build to build, so that lines that say the same are alike.
//!
//! | masked, each as one `…` | such as |
//! | --- | --- |
//! | numbers, versions, addresses, times and dates | `12`, `0.19.0-1`, `10.0.0.1:80`, `2026-11-25T21:28:48Z`, `Wed, 25 Nov 2026` |
//! | durations, sizes, percentages | `1m30s`, `433 ms`, `13.7 MB/s`, `45%` |
//! | identifiers and digests | `b05554650b10`, `0x7ffd12`, `sha512-8jX/…==`, a UUID |
//! | what follows `/tmp/` | `/tmp/tmp30e0cc` |
//! | bars and rulers | `[===>   ]`, `━━━━╸━━`, `|███▌  |`, `------` |
//!
//! Masks next to each other are one. Any white space is one space, and none is left at the ends. BuildKit's
//! prefixes (`#8 0.123 `) are dropped. A 0 that counts errors or failures is no number like others: it stays,
//! so `0 failed` and `2 failed` differ.

use crate::ansi;
use crate::ansi::Painted;
use crate::store::Store;

/// Stands for a mask in a readable form.
const MASK: char = '…';

/// The fewest digits of an identifier.
const MIN_HEX_DIGITS: usize = 7;

/// An identifier in letters and digits has at least this length and changes this often from letters to digits.
const MIN_RANDOM_CHARS: usize = 16;
const MIN_RANDOM_RUNS: usize = 3;

/// The fewest characters of a digest in Base64.
const MIN_DIGEST_CHARS: usize = 16;

/// The fewest characters of a bar or a ruler in ASCII.
const MIN_BAR_CHARS: usize = 4;

/// The units that may follow a number directly.
const UNITS: &[&str] = &[
    "s", "B", "ms", "us", "ns", "kB", "KB", "MB", "GB", "TB", "kb", "mb", "gb", "KiB", "MiB",
    "GiB", "TiB", "min", "mins", "sec", "secs", "second", "seconds", "minute", "minutes", "hour",
    "hours", "day", "days", "byte", "bytes", "kbit", "Mbit", "AM", "PM", "am", "pm", "m", "h", "d",
    "b", "k", "K", "M", "G", "T", "Z",
];

/// The first of the units that only count directly after a number, without a space.
const FIRST_CLOSE_UNIT: &str = "m";

const MONTHS: &[u8] = b"JanFebMarAprMayJunJulAugSepOctNovDec";
const WEEKDAYS: &[u8] = b"MonTueWedThuFriSatSun";

/// Classes of bytes.
const SPACE: u8 = 1;
const LETTER: u8 = 2;
const DIGIT: u8 = 4;
const BAR: u8 = 8;
/// The first byte of box drawings, block elements and Braille patterns.
const WIDE_BAR: u8 = 16;
const SLASH: u8 = 32;

/// The class of each byte.
const CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        classes[byte] = match byte as u8 {
            b' ' | b'\t' => SPACE,
            b'a'..=b'z' | b'A'..=b'Z' => LETTER,
            b'0'..=b'9' => DIGIT,
            b'=' | b'-' | b'#' | b'*' | b'_' | b'~' | b'.' | b'>' => BAR,
            0xe2 => WIDE_BAR,
            b'/' => SLASH,
            _ => 0,
        };
        byte += 1;
    }
    classes
};

/// A part of a normalized line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token<'a> {
    Text(&'a [u8]),
    Space,
    Mask,
}

/// Reads a line's visible text, token by token.
#[derive(Debug, Clone)]
struct Tokens<'a> {
    text: &'a [u8],
    at: usize,
    /// True at the start: no space is wanted.
    is_start: bool,
    after_mask: bool,
    /// The end of the mask that starts at `at`, if it is known; else 0.
    mask_end: usize,
}

impl<'a> Tokens<'a> {
    fn new(text: &'a [u8]) -> Self {
        Self {
            text,
            at: 0,
            is_start: true,
            after_mask: false,
            mask_end: 0,
        }
    }

    /// After a mask, skips everything that belongs to it: further masks, what joins them, units.
    fn skip_masked(&mut self, found: Found) -> Option<Found> {
        if found.is_at(self.at) {
            self.at = found.mask_end;
            return None;
        }
        match byte(self.text, self.at) {
            b'%' => {
                self.at += 1;
                None
            }
            b'.' | b',' | b':' | b'/' | b'+' | b'-' => {
                let next = find_mask(self.text, self.at + 1, Place::Joined);
                if !next.is_at(self.at + 1) {
                    return Some(found);
                }
                self.at = next.mask_end;
                None
            }
            _ => Some(found),
        }
    }

    /// Skips white space. Returns true if a space is to be shown.
    fn skip_space(&mut self) -> bool {
        while class(self.text, self.at) == SPACE {
            self.at += 1;
        }
        if self.at >= self.text.len() || self.is_start {
            return false;
        }
        if !self.after_mask {
            return true;
        }
        let unit = spaced_unit(rest(self.text, self.at));
        self.at += unit;
        let joins = matches!(byte(self.text, self.at), b']' | b'|');
        unit == 0 && !joins && !find_mask(self.text, self.at, Place::AfterMask).is_at(self.at)
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    #[inline]
    fn next(&mut self) -> Option<Token<'a>> {
        loop {
            if self.mask_end > 0 {
                self.at = std::mem::take(&mut self.mask_end);
                self.after_mask = true;
                return Some(Token::Mask);
            }
            if self.at >= self.text.len() {
                return None;
            }
            if class(self.text, self.at) == SPACE {
                if self.skip_space() {
                    self.after_mask = false;
                    return Some(Token::Space);
                }
                continue;
            }
            let place = if self.after_mask {
                Place::AfterMask
            } else {
                Place::AfterText
            };
            let mut found = find_mask(self.text, self.at, place);
            if self.after_mask {
                match self.skip_masked(found) {
                    Some(same) => found = same,
                    None => continue,
                }
            }
            self.is_start = false;
            if found.mask_end > found.start {
                self.mask_end = found.mask_end;
            }
            if found.start == self.at {
                continue;
            }
            let text = self.text.get(self.at..found.start).unwrap_or(&[]);
            self.at = found.start;
            self.after_mask = false;
            return Some(Token::Text(text));
        }
    }
}

/// The context before the place where a mask is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    AfterText,
    /// A mask, with or without white space.
    AfterMask,
    /// A mask and one character that joins numbers.
    Joined,
}

/// The next mask of a text.
#[derive(Debug, Clone, Copy)]
struct Found {
    /// Where it starts; the next white space or the end of the text if there is no mask before.
    start: usize,
    /// Where it ends; `start` if there is none.
    mask_end: usize,
}

impl Found {
    /// Returns true if there is a mask, which starts here.
    fn is_at(self, at: usize) -> bool {
        self.start == at && self.mask_end > at
    }
}

#[inline]
fn byte(text: &[u8], at: usize) -> u8 {
    text.get(at).copied().unwrap_or(0)
}

#[inline]
fn class(text: &[u8], at: usize) -> u8 {
    CLASSES[usize::from(byte(text, at))]
}

fn rest(text: &[u8], at: usize) -> &[u8] {
    text.get(at..).unwrap_or(&[])
}

/// Finds the next mask at or after `at` and before the next white space.
#[inline]
fn find_mask(text: &[u8], at: usize, place: Place) -> Found {
    let end = month(text, at, place);
    if end > at {
        return Found {
            start: at,
            mask_end: end,
        };
    }
    let mut here = at;
    while let Some(byte) = text.get(here) {
        let found = match CLASSES[usize::from(*byte)] {
            0 | LETTER => None,
            SPACE => break,
            DIGIT => number(text, at, here),
            SLASH => temporary(text, here + 1),
            // Only a clock without numbers has `-:`.
            BAR if class(text, here + 1) & (BAR | WIDE_BAR) == 0
                && self::byte(text, here + 1) != b':' =>
            {
                None
            }
            _ => {
                let (end, is_bar) = bar(text, here);
                if is_bar {
                    return Found {
                        start: here,
                        mask_end: end,
                    };
                }
                here = end;
                continue;
            }
        };
        match found {
            Some(found) => return found,
            None => here += 1,
        }
    }
    Found {
        start: here,
        mask_end: here,
    }
}

/// The end of a run of bar characters that starts at `at`, and true if it is masked. The end is after `at`.
fn bar(text: &[u8], at: usize) -> (usize, bool) {
    let tail = rest(text, at);
    for clock in [&b"--:--:--"[..], b"-:--:--"] {
        if tail.starts_with(clock) {
            return (at + clock.len(), true);
        }
    }
    let (mut end, mut chars, mut wide) = (at, 0, false);
    loop {
        match class(text, end) {
            BAR => end += 1,
            WIDE_BAR if matches!(rest(text, end), [_, 0x94..=0x96 | 0xa0..=0xa3, _, ..]) => {
                wide = true;
                end += 3;
            }
            _ => break,
        }
        chars += 1;
    }
    (end.max(at + 1), wide || chars >= MIN_BAR_CHARS)
}

/// The mask of what follows `tmp/`, which starts at `at`.
#[inline]
fn temporary(text: &[u8], at: usize) -> Option<Found> {
    if byte(text, at) != b't' {
        return None;
    }
    let name = rest(text, at).strip_prefix(b"tmp/")?;
    let ends = |byte: &u8| {
        matches!(
            byte,
            b' ' | b'\t' | b'/' | b':' | b';' | b',' | b')' | b']' | b'}' | b'"' | b'\'' | b'`'
        )
    };
    let len = name.iter().position(ends).unwrap_or(name.len());
    let start = at + b"tmp/".len();
    (len > 0).then_some(Found {
        start,
        mask_end: start + len,
    })
}

/// The end of a month or a weekday that is part of a date; `at` if there is none.
#[inline]
fn month(text: &[u8], at: usize, place: Place) -> usize {
    if !matches!(
        byte(text, at),
        b'A' | b'D' | b'F' | b'J' | b'M' | b'N' | b'O' | b'S' | b'T' | b'W'
    ) {
        return at;
    }
    let before = at
        .checked_sub(1)
        .map_or(SPACE, |before| class(text, before));
    let is_joined = place == Place::Joined && matches!(byte(text, at - 1), b'/' | b'-');
    if before != SPACE && !is_joined {
        return at;
    }
    let is_in = |names: &[u8], at: usize| {
        let name = text.get(at..at + 3).unwrap_or(&[]);
        class(text, at + 3) & (LETTER | DIGIT) == 0
            && names.as_chunks::<3>().0.iter().any(|known| known == name)
    };
    let (is_month, is_weekday) = (is_in(MONTHS, at), is_in(WEEKDAYS, at));
    if !is_month && !is_weekday {
        return at;
    }
    let mut end = at + 3;
    if byte(text, end) == b',' {
        end += 1;
    }
    let mut next = end;
    while matches!(byte(text, next), b' ' | b'\t' | b'/' | b'-') {
        next += 1;
    }
    let is_date = next > end && (class(text, next) == DIGIT || (is_weekday && is_in(MONTHS, next)));
    if is_date || (is_month && place != Place::AfterText) {
        end
    } else {
        at
    }
}

/// The mask of a number or an identifier, whose first digit is at `digit`. `from` is where the search for a mask
/// began. Returns `None` if it is a zero that stays.
fn number(text: &[u8], from: usize, digit: usize) -> Option<Found> {
    let is_word = |at: usize| class(text, at) & (LETTER | DIGIT) != 0;
    let mut start = digit;
    while start > from && is_word(start - 1) {
        start -= 1;
    }
    let mut end = digit;
    while is_word(end) {
        end += 1;
    }
    // In the middle of a word, only digits are masked.
    let is_whole = start == 0 || !is_word(start - 1);
    let word = text.get(start..end).unwrap_or(&[]);
    if is_whole {
        if word == b"0" && counts_failures(text, start) {
            return None;
        }
        if is_uuid(rest(text, start)) {
            return Some(Found {
                start,
                mask_end: start + 36,
            });
        }
        if is_identifier(word) {
            return Some(Found {
                start,
                mask_end: end,
            });
        }
        if word.starts_with(b"sha") && start + 3 == digit {
            let digest = rest(text, end);
            let is_digest = |byte: &&u8| {
                byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=' | b'_' | b'-')
            };
            let len = rest(digest, 1).iter().take_while(is_digest).count();
            if matches!(digest, [b':' | b'-', ..]) && len >= MIN_DIGEST_CHARS {
                return Some(Found {
                    start: digit,
                    mask_end: end + 1 + len,
                });
            }
        }
    }
    let mut mask_end = digit;
    while class(text, mask_end) == DIGIT {
        mask_end += 1;
    }
    Some(Found {
        start: digit,
        mask_end: mask_end + close_units(text, mask_end, end),
    })
}

/// Returns true for a UUID at the start of a text.
fn is_uuid(text: &[u8]) -> bool {
    let Some(uuid) = text.get(..36) else {
        return false;
    };
    let fits = |(at, byte): (usize, &u8)| match at {
        8 | 13 | 18 | 23 => *byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    };
    uuid.iter().enumerate().all(fits) && class(text, 36) & (LETTER | DIGIT) == 0
}

/// Returns true if a word of letters and digits, with a digit in it, is an identifier.
fn is_identifier(word: &[u8]) -> bool {
    let hex = word.strip_prefix(b"0x");
    let is_hex = hex.unwrap_or(word).iter().all(u8::is_ascii_hexdigit);
    if is_hex && (hex.is_some_and(|hex| !hex.is_empty()) || word.len() >= MIN_HEX_DIGITS) {
        return true;
    }
    let runs = word.chunk_by(|a, b| a.is_ascii_digit() == b.is_ascii_digit());
    let runs = runs.filter(|run| run.first().is_some_and(u8::is_ascii_digit));
    word.len() >= MIN_RANDOM_CHARS && runs.count() >= MIN_RANDOM_RUNS
}

/// The length of the units that follow a number, with the numbers between them, such as `m30s`. They must be all
/// that is left of the word, which ends at `end`.
fn close_units(text: &[u8], at: usize, end: usize) -> usize {
    // Micro is not ASCII.
    if at == end
        && matches!(
            rest(text, at),
            [0xc2, 0xb5, b's', ..] | [0xce, 0xbc, b's', ..]
        )
    {
        return 3;
    }
    let units = text.get(at..end).unwrap_or(&[]);
    let mut parts = units.chunk_by(|a, b| a.is_ascii_digit() == b.is_ascii_digit());
    let is_part =
        |part: &[u8]| part.first().is_some_and(u8::is_ascii_digit) || is_unit(part, UNITS);
    if parts.all(is_part) { units.len() } else { 0 }
}

fn is_unit(word: &[u8], units: &[&str]) -> bool {
    word.len() <= 7 && units.iter().any(|unit| unit.as_bytes() == word)
}

/// The length of a unit at the start of a text, which follows a number and a space; 0 if there is none.
fn spaced_unit(text: &[u8]) -> usize {
    let word = text.iter().take_while(|byte| byte.is_ascii_alphanumeric());
    let len = word.count();
    let close = UNITS.iter().position(|unit| *unit == FIRST_CLOSE_UNIT);
    let units = UNITS.get(..close.unwrap_or(0)).unwrap_or(&[]);
    if len == 0 || !is_unit(text.get(..len).unwrap_or(&[]), units) {
        return 0;
    }
    match rest(text, len) {
        [b'/', b's', next, ..] if next.is_ascii_alphanumeric() => len,
        [b'/', b's', ..] => len + 2,
        _ => len,
    }
}

/// Returns true if the zero at `at` counts errors or failures: `0 errors`, `Failures: 0`.
fn counts_failures(text: &[u8], at: usize) -> bool {
    let tells = |word: &[u8]| {
        let is = |start: &[u8]| {
            word.get(..start.len())
                .is_some_and(|word| word.eq_ignore_ascii_case(start))
        };
        is(b"fail") || is(b"error")
    };
    if let [_, b' ', next @ ..] = rest(text, at)
        && tells(next)
    {
        return true;
    }
    let before = text.get(..at).unwrap_or(&[]).trim_ascii_end();
    let before = before
        .strip_suffix(b":")
        .or(before.strip_suffix(b"="))
        .unwrap_or(before);
    let letters = before
        .iter()
        .rev()
        .take_while(|byte| byte.is_ascii_alphabetic());
    let start = before.len() - letters.count();
    tells(rest(before, start)) && !matches!(byte(text, at + 1), b'.' | b':' | b'/' | b'%')
}

/// Drops what BuildKit puts before a line: the number of its step and the seconds, `#8 0.123 `. In the quote at the
/// end of a failed build, it puts the seconds alone, always as four digits.
fn without_prefix(text: &[u8]) -> &[u8] {
    let digits = |text: &[u8]| text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let number = text.strip_prefix(b"#").map_or(0, digits);
    let text = match (number, rest(text, 1 + number)) {
        (1..=6, after @ ([] | [b' ', ..])) => rest(after, 1),
        _ => text,
    };
    let whole = digits(text);
    let tenths = match rest(text, whole) {
        [b'.', tenths @ ..] if whole > 0 => digits(tenths),
        _ => 0,
    };
    match rest(text, whole + 1 + tenths) {
        after @ ([] | [b' ', ..]) if tenths > 0 && (number > 0 || whole + tenths == 4) => {
            rest(after, 1)
        }
        _ => text,
    }
}

/// Mixes a word into a hash.
#[inline]
pub(crate) fn mix(hash: u64, word: u64) -> u64 {
    let hash = (hash ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    hash ^ (hash >> 29)
}

/// Returns the key of a line's visible text: lines that are alike have the same key. Different ones have the same
/// key only if all 64 bits agree by chance.
pub(crate) fn key(text: &[u8]) -> u64 {
    let mut hash = 0;
    for token in Tokens::new(without_prefix(text)) {
        hash = match token {
            Token::Space => mix(hash, 1),
            Token::Mask => mix(hash, 2),
            Token::Text(text) => {
                let (words, tail) = text.as_chunks::<8>();
                let words = words.iter().map(|word| u64::from_le_bytes(*word));
                let hash = words.fold(mix(hash, 3 + text.len() as u64), mix);
                let mut last = [0; 8];
                for (to, from) in last.iter_mut().zip(tail) {
                    *to = *from;
                }
                mix(hash, u64::from_le_bytes(last))
            }
        };
    }
    hash
}

/// Returns the readable form of a line's visible text, with `…` in place of what differs from build to build.
///
/// # Examples
///
/// ```
/// use slipway_log::normalized;
///
/// assert_eq!(normalized("#8 0.123 Get:1 http://deb.example/main tini 0.19.0-1 [267 kB]"), "Get:… http://deb.example/main tini … […]");
/// assert_eq!(normalized("Cloning into '/tmp/tmp30e0cc'..."), "Cloning into '/tmp/…'...");
/// assert_eq!(normalized("test result: ok in 1m 30s, 0 failed"), "test result: ok in …, 0 failed");
/// ```
pub fn normalized(text: &str) -> String {
    let mut out = String::new();
    for token in Tokens::new(without_prefix(text.as_bytes())) {
        match token {
            Token::Space => out.push(' '),
            Token::Mask => out.push(MASK),
            // No token ends inside a character.
            Token::Text(text) => out.push_str(std::str::from_utf8(text).unwrap_or_default()),
        }
    }
    out
}

/// Returns true if two visible texts are alike. Ends at the first difference, and compares what is the same byte by
/// byte as a whole.
pub(crate) fn alike(a: &[u8], b: &[u8]) -> bool {
    if a == b {
        return true;
    }
    let (mut a, mut b) = (
        Tokens::new(without_prefix(a)),
        Tokens::new(without_prefix(b)),
    );
    skip_same(&mut a, &mut b);
    loop {
        let token = a.next();
        if token != b.next() {
            return false;
        }
        match token {
            None => return true,
            // A zero can mean something else by what stands before.
            Some(Token::Space) if byte(a.text, a.at) != b'0' => skip_same(&mut a, &mut b),
            Some(_) => {}
        }
    }
}

/// Skips what both texts have next, as far as it means the same whatever follows.
fn skip_same<'a>(a: &mut Tokens<'a>, b: &mut Tokens<'a>) {
    let (a_rest, b_rest) = (rest(a.text, a.at), rest(b.text, b.at));
    let words = a_rest
        .as_chunks::<8>()
        .0
        .iter()
        .zip(b_rest.as_chunks::<8>().0);
    let same = 8 * words.take_while(|(a, b)| a == b).count();
    let tails = rest(a_rest, same).iter().zip(rest(b_rest, same));
    let same = same + tails.take_while(|(a, b)| a == b).count();
    let settled = settled(a_rest.get(..same).unwrap_or(&[]));
    if settled > 0 {
        for tokens in [a, b] {
            tokens.at += settled;
            tokens.is_start = false;
        }
    }
}

/// Returns the last white space of a text up to which all texts that start with it have the same tokens, and where
/// no mask ends; 0 if there is none.
fn settled(text: &[u8]) -> usize {
    let mut end = text.len();
    while let Some(space) = text
        .get(..end)
        .unwrap_or(&[])
        .iter()
        .rposition(|byte| *byte == b' ')
    {
        let before = text.get(..space).unwrap_or(&[]);
        if matches!(
            before.last(),
            Some(b':' | b';' | b')' | b'}' | b'"' | b'\'' | b'`')
        ) {
            return space;
        }
        let letters = before
            .iter()
            .rev()
            .take_while(|byte| byte.is_ascii_alphabetic());
        let letters = letters.count();
        let word = rest(before, before.len() - letters);
        let is_alone =
            before.len() == letters || class(before, before.len() - letters - 1) == SPACE;
        if letters > 3 && is_alone && !is_unit(word, UNITS) {
            return space;
        }
        end = space;
    }
    0
}

/// Reads normalized lines of a log. Reuses its buffers.
#[derive(Debug, Default)]
pub(crate) struct Normalizer {
    painted: Painted,
    other: Painted,
}

/// The visible text of a line.
#[inline]
fn visible<'a>(store: &'a Store, line: usize, painted: &'a mut Painted) -> &'a [u8] {
    let bytes = store.bytes(line);
    if store.is_plain(line) {
        return bytes;
    }
    ansi::plain_into(std::str::from_utf8(bytes).unwrap_or_default(), painted);
    painted.text.as_bytes()
}

impl Normalizer {
    /// The key of a line, see [`key`].
    pub(crate) fn key(&mut self, store: &Store, line: usize) -> u64 {
        key(visible(store, line, &mut self.painted))
    }

    /// Returns true if two lines are alike.
    pub(crate) fn alike(&mut self, store: &Store, a: usize, b: usize) -> bool {
        alike(
            visible(store, a, &mut self.painted),
            visible(store, b, &mut self.other),
        )
    }
}
