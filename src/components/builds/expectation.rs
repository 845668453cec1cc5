//! The usual duration of a build, by the builds of the same image that succeeded before. Pure.

use crate::api::{Build, Status};
use crate::components::builds::spread::Spread;

/// With fewer builds than this, nothing is usual.
const MIN_BUILDS: usize = 3;

/// A build takes unusually long from this many times the 95th percentile on.
const UNUSUAL: i64 = 3;

/// The usual duration of a build, by the durations of the builds of the same image, such as `team/app:latest`, that
/// succeeded, without the build itself. `None` with fewer than three of them. `known` may have a build more than once.
pub(crate) fn usual_duration<'a>(
    build: &Build,
    known: impl Iterator<Item = &'a Build>,
) -> Option<Spread> {
    let image = build.image_reference();
    let mut seen = vec![build.build_id.as_str()];
    let mut durations = Vec::new();
    for other in known {
        let is_like = other.status == Status::Succeeded && other.image_reference() == image;
        if !is_like || seen.contains(&other.build_id.as_str()) {
            continue;
        }
        seen.push(&other.build_id);
        durations.extend(duration(other));
    }
    if durations.len() < MIN_BUILDS {
        return None;
    }
    Spread::of(durations)
}

/// The duration of a finished build, in milliseconds.
fn duration(build: &Build) -> Option<i64> {
    let duration = build.ended_at?.since(build.started_at?);
    Some(duration.num_milliseconds())
}

/// The note about a build that takes this long, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DurationNote {
    /// Nothing.
    AsUsual,
    /// It still runs, and usually takes so much longer, in milliseconds, rounded for people.
    Left(i64),
    /// It takes, or took, more than three times what 95 % of the builds take.
    UnusuallyLong,
}

impl DurationNote {
    /// Compares a duration with the usual one.
    pub(crate) fn of(millis: i64, usual: Spread, is_running: bool) -> Self {
        if millis > usual.p95.saturating_mul(UNUSUAL) {
            return Self::UnusuallyLong;
        }
        match usual.median - millis {
            left if is_running && left > 0 => Self::Left(round(left)),
            _ => Self::AsUsual,
        }
    }
}

/// Rounds a time up: to 10 seconds below a minute, to half a minute below ten, to a minute above.
fn round(millis: i64) -> i64 {
    let step = match millis {
        ..60_000 => 10_000,
        60_000..600_000 => 30_000,
        _ => 60_000,
    };
    (millis + step - 1) / step * step
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Timestamp;

    fn build(id: &str, tag: &str, status: Status, seconds: i64) -> Build {
        Build {
            build_id: id.to_owned(),
            docker_repo_path: "team/app".to_owned(),
            docker_repo_tag: tag.to_owned(),
            status,
            started_at: Timestamp::from_millis(0),
            ended_at: Timestamp::from_millis(seconds * 1_000),
            ..Build::default()
        }
    }

    #[test]
    fn usual_is_what_three_successes_of_the_image_took() {
        let own = build("own", "a", Status::InProgress, 0);
        let mut known = vec![
            build("own", "a", Status::Succeeded, 900),
            build("1", "a", Status::Succeeded, 40),
            build("2", "a", Status::Failed, 1),
            build("3", "b", Status::Succeeded, 1),
            build("4", "a", Status::Succeeded, 60),
            // The same build, from another list.
            build("1", "a", Status::Succeeded, 40),
        ];
        assert_eq!(usual_duration(&own, known.iter()), None, "two are too few");
        known.push(build("5", "a", Status::Succeeded, 50));
        let usual = usual_duration(&own, known.iter()).expect("three are enough");
        assert_eq!((usual.median, usual.p95), (50_000, 60_000));
        let mut unknown = build("6", "a", Status::Succeeded, 0);
        unknown.started_at = None;
        known.pop();
        known.push(unknown);
        assert_eq!(usual_duration(&own, known.iter()), None, "no duration");
    }

    #[test]
    fn a_running_build_has_some_time_left_until_the_median() {
        let usual = Spread {
            median: 50_000,
            p95: 60_000,
        };
        let pace = |seconds: i64, is_running| DurationNote::of(seconds * 1_000, usual, is_running);
        assert_eq!(pace(12, true), DurationNote::Left(40_000));
        assert_eq!(pace(10, true), DurationNote::Left(40_000));
        assert_eq!(pace(49, true), DurationNote::Left(10_000));
        assert_eq!(pace(50, true), DurationNote::AsUsual);
        assert_eq!(pace(12, false), DurationNote::AsUsual);
        assert_eq!(pace(180, true), DurationNote::AsUsual);
        assert_eq!(pace(181, true), DurationNote::UnusuallyLong);
        assert_eq!(pace(181, false), DurationNote::UnusuallyLong);
    }

    #[test]
    fn times_are_rounded_for_people() {
        let rounded = |seconds: i64| round(seconds * 1_000) / 1_000;
        assert_eq!(
            [1, 10, 41, 61, 95, 601, 3_599].map(rounded),
            [10, 10, 50, 90, 120, 660, 3_600]
        );
    }
}
