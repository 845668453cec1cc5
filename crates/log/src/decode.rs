//! The answer of call 5 as it streams in: bytes cut anywhere in, whole entries out.
//!
//! It reads `[{"message": …, "level": …, "time": …}, …]` with its keys in any order and others between
//! them. It is kind to what is no JSON but can be understood, and counts what cannot.

mod nested;
mod quick;
mod values;

use crate::decode::nested::Nested;
use crate::json::Unescape;
use crate::merge::PendingLines;
use crate::store::Store;

/// How many characters are kept of a body that is no log.
const HEAD: usize = 500;

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
    Lost(SeenKeys),
    /// Nothing but white space.
    End,
    /// Nothing; the body is no array.
    NotAnArray,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum SeenKeys {
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

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\n' | b'\r' | b'\t')
}

impl Decoder {
    /// How many entries could not be read so far.
    pub fn unreadable(&self) -> u64 {
        self.summary.unreadable
    }

    /// How many bytes came so far.
    pub fn received(&self) -> u64 {
        self.summary.bytes
    }

    /// Takes the next bytes of the body, and puts the entries that they make whole into the store, less
    /// those that are held already.
    pub fn feed(&mut self, bytes: &[u8], store: &mut Store, held: &mut PendingLines) {
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
            State::End | State::NotAnArray | State::Lost(SeenKeys::End)
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
    fn structure(
        &mut self,
        state: State,
        byte: u8,
        store: &mut Store,
        held: &mut PendingLines,
    ) -> usize {
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
    fn complete(&mut self, store: &mut Store, held: &mut PendingLines) {
        let complex = store.finish_text();
        if store.arena.is_too_long() {
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
        self.state = State::Lost(SeenKeys::Nothing);
        0
    }

    fn find_entry(&mut self, seen: SeenKeys, byte: u8, store: &mut Store) -> usize {
        self.state = State::Lost(match (seen, byte) {
            (SeenKeys::Open, b'"') => {
                self.begin(store);
                self.scratch.clear();
                self.state = State::InKey;
                return 1;
            }
            (_, b'}') => SeenKeys::Close,
            (SeenKeys::Close, b',') => SeenKeys::Comma,
            (SeenKeys::Close, b']') => SeenKeys::End,
            (SeenKeys::Comma, b'{') => SeenKeys::Open,
            (seen, byte) if is_space(byte) => seen,
            _ => SeenKeys::Nothing,
        });
        1
    }
}
