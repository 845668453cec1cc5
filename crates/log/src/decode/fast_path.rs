//! The fast path through an entry, for the usual case: no white space, no escapes outside of the
//! message, and all of the entry in one chunk. The decoder's states handle everything else.

use crate::decode::values::text;
use crate::decode::{Decoder, Field, State};
use crate::sieve::Sieve;
use crate::store::Store;

const MESSAGE: &[u8] = b"\"message\":\"";
const LEVEL: &[u8] = b"\"level\":\"";
const TIME: &[u8] = b"\"time\":";

impl Decoder {
    /// Reads from a key on, as far as the fast path applies. Returns the number of bytes used, and sets
    /// the state to what is expected next.
    #[inline]
    pub(super) fn fast_path(
        &mut self,
        rest: &[u8],
        store: &mut Store,
        sieve: &mut Sieve<'_>,
    ) -> usize {
        let mut at = 0;
        loop {
            let key = rest.get(at..).unwrap_or(&[]);
            let value = if let Some(value) = key.strip_prefix(MESSAGE) {
                store.arena.discard();
                let (used, done) = text(&mut self.unescape, value, &mut store.arena);
                at += MESSAGE.len() + used;
                if !done {
                    self.state = State::InString(Field::Message);
                    return at;
                }
                value.get(used..).unwrap_or(&[])
            } else if let Some(value) = key.strip_prefix(LEVEL) {
                let ends = |byte: &u8| matches!(byte, b'"' | b'\\');
                let Some(end) = value.iter().take(64).position(ends) else {
                    return at;
                };
                let Some((level, [b'"', after @ ..])) = value.split_at_checked(end) else {
                    return at;
                };
                self.level = store.levels.number(level);
                at += LEVEL.len() + end + 1;
                after
            } else if let Some(value) = key.strip_prefix(TIME) {
                let digits = value
                    .iter()
                    .take(18)
                    .take_while(|byte| byte.is_ascii_digit());
                let (len, seconds) = digits.fold((0, 0), |(len, seconds), digit| {
                    (len + 1, seconds * 10 + i64::from(digit - b'0'))
                });
                let after = value.get(len..).unwrap_or(&[]);
                if len == 0 || !matches!(after.first(), Some(b',' | b'}')) {
                    return at;
                }
                self.time = Some(seconds);
                at += TIME.len() + len;
                after
            } else {
                return at;
            };
            match value.first() {
                Some(b',') => {
                    self.state = State::Key;
                    at += 1;
                }
                Some(b'}') => {
                    self.complete(store, sieve);
                    self.state = State::ElementEnd;
                    return at + 1;
                }
                _ => {
                    self.state = State::FieldEnd;
                    return at;
                }
            }
        }
    }
}
