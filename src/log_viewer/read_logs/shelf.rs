//! A shelf with a limit: keeps the things that were used last. Pure.

/// Things by name, each of some bytes, together at most a limit.
#[derive(Debug)]
pub(crate) struct Shelf<T> {
    limit: usize,
    bytes: usize,
    /// The name, the thing and its bytes. What was used last comes last.
    things: Vec<(String, T, usize)>,
}

impl<T> Shelf<T> {
    /// An empty shelf for so many bytes.
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            limit,
            bytes: 0,
            things: Vec::new(),
        }
    }

    /// The number of things.
    pub(crate) fn len(&self) -> usize {
        self.things.len()
    }

    /// The size of all things together.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Finds a thing, which is used now.
    pub(crate) fn get(&mut self, name: &str) -> Option<&T> {
        let at = self.things.iter().position(|(known, ..)| known == name)?;
        let thing = self.things.remove(at);
        self.things.push(thing);
        self.things.last().map(|(_, thing, _)| thing)
    }

    /// Adds a thing, in place of the one of the same name. Drops those that were not used for the longest time until
    /// the limit is kept. What is larger than the limit alone is not added.
    pub(crate) fn put(&mut self, name: &str, thing: T, bytes: usize) {
        if let Some(at) = self.things.iter().position(|(known, ..)| known == name) {
            self.bytes -= self.things.remove(at).2;
        }
        if bytes > self.limit {
            return;
        }
        self.bytes += bytes;
        self.things.push((name.to_owned(), thing, bytes));
        let mut excess = self.bytes.saturating_sub(self.limit);
        let dropped = self.things.iter().take_while(|(.., bytes)| {
            let is_dropped = excess > 0;
            excess = excess.saturating_sub(*bytes);
            is_dropped
        });
        let dropped = dropped.count();
        for (.., bytes) in self.things.drain(..dropped) {
            self.bytes -= bytes;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn names(shelf: &Shelf<u32>) -> String {
        let names: Vec<&str> = shelf
            .things
            .iter()
            .map(|(name, ..)| name.as_str())
            .collect();
        names.join(" ")
    }

    #[test]
    fn what_was_used_last_stays() {
        let mut shelf = Shelf::new(100);
        for (name, bytes) in [("a", 40), ("b", 30), ("c", 30)] {
            shelf.put(name, 0, bytes);
        }
        assert_eq!((names(&shelf).as_str(), shelf.bytes()), ("a b c", 100));
        assert!(shelf.get("a").is_some() && shelf.get("x").is_none());
        shelf.put("d", 0, 10);
        assert_eq!((names(&shelf).as_str(), shelf.bytes()), ("c a d", 80));
        // A thing is replaced, not added a second time.
        shelf.put("c", 1, 50);
        assert_eq!((names(&shelf).as_str(), shelf.bytes()), ("a d c", 100));
        assert_eq!(shelf.get("c"), Some(&1));
        // What can never fit drops nothing.
        shelf.put("e", 0, 101);
        assert_eq!((names(&shelf).as_str(), shelf.len()), ("a d c", 3));
    }

    proptest! {
        #[test]
        fn the_limit_is_always_kept(puts in prop::collection::vec((0u8..9, 0usize..80), 1..60)) {
            let mut shelf = Shelf::new(100);
            for (name, bytes) in puts {
                shelf.put(&name.to_string(), 0, bytes);
                let sum: usize = shelf.things.iter().map(|(.., bytes)| bytes).sum();
                prop_assert_eq!(sum, shelf.bytes());
                prop_assert!(sum <= 100 && shelf.get(&name.to_string()).is_some());
            }
        }
    }
}
