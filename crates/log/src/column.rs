//! A list of small values that grows without ever moving what it holds.

/// A chunk's length is two to this. Tests take small ones, to meet their ends often.
const CHUNK_BITS: u32 = if cfg!(test) { 3 } else { 16 };
const CHUNK: usize = 1 << CHUNK_BITS;

/// A list in chunks: appending never copies more than the first chunk.
#[derive(Debug, Clone)]
pub struct Column<T> {
    chunks: Vec<Vec<T>>,
    len: usize,
}

impl<T> Default for Column<T> {
    fn default() -> Self {
        Self {
            chunks: Vec::new(),
            len: 0,
        }
    }
}

impl<T: Copy> Column<T> {
    /// How many values there are.
    #[inline]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The value at `index`.
    #[inline]
    pub fn get(&self, index: usize) -> Option<T> {
        let chunk = self.chunks.get(index >> CHUNK_BITS)?;
        chunk.get(index & (CHUNK - 1)).copied()
    }

    /// The last value.
    pub fn last(&self) -> Option<T> {
        self.get(self.len.checked_sub(1)?)
    }

    /// Appends a value.
    #[inline]
    pub fn push(&mut self, value: T) {
        match self.chunks.last_mut() {
            Some(chunk) if chunk.len() < CHUNK => chunk.push(value),
            _ => self.push_chunk(value),
        }
        self.len += 1;
    }

    #[cold]
    fn push_chunk(&mut self, value: T) {
        // The first chunk grows with the list, for most logs are small.
        let room = if self.chunks.is_empty() { 0 } else { CHUNK };
        let mut chunk = Vec::with_capacity(room);
        chunk.push(value);
        self.chunks.push(chunk);
    }

    /// The values from `index` on, as far as they lie together; empty past the end.
    #[inline]
    pub fn run(&self, index: usize) -> &[T] {
        let chunk = self.chunks.get(index >> CHUNK_BITS);
        chunk.map_or(&[], |chunk| chunk.get(index & (CHUNK - 1)..).unwrap_or(&[]))
    }

    /// How many values come before the first for which this does not hold; the list must be parted so.
    pub fn partition_point(&self, holds: impl Fn(T) -> bool) -> usize {
        let (mut low, mut high) = (0, self.len);
        while low < high {
            let middle = low + (high - low) / 2;
            match self.get(middle) {
                Some(value) if holds(value) => low = middle + 1,
                _ => high = middle,
            }
        }
        low
    }

    /// Bytes of memory that the list takes.
    pub fn memory(&self) -> usize {
        let values: usize = self.chunks.iter().map(Vec::capacity).sum();
        values * size_of::<T>() + self.chunks.capacity() * size_of::<Vec<T>>()
    }
}

#[cfg(test)]
mod tests {
    use super::Column;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn it_is_a_list(mut values in prop::collection::vec(any::<u16>(), 0..60), at in 0usize..70) {
            values.sort_unstable();
            let mut column = Column::default();
            values.iter().for_each(|value| column.push(*value));
            prop_assert_eq!(column.len(), values.len());
            prop_assert_eq!(column.get(at), values.get(at).copied());
            prop_assert_eq!(column.last(), values.last().copied());
            let run = column.run(at);
            prop_assert!(values.get(at..).unwrap_or(&[]).starts_with(run));
            prop_assert_eq!(run.is_empty(), at >= values.len());
            let limit = at as u16 * 900;
            prop_assert_eq!(
                column.partition_point(|value| value < limit),
                values.partition_point(|value| *value < limit)
            );
        }
    }
}
