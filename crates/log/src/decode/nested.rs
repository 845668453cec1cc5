//! Objects and arrays where a simple value is expected: skipped, or copied without white space.

use crate::json::Sink;

/// Brackets are matched up to this depth.
const MAX_CHECKED_DEPTH: u32 = 128;

/// The state of reading an object or array. A chunk can end anywhere inside it. Takes the same memory
/// at any depth.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Nested {
    depth: u32,
    /// One bit for each open bracket, the innermost lowest: 1 for an object, 0 for an array.
    objects: u128,
    in_string: bool,
    escaped: bool,
}

impl Nested {
    /// Reads on, starting at the first bracket. Returns the number of bytes used, and true once the
    /// value has ended.
    ///
    /// # Errors
    ///
    /// Returns the index of a closing bracket that does not match its opening bracket.
    pub(crate) fn read(
        &mut self,
        rest: &[u8],
        sink: &mut impl Sink,
    ) -> Result<(usize, bool), usize> {
        let mut at = 0;
        while let Some(&byte) = rest.get(at) {
            if self.in_string {
                at += self.string(rest.get(at..).unwrap_or(&[]), sink);
                continue;
            }
            match byte {
                b'{' | b'[' => self.open(byte == b'{'),
                b'}' | b']' => {
                    if !self.close(byte == b'}') {
                        return Err(at);
                    }
                }
                b'"' => self.in_string = true,
                b' ' | b'\n' | b'\r' | b'\t' => {
                    at += 1;
                    continue;
                }
                _ => {}
            }
            sink.put(&[byte]);
            at += 1;
            if self.depth == 0 {
                return Ok((at, true));
            }
        }
        Ok((at, false))
    }

    fn string(&mut self, rest: &[u8], sink: &mut impl Sink) -> usize {
        if self.escaped {
            self.escaped = false;
            sink.put(rest.get(..1).unwrap_or(&[]));
            return 1;
        }
        let found = memchr::memchr2(b'"', b'\\', rest);
        let used = found.map_or(rest.len(), |found| found + 1);
        sink.put(rest.get(..used).unwrap_or(&[]));
        match found.and_then(|found| rest.get(found)) {
            Some(b'"') => self.in_string = false,
            Some(_) => self.escaped = true,
            None => {}
        }
        used
    }

    fn open(&mut self, object: bool) {
        if self.depth < MAX_CHECKED_DEPTH {
            self.objects = self.objects << 1 | u128::from(object);
        }
        // Saturates only for a body of 4 GB of brackets, which is not a log.
        self.depth = self.depth.saturating_add(1);
    }

    fn close(&mut self, object: bool) -> bool {
        self.depth = self.depth.saturating_sub(1);
        if self.depth >= MAX_CHECKED_DEPTH {
            return true;
        }
        let fits = (self.objects & 1 == 1) == object;
        self.objects >>= 1;
        fits
    }
}
