//! All text of a log, in blocks that never move once they are full. So a growing log is never copied,
//! and needs no contiguous memory.

/// The binary logarithm of a block's size. Small in tests, so that they cross blocks often.
const BLOCK_BITS: u32 = if cfg!(test) { 7 } else { 20 };
const BLOCK_BYTES: usize = 1 << BLOCK_BITS;

/// The maximum size of an arena: the memory that a browser gives a page, minus room for everything
/// else.
const MAX_ARENA_BYTES: usize = if cfg!(test) { 4 << 20 } else { 3 << 30 };

/// The maximum size of an entry.
const MAX_ENTRY_BYTES: usize = if cfg!(test) { 2 << 20 } else { 256 << 20 };

/// Where a line begins. Addresses increase from block to block. A block with one long entry takes as
/// many addresses as the entry has bytes, rounded up to whole blocks.
pub(crate) type Address = u32;

/// One block of text.
#[derive(Debug)]
struct Block {
    bytes: Vec<u8>,
    /// The address of its first byte.
    base: Address,
    /// The number of the first line in it.
    first_line: usize,
    /// The number of its bytes that belong to complete entries.
    kept: usize,
}

/// The text of a log. The last entry is pending until [`Arena::keep`] keeps it or [`Arena::discard`]
/// drops it.
#[derive(Debug, Default)]
pub(crate) struct Arena {
    blocks: Vec<Block>,
    /// For each range of [`BLOCK_BYTES`] addresses, the index of its block.
    slots: Vec<u32>,
    /// The number of bytes of all complete entries.
    kept: usize,
    /// True if the pending entry is too long.
    too_long: bool,
}

