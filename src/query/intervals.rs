//! Every poll interval of the console.

use crate::query::schedule::Pace;
use std::time::Duration;

/// The first page of a list, where new builds come in, and any page with a build that is waiting or running. A
/// build can be over in some seconds, and is to be seen while it runs.
pub(crate) const LIVE_LIST: Pace = Pace::Between(Duration::from_secs(2), Duration::from_secs(3));

/// A later page of a list, of builds that have all finished.
pub(crate) const IDLE_LIST: Pace = Pace::Steady(Duration::from_secs(15));

/// A page of a list that is looked through, other than the first, while a build on it is waiting or running.
pub(crate) const LIVE_SCAN: Duration = Duration::from_secs(5);

/// A build that is waiting or running, on its own page.
pub(crate) const LIVE_BUILD: Pace = Pace::Steady(Duration::from_secs(1));

/// The builds before and after the one on the page, while one of them is waiting or running.
pub(crate) const LIVE_NEIGHBOURS: Pace = Pace::Steady(Duration::from_secs(15));

/// Builds on the watchlist. They are polled while the page is hidden too: a notification is most useful then.
pub(crate) const WATCHED_BUILDS: Duration = Duration::from_secs(5);

/// The builders, while they are shown.
pub(crate) const BUILDERS: Pace = Pace::Steady(Duration::from_secs(5));

/// The last pushes of a repository, on its page.
pub(crate) const PUSHES: Pace = Pace::Between(Duration::from_secs(3), Duration::from_secs(15));

/// The log of a build. Counted from the end of the last answer. Half a second, so that what a program has written is on
/// the page within about a second: a server may need a part of it to store a line that is not at its end.
pub(crate) const LOG: Duration = Duration::from_millis(500);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::schedule::{Due, Schedule};

    #[test]
    fn a_build_of_three_seconds_is_seen_also_after_hours_without_one() {
        let mut schedule = Schedule::default();
        let mut now = 0;
        for _ in 0..10_000 {
            schedule.record_success(now, LIVE_LIST, false);
            assert_eq!(schedule.due(now, true), Due::WhenVisible);
            let Due::In(wait) = schedule.due(now, false) else {
                panic!("the list is not read any more");
            };
            assert!(wait <= Duration::from_secs(3), "{wait:?}");
            now += wait.as_millis() as i64;
        }
    }
}
