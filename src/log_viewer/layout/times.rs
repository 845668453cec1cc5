//! Times of lines: formatting the time before each line, and reading times that the user types.

use crate::log::Times;
use std::cell::Cell;

/// The time shown before each line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum TimeKind {
    None,
    /// The time of day.
    #[default]
    Clock,
    /// Since the first time in the log.
    SinceStart,
    /// Since the previous line.
    SincePrevious,
}

impl TimeKind {
    /// All kinds, in the order of the `t` key.
    pub(crate) const ALL: [Self; 4] = [
        Self::None,
        Self::Clock,
        Self::SinceStart,
        Self::SincePrevious,
    ];

    /// The name in the choice and in the browser's storage.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Clock => "clock",
            Self::SinceStart => "start",
            Self::SincePrevious => "previous",
        }
    }

    /// Returns the kind with this name; the default for an unknown name.
    pub(crate) fn named(name: &str) -> Self {
        let found = Self::ALL.into_iter().find(|kind| kind.name() == name);
        found.unwrap_or_default()
    }

    /// Returns the next kind, for the `t` key.
    pub(crate) fn next(self) -> Self {
        let at = Self::ALL.iter().position(|kind| *kind == self).unwrap_or(0);
        Self::ALL[(at + 1) % Self::ALL.len()]
    }

    /// Formats a line's time. `offset` returns the time zone's offset at a time, in seconds east of UTC.
    pub(crate) fn text(self, times: &Times, offset: impl Fn(i64) -> i64) -> String {
        match self {
            Self::None => None,
            Self::Clock => times.clock.map(|time| clock(time, offset(time))),
            Self::SinceStart => times.since_start.map(span),
            Self::SincePrevious => times.since_previous.map(|time| format!("+{}", span(time))),
        }
        .unwrap_or_default()
    }
}

/// Formats the time of day of Unix seconds, `08:05:09`. `offset` is in seconds east of UTC.
pub(crate) fn clock(time: i64, offset: i64) -> String {
    let second = time.wrapping_add(offset).rem_euclid(86_400);
    format!(
        "{:02}:{:02}:{:02}",
        second / 3600,
        second / 60 % 60,
        second % 60
    )
}

