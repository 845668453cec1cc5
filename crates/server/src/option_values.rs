//! Option values that are more than text: origins, durations and sizes.

use std::time::Duration;

/// Parses `https://console.example.com`. Returns it in lower case and without a slash at the end.
///
/// # Errors
///
/// A sentence about the expected form.
pub(crate) fn parse_origin(text: &str) -> Result<String, String> {
    let text = text.trim_end_matches('/');
    let host = text
        .strip_prefix("http://")
        .or_else(|| text.strip_prefix("https://"))
        .unwrap_or_default();
    let is_host = !host.is_empty()
        && host
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte));
    if is_host {
        Ok(text.to_ascii_lowercase())
    } else {
        Err("an origin is http:// or https://, a host and an optional port".to_owned())
    }
}

/// Splits `30m` into 30 and `m`.
fn number_and_unit(text: &str) -> Option<(u64, &str)> {
    let end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    Some((text[..end].parse().ok()?, &text[end..]))
}

/// The longest duration of an option: a year, so that adding it to a time can't overflow.
const MAX_DURATION: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// Parses `90s`, `30m`, `2h` or `250ms`. A number without a unit is in seconds.
///
/// # Errors
///
/// A sentence about the expected form.
pub(crate) fn parse_duration(text: &str) -> Result<Duration, String> {
    let invalid = || "a duration is a number with the unit ms, s, m or h".to_owned();
    let (number, unit) = number_and_unit(text).ok_or_else(invalid)?;
    let millis = match unit {
        "ms" => Some(number),
        "" | "s" => number.checked_mul(1000),
        "m" => number.checked_mul(60_000),
        "h" => number.checked_mul(3_600_000),
        _ => None,
    };
    millis
        .map(Duration::from_millis)
        .filter(|duration| !duration.is_zero() && *duration <= MAX_DURATION)
        .ok_or_else(invalid)
}

/// Formats a duration as `parse_duration` reads it: `30m`, `90s`, `250ms`.
pub(crate) fn format_duration(duration: Duration) -> String {
    match duration.as_millis() {
        millis if millis % 60_000 == 0 => format!("{}m", millis / 60_000),
        millis if millis % 1000 == 0 => format!("{}s", millis / 1000),
        millis => format!("{millis}ms"),
    }
}

/// Parses `500K`, `64M` or `1G` into bytes. A number without a unit is in bytes.
///
/// # Errors
///
/// A sentence about the expected form.
pub(crate) fn parse_size(text: &str) -> Result<u64, String> {
    let invalid = || "a size is a number of bytes, or a number with K, M or G".to_owned();
    let (number, unit) = number_and_unit(text).ok_or_else(invalid)?;
    let bytes = match unit {
        "" => Some(number),
        "k" | "K" => number.checked_mul(1 << 10),
        "m" | "M" => number.checked_mul(1 << 20),
        "g" | "G" => number.checked_mul(1 << 30),
        _ => None,
    };
    bytes.filter(|bytes| *bytes > 0).ok_or_else(invalid)
}

/// Parses a count of at least 1.
///
/// # Errors
///
/// A sentence about the expected form.
pub(crate) fn parse_count(text: &str) -> Result<u64, String> {
    let count = text.parse().ok().filter(|count| *count > 0);
    count.ok_or_else(|| "a count is a number of at least 1".to_owned())
}

/// Formats a size as `parse_size` reads it: `1G`, `500K`, `100`.
pub(crate) fn format_size(bytes: u64) -> String {
    match bytes {
        0 => "0".to_owned(),
        bytes if bytes % (1 << 30) == 0 => format!("{}G", bytes >> 30),
        bytes if bytes % (1 << 20) == 0 => format!("{}M", bytes >> 20),
        bytes if bytes % (1 << 10) == 0 => format!("{}K", bytes >> 10),
        bytes => bytes.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_and_sizes_have_units() {
        assert_eq!(parse_duration("30m"), Ok(Duration::from_secs(1800)));
        assert_eq!(parse_duration("250ms"), Ok(Duration::from_millis(250)));
        assert_eq!(parse_duration("5"), Ok(Duration::from_secs(5)));
        assert_eq!(parse_size("64M"), Ok(64 << 20));
        assert_eq!(parse_size("100"), Ok(100));
        for text in ["64M", "1G", "3K", "1025"] {
            assert_eq!(parse_size(text).map(format_size).as_deref(), Ok(text));
        }
        for invalid in ["", "m", "-1s", "1y", "0", "99999999999999999999h"] {
            assert!(parse_duration(invalid).is_err(), "{invalid}");
            assert!(parse_size(invalid).is_err(), "{invalid}");
        }
    }

    #[test]
    fn an_origin_has_no_path() {
        assert_eq!(
            parse_origin("https://a.example:8443/").as_deref(),
            Ok("https://a.example:8443")
        );
        assert!(parse_origin("https://a.example/x").is_err());
        assert!(parse_origin("*").is_err());
        assert!(parse_origin("null").is_err());
    }
}
