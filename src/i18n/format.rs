//! Formats durations and commit ids.

use crate::t_string;
use chrono::TimeDelta;

/// Shorter durations are shown with tenths of a second.
const TENTHS_BELOW: TimeDelta = TimeDelta::seconds(10);

/// Formats a duration: `6 m 02 s`, `1 h 03 m`, `0.4 s`.
pub fn duration(length: TimeDelta) -> String {
    let millis = length.num_milliseconds();
    if length < TENTHS_BELOW && millis % 1_000 >= 100 {
        let text = format!("{}.{}", millis / 1_000, millis % 1_000 / 100);
        return t_string!(time.seconds, s = text);
    }
    let seconds = length.num_seconds();
    let (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 {
        t_string!(time.hours, h = hours, m = format!("{minutes:02}"))
    } else if minutes > 0 {
        t_string!(time.minutes, m = minutes, s = format!("{rest:02}"))
    } else {
        t_string!(time.seconds, s = rest)
    }
}

/// Shortens a commit id to 7 characters, the fewest that git shows.
pub fn short_commit(commit: &str) -> &str {
    commit.get(..7).unwrap_or(commit)
}
