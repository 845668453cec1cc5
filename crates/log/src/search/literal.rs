//! A fixed text, found in many lines at once.

use crate::text::classes;
use memchr::memmem::Finder;
use std::ops::Range;

/// A fixed text that is looked for.
#[derive(Debug, Clone)]
pub struct Literal {
    how: How,
    len: usize,
    word: bool,
    /// A byte that every line with it holds, and its other case.
    rarest: (u8, u8),
}

#[derive(Debug, Clone)]
enum How {
    Exact(Box<Finder<'static>>),
    /// In lower case; only letters of ASCII have another.
    EitherCase(Pair, Box<[u8]>),
}

/// Two bytes of a text and their distance, by which it is found eight places at a time.
#[derive(Debug, Clone, Copy)]
struct Pair {
    first: Byte,
    second: Byte,
    /// Where the first stands in the text; the second stands at or after it.
    at: usize,
    distance: usize,
}

/// A byte as it is compared: with the bits of `fold` set.
#[derive(Debug, Clone, Copy)]
struct Byte {
    value: u8,
    fold: u8,
}

/// From the most frequent letters of logs to the rarest; what is not here is rarer.
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
    /// A text, not empty and without newlines. If `case` is not told apart, only letters of ASCII have
    /// another. If it is to be a whole word, no letter, digit or underscore of ASCII may be beside it.
    pub fn new(text: &[u8], case: bool, word: bool) -> Self {
        let rarest = text
            .iter()
            .copied()
            .min_by_key(|byte| frequency(*byte))
            .unwrap_or(0);
        let (how, rarest) = match case {
            true => (
                How::Exact(Box::new(Finder::new(text).into_owned())),
                (rarest, rarest),
            ),
            false => (
                How::EitherCase(Pair::of(text), text.to_ascii_lowercase().into()),
                (rarest.to_ascii_lowercase(), rarest.to_ascii_uppercase()),
            ),
        };
        Self {
            how,
            len: text.len(),
            word,
            rarest,
        }
    }

    /// Where it is: in order, none overlapping.
    pub fn find<'a>(&'a self, text: &'a [u8]) -> impl Iterator<Item = Range<usize>> + 'a {
        let mut from = 0;
        std::iter::from_fn(move || {
            loop {
                let rest = text.get(from..)?;
                let found = match &self.how {
                    How::Exact(finder) => finder.find(rest),
                    How::EitherCase(pair, lower) => pair.find(rest, lower),
                };
                let start = from + found?;
                let end = start + self.len;
                let before = start.checked_sub(1).and_then(|at| text.get(at));
                if !self.word || !(is_word(before) || is_word(text.get(end))) {
                    from = end;
                    return Some(start..end);
                }
                from = start + 1;
                // Not in the middle of a character, for what is found must be one of text.
                while text
                    .get(from)
                    .is_some_and(|byte| (0x80..0xc0).contains(byte))
                {
                    from += 1;
                }
            }
        })
    }

    /// Whether a line, escapes and all, may hold it once these are gone: it must hold its rarest byte,
    /// unless that can be one of a picture or an escape that is made when the line is drawn.
    #[inline]
    pub fn may_be_in(&self, line: &[u8]) -> bool {
        let (byte, other) = self.rarest;
        let of_escapes = matches!(byte, b'\\' | b'u' | b'{' | b'}' | b'0'..=b'9' | b'a'..=b'f' | b'U' | b'A'..=b'F');
        byte >= 0x80
            || memchr::memchr2(byte, other, line).is_some()
            // Only characters outside of ASCII are drawn as escapes.
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

    /// Which of eight bytes are not this one: each of those has a bit set.
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
        let one = places.first().copied().unwrap_or(0);
        // The same byte twice tells less than another one.
        let differs = |place: &&usize| !text[**place].eq_ignore_ascii_case(&text[one]);
        let other = places.iter().find(differs).copied().unwrap_or(one);
        let (at, second) = (one.min(other), one.max(other));
        let byte = |place: usize| Byte::of(text.get(place).copied().unwrap_or(0));
        Self {
            first: byte(at),
            second: byte(second),
            at,
            distance: second - at,
        }
    }

    /// The first place of the text, which is given in lower case.
    fn find(&self, text: &[u8], lower: &[u8]) -> Option<usize> {
        let last = text.len().checked_sub(lower.len())?;
        let firsts = text.get(self.at..)?;
        let seconds = firsts.get(self.distance..)?;
        let is_here = |place: usize| {
            let here = text.get(place..place + lower.len());
            here.is_some_and(|here| here.eq_ignore_ascii_case(lower))
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
            // A byte of zeros is where both are.
            let mut found = differs.wrapping_sub(LOW) & !differs & HIGH;
            while found != 0 {
                let candidate = place + (found.trailing_zeros() / 8) as usize;
                if is_here(candidate) {
                    return Some(candidate);
                }
                found &= found - 1;
            }
            place += 8;
        }
        (place..=last).find(|place| is_here(*place))
    }
}
