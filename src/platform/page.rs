//! The page itself: its clock, its address, whether it is visible and online.

use leptos::prelude::{document, window};

/// Unix milliseconds by this machine's clock.
pub fn now_millis() -> i64 {
    js_sys::Date::now() as i64
}

/// The path under which the site is served, without a slash at the end: empty or like `/console`.
pub fn base_path() -> String {
    let base = document()
        .query_selector("base")
        .ok()
        .flatten()
        .and_then(|base| base.get_attribute("href"))
        .and_then(|href| web_sys::Url::new_with_base(&href, &origin()).ok())
        .map(|url| url.pathname())
        .unwrap_or_default();
    base.trim_end_matches('/').to_owned()
}

/// The site's own origin, such as `https://console.example`.
pub fn origin() -> String {
    window().location().origin().unwrap_or_default()
}

/// Whether nobody can see the page.
pub fn is_hidden() -> bool {
    document().hidden()
}

/// Whether the browser knows that it has no network.
pub fn is_offline() -> bool {
    !window().navigator().on_line()
}

/// An `http` or `https` URL as it came, with its host; `None` for any other.
pub fn web_link(url: &str) -> Option<(String, String)> {
    let parsed = web_sys::Url::new(url).ok()?;
    matches!(parsed.protocol().as_str(), "http:" | "https:").then(|| (parsed.href(), parsed.host()))
}

/// The URL with the site's own origin, where the API is at it.
pub fn absolute_url(url: String) -> String {
    match url.starts_with('/') {
        true => origin() + &url,
        false => url,
    }
}
