//! The level of the entries before.

/// A level of the entries before, to recognize it by one comparison.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct KnownLevel {
    /// Its text with the quote that ends it, padded with zeros to eight bytes; 0 for none.
    pub(super) word: u64,
    /// The level, as the store has it.
    pub(super) number: u8,
}
