//! The body of call 5: the parts of a log as one JSON array, in an encoding that the client takes. The parts are
//! stored with zstd, and go to a client that takes it as they are.

use crate::store::Store;
use crate::store::logs::{LogRange, StoredPart, Unpacker, pack};
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, header};
use flate2::Compression;
use flate2::write::GzEncoder;
use futures_util::stream::{self, StreamExt};
use std::io::{self, Write};
use tokio::sync::mpsc;

/// How many pieces are made ahead of the client.
const PIECES_AHEAD: usize = 1;

/// The size of the first piece, in bytes of text, by which pieces grow while the client keeps up; they shrink where it
/// does not. A client that reads nothing holds small ones.
const LEAST_BYTES: i64 = 64 << 10;

/// The size up to which pieces grow, in bytes of text.
const MOST_BYTES: i64 = 1 << 20;

/// The encoding of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    Identity,
    Gzip,
    Zstd,
}

impl Encoding {
    /// Chooses the best encoding that `Accept-Encoding` allows. Brotli is not among them: it costs more than the
    /// rest of the answer.
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let lists = headers.get_all(header::ACCEPT_ENCODING).iter();
        let texts = lists.filter_map(|list| list.to_str().ok());
        let accepted: Vec<&str> = texts
            .flat_map(|list| list.split(','))
            .filter_map(accepted)
            .collect();
        let takes = |name: &str| accepted.iter().any(|word| word.eq_ignore_ascii_case(name));
        match (takes("zstd"), takes("gzip")) {
            (true, _) => Self::Zstd,
            (_, true) => Self::Gzip,
            _ => Self::Identity,
        }
    }

    /// The name in `Content-Encoding`.
    pub(crate) fn name(self) -> Option<&'static str> {
        match self {
            Self::Identity => None,
            Self::Gzip => Some("gzip"),
            Self::Zstd => Some("zstd"),
        }
    }
}

/// Returns the name in an item of `Accept-Encoding`, unless its weight is 0.
fn accepted(item: &str) -> Option<&str> {
    let mut words = item.split(';').map(str::trim);
    let name = words.next()?;
    let weight = words.find_map(|word| word.strip_prefix("q="));
    let is_refused = weight.is_some_and(|weight| weight.parse() == Ok(0.0));
    (!is_refused).then_some(name)
}

/// Returns the entries of a range as a JSON array, which is read while it is sent.
pub(crate) fn log_body(store: Store, range: LogRange, encoding: Encoding) -> Body {
    let (sender, receiver) = mpsc::channel(PIECES_AHEAD);
    tokio::spawn(async move {
        // A client that goes away ends it.
        if let Err(error) = send(store, range, encoding, &sender).await {
            tracing::error!("a log could not be read: {error}");
            let _ = sender.send(Err(error)).await;
        }
    });
    let pieces = stream::unfold(receiver, async |mut receiver| {
        let piece: Option<io::Result<Bytes>> = receiver.recv().await;
        Some((piece?, receiver))
    });
    // What compresses a body may ask once more after its end.
    Body::from_stream(pieces.fuse())
}

async fn send(
    store: Store,
    range: LogRange,
    encoding: Encoding,
    sender: &mpsc::Sender<io::Result<Bytes>>,
) -> io::Result<()> {
    let mut array = Array::new(encoding);
    let mut bytes = LEAST_BYTES;
    let (mut parts, mut range) = read(&store, range, bytes).await?;
    loop {
        let is_end = parts.is_empty();
        // Not on the async threads, nor on a connection, since it takes some milliseconds.
        let written = tokio::task::spawn_blocking(move || {
            let piece = match is_end {
                true => array.end()?,
                false => array.write(&parts)?,
            };
            io::Result::Ok((piece, array))
        });
        // The next parts are read at the same time.
        let (written, next) = tokio::join!(written, read(&store, range, bytes));
        let (piece, rest) = written.map_err(io::Error::other)??;
        array = rest;
        (parts, range) = next?;
        bytes = match sender.capacity() {
            0 => (bytes / 2).max(LEAST_BYTES),
            _ => (bytes + LEAST_BYTES).min(MOST_BYTES),
        };
        let is_gone = !piece.is_empty() && sender.send(Ok(piece)).await.is_err();
        if is_end || is_gone {
            return Ok(());
        }
    }
}

/// Reads the next parts of a range, about as many as have so many bytes. Returns them and the rest of the range.
async fn read(
    store: &Store,
    mut range: LogRange,
    bytes: i64,
) -> io::Result<(Vec<StoredPart>, LogRange)> {
    let parts = store
        .read(move |connection| Ok((range.read(connection, bytes)?, range)))
        .await;
    parts.map_err(io::Error::other)
}

/// A JSON array that is written in pieces.
struct Array {
    has_entries: bool,
    output: Output,
    unpacker: Unpacker,
    /// The text of a part while it is written, empty otherwise. Kept for its memory.
    text: Vec<u8>,
}

