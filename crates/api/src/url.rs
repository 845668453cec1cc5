//! The URLs of the calls, percent-encoded, and clone URLs without their secrets.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// All characters except RFC 3986's unreserved ones.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Encodes a text as one path segment or one query value.
pub fn encode(text: &str) -> String {
    // A browser resolves a segment of dots as a parent folder, encoded or not. No name consists of dots.
    match text {
        "." => "%252E".to_owned(),
        ".." => "%252E%252E".to_owned(),
        _ => utf8_percent_encode(text, ENCODED).to_string(),
    }
}

/// Decodes the result of [`encode`]. Returns `None` if it is not UTF-8.
pub fn decode(text: &str) -> Option<String> {
    match text {
        "%252E" => Some(".".to_owned()),
        "%252E%252E" => Some("..".to_owned()),
        _ => Some(percent_decode_str(text).decode_utf8().ok()?.into_owned()),
    }
}

/// Joins the API's base address, `/v1`, the path segments and the query, in the given order. Segments
/// and query values are percent-encoded, query keys are not.
///
/// # Examples
///
/// ```
/// use slipway_api::url::join_url;
///
/// let url = join_url("https://api.test", &["builds", "a/b"], &[("page", "1")]);
/// assert_eq!(url, "https://api.test/v1/builds/a%2Fb?page=1");
/// ```
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
    fn a_query_has_no_empty_part() {
        let pairs = [("page", "1"), ("namespace", ""), ("repo_name", "a&b?")];
        for count in 0..=pairs.len() {
            let url = join_url("https://api.test", &["builds"], &pairs[..count]);
            let parts = url.split_once('?').map(|(_, query)| query.split('&'));
            assert_eq!(parts.clone().map_or(0, Iterator::count), count, "{url}");
            assert!(parts.into_iter().flatten().all(|part| part.contains('=')));
        }
    }

    #[test]
    fn a_name_of_dots_does_not_step_up() {
        assert_eq!(
            join_url("", &["builds", ".."], &[]),
            "/v1/builds/%252E%252E"
        );
    }

    #[test]
    fn a_segment_decodes_to_what_was_encoded() {
        for text in ["a/b", "ü 名", "..", ".", "100%", "a+b"] {
            assert_eq!(decode(&encode(text)).as_deref(), Some(text));
        }
        assert_eq!(decode("%FF"), None);
    }
}
