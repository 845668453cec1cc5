//! The range of user and group ids that a sandbox's users are on this machine.

use serde::{Deserialize, Serialize};

/// The number of ids of a sandbox: images have files of `nobody`, whose id is 65534.
const COUNT: u32 = 65_536;

/// The first id of a sandbox where `/etc/subuid` names none: far above those that systems give out.
const FIRST: u32 = 1_000_000_000;

/// The name whose ranges in `/etc/subuid` and `/etc/subgid` other programs use for containers of root, too.
const NAME: &str = "containers";

/// The ids of this machine that ids 0 and up of a sandbox stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct IdRange {
    pub(crate) first_user: u32,
    pub(crate) first_group: u32,
    pub(crate) count: u32,
}

impl IdRange {
    /// Chooses the range for a server that runs as root, from the texts of `/etc/subuid`, `/etc/subgid` and
    /// `/proc/self/uid_map`. `None` where no map can be read.
    pub(crate) fn choose(users: &str, groups: &str, own_map: &str) -> Option<Self> {
        let mut numbers = own_map
            .lines()
            .next()?
            .split_whitespace()
            .filter_map(|number| number.parse::<u32>().ok());
        let (inside, outside, length) = (numbers.next()?, numbers.next()?, numbers.next()?);
        if (inside, outside, length) != (0, 0, u32::MAX) {
            // In a user namespace already: root is nobody special on this machine, and has these ids only.
            let count = if inside == 0 { map_length(own_map) } else { 0 };
            return (count > 0).then_some(Self {
                first_user: 0,
                first_group: 0,
                count: count.min(COUNT),
            });
        }
        Some(Self {
            first_user: range_of(users).unwrap_or(FIRST),
            first_group: range_of(groups).unwrap_or(FIRST),
            count: COUNT,
        })
    }
}

/// The number of ids from 0 up that a map has without a gap.
fn map_length(map: &str) -> u32 {
    let mut end = 0;
    for line in map.lines() {
        let mut numbers = line
            .split_whitespace()
            .filter_map(|number| number.parse::<u32>().ok());
        if let (Some(inside), Some(_), Some(length)) =
            (numbers.next(), numbers.next(), numbers.next())
            && inside == end
        {
            end = end.saturating_add(length);
        }
    }
    end
}

/// The start of the range of `containers`, if it is large enough.
fn range_of(text: &str) -> Option<u32> {
    text.lines().find_map(|line| {
        let mut parts = line.trim().split(':');
        let (name, first, count) = (parts.next()?, parts.next()?, parts.next()?);
        let is_large = count.parse::<u32>().is_ok_and(|count| count >= COUNT);
        (name == NAME && is_large)
            .then(|| first.parse().ok())
            .flatten()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_taken_from_the_system_where_it_names_one() {
        let whole = "         0          0 4294967295\n";
        let choose = |users: &str, map: &str| {
            let range = IdRange::choose(users, users, map)?;
            Some((range.first_user, range.first_group, range.count))
        };
        assert_eq!(choose("", whole), Some((FIRST, FIRST, COUNT)));
        let named = "me:100000:65536\ncontainers:500000:65536\n";
        assert_eq!(choose(named, whole), Some((500_000, 500_000, COUNT)));
        let small = "containers:500000:1000\n";
        assert_eq!(choose(small, whole), Some((FIRST, FIRST, COUNT)));
        let nested = "0 1000 1\n1 100000 65536\n";
        assert_eq!(choose(named, nested), Some((0, 0, COUNT)));
        assert_eq!(choose(named, "0 1000 1\n"), Some((0, 0, 1)));
        assert_eq!(choose(named, ""), None);
    }
}
