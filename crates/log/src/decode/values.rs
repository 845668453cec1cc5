//! Reads the values of an entry's keys. A chunk can end anywhere inside a value.

use crate::arena::Arena;
use crate::decode::nested::Nested;
use crate::decode::{Decoder, Field, State, is_space};
use crate::json::{Sink, Unescape, whole_seconds};
use crate::store::Store;

/// The maximum number of bytes that are kept of a key, a level or a bare word.
const MAX_SCRATCH_BYTES: usize = 256;

impl Sink for Arena {
    #[inline]
    fn put(&mut self, bytes: &[u8]) {
        self.push(bytes);
    }

    #[inline]
    fn put_byte(&mut self, byte: u8) {
        self.push_byte(byte);
    }
}

impl Sink for Vec<u8> {
    #[inline]
    fn put(&mut self, bytes: &[u8]) {
        let room = MAX_SCRATCH_BYTES.saturating_sub(self.len());
        self.extend_from_slice(bytes.get(..room).unwrap_or(bytes));
    }
}

/// Discards all bytes.
struct Discard;

impl Sink for Discard {
    fn put(&mut self, _: &[u8]) {}
}

impl Decoder {
    #[inline]
    pub(super) fn field(&self) -> Field {
        match self.scratch.as_slice() {
            b"message" => Field::Message,
            b"level" => Field::Level,
            b"time" => Field::Time,
            _ => Field::Other,
        }
    }

    /// Takes the first byte of a value.
    #[inline]
    pub(super) fn value(&mut self, field: Field, byte: u8, store: &mut Store) -> usize {
        match field {
            // If a key appears twice, the last value counts.
            Field::Message => {
                store.arena.discard();
                self.classes = None;
            }
            _ => self.scratch.clear(),
        }
        self.state = match byte {
            b'"' => State::InString(field),
            b'{' | b'[' => {
                self.nested = Nested::default();
                State::InNested(field)
            }
            b',' | b'}' | b']' | b':' => return self.fault(store),
            _ => {
                self.scratch.clear();
                State::InWord(field)
            }
        };
        usize::from(byte == b'"')
    }

    #[inline]
    pub(super) fn key(&mut self, rest: &[u8]) -> usize {
        let (used, done) = text(&mut self.unescape, rest, &mut self.scratch);
        if done {
            self.state = State::Colon;
        }
        used
    }

    #[inline]
    pub(super) fn string(&mut self, field: Field, rest: &[u8], store: &mut Store) -> usize {
        let (used, done) = match field {
            Field::Message => text(&mut self.unescape, rest, &mut store.arena),
            Field::Level => text(&mut self.unescape, rest, &mut self.scratch),
            _ => text(&mut self.unescape, rest, &mut Discard),
        };
        if done {
            match field {
                Field::Level => self.level = store.levels.number(&self.scratch),
                Field::Time => self.time = None,
                _ => {}
            }
            self.close(field);
        }
        used
    }

    /// Ends a value.
    #[inline]
    fn close(&mut self, field: Field) {
        self.state = State::FieldEnd;
        if field == Field::Element {
            self.summary.unreadable += 1;
            self.state = State::ElementEnd;
        }
    }

    #[inline]
    pub(super) fn word(&mut self, field: Field, rest: &[u8], store: &mut Store) -> usize {
        let ends = |byte: &u8| {
            is_space(*byte) || matches!(byte, b',' | b'}' | b']' | b':' | b'"' | b'{' | b'[')
        };
        let end = rest.iter().position(ends);
        let part = rest.get(..end.unwrap_or(rest.len())).unwrap_or(rest);
        self.scratch.put(part);
        if end.is_some() {
            let is_null = self.scratch == b"null";
            match field {
                Field::Message if !is_null => store.arena.push(&self.scratch),
                Field::Level if is_null => self.level = 0,
                Field::Level => self.level = store.levels.number(&self.scratch),
                Field::Time => self.time = whole_seconds(&self.scratch),
                _ => {}
            }
            self.close(field);
        }
        part.len()
    }

    /// Reads an object or array. As a message or level, its JSON is the text.
    pub(super) fn nest(&mut self, field: Field, rest: &[u8], store: &mut Store) -> usize {
        let read = match field {
            Field::Message => self.nested.read(rest, &mut store.arena),
            Field::Level => self.nested.read(rest, &mut self.scratch),
            _ => self.nested.read(rest, &mut Discard),
        };
        match read {
            Ok((used, done)) => {
                if done {
                    match field {
                        Field::Level => self.level = store.levels.number(&self.scratch),
                        Field::Time => self.time = None,
                        _ => {}
                    }
                    self.close(field);
                }
                used
            }
            Err(at) => {
                self.fault(store);
                at
            }
        }
    }
}

/// Reads on in a string. Returns the number of bytes used, and true once the string has ended.
#[inline]
pub(super) fn text(unescape: &mut Unescape, rest: &[u8], sink: &mut impl Sink) -> (usize, bool) {
    let mut at = 0;
    loop {
        if unescape.is_open() {
            match rest.get(at) {
                None => return (at, false),
                Some(byte) if unescape.byte(*byte, sink) => {
                    at += 1;
                    continue;
                }
                Some(_) => {}
            }
        }
        let ahead = rest.get(at..).unwrap_or(&[]);
        let Some(found) = memchr::memchr2(b'"', b'\\', ahead) else {
            sink.put(ahead);
            return (rest.len(), false);
        };
        sink.put(ahead.get(..found).unwrap_or(&[]));
        at += found + 1;
        if ahead.get(found) == Some(&b'"') {
            unescape.finish(sink);
            return (at, true);
        }
        unescape.byte(b'\\', sink);
    }
}
