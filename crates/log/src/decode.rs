//! Decodes the answer of call 5 while it streams in: takes chunks cut anywhere, yields whole entries.
//!
//! It reads `[{"message": …, "level": …, "time": …}, …]`, with the keys in any order and any other keys
//! between them. It tolerates small errors in the JSON, and counts the entries that it cannot read.

mod fast_path;
mod known_level;
mod nested;
mod values;

use crate::decode::known_level::KnownLevel;
use crate::decode::nested::Nested;
use crate::json::Unescape;
use crate::merge::Fate;
use crate::sieve::Sieve;
use crate::store::Store;
use crate::text::Classes;

/// The number of characters that are kept of a body that is not a log.
const MAX_HEAD_CHARS: usize = 500;

/// Why a body is not a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// It is not a JSON array, but for example a web page. Holds its first 500 characters.
    NotAnArray(String),
}

/// The result of reading one answer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Summary {
    /// The number of entries that could be read, including those that the log already had.
    pub entries: u64,
    /// The number of entries that the log already had, and that were skipped.
    pub known: u64,
    /// The number of entries that could not be read.
    pub unreadable: u64,
    /// The size of the body, in bytes.
    pub bytes: u64,
    /// True if the body ended before the array did.
    pub truncated: bool,
    /// Why the body is not a log; `None` if it is one.
    pub fault: Option<Fault>,
}

/// The key whose value is being read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    Message,
    Level,
    Time,
    /// Any other key.
    Other,
    /// No key: the value is an element of the array, where an entry was expected.
    Element,
}

/// The state of the decoder: the token that it expects next.
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
    /// After an error: the start of the next entry, `},{"`. Holds how much of it was seen.
    Lost(SeenKeys),
    /// Only white space.
    End,
    /// Nothing: the body is not an array.
    NotAnArray,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum SeenKeys {
    Nothing,
    Close,
    Comma,
    Open,
    /// `}]`, the end of the array.
    End,
}

/// Decodes one answer.
#[derive(Debug)]
pub(crate) struct Decoder {
    state: State,
    unescape: Unescape,
    nested: Nested,
    /// The key, level or bare word so far.
    scratch: Vec<u8>,
    level: u8,
    time: Option<i64>,
    /// The kinds of bytes of the entry's text, if they are known.
    classes: Option<Classes>,
    known_level: KnownLevel,
    /// The first and the last second of the entries that are kept.
    window: (i64, i64),
    /// True while the last entry that has a time is in the window. One without a time belongs with it.
    is_inside: bool,
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
            classes: None,
            known_level: KnownLevel::default(),
            window: (i64::MIN, i64::MAX),
            is_inside: true,
            head: Vec::new(),
            summary: Summary::default(),
        }
    }
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\n' | b'\r' | b'\t')
}

impl Decoder {
    /// A decoder that drops entries before or after these Unix seconds.
    pub(crate) fn within(start: Option<i64>, end: Option<i64>) -> Self {
        Self {
            window: (start.unwrap_or(i64::MIN), end.unwrap_or(i64::MAX)),
            is_inside: start.is_none(),
            ..Self::default()
        }
    }

    /// The number of entries that could not be read so far.
    pub(crate) fn unreadable(&self) -> u64 {
        self.summary.unreadable
    }

    /// The number of bytes so far.
    pub(crate) fn received(&self) -> u64 {
        self.summary.bytes
    }

