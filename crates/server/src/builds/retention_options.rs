//! The options about how long builds are kept.

use crate::store::retention::Keep;
use chrono::{DateTime, TimeDelta, Utc};
use clap::Args;
use slipway_api::Timestamp;

/// How long builds are kept that have ended.
#[derive(Debug, Clone, Copy, Default, Args)]
pub struct RetentionOptions {
    /// How many ended builds of each tag are kept. Older ones are removed with their logs and images.
    ///
    /// The last success of a tag is always kept. Without this, all builds are kept.
    #[arg(
        long,
        value_name = "COUNT",
        env = "SLIPWAY_KEEP_BUILDS",
        value_parser = clap::value_parser!(u32).range(1..)
    )]
    pub keep_builds: Option<u32>,

    /// How many days builds are kept after their end. Older ones are removed with their logs and images.
    ///
    /// The last success of a tag is always kept. Without this, all builds are kept.
    #[arg(
        long,
        value_name = "DAYS",
        env = "SLIPWAY_KEEP_DAYS",
        value_parser = clap::value_parser!(u32).range(1..=36500)
    )]
    pub keep_days: Option<u32>,
}

impl RetentionOptions {
    /// Returns which builds are kept at a time; `None` if all are.
    pub(crate) fn keep(&self, now: DateTime<Utc>) -> Option<Keep> {
        if self.keep_builds.is_none() && self.keep_days.is_none() {
            return None;
        }
        let ended_since = self.keep_days.and_then(|days| {
            let since = now.checked_sub_signed(TimeDelta::days(i64::from(days)))?;
            Some(Timestamp::from(since))
        });
        Some(Keep {
            builds: self.keep_builds,
            ended_since,
        })
    }
}
