//! Objects and arrays where none belongs: passed over, or copied without their white space.

use crate::json::Sink;

/// Down to this depth, brackets are held against each other.
const DEPTH: u32 = 128;

/// How far an object or array was read; it may be cut anywhere. Takes the same room at any depth.
#[derive(Debug, Clone, Copy, Default)]
pub struct Nested {
    depth: u32,
    /// Which of the open brackets are those of objects, the innermost last.
    objects: u128,
    in_string: bool,
    escaped: bool,
}

impl Nested {
    /// Reads on, from its first bracket. Says how many bytes were used, and whether it has ended; `Err`
    /// with the place of a bracket that does not fit.
    pub fn read(&mut self, rest: &[u8], sink: &mut impl Sink) -> Result<(usize, bool), usize> {
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
        if self.depth < DEPTH {
            self.objects = self.objects << 1 | u128::from(object);
        }
        // A body of 4 GB of brackets and nothing else is not a log.
        self.depth = self.depth.saturating_add(1);
    }

    fn close(&mut self, object: bool) -> bool {
        self.depth = self.depth.saturating_sub(1);
        if self.depth >= DEPTH {
            return true;
        }
        let fits = (self.objects & 1 == 1) == object;
        self.objects >>= 1;
        fits
    }
}
