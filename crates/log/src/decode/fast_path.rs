//! The fast path through entries, for the usual case: no white space, simple escapes, and all of an entry in one chunk.
//! The decoder's states handle everything else.

use crate::arena::Arena;
use crate::decode::known_level::KnownLevel;
use crate::decode::values::text;
use crate::decode::{Decoder, Field, State};
use crate::levels::Levels;
use crate::sieve::Sieve;
use crate::store::Store;
use crate::text::{Classes, HIGH, LOW, until_quote};

/// The keys, as far as they fit into eight bytes: comparing numbers is much faster than comparing slices.
const MESSAGE: u64 = u64::from_le_bytes(*b"\"message");
const LEVEL: u64 = u64::from_le_bytes(*b"\"level\":");
const TIME: u64 = u64::from_le_bytes(*b"\"time\":\0");

/// The bytes of a word that [`TIME`] has.
const TIME_BYTES: u64 = u64::MAX >> 8;

impl Decoder {
    /// Reads from a key on, as far as the fast path applies, through as many entries. Returns the number of bytes used,
    /// and sets the state to what is expected next.
    pub(super) fn fast_path(
        &mut self,
        rest: &[u8],
        store: &mut Store,
        sieve: &mut Sieve<'_>,
    ) -> usize {
        let mut at = 0;
        loop {
            let Some((key, after)) = rest.get(at..).and_then(<[u8]>::split_first_chunk) else {
                return at;
            };
            let key = u64::from_le_bytes(*key);
            let value = if key == MESSAGE
                && let [b'"', b':', b'"', value @ ..] = after
            {
                let used = match self.plain_message(value, &mut store.arena) {
                    Some(used) => used,
                    None => {
                        store.arena.discard();
                        self.classes = None;
                        let (used, done) = text(&mut self.unescape, value, &mut store.arena);
                        if !done {
                            self.state = State::InString(Field::Message);
                            return at + b"\"message\":\"".len() + used;
                        }
                        used
                    }
                };
                at += b"\"message\":\"".len() + used;
                value.get(used..).unwrap_or(&[])
            } else if key == LEVEL
                && let [b'"', value @ ..] = after
            {
                let Some(after) = self.short_level(value, &mut store.levels) else {
                    return at;
                };
                at += b"\"level\":\"".len() + value.len() - after.len();
                after
            } else if key & TIME_BYTES == TIME {
                let value = rest.get(at + b"\"time\":".len()..).unwrap_or(&[]);
                let Some((seconds, after)) = seconds(value) else {
                    return at;
                };
                self.time = Some(seconds);
                at += b"\"time\":".len() + value.len() - after.len();
                after
            } else {
                return at;
            };
            match value {
                [b',', ..] => {
                    self.state = State::Key;
                    at += 1;
                }
                [b'}', after @ ..] => {
                    self.complete(store, sieve);
                    at += 1;
                    let [b',', b'{', b'"', ..] = after else {
                        self.state = State::ElementEnd;
                        return at;
                    };
                    // The next entry begins at once.
                    at += 2;
                    self.begin(store);
                    self.state = State::Key;
                }
                _ => {
                    self.state = State::FieldEnd;
                    return at;
                }
            }
        }
    }

    /// Reads a level up to the end of its string. Returns what follows; `None` if it is long or has escapes.
    #[inline]
    fn short_level<'a>(&mut self, value: &'a [u8], levels: &mut Levels) -> Option<&'a [u8]> {
        let word = u64::from_le_bytes(*value.first_chunk()?);
        // The lowest marked byte is a quote.
        let differs = word ^ (LOW * u64::from(b'"'));
        let quotes = differs.wrapping_sub(LOW) & !differs & HIGH;
        let len = (quotes.trailing_zeros() / 8) as usize;
        if quotes != 0 {
            let word = word & u64::MAX >> (56 - 8 * len);
            if word != self.known_level.word {
                let (level, _) = level(value)?;
                let number = levels.number(level);
                self.known_level = KnownLevel { word, number };
            }
            self.level = self.known_level.number;
            return value.get(len + 1..);
        }
        let (level, after) = level(value)?;
        self.level = levels.number(level);
        Some(after)
    }

    /// Reads a message up to the end of its string into the arena. Returns the number of bytes used; `None` if it does
    /// not end here, or has other escapes than those of single bytes. Then some of it may be in the arena.
    #[inline]
    fn plain_message(&mut self, value: &[u8], arena: &mut Arena) -> Option<usize> {
        arena.discard();
        let mut found = Classes::default();
        let mut at = 0;
        loop {
            let rest = value.get(at..)?;
            let (end, classes) = until_quote(rest)?;
            found = found.and(classes);
            arena.push(rest.get(..end)?);
            at += end;
            let (byte, used) = match rest.get(end..)? {
                [b'"', ..] => {
                    self.classes = Some(found);
                    return Some(at + 1);
                }
                [b'\\', escape @ ..] => escaped(escape)?,
                _ => return None,
            };
            found.control |= byte.is_ascii_control();
            arena.push_byte(byte);
            at += 1 + used;
        }
    }
}

