//! Answers that a client has already: `ETag` and `If-None-Match`.
//!
//! An ETag is a digest of the content. That of a list has a stamp before it, which stands for the state of the
//! database that the list was made from: where it is still the same, the list need not be made to know that it has not
//! changed. ETags are weak, since the content can be encoded in several ways.

use crate::error::Error;
use crate::store::Caller;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use sha2::{Digest, Sha256};

/// The number of hex digits of a stamp, and of a digest.
const DIGITS: usize = 24;

/// The stamp of a state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stamp(String);

/// Makes the stamps of one request.
pub(crate) struct Stamps {
    /// The things that a stamp depends on beside the state: the request, who makes it, and the process, since the states of
    /// another one, which a restored backup may bring back, are numbered alike.
    request: Sha256,
}

impl Stamps {
    /// Takes what the answer depends on. `process` is a random text of this process.
    pub(crate) fn new(process: &str, caller: &Caller, origin: &str, uri: &Uri) -> Self {
        let mut request = Sha256::new();
        for text in [process, origin, &uri.to_string(), &format!("{caller:?}")] {
            request.update(text);
            request.update([0]);
        }
        Self { request }
    }

    /// Returns the stamp of a version of the data.
    pub(crate) fn of(&self, version: i64) -> Stamp {
        let digest = self.request.clone().chain_update(version.to_le_bytes());
        Stamp(digits(&digest.finalize()))
    }
}

fn digits(digest: &[u8]) -> String {
    let digits = digest.iter().map(|byte| format!("{byte:02x}"));
    digits.take(DIGITS / 2).collect()
}

/// The ETags in `If-None-Match`.
#[derive(Debug, Clone)]
pub(crate) struct Known(Vec<String>);

impl Known {
    /// Reads the headers of a request.
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let lists = headers.get_all(header::IF_NONE_MATCH).iter();
        let texts = lists.filter_map(|list| list.to_str().ok());
        let tags = texts.flat_map(|list| list.split(',')).map(|tag| {
            let tag = tag.trim();
            tag.strip_prefix("W/").unwrap_or(tag).trim_matches('"')
        });
        Self(tags.map(str::to_owned).collect())
    }

    /// Returns the ETag of an answer that was made from this state.
    fn with_stamp(&self, stamp: &Stamp) -> Option<&str> {
        let mut tags = self.0.iter().map(String::as_str);
        tags.find(|tag| {
            let parts = tag.split_once('.');
            parts.is_some_and(|(of_state, content)| of_state == stamp.0 && !content.is_empty())
        })
    }

    /// Returns true if the client has this content.
    fn has(&self, content: &str) -> bool {
        let mut contents = self.0.iter().map(|tag| match tag.split_once('.') {
            Some((_, content)) => content,
            None => tag,
        });
        contents.any(|known| known == content)
    }

    /// Returns a 304 if the client has the answer of this state.
    pub(crate) fn unchanged(&self, stamp: &Stamp) -> Option<Response> {
        Some(not_modified(self.with_stamp(stamp)?))
    }

    /// Returns an answer with its ETag, or a 304 if the client has it.
    ///
    /// # Errors
    ///
    /// When the value can't be written as JSON.
    pub(crate) fn answer(
        &self,
        stamp: Option<Stamp>,
        value: &impl Serialize,
    ) -> Result<Response, Error> {
        let body = serde_json::to_vec(value).map_err(std::io::Error::other)?;
        let content = digits(&Sha256::digest(&body));
        let tag = match stamp {
            Some(Stamp(stamp)) => format!("{stamp}.{content}"),
            None => content.clone(),
        };
        if self.has(&content) {
            return Ok(not_modified(&tag));
        }
        let headers = [(header::CONTENT_TYPE, "application/json")];
        let mut response = (StatusCode::OK, headers, body).into_response();
        set_tag(&mut response, &tag);
        Ok(response)
    }
}

fn not_modified(tag: &str) -> Response {
    let mut response = StatusCode::NOT_MODIFIED.into_response();
    set_tag(&mut response, tag);
    response
}

fn set_tag(response: &mut Response, tag: &str) {
    if let Ok(value) = HeaderValue::from_str(&format!("W/\"{tag}\"")) {
        response.headers_mut().insert(header::ETAG, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(tags: &str) -> Known {
        let mut headers = HeaderMap::new();
        headers.insert(header::IF_NONE_MATCH, HeaderValue::from_str(tags).unwrap());
        Known::of(&headers)
    }

    fn tag(response: &Response) -> String {
        response.headers()[header::ETAG]
            .to_str()
            .unwrap()
            .to_owned()
    }

    #[test]
    fn what_a_client_has_is_not_sent_again() {
        let stamps = |name: &str, uri: &'static str| {
            let caller = Caller::Namespaces(vec![name.to_owned()]);
            Stamps::new("p", &caller, "http://h", &Uri::from_static(uri))
        };
        let own = stamps("a", "/v1/builds");
        let nothing = Known(Vec::new());
        let first = nothing.answer(Some(own.of(1)), &"x").unwrap();
        assert_eq!(first.status(), StatusCode::OK);
        let first = tag(&first);
        // The same state, even in a list and with another's tag before it.
        assert!(known(&first).unchanged(&own.of(1)).is_some());
        let several = known(&format!("\"other\", {first}"));
        let answer = several.unchanged(&own.of(1)).unwrap();
        assert_eq!(
            (answer.status(), tag(&answer)),
            (StatusCode::NOT_MODIFIED, first.clone())
        );
        // Another state, caller or list.
        assert!(known(&first).unchanged(&own.of(2)).is_none());
        assert!(
            known(&first)
                .unchanged(&stamps("b", "/v1/builds").of(1))
                .is_none()
        );
        assert!(
            known(&first)
                .unchanged(&stamps("a", "/v1/builds?page=2").of(1))
                .is_none()
        );
        // Another state with the same content gives the client the new tag.
        let same = known(&first).answer(Some(own.of(2)), &"x").unwrap();
        assert_eq!(same.status(), StatusCode::NOT_MODIFIED);
        assert!(known(&tag(&same)).unchanged(&own.of(2)).is_some());
        let other = known(&first).answer(Some(own.of(2)), &"y").unwrap();
        assert_eq!(other.status(), StatusCode::OK);
        // Without a stamp, the content alone decides.
        let plain = nothing.answer(None, &"x").unwrap();
        let again = known(&tag(&plain)).answer(None, &"x").unwrap();
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
        for junk in ["", "*", "\"\"", "W/\".\"", "\".\"", "."] {
            assert!(known(junk).unchanged(&own.of(1)).is_none(), "{junk}");
            assert_eq!(
                known(junk).answer(None, &"x").unwrap().status(),
                StatusCode::OK
            );
        }
    }
}
