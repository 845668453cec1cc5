//! The choice of a builder for a build: by its node, and so that a repository comes to the same builder again, which has
//! its layers. Pure.

use sha2::{Digest, Sha256};
use std::collections::BTreeSet;

/// A builder that may take a build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Candidate {
    /// Its name.
    pub(crate) name: String,
    /// The build node that it is of.
    pub(crate) node: Option<String>,
    /// How many builds it runs at the same time.
    pub(crate) slots: u16,
    /// True if it answers and runs fewer builds than that.
    pub(crate) is_free: bool,
    /// True if it has been asked, and does not answer.
    pub(crate) is_gone: bool,
}

/// The builds that have to wait, since no builder that could take them answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HeldUp {
    /// The node that they are for; `None` for all builds.
    pub(crate) node: Option<String>,
    /// The builders that could take them.
    builders: Vec<String>,
}

impl HeldUp {
    /// The line of a build's log.
    pub(crate) fn reason(&self) -> String {
        let of = match &self.node {
            Some(node) => format!(" of the build node {node}"),
            None => String::new(),
        };
        let builders = self.builders.join(", ");
        format!("no builder{of} answers ({builders}): the build waits until one does")
    }
}

/// Returns which builds no builder takes, as long as none of theirs answers.
pub(crate) fn held_up(candidates: &[Candidate]) -> Vec<HeldUp> {
    let names = |takes: &dyn Fn(&Candidate) -> bool| {
        let taking = candidates.iter().filter(|each| takes(each));
        taking.map(|each| each.name.clone()).collect()
    };
    if candidates.iter().all(|each| each.is_gone) {
        let builders = names(&|_| true);
        return vec![HeldUp {
            node: None,
            builders,
        }];
    }
    let nodes = |is_gone: bool| -> BTreeSet<Option<&str>> {
        let some = candidates.iter().filter(|each| each.is_gone == is_gone);
        some.map(|each| each.node.as_deref()).collect()
    };
    let there = nodes(false);
    if there.contains(&None) {
        return Vec::new();
    }
    let gone = nodes(true);
    let held = gone.difference(&there).flatten();
    held.map(|&node| HeldUp {
        node: Some(node.to_owned()),
        builders: names(&|each| each.node.as_deref().is_none_or(|of| of == node)),
    })
    .collect()
}

/// A build that needs a builder.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wish<'a> {
    /// The node of its build config.
    pub(crate) node: Option<&'a str>,
    /// The repository, `namespace/name`.
    pub(crate) repository: &'a str,
    /// The builder that it is not to come to again, if another one is free.
    pub(crate) not_at: Option<&'a str>,
}

/// Returns the nodes that no free builder takes builds of: builds for them have to wait. `None` if no builder is free.
pub(crate) fn blocked_nodes(candidates: &[Candidate]) -> Option<Vec<String>> {
    let free: Vec<_> = candidates.iter().filter(|each| each.is_free).collect();
    if free.is_empty() {
        return None;
    }
    // A builder without a node takes builds of all.
    if free.iter().any(|each| each.node.is_none()) {
        return Some(Vec::new());
    }
    let open: BTreeSet<_> = free
        .iter()
        .filter_map(|each| each.node.as_deref())
        .collect();
    let all: BTreeSet<_> = candidates
        .iter()
        .filter_map(|each| each.node.as_deref())
        .collect();
    Some(all.difference(&open).map(|&node| node.to_owned()).collect())
}

/// Returns true if a builder is of this node.
pub(crate) fn is_known(candidates: &[Candidate], node: &str) -> bool {
    let mut nodes = candidates.iter().filter_map(|each| each.node.as_deref());
    nodes.any(|known| known == node)
}

/// Returns the position of the builder that takes a build: of the free ones of its node, then of those without a node,
/// or of all if there is no such node, the first in the repository's own order. `None` if none of them is free.
pub(crate) fn place(candidates: &[Candidate], wish: Wish<'_>) -> Option<usize> {
    let node = wish.node.filter(|node| is_known(candidates, node));
    let first = |takes: &dyn Fn(&Candidate) -> bool| {
        let all = candidates.iter().enumerate();
        let free = all.filter(|(_, each)| each.is_free && takes(each));
        let first = free
            .max_by(|(_, a), (_, b)| rank(a, wish.repository).total_cmp(&rank(b, wish.repository)));
        first.map(|(position, _)| position)
    };
    let is_of = |each: &Candidate| node.is_none() || each.node.as_deref() == node;
    let is_other = |each: &Candidate| Some(each.name.as_str()) != wish.not_at;
    first(&|each| is_of(each) && is_other(each))
        .or_else(|| first(&|each| each.node.is_none() && is_other(each)))
        .or_else(|| first(&|each| is_of(each) || each.node.is_none()))
}

