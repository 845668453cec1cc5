//! Serves the built console as static files.
//!
//! A page of the console is not a file: its path returns index.html. A path that names a file of a site
//! (`.js`, `.wasm`, …) never does, since a browser that once took the page for a script would keep it: a
//! missing file is a 404 that nobody may store. Whether a file has changed is told by its content, never by
//! its date: a deploy can bring back an older file.

use crate::http::site_config::SiteConfig;
use crate::http::site_files::{Content, SiteFiles};
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use percent_encoding::percent_decode_str;
use sha2::{Digest, Sha256};
use std::ops::RangeInclusive;
use std::sync::Arc;

/// Files with a hash in their name never change.
const IMMUTABLE: &str = "public, max-age=31536000, immutable";

/// All other files are asked for again each time.
const REVALIDATED: &str = "no-cache";

/// Nobody keeps an error.
const NOT_STORED: &str = "no-store";

/// The longest path that is looked for, in bytes. Each of its bytes can be written as three.
const MAX_PATH_BYTES: usize = 4096;

/// The longest name of a file, of a namespace and of a repository, in bytes.
const MAX_NAME_BYTES: usize = 255;

/// The number of digits of the content's hash in an ETag.
const ETAG_DIGITS: usize = 32;

/// The built console.
struct Site {
    files: SiteFiles,
    config: SiteConfig,
}

/// A file of the site.
struct File {
    content: Content,
    kind: HeaderValue,
    cache_control: &'static str,
}

/// Returns the routes of a site. Its `config.json` has what the server says in `config`.
pub(crate) fn site<S: Clone + Send + Sync + 'static>(
    files: SiteFiles,
    config: SiteConfig,
) -> Router<S> {
    let site = Arc::new(Site { files, config });
    Router::new().fallback(async move |request: Request| answer(site, request).await)
}

async fn answer(site: Arc<Site>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    if parts.method != Method::GET && parts.method != Method::HEAD {
        let allow = [(header::ALLOW, "GET, HEAD")];
        return (StatusCode::METHOD_NOT_ALLOWED, allow, not_stored()).into_response();
    }
    let headers = parts.headers.clone();
    // Not on the async threads: it reads files.
    let found = tokio::task::spawn_blocking(move || site.find(&parts.uri, &parts.headers)).await;
    match found {
        Ok(Some(file)) => file.answer(&parts.method, &headers),
        Ok(None) => (StatusCode::NOT_FOUND, not_stored(), "Not found.\n").into_response(),
        Err(error) => {
            tracing::error!("a file of the site could not be read: {error}");
            (StatusCode::INTERNAL_SERVER_ERROR, not_stored()).into_response()
        }
    }
}

