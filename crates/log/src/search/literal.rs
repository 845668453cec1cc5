//! Finds a fixed text in many lines at once.

use crate::text::classes;
use std::ops::Range;
use wide::u8x16;

/// The number of bytes that are compared at once.
const LANES: usize = 16;

/// The number of bytes of a block: all of its places are looked at together.
const BLOCK: usize = 64;

/// A fixed text to search for.
#[derive(Debug, Clone)]
pub(crate) struct Literal {
    /// In lower case if case is ignored.
    text: Box<[u8]>,
    /// False to ignore the case of ASCII letters.
    case: bool,
    word: bool,
    pair: Pair,
    /// The rarest byte of the text, and its other case. Every plain line with a match contains one.
    rarest: (u8, u8),
}

/// Two bytes of a text and their distance, to check many places at a time.
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
        let rarest = match case {
            true => (rarest, rarest),
            false => (rarest.to_ascii_lowercase(), rarest.to_ascii_uppercase()),
        };
        let text = match case {
            true => text.to_vec(),
            false => text.to_ascii_lowercase(),
        };
        Self {
            pair: Pair::of(&text, case),
            text: text.into(),
            case,
            word,
            rarest,
        }
    }

    /// Returns the ranges of all matches, in order, without overlaps.
    pub(crate) fn find<'a>(&'a self, text: &'a [u8]) -> impl Iterator<Item = Range<usize>> + 'a {
        let mut candidates = Candidates::new(self, text);
        let mut from = 0;
        std::iter::from_fn(move || {
            loop {
                let start = candidates.find(|place| *place >= from)?;
                let end = start + self.text.len();
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

impl Byte {
    fn of(byte: u8, case: bool) -> Self {
        let folds = byte.is_ascii_alphabetic() && !case;
        let fold = if folds { 0x20 } else { 0 };
        Self {
            value: byte | fold,
            fold,
        }
    }
}

/// [`Byte`] in each lane.
#[derive(Debug, Clone, Copy)]
struct Lanes {
    value: u8x16,
    fold: u8x16,
}

impl Lanes {
    fn of(byte: Byte) -> Self {
        Self {
            value: u8x16::splat(byte.value),
            fold: u8x16::splat(byte.fold),
        }
    }

    #[inline]
    fn equals(self, bytes: &[u8; LANES]) -> u8x16 {
        (u8x16::new(*bytes) | self.fold).simd_eq(self.value)
    }
}

impl Pair {
    /// The two rarest bytes of a text.
    fn of(text: &[u8], case: bool) -> Self {
        let mut places: Vec<usize> = (0..text.len()).collect();
        places.sort_by_key(|place| frequency(text[*place]));
        let first = places.first().copied().unwrap_or(0);
        // A different second byte is more selective than the same byte twice.
        let differs = |place: &&usize| !text[**place].eq_ignore_ascii_case(&text[first]);
        let other = places.iter().find(differs).copied().unwrap_or(first);
        let (at, second) = (first.min(other), first.max(other));
        let byte = |place: usize| Byte::of(text.get(place).copied().unwrap_or(0), case);
        Self {
            first: byte(at),
            second: byte(second),
            at,
            distance: second - at,
        }
    }
}

/// All places of a literal in a text, with overlaps.
struct Candidates<'a> {
    literal: &'a Literal,
    text: &'a [u8],
    /// The text from where the first byte, and the second one, of a match at its start would be.
    firsts: &'a [u8],
    seconds: &'a [u8],
    first: Lanes,
    second: Lanes,
    /// The place after the block that was looked at last.
    next: usize,
    /// For each place of that block that is left, a bit that says if both bytes are equal there.
    found: u64,
}

impl<'a> Candidates<'a> {
    fn new(literal: &'a Literal, text: &'a [u8]) -> Self {
        let pair = literal.pair;
        let firsts = text.get(pair.at..).unwrap_or(&[]);
        Self {
            literal,
            text,
            firsts,
            seconds: firsts.get(pair.distance..).unwrap_or(&[]),
            first: Lanes::of(pair.first),
            second: Lanes::of(pair.second),
            next: 0,
            found: 0,
        }
    }

    /// Looks at blocks until one has both bytes. Returns false at the end.
    #[inline]
    fn find_block(&mut self) -> bool {
        let firsts = self.firsts.get(self.next..).unwrap_or(&[]).as_chunks();
        let seconds = self.seconds.get(self.next..).unwrap_or(&[]).as_chunks();
        for (first, second) in firsts.0.iter().zip(seconds.0) {
            self.next += BLOCK;
            if self.look_at(first, second) {
                return true;
            }
        }
        if self.next >= self.seconds.len() {
            return false;
        }
        // The rest, padded with bytes that no text to search for contains.
        let padded = |bytes: &[u8]| {
            let mut block = [0; BLOCK];
            for (to, from) in block.iter_mut().zip(bytes) {
                *to = *from;
            }
            block
        };
        let first = padded(self.firsts.get(self.next..).unwrap_or(&[]));
        let second = padded(seconds.1);
        self.next += BLOCK;
        self.look_at(&first, &second)
    }

    /// Notes the places of a block that have both bytes. Returns true if there are any.
    #[inline]
    fn look_at(&mut self, first: &[u8; BLOCK], second: &[u8; BLOCK]) -> bool {
        let (first, _) = first.as_chunks::<LANES>();
        let (second, _) = second.as_chunks::<LANES>();
        let mut all = [u8x16::ZERO; BLOCK / LANES];
        let mut any = u8x16::ZERO;
        for ((all, first), second) in all.iter_mut().zip(first).zip(second) {
            *all = self.first.equals(first) & self.second.equals(second);
            any |= *all;
        }
        if !any.any() {
            return false;
        }
        self.found = (all.iter().rev()).fold(0, |bits, lanes| {
            bits << LANES | u64::from(lanes.to_bitmask())
        });
        true
    }
}

impl Iterator for Candidates<'_> {
    type Item = usize;

    #[inline]
    fn next(&mut self) -> Option<usize> {
        loop {
            while self.found == 0 {
                if !self.find_block() {
                    return None;
                }
            }
            let place = self.next - BLOCK + self.found.trailing_zeros() as usize;
            self.found &= self.found - 1;
            let wanted = &self.literal.text;
            let candidate = self.text.get(place..place + wanted.len());
            let is_match = match self.literal.case {
                true => candidate == Some(wanted),
                false => candidate.is_some_and(|found| found.eq_ignore_ascii_case(wanted)),
            };
            if is_match {
                return Some(place);
            }
        }
    }
}
