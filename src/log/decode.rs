//! The answer of call 5 as it streams in: bytes cut anywhere in, whole entries out.
//!
//! It reads `[{"message": …, "level": …, "time": …}, …]` with its keys in any order and others between
//! them. It is kind to what is no JSON but can be understood, and counts what cannot.

mod nested;
mod quick;

use crate::arena::Arena;
use crate::json::{Sink, Unescape, whole_seconds};
use crate::merge::Held;
use crate::store::Store;
use nested::Nested;

/// How many characters are kept of a body that is no log.
const HEAD: usize = 500;

/// The most bytes that are kept of a key, a level or a bare word.
const SCRATCH: usize = 256;

/// Why a body is no log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// It is no array, such as a web page; its first 500 characters.
    NotAnArray(String),
}

/// What came of an answer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Summary {
    /// Entries that could be read, those that were here already included.
    pub entries: u64,
    /// Entries that were here already, and were passed over.
    pub known: u64,
    /// Entries that could not be read.
    pub unreadable: u64,
    /// Bytes of the body.
    pub bytes: u64,
    /// Whether the array's end never came.
    pub truncated: bool,
    pub fault: Option<Fault>,
}

/// What the value that is being read is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    Message,
    Level,
    Time,
    /// Another key's.
    Other,
    /// It stands where an entry should.
    Element,
}

/// What is expected next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// The array.
    Start,
    /// An entry, or the array's end.
    Element,
    /// A comma, or the array's end.
    ElementEnd,
    /// A key, or the entry's end.
    Key,
    /// The rest of a key.
    InKey,
    Colon,
    Value(Field),
    /// The rest of a string.
    InString(Field),
    /// The rest of a number or word.
    InWord(Field),
    /// The rest of an object or array.
    InNested(Field),
    /// A comma, or the entry's end.
    FieldEnd,
    /// After a fault: the next entry, found by `},{"`, of which so much was seen.
    Lost(Seen),
    /// Nothing but white space.
    End,
    /// Nothing; the body is no array.
    NotAnArray,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Seen {
    Nothing,
    Close,
    Comma,
    Open,
    /// The end of an entry and of the array.
    End,
}

/// Reads one answer.
#[derive(Debug)]
pub struct Decoder {
    state: State,
    unescape: Unescape,
    nested: Nested,
    /// A key, a level, or a bare word, as far as it is read.
    scratch: Vec<u8>,
    level: u8,
    time: Option<i64>,
    head: Vec<u8>,
    summary: Summary,
}

impl Default for Decoder {
    fn default() -> Self {
        Self {
            state: State::Start,
            unescape: Unescape::default(),
            nested: Nested::default(),
            scratch: Vec::new(),
            level: 0,
            time: None,
            head: Vec::new(),
            summary: Summary::default(),
        }
    }
}

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
        let room = SCRATCH.saturating_sub(self.len());
        self.extend_from_slice(bytes.get(..room).unwrap_or(bytes));
    }
}

/// For what nobody wants.
struct Nowhere;

impl Sink for Nowhere {
    fn put(&mut self, _: &[u8]) {}
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\n' | b'\r' | b'\t')
}

impl Decoder {
    /// How many entries could not be read so far.
    pub fn unreadable(&self) -> u64 {
        self.summary.unreadable
    }

    /// Takes the next bytes of the body, and puts the entries that they make whole into the store, less
    /// those that are held already.
    pub fn feed(&mut self, bytes: &[u8], store: &mut Store, held: &mut Held) {
        self.summary.bytes += bytes.len() as u64;
        let mut rest = bytes;
        while let Some(&byte) = rest.first() {
            let used = match self.state {
                State::InString(field) => self.string(field, rest, store),
                State::InKey => self.key(rest),
                State::InWord(field) => self.word(field, rest, store),
                State::InNested(field) => self.nest(field, rest, store),
                State::NotAnArray => {
                    let room = (4 * HEAD).saturating_sub(self.head.len());
                    self.head
                        .extend_from_slice(rest.get(..room).unwrap_or(rest));
                    return;
                }
                State::Lost(seen) => self.find_entry(seen, byte, store),
                State::Key if byte == b'"' => match self.quick(rest, store, held) {
                    0 => self.structure(State::Key, byte, store, held),
                    used => used,
                },
                _ if is_space(byte) => 1,
                state => self.structure(state, byte, store, held),
            };
            rest = rest.get(used..).unwrap_or(&[]);
        }
    }

    /// The body is at its end, or was cut off. An entry that is not whole is dropped.
    pub fn end(mut self, whole: bool, store: &mut Store) -> Summary {
        store.arena.discard();
        self.summary.truncated = !matches!(
            self.state,
            State::End | State::NotAnArray | State::Lost(Seen::End)
        ) && !(whole && self.state == State::Start);
        if self.state == State::NotAnArray || (whole && self.state == State::Start) {
            let head = String::from_utf8_lossy(&self.head);
            let head = head.chars().take(HEAD).collect();
            self.summary.fault = Some(Fault::NotAnArray(head));
        }
        self.summary
    }

