//! The options' values that are more than a text: origins, durations, sizes.

use std::time::Duration;

/// `https://console.example.com`, in lower case and without a slash at the end.
pub fn parse_origin(text: &str) -> Result<String, String> {
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
        Err("an origin is http:// or https:// and a host, with a port where it has one".to_owned())
    }
}

/// Splits `30m` into 30 and `m`.
fn number_and_unit(text: &str) -> Option<(u64, &str)> {
    let end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    Some((text[..end].parse().ok()?, &text[end..]))
}

/// `90s`, `30m`, `2h`, `250ms`; a number alone is seconds. At most a year.
pub fn parse_duration(text: &str) -> Result<Duration, String> {
    let wrong = || "a duration is a number and ms, s, m or h".to_owned();
    let (number, unit) = number_and_unit(text).ok_or_else(wrong)?;
    let millis = match unit {
        "ms" => Some(number),
        "" | "s" => number.checked_mul(1000),
        "m" => number.checked_mul(60_000),
        "h" => number.checked_mul(3_600_000),
        _ => None,
    };
    match millis {
        // A year is more than anyone waits, and keeps the clock's arithmetic far from its end.
        Some(millis) if (1..=31_536_000_000).contains(&millis) => Ok(Duration::from_millis(millis)),
        _ => Err(wrong()),
    }
}

/// `500K`, `64M`, `1G`; a number alone is bytes.
pub fn parse_size(text: &str) -> Result<u64, String> {
    let wrong = || "a size is a number of bytes, or one with K, M or G".to_owned();
    let (number, unit) = number_and_unit(text).ok_or_else(wrong)?;
    let bytes = match unit {
        "" => Some(number),
        "k" | "K" => number.checked_mul(1 << 10),
        "m" | "M" => number.checked_mul(1 << 20),
        "g" | "G" => number.checked_mul(1 << 30),
        _ => None,
    };
    bytes.filter(|bytes| *bytes > 0).ok_or_else(wrong)
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
        for wrong in ["", "m", "-1s", "1y", "0", "99999999999999999999h"] {
            assert!(parse_duration(wrong).is_err(), "{wrong}");
            assert!(parse_size(wrong).is_err(), "{wrong}");
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
