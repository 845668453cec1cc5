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

/// Returns true if this URL is of another origin than the site. A URL without an origin is the site's.
pub(crate) fn is_other_origin(url: &str) -> bool {
    let url = web_sys::Url::new_with_base(url, &origin());
    url.is_ok_and(|url| url.origin() != origin())
}

/// Returns true while the page is hidden: another tab is shown, or the window is minimized.
pub(crate) fn is_hidden() -> bool {
    document().hidden()
}

/// Returns true if the browser knows that there is no network.
pub(crate) fn is_offline() -> bool {
    !window().navigator().on_line()
}

/// The memory of the device in gigabytes, as far as the browser tells: some don't, and none says more than 8.
pub(crate) fn memory_gigabytes() -> Option<f64> {
    let navigator = window().navigator();
    js_sys::Reflect::get(&navigator, &"deviceMemory".into())
        .ok()?
        .as_f64()
}

/// Returns true on a phone or tablet: a finger is the device's only pointer.
pub(crate) fn is_touch_only() -> bool {
    let query = window().match_media("(any-pointer: fine)").ok().flatten();
    query.is_some_and(|query| !query.matches())
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

/// Returns the Unix milliseconds at which a day begins in the user's time zone; `text` is `YYYY-MM-DD`. `after` counts
/// days from there. `None` if the text is no day.
pub(crate) fn day_start(text: &str, after: u32) -> Option<i64> {
    let mut parts = text.splitn(3, '-').map(str::parse::<u32>);
    let mut next = || parts.next()?.ok();
    let (year, month, day) = (next()?, next()?, next()?);
    let date = js_sys::Date::new_with_year_month_day(
        year,
        i32::try_from(month).ok()? - 1,
        i32::try_from(day.saturating_add(after)).ok()?,
    );
    let millis = date.get_time();
    millis.is_finite().then_some(millis as i64)
}

/// Returns a day in the user's time zone as `YYYY-MM-DD`: today, or so many days before.
pub(crate) fn day_before_today(days: u32) -> String {
    let date = js_sys::Date::new_0();
    let date = js_sys::Date::new_with_year_month_day(
        date.get_full_year(),
        date.get_month() as i32,
        date.get_date() as i32 - days as i32,
    );
    let (year, month) = (date.get_full_year(), date.get_month() + 1);
    format!("{year:04}-{month:02}-{:02}", date.get_date())
}
