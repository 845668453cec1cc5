//! Checks that a delivery comes from somebody who knows the code of the webhook. The code is in the address, which is
//! enough. Where the host signs its deliveries, or sends the secret along, that has to be right as well.

use axum::http::HeaderMap;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use percent_encoding::percent_decode_str;
use sha2::Sha256;
use subtle::ConstantTimeEq;

/// How far the time of a delivery of Gitee may be from the server's, in milliseconds: as the host's rules say.
const MAX_AGE_MILLIS: i64 = 60 * 60 * 1000;

/// Returns true unless a signature or a secret of the delivery is wrong. All comparisons take the same time for all wrong
/// values. `now` is in milliseconds since 1970.
pub(crate) fn is_right(headers: &HeaderMap, body: &[u8], code: &str, now: i64) -> bool {
    let hub = text(headers, "x-hub-signature-256").or_else(|| text(headers, "x-hub-signature"));
    if let Some(signature) = hub {
        // Where the secret is set, GitHub and Bitbucket sign with SHA-256; a signature by SHA-1 alone proves too little.
        let signature = signature.strip_prefix("sha256=");
        if !signature.is_some_and(|hex| is_signed(body, hex, code)) {
            return false;
        }
    }
    for name in ["x-gitea-signature", "x-gogs-signature"] {
        if text(headers, name).is_some_and(|hex| !is_signed(body, hex, code)) {
            return false;
        }
    }
    if text(headers, "x-gitlab-token").is_some_and(|secret| !is_same(secret, code)) {
        return false;
    }
    let timestamp = text(headers, "x-gitee-timestamp").unwrap_or_default();
    let gitee = text(headers, "x-gitee-token");
    gitee.is_none_or(|token| is_same(token, code) || is_of_gitee(token, timestamp, code, now))
}

/// Returns a header that is present and not empty; `?`, which is never right, if it is not ASCII.
fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let value = headers.get(name)?.to_str().unwrap_or("?");
    (!value.is_empty()).then_some(value)
}

/// Returns true if two texts are the same.
pub(crate) fn is_same(one: &str, other: &str) -> bool {
    one.as_bytes().ct_eq(other.as_bytes()).into()
}

fn mac(code: &str, message: &[u8]) -> Option<Hmac<Sha256>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(code.as_bytes()).ok()?;
    mac.update(message);
    Some(mac)
}

/// Returns true if a signature, in hex, is that of the body.
fn is_signed(body: &[u8], hex: &str, code: &str) -> bool {
    let Some(signature) = from_hex(hex) else {
        return false;
    };
    mac(code, body).is_some_and(|mac| mac.verify_slice(&signature).is_ok())
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let pairs = text.as_bytes().chunks(2);
    pairs
        .map(|pair| {
            let pair = std::str::from_utf8(pair).ok().filter(|_| pair.len() == 2)?;
            // `from_str_radix` takes a sign as well.
            let is_hex = pair.bytes().all(|byte| byte.is_ascii_hexdigit());
            is_hex.then(|| u8::from_str_radix(pair, 16).ok()).flatten()
        })
        .collect()
}

/// Returns true for a signature of Gitee: of its time and the secret, in base64.
fn is_of_gitee(token: &str, timestamp: &str, code: &str, now: i64) -> bool {
    let is_fresh = timestamp
        .parse::<i64>()
        .is_ok_and(|time| now.saturating_sub(time).saturating_abs() <= MAX_AGE_MILLIS);
    // A base64 text has no percent sign, so that one without encoding stays as it is.
    let token = percent_decode_str(token).decode_utf8_lossy();
    let Ok(signature) = STANDARD.decode(token.as_bytes()) else {
        return false;
    };
    let message = format!("{timestamp}\n{code}");
    let mac = mac(code, message.as_bytes());
    is_fresh && mac.is_some_and(|mac| mac.verify_slice(&signature).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::{HeaderName, HeaderValue};

    /// The example of GitHub's documentation.
    const SECRET: &str = "It's a Secret to Everybody";
    const BODY: &[u8] = b"Hello, World!";
    const SIGNATURE: &str = "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";

    fn check(given: &[(&str, &str)]) -> bool {
        let mut headers = HeaderMap::new();
        for (name, value) in given {
            headers.insert(
                HeaderName::try_from(*name).unwrap(),
                HeaderValue::from_str(value).unwrap(),
            );
        }
        is_right(&headers, BODY, SECRET, 1_000_000_000_000)
    }

    #[test]
    fn the_code_in_the_address_is_enough() {
        assert!(check(&[]));
        assert!(check(&[("x-gitee-token", ""), ("x-github-event", "push")]));
    }

    #[test]
    fn a_signature_has_to_be_that_of_the_body() {
        let right = format!("sha256={SIGNATURE}");
        for name in ["x-hub-signature-256", "x-hub-signature"] {
            assert!(check(&[(name, &right)]), "{name}");
            assert!(check(&[(
                name,
                &right.to_uppercase().replace("SHA256", "sha256")
            )]));
            for wrong in [
                "sha256=",
                "sha256=75",
                "sha256=757",
                "sha256=+5+7",
                SIGNATURE,
                "sha1=01234567890123456789012345678901234567890",
                "x",
                &right.replace("7571", "7572"),
                &format!("{right}00"),
            ] {
                assert!(!check(&[(name, wrong)]), "{name} {wrong}");
            }
        }
        assert!(check(&[("x-gitea-signature", SIGNATURE)]));
        assert!(!check(&[("x-gitea-signature", "00")]));
        // A right one beside a wrong one.
        assert!(!check(&[
            ("x-hub-signature-256", &right),
            ("x-gitlab-token", "other")
        ]));
        let old = (
            "x-hub-signature",
            "sha1=0123456789012345678901234567890123456789",
        );
        assert!(check(&[("x-hub-signature-256", &right), old]));
    }

    #[test]
    fn a_secret_that_is_sent_along_has_to_be_the_code() {
        for name in ["x-gitlab-token", "x-gitee-token"] {
            assert!(check(&[(name, SECRET)]), "{name}");
            assert!(!check(&[(name, "It's a Secret to Everybod")]), "{name}");
            assert!(!check(&[(name, "x")]), "{name}");
        }
    }

    #[test]
    fn a_signature_of_gitee_is_of_its_time_and_holds_for_an_hour() {
        let signed = |timestamp: &str| {
            let message = format!("{timestamp}\n{SECRET}");
            STANDARD.encode(
                mac(SECRET, message.as_bytes())
                    .unwrap()
                    .finalize()
                    .into_bytes(),
            )
        };
        let given = |timestamp: &str, token: &str| {
            check(&[("x-gitee-timestamp", timestamp), ("x-gitee-token", token)])
        };
        let now = "1000000000000";
        assert!(given(now, &signed(now)));
        let encoded = signed(now)
            .replace('+', "%2B")
            .replace('/', "%2F")
            .replace('=', "%3D");
        assert!(given(now, &encoded));
        assert!(given("1000003500000", &signed("1000003500000")));
        assert!(!given("1000003700000", &signed("1000003700000")));
        assert!(!given("999996000000", &signed("999996000000")));
        assert!(!given("1000000000001", &signed(now)));
        assert!(!given("soon", &signed("soon")));
        assert!(!check(&[("x-gitee-token", &signed(now))]));
    }
}
