//! URLs of calls: every segment and value percent-encoded.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// Everything but RFC 3986's unreserved characters.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// `text` as one path segment or one query value.
pub fn encode(text: &str) -> String {
    // A browser takes a segment of dots as a step up, encoded or not; such a name cannot exist.
    match text {
        "." | ".." => text.replace('.', "%252E"),
        _ => utf8_percent_encode(text, ENCODED).to_string(),
    }
}

/// What `encode` made of it; `None` when it is no UTF-8.
pub fn decode(text: &str) -> Option<String> {
    match text {
        "%252E" | "%252E%252E" => Some(text.replace("%252E", ".")),
        _ => Some(percent_decode_str(text).decode_utf8().ok()?.into_owned()),
    }
}

/// `address` + `/v1/` + the segments + the query, in the order given.
pub fn join_url(address: &str, segments: &[&str], query: &[(&str, &str)]) -> String {
    let mut url = format!("{address}/v1");
    for segment in segments {
        url.push('/');
        url.push_str(&encode(segment));
    }
    for (index, (key, value)) in query.iter().enumerate() {
        url.push(if index == 0 { '?' } else { '&' });
        url.push_str(key);
        url.push('=');
        url.push_str(&encode(value));
    }
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_and_values_are_encoded() {
        assert_eq!(
            join_url(
                "https://api.test",
                &["repositories", "a/b", "ü?"],
                &[("page", "1"), ("repo_name", "x&y=z +")]
            ),
            "https://api.test/v1/repositories/a%2Fb/%C3%BC%3F?page=1&repo_name=x%26y%3Dz%20%2B"
        );
    }

    #[test]
    fn a_name_of_dots_does_not_step_up() {
        assert_eq!(
            join_url("", &["builds", ".."], &[]),
            "/v1/builds/%252E%252E"
        );
    }
}
