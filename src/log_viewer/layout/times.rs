//! The time before each line: none, of the day, since the beginning, since the line before.

use crate::log::Times;
use std::cell::Cell;

/// Which time stands before a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TimeKind {
    None,
    #[default]
    Clock,
    SinceStart,
    SincePrevious,
}

impl TimeKind {
    /// All of them, in the order in which `t` goes through them.
    pub const ALL: [Self; 4] = [
        Self::None,
        Self::Clock,
        Self::SinceStart,
        Self::SincePrevious,
    ];

    /// The name under which it is chosen and kept.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Clock => "clock",
            Self::SinceStart => "start",
            Self::SincePrevious => "previous",
        }
    }

    /// What has this name; the usual one for another.
    pub fn named(name: &str) -> Self {
        let found = Self::ALL.into_iter().find(|kind| kind.name() == name);
        found.unwrap_or_default()
    }

    /// The next one.
    pub fn next(self) -> Self {
        let at = Self::ALL.iter().position(|kind| *kind == self).unwrap_or(0);
        Self::ALL[(at + 1) % Self::ALL.len()]
    }

    /// What stands before a line. `offset` is the zone's, in seconds east of UTC.
    pub fn text(self, times: &Times, offset: impl Fn(i64) -> i64) -> String {
        match self {
            Self::None => None,
            Self::Clock => times.clock.map(|time| clock(time, offset(time))),
            Self::SinceStart => times.since_start.map(span),
            Self::SincePrevious => times.since_previous.map(|time| format!("+{}", span(time))),
        }
        .unwrap_or_default()
    }
}

/// The time of day, `08:05:09`, of Unix seconds in a zone so many seconds east of UTC.
pub fn clock(time: i64, offset: i64) -> String {
    let second = time.wrapping_add(offset).rem_euclid(86_400);
    format!(
        "{:02}:{:02}:{:02}",
        second / 3600,
        second / 60 % 60,
        second % 60
    )
}

/// A length of time, `0:05`, `12:00` or `1:00:00`.
pub fn span(seconds: i64) -> String {
    let sign = if seconds < 0 { "−" } else { "" };
    let seconds = seconds.unsigned_abs();
    let (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    match hours {
        0 => format!("{sign}{minutes}:{rest:02}"),
        _ => format!("{sign}{hours}:{minutes:02}:{rest:02}"),
    }
}

/// Date and time as they stand before copied lines: `2015-09-09T03:51:46Z` in UTC, else with the offset.
pub fn stamp(time: i64, offset: i64) -> String {
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

/// The seconds of a time of day, `8:05` or `08:05:09`, from midnight.
pub fn time_of_day(text: &str) -> Option<i64> {
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

/// The first second at or after `from` at which it is this time of day, in a zone `offset` seconds east.
pub fn next_at(from: i64, time_of_day: i64, offset: i64) -> i64 {
    let midnight = from.saturating_add(offset).div_euclid(86_400) * 86_400 - offset;
    let at = midnight.saturating_add(time_of_day);
    if at < from { at + 86_400 } else { at }
}

/// Unix seconds of a date and time without a zone, `2015-09-09T03:51:46`, with or without seconds.
pub fn read_local(text: &str, utc: bool) -> Option<i64> {
    let formats = ["%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M"];
    let mut times = formats
        .iter()
        .filter_map(|format| chrono::NaiveDateTime::parse_from_str(text.trim(), format).ok());
    let as_utc = times.next()?.and_utc().timestamp();
    Some(match utc {
        true => as_utc,
        // The zone's offset there, rather than at the same hour in UTC.
        false => as_utc - local_offset(as_utc - local_offset(as_utc)),
    })
}

/// Seconds east of UTC of the reader's zone at a time.
pub fn local_offset(time: i64) -> i64 {
    thread_local! {
        /// The quarter of an hour that was asked for last: lines follow each other.
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