fn not_stored() -> [(HeaderName, &'static str); 1] {
    [(header::CACHE_CONTROL, NOT_STORED)]
}

impl Site {
    /// Returns the file that a request asks for, or index.html if it asks for a page of the console.
    fn find(&self, uri: &Uri, headers: &HeaderMap) -> Option<File> {
        let segments = segments(uri.path())?;
        let names: Vec<&str> = segments.iter().map(String::as_str).collect();
        if names == ["config.json"] {
            let own = self.files.read(&names).ok();
            if let Some(config) = self.config.over(own.as_ref().map(|own| own.plain.as_ref())) {
                return Some(File::new("config.json", Bytes::from(config).into()));
            }
        }
        let name = names.last().copied().unwrap_or_default();
        match self.files.read(&names) {
            Ok(content) => Some(File::new(name, content)),
            Err(_) if is_asset(name) && !is_page(&names, headers) => None,
            Err(_) => Some(File::new(
                "index.html",
                self.files.read(&["index.html"]).ok()?,
            )),
        }
    }
}

/// Splits a URL's path into decoded names. What is no UTF-8 names no file: the console says so. Returns `None` if the
/// path is longer than that of any file or page, or one of the names is no name of a file, or leads out of its folder.
fn segments(path: &str) -> Option<Vec<String>> {
    if path.len() > MAX_PATH_BYTES {
        return None;
    }
    let encoded = path.split('/').filter(|segment| !segment.is_empty());
    encoded
        .map(|segment| {
            let name = percent_decode_str(segment).decode_utf8_lossy();
            let is_name = !matches!(&*name, "." | "..")
                && name.len() <= MAX_NAME_BYTES
                && !name.contains(|char: char| matches!(char, '/' | '\\') || char.is_control());
            is_name.then(|| name.into_owned())
        })
        .collect()
}

/// Returns true for the name of a file that a site consists of, by its extension.
fn is_asset(name: &str) -> bool {
    let Some((_, extension)) = name.rsplit_once('.') else {
        return false;
    };
    let extension = extension.to_ascii_lowercase();
    matches!(
        extension.as_str(),
        "js" | "mjs"
            | "cjs"
            | "css"
            | "wasm"
            | "json"
            | "map"
            | "webmanifest"
            | "html"
            | "htm"
            | "svg"
            | "png"
            | "jpg"
            | "jpeg"
            | "gif"
            | "webp"
            | "avif"
            | "ico"
            | "bmp"
            | "txt"
            | "xml"
            | "pdf"
            | "md"
            | "csv"
            | "yaml"
            | "yml"
            | "toml"
            | "woff"
            | "woff2"
            | "ttf"
            | "otf"
            | "eot"
            | "mp3"
            | "mp4"
            | "webm"
            | "ogg"
            | "wav"
            | "br"
            | "gz"
            | "zst"
            | "zip"
            | "tar"
            | "tgz"
    )
}

/// Returns true for a page of the console whose path ends like a file: a repository can be named `app.js`. What
/// the browser is going to do with the answer decides, where it says so.
fn is_page(names: &[&str], headers: &HeaderMap) -> bool {
    let [place, _, ..] = names else { return false };
    if !matches!(*place, "builds" | "repositories") {
        return false;
    }
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    match (text("sec-fetch-mode"), text("accept")) {
        (Some(mode), _) => mode == "navigate",
        (None, Some(accept)) if accept.contains("text/html") => true,
        _ => !is_hashed(names.last().copied().unwrap_or_default()),
    }
}

/// Returns true if a file name contains a hash of the file's content: 12 or more hex digits between
/// `-`, `_` and `.`, at least one of them a decimal digit.
fn is_hashed(name: &str) -> bool {
    name.split(['-', '_', '.']).any(|word| {
        word.len() >= 12
            && word.bytes().all(|byte| byte.is_ascii_hexdigit())
            && word.bytes().any(|byte| byte.is_ascii_digit())
    })
}

impl File {
    fn new(name: &str, content: Content) -> Self {
        let kind = mime_guess::from_path(name).first_or_octet_stream();
        let cache_control = match is_hashed(name) {
            true => IMMUTABLE,
            false => REVALIDATED,
        };
        Self {
            content,
            kind: HeaderValue::from_str(kind.as_ref())
                .unwrap_or(HeaderValue::from_static("application/octet-stream")),
            cache_control,
        }
    }

    /// Returns the ETag, without its quotes.
    fn tag(&self) -> String {
        let digest = format!("{:x}", Sha256::digest(&self.content.plain));
        digest.chars().take(ETAG_DIGITS).collect()
    }

    fn answer(self, method: &Method, headers: &HeaderMap) -> Response {
        let tag = self.tag();
        if let Some(known) = known_tag(headers, &tag) {
            return self.respond(StatusCode::NOT_MODIFIED, &known, Body::empty());
        }
        let total = self.content.plain.len();
        match asked_range(method, headers, &tag, total) {
            AskedRange::All => {
                let Some((encoding, packed)) = self.content.packed(headers) else {
                    let body = Body::from(self.content.plain.clone());
                    return self.respond(StatusCode::OK, &tag, body);
                };
                let mut response = self.respond(StatusCode::OK, &tag, Body::from(packed));
                set(&mut response, header::CONTENT_ENCODING, encoding);
                response
            }
            AskedRange::Part(range) => {
                let content_range = format!("bytes {}-{}/{total}", range.start(), range.end());
                let body = Body::from(self.content.plain.slice(range));
                let mut response = self.respond(StatusCode::PARTIAL_CONTENT, &tag, body);
                set(&mut response, header::CONTENT_RANGE, &content_range);
                response
            }
            AskedRange::Unsatisfiable => {
                let mut response =
                    (StatusCode::RANGE_NOT_SATISFIABLE, not_stored()).into_response();
                let content_range = format!("bytes */{total}");
                set(&mut response, header::CONTENT_RANGE, &content_range);
                response
            }
        }
    }

    fn respond(self, status: StatusCode, tag: &str, body: Body) -> Response {
        let mut response = (status, body).into_response();
        let headers = response.headers_mut();
        if self.content.is_packed() {
            headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        }
        headers.insert(header::CONTENT_TYPE, self.kind);
        headers.insert(
            header::CACHE_CONTROL,
            HeaderValue::from_static(self.cache_control),
        );
        headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
        set(&mut response, header::ETAG, &format!("\"{tag}\""));
        response
    }
}

fn set(response: &mut Response, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}

/// Returns the tag in `If-None-Match` that stands for this content, in one of its encodings.
fn known_tag(headers: &HeaderMap, tag: &str) -> Option<String> {
    let lists = headers.get_all(header::IF_NONE_MATCH).iter();
    let texts = lists.filter_map(|list| list.to_str().ok());
    let mut known = texts.flat_map(|list| list.split(',')).map(str::trim);
    known.find_map(|known| {
        if known == "*" {
            return Some(tag.to_owned());
        }
        let known = known.strip_prefix("W/").unwrap_or(known).trim_matches('"');
        let content = known.split_once('-').map_or(known, |(content, _)| content);
        (content == tag).then(|| known.to_owned())
    })
}

/// The part of a file that a request asks for.
enum AskedRange {
    All,
    Part(RangeInclusive<usize>),
    Unsatisfiable,
}

/// Reads `Range`. Several ranges at once, and one of another content, count as none.
fn asked_range(method: &Method, headers: &HeaderMap, tag: &str, total: usize) -> AskedRange {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let is_same = text(header::IF_RANGE).is_none_or(|known| known == format!("\"{tag}\""));
    let range = text(header::RANGE).and_then(|range| range.strip_prefix("bytes="));
    let (true, Some((first, last))) = (
        is_same && *method == Method::GET,
        range.and_then(|range| range.trim().split_once('-')),
    ) else {
        return AskedRange::All;
    };
    let end = total.saturating_sub(1);
    let (first, last) = match (first.parse::<usize>(), last.parse::<usize>()) {
        (Ok(first), Ok(last)) if first <= last => (first, last.min(end)),
        (Ok(first), Err(_)) if last.is_empty() => (first, end),
        (Err(_), Ok(0)) if first.is_empty() => return AskedRange::Unsatisfiable,
        (Err(_), Ok(count)) if first.is_empty() => (total.saturating_sub(count), end),
        _ => return AskedRange::All,
    };
    match first < total {
        true => AskedRange::Part(first..=last),
        false => AskedRange::Unsatisfiable,
    }
}

/// Tells the encodings of one content apart by their ETags, as strong ETags have to.
pub(crate) async fn tag_encodings(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let text = |name| {
        let value = response.headers().get(name)?;
        value.to_str().ok().map(str::to_owned)
    };
    let strong = text(header::ETAG).filter(|tag| !tag.starts_with("W/"));
    if let (Some(encoding), Some(tag)) = (text(header::CONTENT_ENCODING), strong) {
        let tag = tag.trim_matches('"');
        set(
            &mut response,
            header::ETAG,
            &format!("\"{tag}-{encoding}\""),
        );
    }
    response
}

/// Adds the security headers to every response, and to those of the API what browsers may keep of them.
pub(crate) async fn security_headers(request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let is_api = path.starts_with("/v1/") || matches!(path, "/healthz" | "/metrics");
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
        (header::CONTENT_SECURITY_POLICY, "frame-ancestors 'none'"),
        (
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        ),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if is_api {
        // What has an ETag may be kept, to be asked for each time: a poll that brings nothing has no body then.
        let is_kept = headers.contains_key(header::ETAG);
        let cache_control = match is_kept {
            true => "private, no-cache",
            false => NOT_STORED,
        };
        headers.insert(
            header::CACHE_CONTROL,
            HeaderValue::from_static(cache_control),
        );
        if is_kept {
            headers.append(header::VARY, HeaderValue::from_static("authorization"));
        }
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_in_the_name_is_found() {
        for name in [
            "slipway-console-5b1f8a90c2d3e4f5.js",
            "slipway-console-5b1f8a90c2d3e4f5_bg.wasm",
            "style-0123456789abcdef.css",
            // A hash that begins with zeros has fewer digits.
            "build-3db1ea6413134fc.css",
            "chunk_10-291a0d0d77de.wasm",
        ] {
            assert!(is_hashed(name), "{name}");
        }
        for name in ["", "config.json", "icon-512.png", "5709f780-e8fb-4b52"] {
            assert!(!is_hashed(name), "{name}");
        }
    }

    #[test]
    fn a_path_is_names_inside_the_folder() {
        let found = |path: &str| segments(path).map(|names| names.join("|"));
        assert_eq!(found("/").as_deref(), Some(""));
        assert_eq!(found("//a//b.js").as_deref(), Some("a|b.js"));
        assert_eq!(found("/a%20b%2Ejs").as_deref(), Some("a b.js"));
        assert_eq!(found("/%E5%8F%91").as_deref(), Some("发"));
        assert_eq!(found("/%ff").as_deref(), Some("\u{fffd}"));
        for outside in [
            "/../x",
            "/assets/../x.js",
            "/%2e%2E/x",
            "/a%2f..%2fx",
            "/a%5Cb",
            "/./x",
            "/a%00.js",
            "/%00",
            &format!("/builds/{}", "a".repeat(256)),
            &format!("/{}", "a/".repeat(4096)),
        ] {
            assert_eq!(found(outside), None, "{outside}");
        }
    }

    #[test]
    fn a_repository_can_be_named_like_a_file() {
        let page = |path: &str, headers: &[(&'static str, &'static str)]| {
            let names = segments(path).unwrap();
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let headers = headers.iter().map(|(name, value)| {
                (
                    HeaderName::from_static(name),
                    HeaderValue::from_static(value),
                )
            });
            is_page(&names, &headers.collect())
        };
        let navigates = [("sec-fetch-mode", "navigate"), ("accept", "*/*")];
        let loads = [("sec-fetch-mode", "cors"), ("accept", "*/*")];
        let html = [("accept", "text/html,application/xml;q=0.9,*/*;q=0.8")];
        let hashed = "/repositories/demo/app-5b1f8a90c2d3e4f5.js";
        for path in ["/repositories/demo/app.js", "/builds/x.json", hashed] {
            assert!(page(path, &navigates), "{path}");
            assert!(page(path, &html), "{path}");
            assert!(!page(path, &loads), "{path}");
        }
        assert!(page("/repositories/demo/app.js/config", &[]));
        assert!(page("/repositories/demo/socket.json", &[("accept", "*/*")]));
        assert!(!page(hashed, &[("accept", "*/*")]));
        for path in ["/app.js", "/builds.js", "/assets/app.js", "/file/app.js"] {
            assert!(!page(path, &navigates), "{path}");
        }
    }
}