/// Formats a duration in seconds: `0:05`, `12:00` or `1:00:00`.
pub(crate) fn span(seconds: i64) -> String {
    let sign = if seconds < 0 { "−" } else { "" };
    let seconds = seconds.unsigned_abs();
    let (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    match hours {
        0 => format!("{sign}{minutes}:{rest:02}"),
        _ => format!("{sign}{hours}:{minutes:02}:{rest:02}"),
    }
}

/// Formats the date and time before a copied line: `2015-09-09T03:51:46Z`, or with the offset (seconds
/// east of UTC) instead of `Z`.
pub(crate) fn stamp(time: i64, offset: i64) -> String {
    let local = chrono::DateTime::from_timestamp(time.saturating_add(offset), 0);
    let Some(local) = local else {
        return time.to_string();
    };
    let text = local.format("%Y-%m-%dT%H:%M:%S");
    if offset == 0 {
        return format!("{text}Z");
    }
    let (sign, minutes) = (
        if offset < 0 { '-' } else { '+' },
        offset.unsigned_abs() / 60,
    );
    format!("{text}{sign}{:02}:{:02}", minutes / 60, minutes % 60)
}

/// Parses a time of day, `8:05` or `08:05:09`, as seconds from midnight.
pub(crate) fn time_of_day(text: &str) -> Option<i64> {
    let parts: Vec<&str> = text.trim().split(':').collect();
    let number = |text: &str, below: i64| {
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse::<i64>()
            .ok()
            .filter(|number| digits && *number < below)
    };
    match parts.as_slice() {
        [hour, minute] => Some(number(hour, 24)? * 3600 + number(minute, 60)? * 60),
        [hour, minute, second] => {
            Some(number(hour, 24)? * 3600 + number(minute, 60)? * 60 + number(second, 60)?)
        }
        _ => None,
    }
}

/// Returns the first second at or after `from` with this time of day. `offset` is in seconds east of UTC.
pub(crate) fn next_at(from: i64, time_of_day: i64, offset: i64) -> i64 {
    let midnight = from.saturating_add(offset).div_euclid(86_400) * 86_400 - offset;
    let at = midnight.saturating_add(time_of_day);
    if at < from { at + 86_400 } else { at }
}

/// Parses a date and time without a zone, `2015-09-09T03:51:46`, with or without seconds, in UTC or in the
/// user's time zone. Returns Unix seconds.
pub(crate) fn read_local(text: &str, utc: bool) -> Option<i64> {
    let formats = ["%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M"];
    let mut times = formats
        .iter()
        .filter_map(|format| chrono::NaiveDateTime::parse_from_str(text.trim(), format).ok());
    let as_utc = times.next()?.and_utc().timestamp();
    Some(match utc {
        true => as_utc,
        // The offset at that local time, not at the same time in UTC.
        false => as_utc - local_offset(as_utc - local_offset(as_utc)),
    })
}

/// Returns the offset of the user's time zone at a time (Unix seconds), in seconds east of UTC.
pub(crate) fn local_offset(time: i64) -> i64 {
    thread_local! {
        /// The last quarter of an hour and its offset: consecutive lines mostly share it.
        static LAST: Cell<(i64, i64)> = const { Cell::new((i64::MIN, 0)) };
    }
    let quarter = time.div_euclid(900);
    let (known, offset) = LAST.get();
    if known == quarter {
        return offset;
    }
    let date = js_sys::Date::new(&wasm_bindgen::JsValue::from_f64(time as f64 * 1000.0));
    let minutes = date.get_timezone_offset();
    let offset = if minutes.is_finite() {
        -(minutes as i64) * 60
    } else {
        0
    };
    LAST.set((quarter, offset));
    offset
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_as_they_are_written() {
        assert_eq!(clock(1_441_770_706, 0), "03:51:46");
        assert_eq!(clock(1_441_770_706, 8 * 3600), "11:51:46");
        assert_eq!(clock(-1, 0), "23:59:59");
        assert_eq!(span(5), "0:05");
        assert_eq!(span(-65), "−1:05");
        assert_eq!(span(3600), "1:00:00");
        assert_eq!(stamp(1_441_770_706, 0), "2015-09-09T03:51:46Z");
        assert_eq!(stamp(1_441_770_706, -5400), "2015-09-09T02:21:46-01:30");
        assert_eq!(stamp(i64::MAX, 0), i64::MAX.to_string());
    }

    #[test]
    fn a_time_of_day_is_found_after_the_beginning() {
        let from = 1_441_770_706; // 03:51:46
        let at = |text: &str, offset| next_at(from, time_of_day(text).unwrap(), offset);
        assert_eq!(at("03:51:46", 0), from);
        assert_eq!(at("3:52", 0), from + 14);
        assert_eq!(at("03:51:45", 0), from + 86_399);
        assert_eq!(at("11:51:47", 8 * 3600), from + 1);
        for odd in ["", "3", "24:00", "3:60", "3:-1", "+3:00", "1:2:3:4", "a:b"] {
            assert_eq!(time_of_day(odd), None, "{odd}");
        }
    }

    #[test]
    fn a_written_time_is_read_back() {
        assert_eq!(read_local("2015-09-09T03:51:46", true), Some(1_441_770_706));
        assert_eq!(read_local("2015-09-09T03:51", true), Some(1_441_770_660));
        for odd in ["", "soon", "2015-13-09T03:51:46"] {
            assert_eq!(read_local(odd, true), None);
        }
    }

    #[test]
    fn kinds_are_found_by_name_and_go_round() {
        for kind in TimeKind::ALL {
            assert_eq!(TimeKind::named(kind.name()), kind);
            assert_eq!(kind.next().next().next().next(), kind);
        }
        assert_eq!(TimeKind::named("odd"), TimeKind::Clock);
    }
}
