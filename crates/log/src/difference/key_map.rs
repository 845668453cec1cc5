//! A map by keys that are well mixed already.

use crate::normalize::mix;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// A map by the keys of lines.
pub(crate) type KeyMap<T> = HashMap<u64, T, BuildHasherDefault<SameHash>>;

/// Takes a key as its own hash.
#[derive(Debug, Default)]
pub(crate) struct SameHash(u64);

impl Hasher for SameHash {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes
            .iter()
            .for_each(|byte| self.0 = mix(self.0, u64::from(*byte)));
    }

    fn write_u64(&mut self, key: u64) {
        self.0 = key;
    }
}
