//! Every poll interval of the console.

use crate::query::schedule::Pace;
use std::time::Duration;

/// A list with a build that is waiting or running.
pub(crate) const LIVE_LIST: Pace = Pace::Between(Duration::from_secs(2), Duration::from_secs(15));

/// A list of builds that have all finished.
pub(crate) const IDLE_LIST: Pace = Pace::Steady(Duration::from_secs(15));

/// A page of a list that is looked through, other than the first, while a build on it is waiting or running.
pub(crate) const LIVE_SCAN: Duration = Duration::from_secs(5);

/// A build that is waiting or running, on its own page.
pub(crate) const LIVE_BUILD: Pace = Pace::Steady(Duration::from_secs(1));

/// The builds before and after the one on the page, while one of them is waiting or running.
pub(crate) const LIVE_NEIGHBOURS: Pace = Pace::Steady(Duration::from_secs(15));

/// Builds on the watchlist. They are polled while the page is hidden too: a notification is most useful then.
pub(crate) const WATCHED_BUILDS: Duration = Duration::from_secs(5);

/// The log of a build. Counted from the end of the last answer. Half a second, so that what a program has written is on
/// the page within about a second: a server may need a part of it to store a line that is not at its end.
pub(crate) const LOG: Duration = Duration::from_millis(500);
