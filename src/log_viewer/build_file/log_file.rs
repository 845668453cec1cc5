//! A file of the user's with a log in it: a saved build, an answer of call 5, or a text. Each may be compressed.

use crate::log_viewer::build_file::format::{EXTENSION, Head};
use crate::log_viewer::build_file::unpack::{Kind, Problem, Unpacker};
use crate::platform::byte_stream::{ByteReader, gunzip};
use js_sys::Uint8Array;
use wasm_bindgen_futures::JsFuture;
use web_sys::File;

/// The first two bytes of a file that gzip has compressed.
const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];

/// A file that has a log in it.
#[derive(Clone)]
pub(crate) struct LogFile {
    file: File,
    is_compressed: bool,
    head: Option<Box<Head>>,
}

impl LogFile {
    /// Reads a file up to its log.
    ///
    /// # Errors
    /// Why it cannot be shown.
    pub(crate) async fn open(file: File) -> Result<Self, Problem> {
        let is_compressed = is_compressed(&file).await?;
        let mut stream = FileStream::of(&file, is_compressed)?;
        let mut bytes = Vec::new();
        let result = loop {
            match stream.next(&mut bytes).await {
                _ if stream.unpacker.kind().is_some() => break Ok(()),
                Ok(true) => {}
                Ok(false) => break Err(Problem::Damaged),
                Err(problem) => break Err(problem),
            }
        };
        stream.reader.cancel().await;
        result?;
        let head = stream.unpacker.take_head();
        Ok(Self {
            file,
            is_compressed,
            head,
        })
    }

    /// Reads the log, from its start.
    ///
    /// # Errors
    /// [`Problem::Unreadable`] if the browser cannot.
    pub(crate) fn stream(&self) -> Result<FileStream, Problem> {
        FileStream::of(&self.file, self.is_compressed)
    }

    /// The head, if it is a saved build.
    pub(crate) fn head(&self) -> Option<&Head> {
        self.head.as_deref()
    }

    /// The file's name.
    pub(crate) fn name(&self) -> String {
        self.file.name()
    }

    /// The file's size, in bytes.
    pub(crate) fn size(&self) -> f64 {
        self.file.size()
    }

    /// The file's name without the extensions of the kinds that can be opened.
    pub(crate) fn stem(&self) -> String {
        let name = self.name();
        let extensions = [EXTENSION, ".gz", ".json", ".log", ".txt"];
        let stem = extensions.iter().fold(name.as_str(), |name, extension| {
            name.strip_suffix(extension).unwrap_or(name)
        });
        stem.to_owned()
    }
}

/// Returns true for a file that gzip has compressed, whatever its name.
async fn is_compressed(file: &File) -> Result<bool, Problem> {
    let start = file
        .slice_with_i32_and_i32(0, GZIP_MAGIC.len() as i32)
        .map_err(|_| Problem::Unreadable)?;
    let bytes = JsFuture::from(start.array_buffer())
        .await
        .map_err(|_| Problem::Unreadable)?;
    Ok(Uint8Array::new(&bytes).to_vec() == GZIP_MAGIC)
}

/// The log in a file, while it streams in.
pub(crate) struct FileStream {
    reader: ByteReader,
    unpacker: Unpacker,
    part: Vec<u8>,
    has_ended: bool,
}

impl FileStream {
    fn of(file: &File, is_compressed: bool) -> Result<Self, Problem> {
        let mut stream = file.stream();
        if is_compressed {
            stream = stream.pipe_through(&gunzip().ok_or(Problem::Unreadable)?);
        }
        let reader = ByteReader::new(&stream).map_err(|_| Problem::Unreadable)?;
        Ok(Self {
            reader,
            unpacker: Unpacker::new(),
            part: Vec::new(),
            has_ended: false,
        })
    }

    /// Waits for more of the file, and replaces the content of `into` by what that adds to the answer of call 5. Returns
    /// false at the end.
    ///
    /// # Errors
    /// Why the rest cannot be shown. What is in `into` is valid even so.
    pub(crate) async fn next(&mut self, into: &mut Vec<u8>) -> Result<bool, Problem> {
        into.clear();
        if self.has_ended {
            return Ok(false);
        }
        match self.reader.next(&mut self.part).await {
            Ok(true) => {
                let fed = self.unpacker.feed(&self.part, into);
                if fed.is_err() {
                    self.has_ended = true;
                    self.reader.cancel().await;
                }
                fed.map(|()| true)
            }
            Ok(false) => {
                self.has_ended = true;
                self.unpacker.end(into).map(|()| true)
            }
            Err(_) => {
                self.has_ended = true;
                let ended = self.unpacker.end(into);
                match self.unpacker.kind() {
                    // What follows the end of the log does not matter.
                    Some(Kind::Build) if ended.is_ok() => Ok(true),
                    Some(_) => Err(Problem::CutShort),
                    None => Err(Problem::Unreadable),
                }
            }
        }
    }
}