    /// Takes the next bytes of the body. Adds the entries that they complete to the store, except
    /// those that the sieve holds back.
    pub(crate) fn feed(&mut self, bytes: &[u8], store: &mut Store, sieve: &mut Sieve<'_>) {
        self.summary.bytes += bytes.len() as u64;
        let mut rest = bytes;
        while let Some(&byte) = rest.first() {
            let used = match self.state {
                State::InString(field) => self.string(field, rest, store),
                State::InKey => self.key(rest),
                State::InWord(field) => self.word(field, rest, store),
                State::InNested(field) => self.nest(field, rest, store),
                State::NotAnArray => {
                    let room = (4 * MAX_HEAD_CHARS).saturating_sub(self.head.len());
                    self.head
                        .extend_from_slice(rest.get(..room).unwrap_or(rest));
                    return;
                }
                State::Lost(seen) => self.find_entry(seen, byte, store),
                State::Key if byte == b'"' => match self.fast_path(rest, store, sieve) {
                    0 => self.structure(State::Key, byte, store, sieve),
                    used => used,
                },
                _ if is_space(byte) => 1,
                state => self.structure(state, byte, store, sieve),
            };
            rest = rest.get(used..).unwrap_or(&[]);
        }
    }

    /// Ends the body. `whole` is false if it was cut off. Drops an incomplete entry.
    pub(crate) fn end(mut self, whole: bool, store: &mut Store) -> Summary {
        store.arena.discard();
        self.summary.truncated = !matches!(
            self.state,
            State::End | State::NotAnArray | State::Lost(SeenKeys::End)
        ) && !(whole && self.state == State::Start);
        if self.state == State::NotAnArray || (whole && self.state == State::Start) {
            let head = String::from_utf8_lossy(&self.head);
            let head = head.chars().take(MAX_HEAD_CHARS).collect();
            self.summary.fault = Some(Fault::NotAnArray(head));
        }
        self.summary
    }

    /// Takes a byte between values. Returns the number of bytes used: one, or zero if the byte must be
    /// read again in the new state.
    #[inline]
    fn structure(
        &mut self,
        state: State,
        byte: u8,
        store: &mut Store,
        sieve: &mut Sieve<'_>,
    ) -> usize {
        self.state = match (state, byte) {
            (State::FieldEnd, b',') => State::Key,
            (State::FieldEnd | State::Key, b'}') => {
                self.complete(store, sieve);
                State::ElementEnd
            }
            (State::Key, b'"') => {
                self.scratch.clear();
                State::InKey
            }
            (State::Colon, b':') => State::Value(self.field()),
            (State::Value(field), byte) => return self.value(field, byte, store),
            (State::ElementEnd, b',') => State::Element,
            // A missing comma is tolerated.
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
            // Skip a byte order mark.
            (State::Start, 0xef | 0xbb | 0xbf) => State::Start,
            (State::Start, _) => State::NotAnArray,
            _ => return self.fault(store),
        };
        usize::from(!matches!(
            self.state,
            State::NotAnArray | State::Value(Field::Element)
        ))
    }

    /// Starts an entry.
    fn begin(&mut self, store: &mut Store) {
        store.arena.discard();
        self.level = 0;
        self.time = None;
        self.classes = None;
    }

    /// Ends an entry: adds it to the store, unless the sieve holds it back or it is too long.
    #[inline]
    fn complete(&mut self, store: &mut Store, sieve: &mut Sieve<'_>) {
        if let Some(time) = self.time {
            self.is_inside = self.window.0 <= time && time <= self.window.1;
        }
        if !self.is_inside {
            store.arena.discard();
            return;
        }
        let complex = store.finish_text(self.classes);
        if store.arena.is_too_long() {
            store.arena.discard();
            self.summary.unreadable += 1;
            return;
        }
        let text = store.arena.pending();
        let fate = sieve.judge(text, self.level, self.time, store.first_time());
        if fate != Fate::New {
            store.arena.discard();
            self.summary.entries += 1;
        } else if store.keep(self.level, self.time, complex) {
            self.summary.entries += 1;
        } else {
            self.summary.unreadable += 1;
        }
    }

    /// Gives up on the current entry, and looks for the next one from this byte on.
    #[cold]
    fn fault(&mut self, store: &mut Store) -> usize {
        store.arena.discard();
        self.unescape = Unescape::default();
        self.summary.unreadable += 1;
        self.state = State::Lost(SeenKeys::Nothing);
        0
    }

    /// Takes a byte while looking for the start of the next entry.
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
