//! All text of a log: bytes in blocks that never move once they are full, so that a growing log is
//! neither copied nor needs one stretch of memory.

/// A block's size is two to this. Tests take small ones, to meet their ends often.
const BLOCK_BITS: u32 = if cfg!(test) { 7 } else { 20 };
const BLOCK: usize = 1 << BLOCK_BITS;

/// The most that an arena takes: what a browser gives a page, less room for everything else.
const LIMIT: usize = if cfg!(test) { 4 << 20 } else { 3 << 30 };

/// The longest entry that it takes.
const LONGEST: usize = if cfg!(test) { 2 << 20 } else { 256 << 20 };

/// Where a line begins. Block by block the addresses go up; a block that holds one long entry covers
/// as many addresses as it is long, rounded up to whole blocks.
pub type Address = u32;

/// One block of text.
#[derive(Debug)]
struct Block {
    bytes: Vec<u8>,
    /// The address of its first byte.
    base: Address,
    /// The number of the first line in it.
    first_line: usize,
    /// How many of its bytes belong to whole entries.
    kept: usize,
}

/// The text of a log. One entry is being written at the end; it is kept by [`Arena::keep`] or dropped
/// by [`Arena::discard`].
#[derive(Debug, Default)]
pub struct Arena {
    blocks: Vec<Block>,
    /// For each whole block's worth of addresses, the block that it belongs to.
    slots: Vec<u32>,
    /// Bytes of all whole entries.
    kept: usize,
    /// Whether the entry being written is too long.
    too_long: bool,
}

impl Arena {
    /// Writes more of the entry. What is too long is dropped, see [`Arena::is_too_long`].
    #[inline]
    pub fn push(&mut self, bytes: &[u8]) {
        if let Some(block) = self.blocks.last_mut()
            && block.bytes.len() + bytes.len() <= BLOCK
        {
            block.bytes.extend_from_slice(bytes);
        } else {
            self.push_slow(bytes);
        }
    }

    /// Writes one byte more.
    #[inline]
    pub fn push_byte(&mut self, byte: u8) {
        if let Some(block) = self.blocks.last_mut()
            && block.bytes.len() < BLOCK
        {
            block.bytes.push(byte);
        } else {
            self.push_slow(&[byte]);
        }
    }

    /// Moves the entry to a block of its own where it does not fit behind the others.
    #[cold]
    fn push_slow(&mut self, bytes: &[u8]) {
        let pending = self.pending().len() + bytes.len();
        if self.too_long || pending > LONGEST {
            self.too_long = true;
            return;
        }
        if let Some(block) = self.blocks.last_mut()
            && block.kept == 0
        {
            block.bytes.extend_from_slice(bytes);
            return;
        }
        // The first block grows with the log, for most logs are small.
        let room = if self.blocks.is_empty() { 0 } else { BLOCK };
        let mut text = Vec::with_capacity(room.max(pending));
        text.extend_from_slice(self.pending());
        text.extend_from_slice(bytes);
        self.discard();
        self.blocks.push(Block {
            bytes: text,
            base: (self.slots.len() * BLOCK) as Address,
            first_line: usize::MAX,
            kept: 0,
        });
        self.slots.push(self.blocks.len() as u32 - 1);
    }

    /// The entry as far as it is written.
    #[inline]
    pub fn pending(&self) -> &[u8] {
        let block = self.blocks.last();
        block.map_or(&[], |block| block.bytes.get(block.kept..).unwrap_or(&[]))
    }

    /// Whether the entry being written has lost text, for it is too long.
    pub fn is_too_long(&self) -> bool {
        self.too_long
    }

    /// Drops the entry being written.
    #[inline]
    pub fn discard(&mut self) {
        self.too_long = false;
        if let Some(block) = self.blocks.last_mut() {
            block.bytes.truncate(block.kept);
            if block.bytes.capacity() > 2 * BLOCK && block.kept == 0 {
                block.bytes = Vec::new();
            }
        }
    }

    /// Takes the entry's last byte away, where it is this one.
    pub fn trim(&mut self, byte: u8) {
        if self.pending().last() == Some(&byte)
            && let Some(block) = self.blocks.last_mut()
        {
            block.bytes.pop();
        }
    }

    /// Keeps the entry being written, whose first line has this number, with a newline after it.
    /// Returns the address of its first byte; `None` where there is no room.
    #[inline]
    pub fn keep(&mut self, first_line: usize) -> Option<Address> {
        self.push_byte(b'\n');
        let block = self.blocks.last_mut()?;
        if self.too_long || block.base as usize + block.bytes.len() > LIMIT {
            self.discard();
            return None;
        }
        let start = block.kept;
        let end = block.bytes.len();
        if start == 0 {
            block.first_line = first_line;
            let index = self.blocks.len() as u32 - 1;
            let block = self.blocks.last_mut()?;
            for _ in 1..end.div_ceil(BLOCK) {
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

    /// Which block an address lies in, and where in it.
    #[inline]
    fn place(&self, address: Address) -> Option<(usize, usize)> {
        let index = *self.slots.get((address >> BLOCK_BITS) as usize)? as usize;
        let block = self.blocks.get(index)?;
        Some((index, (address - block.base) as usize))
    }

    /// The bytes from an address up to the newline before the next line's address; for the last line,
    /// or where the next line lies in another block, up to the last newline of the block.
    #[inline]
    pub fn line(&self, address: Address, next: Option<Address>) -> &[u8] {
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

    /// The bytes of all whole entries, newlines included.
    pub fn len(&self) -> usize {
        self.kept
    }

    /// The text of a block from an address on, newlines included, and the number of the first line
    /// that lies behind the block; the largest number where none does.
    pub fn block_from(&self, address: Address) -> (&[u8], usize) {
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
    pub fn parts(&self) -> impl Iterator<Item = &[u8]> {
        let parts = self
            .blocks
            .iter()
            .map(|block| block.bytes.get(..block.kept));
        parts.flatten()
    }

    /// Bytes of memory that the blocks take.
    pub fn memory(&self) -> usize {
        let blocks = self.blocks.iter().map(|block| block.bytes.capacity());
        blocks.sum::<usize>() + self.slots.capacity() * 4
    }
}
