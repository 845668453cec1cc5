//! How often the console reads again: every poll interval of the console stands here.

use crate::query::schedule::Pace;
use std::time::Duration;

/// A list with a build that is waiting or running.
pub const LIVE_LIST: Pace = Pace::Between(Duration::from_secs(2), Duration::from_secs(15));

/// A list whose builds have all finished.
pub const IDLE_LIST: Pace = Pace::Steady(Duration::from_secs(15));

/// A build that is waiting or running, on its own page.
pub const LIVE_BUILD: Pace = Pace::Steady(Duration::from_secs(1));

/// The builds before and after the one on the page, while one of them is waiting or running.
pub const LIVE_NEIGHBOURS: Pace = Pace::Steady(Duration::from_secs(15));

/// Builds whose end is notified. Asked for while the page is hidden too: that is when the user wants to
/// be told.
pub const WATCHED_BUILDS: Duration = Duration::from_secs(5);

/// The log of a build, counted from the end of the last answer.
pub const LOG: Duration = Duration::from_millis(700);