/// The rank of a builder for a repository, by rendezvous hashing: each repository has an order of its own, which stays
/// when other builders come or go. A builder comes first for a share of the repositories that is in proportion to its
/// slots.
fn rank(candidate: &Candidate, repository: &str) -> f64 {
    let mut hash = Sha256::new();
    hash.update(candidate.name.as_bytes());
    hash.update([0]);
    hash.update(repository.as_bytes());
    let digest = hash.finalize();
    // The upper 52 bits fit into a float as they are.
    let bits = digest
        .iter()
        .take(8)
        .fold(0_u64, |bits, &byte| bits << 8 | u64::from(byte))
        >> 12;
    let share = (bits as f64 + 0.5) / (1_u64 << 52) as f64;
    -f64::from(candidate.slots) / share.ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(name: &str, node: Option<&str>, slots: u16) -> Candidate {
        Candidate {
            name: name.to_owned(),
            node: node.map(str::to_owned),
            slots,
            is_free: true,
            is_gone: false,
        }
    }

    fn wish<'a>(node: Option<&'a str>, repository: &'a str) -> Wish<'a> {
        Wish {
            node,
            repository,
            not_at: None,
        }
    }

    #[test]
    fn a_node_chooses_among_its_own_builders_and_an_unknown_one_among_all() {
        let mut all = [
            candidate("a", Some("in"), 1),
            candidate("b", Some("cn"), 1),
            candidate("c", None, 1),
        ];
        let mut seen = BTreeSet::new();
        for number in 0..100 {
            let repository = format!("team/{number}");
            assert_eq!(place(&all, wish(Some("cn"), &repository)), Some(1));
            seen.insert(place(&all, wish(Some("eu"), &repository)));
            seen.insert(place(&all, wish(None, &repository)));
        }
        assert_eq!(seen, BTreeSet::from([Some(0), Some(1), Some(2)]));
        assert!(is_known(&all, "cn") && !is_known(&all, "eu"));
        assert_eq!(blocked_nodes(&all), Some(Vec::new()));

        // A builder without a node takes what those of the node can't.
        all[1].is_free = false;
        assert_eq!(blocked_nodes(&all), Some(Vec::new()));
        assert_eq!(place(&all, wish(Some("cn"), "team/app")), Some(2));
        all[2].is_free = false;
        assert_eq!(blocked_nodes(&all), Some(vec!["cn".to_owned()]));
        assert_eq!(place(&all, wish(Some("cn"), "team/app")), None);
        assert!(place(&all, wish(Some("eu"), "team/app")).is_some());
        all[2].is_free = true;
        all[0].is_free = false;
        assert_eq!(place(&all, wish(None, "team/app")), Some(2));
        all[2].is_free = false;
        assert_eq!(blocked_nodes(&all), None);
        assert_eq!(place(&all, wish(None, "team/app")), None);
    }

    #[test]
    fn builds_are_held_up_while_none_of_their_builders_answers() {
        let mut all = [
            candidate("a", Some("in"), 1),
            candidate("b", Some("cn"), 1),
            candidate("c", None, 1),
        ];
        let reasons = |all: &[Candidate]| -> Vec<_> {
            let held = held_up(all).into_iter();
            held.map(|held| (held.node.clone(), held.reason()))
                .collect()
        };
        all[1].is_gone = true;
        assert_eq!(reasons(&all), [], "c takes builds of all nodes");
        all[2].is_gone = true;
        let line = "no builder of the build node cn answers (b, c): the build waits until one does";
        assert_eq!(reasons(&all), [(Some("cn".to_owned()), line.to_owned())]);
        all[0].is_gone = true;
        let line = "no builder answers (a, b, c): the build waits until one does";
        assert_eq!(reasons(&all), [(None, line.to_owned())]);
        // One that is busy is not gone.
        (all[1].is_gone, all[1].is_free) = (false, false);
        assert_eq!(reasons(&all).len(), 1);
        assert_eq!(held_up(&all)[0].node.as_deref(), Some("in"));
    }

    #[test]
    fn a_repository_comes_to_the_same_builder_while_it_is_free() {
        let names = ["a", "b", "c", "d"];
        let mut all = names.map(|name| candidate(name, None, 2));
        let places = |all: &[Candidate]| -> Vec<_> {
            (0..200)
                .map(|number| place(all, wish(None, &format!("team/{number}"))).unwrap())
                .collect()
        };
        let before = places(&all);
        assert_eq!(places(&all), before);
        all[2].is_free = false;
        let meanwhile = places(&all);
        for (before, meanwhile) in before.iter().zip(&meanwhile) {
            // Only those of the builder that is not free go elsewhere.
            assert_eq!(*before == 2, before != meanwhile);
            assert_ne!(*meanwhile, 2);
        }
        all[2].is_free = true;
        assert_eq!(places(&all), before);
    }

    #[test]
    fn a_builder_has_a_share_by_its_slots() {
        let all = [candidate("a", None, 1), candidate("b", None, 3)];
        let of_b = (0..1000)
            .filter(|number| place(&all, wish(None, &format!("team/{number}"))) == Some(1))
            .count();
        assert!((690..810).contains(&of_b), "{of_b}");
    }

    #[test]
    fn a_build_that_lost_its_builder_goes_to_another_one_if_it_can() {
        let mut all = [candidate("a", None, 1), candidate("b", None, 1)];
        for lost in ["a", "b"] {
            let wish = Wish {
                not_at: Some(lost),
                ..wish(None, "team/app")
            };
            assert_ne!(all[place(&all, wish).unwrap()].name, lost);
        }
        all[1].is_free = false;
        let wish = Wish {
            not_at: Some("a"),
            ..wish(None, "team/app")
        };
        assert_eq!(place(&all, wish), Some(0));
    }
}
