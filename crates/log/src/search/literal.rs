//! Finds a fixed text in many lines at once.

use crate::text::classes;
use memchr::memmem::Finder;
use std::ops::Range;

/// A fixed text to search for.
#[derive(Debug, Clone)]
pub(crate) struct Literal {
    kind: LiteralKind,
    len: usize,
    word: bool,
    /// The rarest byte of the text, and its other case. Every plain line with a match contains one.
    rarest: (u8, u8),
}

#[derive(Debug, Clone)]
enum LiteralKind {
    Exact(Box<Finder<'static>>),
    /// Ignores the case of ASCII letters. Holds the text in lower case.
    EitherCase(Pair, Box<[u8]>),
}

/// Two bytes of a text and their distance, to check eight positions at a time.
#[derive(Debug, Clone, Copy)]
struct Pair {
    first: Byte,
    second: Byte,
    /// The index of the first byte in the text. The second byte is at or after it.
    at: usize,
    distance: usize,
}

/// A byte to compare with, after the bits of `fold` are set.
#[derive(Debug, Clone, Copy)]
struct Byte {
    value: u8,
    fold: u8,
}

/// The characters of logs from the most frequent to the rarest. All others are rarer.
const FREQUENT: &[u8] = b"eationsrdlcmpu0123456./h-gb_fyvwkx789 ";

fn frequency(byte: u8) -> usize {
    let place = FREQUENT
        .iter()
        .position(|frequent| *frequent == byte.to_ascii_lowercase());
    match (byte, place) {
        (b' ', _) => usize::MAX,
        (_, Some(place)) => FREQUENT.len() - place,
        (_, None) => 0,
    }
}

fn is_word(byte: Option<&u8>) -> bool {
    byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
}

impl Literal {
    /// Takes a text that is not empty and has no newlines. Unless `case`, ignores the case of ASCII
    /// letters. With `word`, matches whole words only.
    pub(crate) fn new(text: &[u8], case: bool, word: bool) -> Self {
        let rarest = text
            .iter()
            .copied()
            .min_by_key(|byte| frequency(*byte))
            .unwrap_or(0);
        let (kind, rarest) = match case {
            true => (
                LiteralKind::Exact(Box::new(Finder::new(text).into_owned())),
                (rarest, rarest),
            ),
            false => (
                LiteralKind::EitherCase(Pair::of(text), text.to_ascii_lowercase().into()),
                (rarest.to_ascii_lowercase(), rarest.to_ascii_uppercase()),
            ),
        };
        Self {
            kind,
            len: text.len(),
            word,
            rarest,
        }
    }

    /// Returns the ranges of all matches, in order, without overlaps.
    pub(crate) fn find<'a>(&'a self, text: &'a [u8]) -> impl Iterator<Item = Range<usize>> + 'a {
        let mut from = 0;
        std::iter::from_fn(move || {
            loop {
                let rest = text.get(from..)?;
                let found = match &self.kind {
                    LiteralKind::Exact(finder) => finder.find(rest),
                    LiteralKind::EitherCase(pair, lower) => pair.find(rest, lower),
                };
                let start = from + found?;
                let end = start + self.len;
                let before = start.checked_sub(1).and_then(|at| text.get(at));
                if !self.word || !(is_word(before) || is_word(text.get(end))) {
                    from = end;
                    return Some(start..end);
                }
                from = start + 1;
                // Never start in the middle of a character.
                while text
                    .get(from)
                    .is_some_and(|byte| (0x80..0xc0).contains(byte))
                {
                    from += 1;
                }
            }
        })
    }

    /// Returns false if a line with escapes certainly has no match in its visible text: it does not
    /// contain the rarest byte, and painting cannot add that byte as part of a visible symbol.
    #[inline]
    pub(crate) fn may_be_in(&self, line: &[u8]) -> bool {
        let (byte, other) = self.rarest;
        let of_escapes = matches!(byte, b'\\' | b'u' | b'{' | b'}' | b'0'..=b'9' | b'a'..=b'f' | b'U' | b'A'..=b'F');
        byte >= 0x80
            // A cursor that moves leaves spaces.
            || byte == b' '
            || memchr::memchr2(byte, other, line).is_some()
            // Only characters outside of ASCII become `\u{…}`.
            || (of_escapes && classes(line).wide)
    }
}

const LOW: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = 0x8080_8080_8080_8080;

impl Byte {
    fn of(byte: u8) -> Self {
        let fold = if byte.is_ascii_alphabetic() { 0x20 } else { 0 };
        Self {
            value: byte | fold,
            fold,
        }
    }

    /// Compares eight bytes: the result has a zero byte where they are equal to this one.
    #[inline]
    fn differs(self, word: u64) -> u64 {
        (word | (LOW * u64::from(self.fold))) ^ (LOW * u64::from(self.value))
    }
}

impl Pair {
    /// The two rarest bytes of a text.
    fn of(text: &[u8]) -> Self {
        let mut places: Vec<usize> = (0..text.len()).collect();
        places.sort_by_key(|place| frequency(text[*place]));
        let first = places.first().copied().unwrap_or(0);
        // A different second byte is more selective than the same byte twice.
        let differs = |place: &&usize| !text[**place].eq_ignore_ascii_case(&text[first]);
        let other = places.iter().find(differs).copied().unwrap_or(first);
        let (at, second) = (first.min(other), first.max(other));
        let byte = |place: usize| Byte::of(text.get(place).copied().unwrap_or(0));
        Self {
            first: byte(at),
            second: byte(second),
            at,
            distance: second - at,
        }
    }

    /// The first position of the text, which is given in lower case.
    fn find(&self, text: &[u8], lower: &[u8]) -> Option<usize> {
        let last = text.len().checked_sub(lower.len())?;
        let firsts = text.get(self.at..)?;
        let seconds = firsts.get(self.distance..)?;
        let matches_at = |place: usize| {
            let candidate = text.get(place..place + lower.len());
            candidate.is_some_and(|candidate| candidate.eq_ignore_ascii_case(lower))
        };
        let mut place = 0;
        for (first, second) in firsts
            .as_chunks::<8>()
            .0
            .iter()
            .zip(seconds.as_chunks::<8>().0)
        {
            let differs = self.first.differs(u64::from_le_bytes(*first))
                | self.second.differs(u64::from_le_bytes(*second));
            // A zero byte marks a position where both bytes are equal.
            let mut found = differs.wrapping_sub(LOW) & !differs & HIGH;
            while found != 0 {
                let candidate = place + (found.trailing_zeros() / 8) as usize;
                if matches_at(candidate) {
                    return Some(candidate);
                }
                found &= found - 1;
            }
            place += 8;
        }
        (place..=last).find(|place| matches_at(*place))
    }
}
