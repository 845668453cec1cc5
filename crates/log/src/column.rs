//! A growing list of small values that never moves a value once it is stored.

/// The binary logarithm of a chunk's length. Small in tests, so that they cross chunks often.
const CHUNK_BITS: u32 = if cfg!(test) { 3 } else { 16 };
const CHUNK_LEN: usize = 1 << CHUNK_BITS;

/// A list in chunks: appending copies at most the first chunk.
///
/// # Examples
///
/// ```
/// use slipway_log::{Log, Search, SearchQuery};
///
/// let mut log = Log::new();
/// log.begin(None);
/// log.feed(br#"[{"message": "a"}, {"message": "b"}, {"message": "a"}]"#);
///
/// let query = SearchQuery { text: "a".to_owned(), ..SearchQuery::default() };
/// let mut search = Search::new(query.compile().unwrap());
/// search.advance(&log, usize::MAX);
/// let lines = search.lines();
/// assert_eq!((lines.len(), lines.get(1), lines.last()), (2, Some(2), Some(2)));
/// ```
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
    /// The number of values.
    #[inline]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Returns true if there is no value.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The value at `index`.
    #[inline]
    pub fn get(&self, index: usize) -> Option<T> {
        let chunk = self.chunks.get(index >> CHUNK_BITS)?;
        chunk.get(index & (CHUNK_LEN - 1)).copied()
    }

    /// The last value.
    pub fn last(&self) -> Option<T> {
        self.get(self.len.checked_sub(1)?)
    }

    /// Appends a value.
    #[inline]
    pub(crate) fn push(&mut self, value: T) {
        match self.chunks.last_mut() {
            Some(chunk) if chunk.len() < CHUNK_LEN => chunk.push(value),
            _ => self.push_chunk(value),
        }
        self.len += 1;
    }

    /// Replaces the value at `index`. Does nothing past the end.
    pub(crate) fn set(&mut self, index: usize, value: T) {
        let chunk = self.chunks.get_mut(index >> CHUNK_BITS);
        if let Some(place) = chunk.and_then(|chunk| chunk.get_mut(index & (CHUNK_LEN - 1))) {
            *place = value;
        }
    }

    /// Removes all values but the first ones, so many.
    pub(crate) fn truncate(&mut self, len: usize) {
        if len < self.len {
            self.len = len;
            self.chunks.truncate(len.div_ceil(CHUNK_LEN));
            if let (Some(last), Some(index)) = (self.chunks.last_mut(), len.checked_sub(1)) {
                last.truncate(index % CHUNK_LEN + 1);
            }
        }
    }

    #[cold]
    fn push_chunk(&mut self, value: T) {
        // Most logs are small, so the first chunk starts small.
        let room = if self.chunks.is_empty() { 0 } else { CHUNK_LEN };
        let mut chunk = Vec::with_capacity(room);
        chunk.push(value);
        self.chunks.push(chunk);
    }

    /// The index of the first value for which `holds` is false, by binary search; see
    /// [`slice::partition_point`].
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
}

#[cfg(test)]
mod tests {
    use super::Column;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn it_can_be_cut_and_changed(
            values in prop::collection::vec(any::<u16>(), 0..60),
            cut in 0usize..70,
            at in 0usize..70,
            more in prop::collection::vec(any::<u16>(), 0..20),
        ) {
            let (mut column, mut list) = (Column::default(), values.clone());
            values.iter().for_each(|value| column.push(*value));
            column.truncate(cut);
            list.truncate(cut);
            more.iter().for_each(|value| column.push(*value));
            list.extend(&more);
            column.set(at, 7);
            if let Some(value) = list.get_mut(at) {
                *value = 7;
            }
            prop_assert_eq!(column.len(), list.len());
            let found: Vec<u16> = (0..90).filter_map(|index| column.get(index)).collect();
            prop_assert_eq!(found, list);
        }

        #[test]
        fn it_is_a_list(mut values in prop::collection::vec(any::<u16>(), 0..60), at in 0usize..70) {
            values.sort_unstable();
            let mut column = Column::default();
            values.iter().for_each(|value| column.push(*value));
            prop_assert_eq!(column.len(), values.len());
            prop_assert_eq!(column.get(at), values.get(at).copied());
            prop_assert_eq!(column.last(), values.last().copied());
            let limit = at as u16 * 900;
            prop_assert_eq!(
                column.partition_point(|value| value < limit),
                values.partition_point(|value| *value < limit)
            );
        }
    }
}