/// The byte that an escape stands for, which is given without its backslash, and the number of bytes of the escape.
/// `None` if it stands for more than one byte, or is incomplete.
#[inline]
fn escaped(escape: &[u8]) -> Option<(u8, usize)> {
    let byte = match escape {
        [b'n', ..] => b'\n',
        [b'r', ..] => b'\r',
        [b't', ..] => b'\t',
        [b'b', ..] => 0x08,
        [b'f', ..] => 0x0c,
        [byte @ (b'"' | b'\\' | b'/'), ..] => *byte,
        [b'u', b'0', b'0', high @ b'0'..=b'7', low, ..] => {
            let low = (*low as char).to_digit(16)?;
            return Some(((high - b'0') << 4 | low as u8, 5));
        }
        _ => return None,
    };
    Some((byte, 1))
}

/// A level up to the end of its string, and what follows.
#[inline]
fn level(value: &[u8]) -> Option<(&[u8], &[u8])> {
    let ends = |byte: &u8| matches!(byte, b'"' | b'\\');
    let end = value.iter().take(64).position(ends)?;
    match value.split_at_checked(end)? {
        (level, [b'"', after @ ..]) => Some((level, after)),
        _ => None,
    }
}

/// A time of whole seconds, and what follows.
#[inline]
fn seconds(value: &[u8]) -> Option<(i64, &[u8])> {
    let (mut seconds, mut len) = match value.first_chunk().and_then(eight_digits) {
        Some(seconds) => (i64::from(seconds), 8),
        None => (0, 0),
    };
    let digits = value.get(len..).unwrap_or(&[]).iter().take(18 - len);
    for digit in digits.take_while(|byte| byte.is_ascii_digit()) {
        seconds = seconds * 10 + i64::from(digit - b'0');
        len += 1;
    }
    match value.split_at_checked(len)? {
        (digits, after @ [b',' | b'}', ..]) if !digits.is_empty() => Some((seconds, after)),
        _ => None,
    }
}

/// The number that eight digits are; `None` if there is another byte among them.
#[inline]
fn eight_digits(bytes: &[u8; 8]) -> Option<u32> {
    let word = u64::from_le_bytes(*bytes);
    let above = word.wrapping_add(LOW * 0x46);
    let digits = word.wrapping_sub(LOW * 0x30);
    if (above | digits) & HIGH != 0 {
        return None;
    }
    // Pairs, then fours, then all: the digits before count ten, a hundred, ten thousand times.
    let pairs = digits.wrapping_mul(1 + (10 << 8)) >> 8 & 0x00ff_00ff_00ff_00ff;
    let fours = pairs.wrapping_mul(1 + (100 << 16)) >> 16 & 0x0000_ffff_0000_ffff;
    Some((fours.wrapping_mul(1 + (10_000 << 32)) >> 32) as u32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn eight_digits_are_a_number(text in "[0-9]{8}") {
            let bytes = text.as_bytes().first_chunk().expect("has eight");
            prop_assert_eq!(eight_digits(bytes), text.parse().ok());
        }

        #[test]
        fn anything_else_is_no_digit(text in "[0-9]{8}", at in 0usize..8, byte in any::<u8>()) {
            let mut bytes = *text.as_bytes().first_chunk().expect("has eight");
            bytes[at] = byte;
            prop_assert_eq!(eight_digits(&bytes).is_some(), byte.is_ascii_digit());
        }

        #[test]
        fn times_end_where_they_end(text in "[0-9]{0,20}[,} .e]{0,2}") {
            let digits = text.bytes().take_while(u8::is_ascii_digit).count();
            let fits = (1..=18).contains(&digits) && text.get(digits..).is_some_and(|rest| rest.starts_with([',', '}']));
            let expected = text.get(..digits).filter(|_| fits).and_then(|digits| digits.parse().ok());
            let found = seconds(text.as_bytes());
            prop_assert_eq!(found.map(|(seconds, _)| seconds), expected);
            prop_assert!(found.is_none_or(|(_, rest)| rest.len() == text.len() - digits));
        }
    }
}
