//! The median and the 95th percentile of durations. Pure.

/// The median and the 95th percentile of some durations, in one unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Spread {
    /// Half of the values are at most this.
    pub(crate) median: i64,
    /// 95 % of the values are at most this.
    pub(crate) p95: i64,
}

impl Spread {
    /// Returns both by the nearest-rank method; `None` for no values.
    pub(crate) fn of(mut values: Vec<i64>) -> Option<Self> {
        values.sort_unstable();
        let rank = |percent: usize| {
            let rank = (values.len() * percent).div_ceil(100);
            values.get(rank.saturating_sub(1)).copied()
        };
        Some(Self {
            median: rank(50)?,
            p95: rank(95)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn median_and_p95_are_the_nearest_ranks(values in prop::collection::vec(0i64..50, 1..60)) {
            let spread = Spread::of(values.clone()).expect("values");
            let at_most = |limit: i64| values.iter().filter(|value| **value <= limit).count();
            for (limit, percent) in [(spread.median, 50), (spread.p95, 95)] {
                prop_assert!(at_most(limit) * 100 >= values.len() * percent);
                prop_assert!(at_most(limit - 1) * 100 < values.len() * percent);
            }
        }
    }
}
