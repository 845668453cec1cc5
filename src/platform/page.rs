//! The page: clock, URL, visibility and network.

use leptos::prelude::{document, window};

/// Returns Unix milliseconds by this machine's clock.
pub(crate) fn now_millis() -> i64 {
    js_sys::Date::now() as i64
}

/// The path under which the site is served, without a slash at the end. Empty or such as `/console`.
pub(crate) fn base_path() -> String {
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
pub(crate) fn origin() -> String {
    window().location().origin().unwrap_or_default()
}

/// Returns true while the page is hidden: another tab is shown, or the window is minimized.
pub(crate) fn is_hidden() -> bool {
    document().hidden()
}

/// Returns true if the browser knows that there is no network.
pub(crate) fn is_offline() -> bool {
    !window().navigator().on_line()
}

/// Parses an `http` or `https` URL. Returns URL and host; `None` for anything else.
pub(crate) fn web_link(url: &str) -> Option<(String, String)> {
    let parsed = web_sys::Url::new(url).ok()?;
    matches!(parsed.protocol().as_str(), "http:" | "https:").then(|| (parsed.href(), parsed.host()))
}

/// Adds the site's own origin to a URL that begins with a slash.
pub(crate) fn absolute_url(url: String) -> String {
    match url.starts_with('/') {
        true => origin() + &url,
        false => url,
    }
}