    /// A byte between values. Says how many bytes were used: one, or none where the byte is to be read
    /// again in the new state.
    #[inline]
    fn structure(&mut self, state: State, byte: u8, store: &mut Store, held: &mut Held) -> usize {
        self.state = match (state, byte) {
            (State::FieldEnd, b',') => State::Key,
            (State::FieldEnd | State::Key, b'}') => {
                self.complete(store, held);
                State::ElementEnd
            }
            (State::Key, b'"') => {
                self.scratch.clear();
                State::InKey
            }
            (State::Colon, b':') => State::Value(self.field()),
            (State::Value(field), byte) => return self.value(field, byte, store),
            (State::ElementEnd, b',') => State::Element,
            // A comma that is missing is not missed.
            (State::Element | State::ElementEnd, b'{') => {
                self.begin(store);
                State::Key
            }
            (State::Element | State::ElementEnd, b']') => State::End,
            (State::Element, b',' | b'}' | b':') | (State::End, _) => {
                return self.fault(store);
            }
            (State::Element, _) => State::Value(Field::Element),
            (State::Start, b'[') => State::Element,
            // A byte order mark.
            (State::Start, 0xef | 0xbb | 0xbf) => State::Start,
            (State::Start, _) => State::NotAnArray,
            _ => return self.fault(store),
        };
        usize::from(!matches!(
            self.state,
            State::NotAnArray | State::Value(Field::Element)
        ))
    }

    fn begin(&mut self, store: &mut Store) {
        store.arena.discard();
        self.level = 0;
        self.time = None;
    }

    /// An entry is whole.
    #[inline]
    fn complete(&mut self, store: &mut Store, held: &mut Held) {
        let complex = store.finish_text();
        if store.arena.is_full() {
            store.arena.discard();
            self.summary.unreadable += 1;
        } else if held.take(store.arena.pending(), self.level, self.time) {
            store.arena.discard();
            self.summary.known += 1;
            self.summary.entries += 1;
        } else if store.keep(self.level, self.time, complex) {
            self.summary.entries += 1;
        } else {
            self.summary.unreadable += 1;
        }
    }

    /// Something cannot be read: one entry is lost, and the next one looked for, from this byte on.
    #[cold]
    fn fault(&mut self, store: &mut Store) -> usize {
        store.arena.discard();
        self.unescape = Unescape::default();
        self.summary.unreadable += 1;
        self.state = State::Lost(Seen::Nothing);
        0
    }

    fn find_entry(&mut self, seen: Seen, byte: u8, store: &mut Store) -> usize {
        self.state = State::Lost(match (seen, byte) {
            (Seen::Open, b'"') => {
                self.begin(store);
                self.scratch.clear();
                self.state = State::InKey;
                return 1;
            }
            (_, b'}') => Seen::Close,
            (Seen::Close, b',') => Seen::Comma,
            (Seen::Close, b']') => Seen::End,
            (Seen::Comma, b'{') => Seen::Open,
            (seen, byte) if is_space(byte) => seen,
            _ => Seen::Nothing,
        });
        1
    }

    #[inline]
    fn field(&self) -> Field {
        match self.scratch.as_slice() {
            b"message" => Field::Message,
            b"level" => Field::Level,
            b"time" => Field::Time,
            _ => Field::Other,
        }
    }

    /// The first byte of a value.
    #[inline]
    fn value(&mut self, field: Field, byte: u8, store: &mut Store) -> usize {
        match field {
            // Of a key that comes twice, the last counts.
            Field::Message => store.arena.discard(),
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
    fn key(&mut self, rest: &[u8]) -> usize {
        let (used, done) = text(&mut self.unescape, rest, &mut self.scratch);
        if done {
            self.state = State::Colon;
        }
        used
    }

    #[inline]
    fn string(&mut self, field: Field, rest: &[u8], store: &mut Store) -> usize {
        let (used, done) = match field {
            Field::Message => text(&mut self.unescape, rest, &mut store.arena),
            Field::Level => text(&mut self.unescape, rest, &mut self.scratch),
            _ => text(&mut self.unescape, rest, &mut Nowhere),
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

    /// A value is at its end.
    #[inline]
    fn close(&mut self, field: Field) {
        self.state = State::FieldEnd;
        if field == Field::Element {
            self.summary.unreadable += 1;
            self.state = State::ElementEnd;
        }
    }

    #[inline]
    fn word(&mut self, field: Field, rest: &[u8], store: &mut Store) -> usize {
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

    /// An object or array where none belongs: for a message or a level, its JSON is the text.
    fn nest(&mut self, field: Field, rest: &[u8], store: &mut Store) -> usize {
        let read = match field {
            Field::Message => self.nested.read(rest, &mut store.arena),
            Field::Level => self.nested.read(rest, &mut self.scratch),
            _ => self.nested.read(rest, &mut Nowhere),
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

/// Reads on in a string. Says how many bytes were used, and whether the string has ended.
#[inline]
fn text(unescape: &mut Unescape, rest: &[u8], sink: &mut impl Sink) -> (usize, bool) {
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