/// The bytes that were written and not yet taken.
enum Output {
    Identity(Vec<u8>),
    Gzip(Box<GzEncoder<Vec<u8>>>),
    /// Several frames one after the other are read as the text of all of them.
    Zstd(Vec<u8>),
}

impl Output {
    fn text(&mut self, text: &[u8]) -> io::Result<()> {
        match self {
            Self::Identity(output) => output.extend_from_slice(text),
            Self::Gzip(output) => output.write_all(text)?,
            Self::Zstd(output) => output.extend(pack(text).map_err(io::Error::other)?),
        }
        Ok(())
    }

    fn take(&mut self) -> Bytes {
        let output = match self {
            Self::Identity(output) | Self::Zstd(output) => output,
            Self::Gzip(output) => output.get_mut(),
        };
        std::mem::take(output).into()
    }
}

impl Array {
    fn new(encoding: Encoding) -> Self {
        Self {
            has_entries: false,
            unpacker: Unpacker::default(),
            text: Vec::new(),
            output: match encoding {
                Encoding::Identity => Output::Identity(Vec::new()),
                Encoding::Gzip => {
                    let encoder = GzEncoder::new(Vec::new(), Compression::fast());
                    Output::Gzip(Box::new(encoder))
                }
                Encoding::Zstd => Output::Zstd(Vec::new()),
            },
        }
    }

    /// Writes the entries of some parts and returns what can be sent.
    fn write(&mut self, parts: &[StoredPart]) -> io::Result<Bytes> {
        for part in parts {
            match part.frame() {
                Some(frame) => self.write_whole(part, frame)?,
                None => self.write_text(part)?,
            }
        }
        Ok(self.output.take())
    }

    /// Writes a part of which all entries were asked for.
    fn write_whole(&mut self, part: &StoredPart, frame: &[u8]) -> io::Result<()> {
        if matches!(self.output, Output::Gzip(_)) {
            return self.write_text(part);
        }
        self.separate()?;
        match &mut self.output {
            Output::Zstd(output) => output.extend_from_slice(frame),
            // Straight into the output, which is where most of the time goes.
            Output::Identity(output) => part
                .append_to(output, &mut self.unpacker)
                .map_err(io::Error::other)?,
            Output::Gzip(_) => {}
        }
        Ok(())
    }

    /// Writes the entries of a part that were asked for.
    fn write_text(&mut self, part: &StoredPart) -> io::Result<()> {
        self.text.clear();
        let mut text = std::mem::take(&mut self.text);
        part.append_to(&mut text, &mut self.unpacker)
            .map_err(io::Error::other)?;
        // A part can overlap the window and still have no entry in it.
        if !text.is_empty() {
            self.separate()?;
            self.output.text(&text)?;
        }
        self.text = text;
        Ok(())
    }

    /// Writes what stands before the next entry.
    fn separate(&mut self) -> io::Result<()> {
        let before: &[u8] = match self.has_entries {
            true => b",",
            false => b"[",
        };
        self.has_entries = true;
        self.output.text(before)
    }

    /// Writes the end and returns the last bytes.
    fn end(&mut self) -> io::Result<Bytes> {
        let closing: &[u8] = match self.has_entries {
            true => b"]",
            false => b"[]",
        };
        self.output.text(closing)?;
        if let Output::Gzip(output) = &mut self.output {
            output.try_finish()?;
        }
        Ok(self.output.take())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::logs::TimeWindow;
    use axum::http::HeaderValue;

    #[tokio::test]
    async fn a_body_may_be_asked_again_after_its_end() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("slipway.db")).unwrap();
        let range = LogRange {
            build: 1,
            window: TimeWindow {
                start: i64::MIN,
                end: i64::MAX,
            },
            from: 0,
            until: 0,
        };
        let mut pieces = log_body(store, range, Encoding::Identity).into_data_stream();
        assert_eq!(pieces.next().await.unwrap().unwrap(), "[]");
        assert!(pieces.next().await.is_none());
        assert!(pieces.next().await.is_none());
    }

    #[test]
    fn the_encoding_is_one_that_the_client_takes() {
        for (accepted, expected) in [
            ("gzip, deflate, br, zstd", Encoding::Zstd),
            ("gzip, deflate, br", Encoding::Gzip),
            ("GZIP;q=0.5", Encoding::Gzip),
            ("zstd;q=0, gzip;q=1.0", Encoding::Gzip),
            ("br", Encoding::Identity),
            ("gzip; q=0", Encoding::Identity),
            ("identity", Encoding::Identity),
            ("", Encoding::Identity),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(accepted));
            assert_eq!(Encoding::of(&headers), expected, "{accepted}");
        }
        assert_eq!(Encoding::of(&HeaderMap::new()), Encoding::Identity);
    }
}