impl Arena {
    /// Appends to the pending entry. Drops the bytes if that makes it too long, see
    /// [`Arena::is_too_long`].
    #[inline]
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        if let Some(block) = self.blocks.last_mut()
            && block.bytes.len() + bytes.len() <= BLOCK_BYTES
        {
            block.bytes.extend_from_slice(bytes);
        } else {
            self.push_slow(bytes);
        }
    }

    /// Appends one byte to the pending entry.
    #[inline]
    pub(crate) fn push_byte(&mut self, byte: u8) {
        if let Some(block) = self.blocks.last_mut()
            && block.bytes.len() < BLOCK_BYTES
        {
            block.bytes.push(byte);
        } else {
            self.push_slow(&[byte]);
        }
    }

    /// Appends bytes that do not fit into the last block: moves the pending entry to a new block.
    #[cold]
    fn push_slow(&mut self, bytes: &[u8]) {
        let pending = self.pending().len() + bytes.len();
        if self.too_long || pending > MAX_ENTRY_BYTES {
            self.too_long = true;
            return;
        }
        if let Some(block) = self.blocks.last_mut()
            && block.kept == 0
        {
            block.bytes.extend_from_slice(bytes);
            return;
        }
        // Most logs are small, so the first block starts small.
        let room = if self.blocks.is_empty() {
            0
        } else {
            BLOCK_BYTES
        };
        let mut text = Vec::with_capacity(room.max(pending));
        text.extend_from_slice(self.pending());
        text.extend_from_slice(bytes);
        self.discard();
        self.blocks.push(Block {
            bytes: text,
            base: (self.slots.len() * BLOCK_BYTES) as Address,
            first_line: usize::MAX,
            kept: 0,
        });
        self.slots.push(self.blocks.len() as u32 - 1);
    }

    /// The pending entry so far.
    #[inline]
    pub(crate) fn pending(&self) -> &[u8] {
        let block = self.blocks.last();
        block.map_or(&[], |block| block.bytes.get(block.kept..).unwrap_or(&[]))
    }

    /// Returns true if the pending entry was too long and lost text.
    pub(crate) fn is_too_long(&self) -> bool {
        self.too_long
    }

    /// Drops the pending entry.
    #[inline]
    pub(crate) fn discard(&mut self) {
        self.too_long = false;
        if let Some(block) = self.blocks.last_mut() {
            block.bytes.truncate(block.kept);
            if block.bytes.capacity() > 2 * BLOCK_BYTES && block.kept == 0 {
                block.bytes = Vec::new();
            }
        }
    }

    /// Removes the pending entry, and returns its bytes. If it is too long, it stays so.
    pub(crate) fn take_pending(&mut self) -> Vec<u8> {
        let pending = self.pending().to_vec();
        let too_long = self.too_long;
        self.discard();
        self.too_long = too_long;
        pending
    }

    /// Removes the pending entry's last byte if it equals `byte`.
    pub(crate) fn trim(&mut self, byte: u8) {
        if self.pending().last() == Some(&byte)
            && let Some(block) = self.blocks.last_mut()
        {
            block.bytes.pop();
        }
    }

    /// Keeps the pending entry, followed by a newline. `first_line` is the number of its first line.
    /// Returns the address of its first byte; `None` if the arena is full, and the entry is dropped.
    #[inline]
    pub(crate) fn keep(&mut self, first_line: usize) -> Option<Address> {
        self.push_byte(b'\n');
        let block = self.blocks.last_mut()?;
        if self.too_long || block.base as usize + block.bytes.len() > MAX_ARENA_BYTES {
            self.discard();
            return None;
        }
        let start = block.kept;
        let end = block.bytes.len();
        if start == 0 {
            block.first_line = first_line;
            let index = self.blocks.len() as u32 - 1;
            let block = self.blocks.last_mut()?;
            for _ in 1..end.div_ceil(BLOCK_BYTES) {
                self.slots.push(index);
            }
            block.kept = end;
            self.kept += end;
            return Some(block.base);
        }
        block.kept = end;
        self.kept += end - start;
        Some(block.base + start as Address)
    }

    /// The index of an address's block, and the offset in that block.
    #[inline]
    fn place(&self, address: Address) -> Option<(usize, usize)> {
        let index = *self.slots.get((address >> BLOCK_BITS) as usize)? as usize;
        let block = self.blocks.get(index)?;
        Some((index, (address - block.base) as usize))
    }

    /// The bytes from an address up to the newline before the next line's address. For the last line,
    /// or if the next line is in another block, up to the last newline of the block.
    #[inline]
    pub(crate) fn line(&self, address: Address, next: Option<Address>) -> &[u8] {
        let Some((index, start)) = self.place(address) else {
            return &[];
        };
        let Some(block) = self.blocks.get(index) else {
            return &[];
        };
        let end = match next.and_then(|next| self.place(next)) {
            Some((of, end)) if of == index => end,
            _ => block.kept,
        };
        block.bytes.get(start..end.saturating_sub(1)).unwrap_or(&[])
    }

    /// The bytes from an address up to the first newline at or after a later address of the same block.
    pub(crate) fn to_newline(&self, from: Address, last: Address) -> &[u8] {
        let Some((index, start)) = self.place(from) else {
            return &[];
        };
        let block = self.blocks.get(index);
        let text = block.and_then(|block| block.bytes.get(start..block.kept));
        let text = text.unwrap_or(&[]);
        let last = (last - from) as usize;
        let rest = text.get(last..).unwrap_or(&[]);
        let end = memchr::memchr(b'\n', rest).map_or(text.len(), |end| last + end);
        text.get(..end).unwrap_or(text)
    }

    /// The number of bytes of all complete entries, newlines included.
    pub(crate) fn len(&self) -> usize {
        self.kept
    }

    /// The text from an address to the end of its block, newlines included, and the number of the
    /// first line after the block; `usize::MAX` if there is none.
    pub(crate) fn block_from(&self, address: Address) -> (&[u8], usize) {
        let Some((index, start)) = self.place(address) else {
            return (&[], usize::MAX);
        };
        let block = self.blocks.get(index);
        let text = block.and_then(|block| block.bytes.get(start..block.kept));
        let next = self.blocks.get(index + 1);
        (
            text.unwrap_or(&[]),
            next.map_or(usize::MAX, |next| next.first_line),
        )
    }

    /// All text, newlines included, block by block.
    pub(crate) fn parts(&self) -> impl Iterator<Item = &[u8]> {
        let parts = self
            .blocks
            .iter()
            .map(|block| block.bytes.get(..block.kept));
        parts.flatten()
    }
}
