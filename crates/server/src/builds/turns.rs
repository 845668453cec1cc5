//! Whose turn it is in the queue: the namespaces take turns, so that many builds of one do not hold up the others. Pure.

use std::collections::HashMap;

/// The most namespaces whose last turn is remembered.
const MAX_REMEMBERED: usize = 10_000;

/// A namespace that has waiting builds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Waiting {
    /// The namespace.
    pub(crate) namespace: String,
    /// The number of its oldest waiting build.
    pub(crate) oldest: i64,
}

/// The turns so far.
#[derive(Debug, Default)]
pub(crate) struct Turns {
    /// The number of each namespace's last turn, from 1.
    last: HashMap<String, u64>,
    count: u64,
}

impl Turns {
    /// Returns the namespace whose turn it is: one with the fewest running builds, and of those the one whose last turn
    /// is the longest ago. Namespaces without a turn so far come by the age of their builds.
    pub(crate) fn next<'a>(
        &self,
        waiting: &'a [Waiting],
        running: impl Fn(&str) -> usize,
    ) -> Option<&'a str> {
        let next = waiting.iter().min_by_key(|waiting| {
            let last = self.last.get(&waiting.namespace).copied();
            (
                running(&waiting.namespace),
                last.unwrap_or_default(),
                waiting.oldest,
            )
        });
        next.map(|waiting| waiting.namespace.as_str())
    }

    /// Records that a namespace has had its turn.
    pub(crate) fn take(&mut self, namespace: &str) {
        self.count += 1;
        self.last.insert(namespace.to_owned(), self.count);
        if self.last.len() > MAX_REMEMBERED {
            let oldest = self.last.iter().min_by_key(|(_, turn)| **turn);
            if let Some(oldest) = oldest.map(|(namespace, _)| namespace.clone()) {
                self.last.remove(&oldest);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes all builds of a queue, given by their namespaces, and returns the order.
    fn order(mut queue: Vec<(&'static str, i64)>, turns: &mut Turns) -> Vec<(&'static str, i64)> {
        let mut taken = Vec::new();
        while !queue.is_empty() {
            let mut waiting: Vec<Waiting> = Vec::new();
            for (namespace, oldest) in &queue {
                if !waiting.iter().any(|found| found.namespace == *namespace) {
                    waiting.push(Waiting {
                        namespace: (*namespace).to_owned(),
                        oldest: *oldest,
                    });
                }
            }
            let next = turns.next(&waiting, |_| 0).unwrap().to_owned();
            turns.take(&next);
            let at = queue.iter().position(|(namespace, _)| *namespace == next);
            taken.push(queue.remove(at.unwrap()));
        }
        taken
    }

    #[test]
    fn namespaces_take_turns_and_the_oldest_of_each_is_first() {
        let mut turns = Turns::default();
        let queue = vec![("a", 1), ("a", 2), ("a", 3), ("b", 4), ("b", 5), ("c", 6)];
        let expected = [("a", 1), ("b", 4), ("c", 6), ("a", 2), ("b", 5), ("a", 3)];
        assert_eq!(order(queue, &mut turns), expected);
        // `a` had the last turn, though its build is older.
        let queue = vec![("a", 7), ("c", 8)];
        assert_eq!(order(queue, &mut turns), [("c", 8), ("a", 7)]);
    }

    #[test]
    fn a_namespace_with_running_builds_waits_for_those_without() {
        let waiting = ["a", "b"].map(|namespace| Waiting {
            namespace: namespace.to_owned(),
            oldest: 1,
        });
        let mut turns = Turns::default();
        turns.take("b");
        let running = |namespace: &str| usize::from(namespace == "a");
        assert_eq!(turns.next(&waiting, running), Some("b"));
        assert_eq!(turns.next(&waiting, |_| 1), Some("a"));
        assert_eq!(turns.next(&[], |_| 0), None);
    }

    #[test]
    fn not_every_namespace_is_remembered() {
        let mut turns = Turns::default();
        for number in 0..MAX_REMEMBERED + 10 {
            turns.take(&number.to_string());
        }
        assert_eq!(turns.last.len(), MAX_REMEMBERED);
        assert!(turns.last.contains_key(&(MAX_REMEMBERED + 9).to_string()));
    }
}
