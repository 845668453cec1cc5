//! What the console asks of the browser, apart from requests: storage, clock, clipboard, title,
//! words for times and numbers. Each answers plainly when the browser refuses.

pub mod files;

use js_sys::{Array, Function, Intl, Object, Reflect};
use leptos::prelude::{document, window};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{HtmlElement, Notification, NotificationOptions, NotificationPermission, Storage};

/// Unix milliseconds by this machine's clock.
pub fn now_millis() -> i64 {
    js_sys::Date::now() as i64
}

/// Where a value is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// In this browser, until removed.
    Device,
    /// In this tab, until it is closed.
    Tab,
}

fn storage(keep: Keep) -> Option<Storage> {
    match keep {
        Keep::Device => window().local_storage(),
        Keep::Tab => window().session_storage(),
    }
    .ok()
    .flatten()
}

/// The value kept under `slipway.{key}`; `None` when there is none or storage is forbidden.
pub fn stored(keep: Keep, key: &str) -> Option<String> {
    storage(keep)?.get_item(&format!("slipway.{key}")).ok()?
}

/// Keeps a value, or removes it. False when the browser did not (forbidden, or full).
pub fn store(keep: Keep, key: &str, value: Option<&str>) -> bool {
    let key = format!("slipway.{key}");
    storage(keep).is_some_and(|storage| {
        match value {
            Some(value) => storage.set_item(&key, value),
            None => storage.remove_item(&key),
        }
        .is_ok()
    })
}

/// The keys, without their `slipway.`, that start so.
pub fn stored_keys(keep: Keep, start: &str) -> Vec<String> {
    let Some(storage) = storage(keep) else {
        return Vec::new();
    };
    let count = storage.length().unwrap_or(0);
    (0..count)
        .filter_map(|index| storage.key(index).ok().flatten())
        .filter_map(|key| key.strip_prefix("slipway.").map(str::to_owned))
        .filter(|key| key.starts_with(start))
        .collect()
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

/// Puts a text on the clipboard. False when the browser does not allow it.
pub async fn copy(text: &str) -> bool {
    let navigator = window().navigator();
    // Missing on pages that are neither https nor localhost.
    let missing = Reflect::get(&navigator, &JsValue::from_str("clipboard"))
        .map_or(true, |clipboard| clipboard.is_undefined());
    if missing {
        return false;
    }
    wasm_bindgen_futures::JsFuture::from(navigator.clipboard().write_text(text))
        .await
        .is_ok()
}

/// Shows another icon for the tab: the path of an icon (16 px grid) in a colour; `None` the site's own.
pub fn set_tab_icon(icon: Option<(&str, &str)>) {
    let link = document().query_selector("link[rel=icon]").ok().flatten();
    let Some(link) = link else { return };
    const OWN: &str = "data-own";
    let own = link.get_attribute(OWN).or_else(|| {
        let own = link.get_attribute("href")?;
        // Neither fails for a valid name.
        let _ = link.set_attribute(OWN, &own);
        Some(own)
    });
    let href = match icon {
        Some((path, colour)) => format!(
            "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Ccircle \
             cx='8' cy='8' r='8' fill='%23{colour}'/%3E%3Cpath d='{path}' transform='translate(2.4 2.4) \
             scale(.7)' fill='none' stroke='%23fff' stroke-width='2.4'/%3E%3C/svg%3E"
        ),
        None => own.unwrap_or_default(),
    };
    let _ = link.set_attribute("href", &href);
}

/// Whether this browser can notify, and has not been told never to.
pub fn can_notify() -> bool {
    Reflect::has(&window(), &JsValue::from_str("Notification")).unwrap_or(false)
        && Notification::permission() != NotificationPermission::Denied
}

/// Asks the user whether this site may notify, unless they have said so before. To be called on a press.
pub async fn may_notify() -> bool {
    if !can_notify() {
        return false;
    }
    if Notification::permission() == NotificationPermission::Granted {
        return true;
    }
    let Ok(asked) = Notification::request_permission() else {
        return false;
    };
    let said = wasm_bindgen_futures::JsFuture::from(asked).await;
    said.is_ok_and(|said| said.as_string().as_deref() == Some("granted"))
}

/// Notifies the user; `pressed` runs when they press it.
pub fn notify(title: &str, body: &str, tag: &str, pressed: impl FnMut() + 'static) {
    let options = NotificationOptions::new();
    options.set_body(body);
    options.set_tag(tag);
    // Fails where only a service worker may notify, as on phones: nothing is shown there.
    if let Ok(notification) = Notification::new_with_options(title, &options) {
        let pressed = Closure::<dyn FnMut()>::new(pressed);
        notification.set_onclick(Some(pressed.as_ref().unchecked_ref()));
        // It lives as long as the notification may be pressed, which nobody tells.
        pressed.forget();
    }
}

/// Puts the focus on the first element that the selector finds. False when there is none.
pub fn focus(selector: &str) -> bool {
    document()
        .query_selector(selector)
        .ok()
        .flatten()
        .and_then(|element| element.dyn_into::<HtmlElement>().ok())
        .is_some_and(|element| element.focus().is_ok())
}

/// Scrolls the first element that the selector finds to the middle of the window, if there is one.
pub fn scroll_to(selector: &str) {
    scroll(selector, web_sys::ScrollLogicalPosition::Center);
}

/// Scrolls the first element that the selector finds into the window, no further than needed.
pub fn scroll_near(selector: &str) {
    scroll(selector, web_sys::ScrollLogicalPosition::Nearest);
}

fn scroll(selector: &str, block: web_sys::ScrollLogicalPosition) {
    if let Ok(Some(element)) = document().query_selector(selector) {
        let options = web_sys::ScrollIntoViewOptions::new();
        options.set_block(block);
        element.scroll_into_view_with_scroll_into_view_options(&options);
    }
}

/// Puts the focus on the first link with this `href`, without scrolling. False when there is none.
pub fn focus_link(href: &str) -> bool {
    let options = web_sys::FocusOptions::new();
    options.set_prevent_scroll(true);
    let links = document().links();
    (0..links.length())
        .filter_map(|index| links.item(index))
        .find(|link| link.get_attribute("href").as_deref() == Some(href))
        .and_then(|link| link.dyn_into::<HtmlElement>().ok())
        .is_some_and(|link| link.focus_with_options(&options).is_ok())
}

/// An `http` or `https` URL as it came, with its host; `None` for any other.
pub fn web_link(url: &str) -> Option<(String, String)> {
    let parsed = web_sys::Url::new(url).ok()?;
    matches!(parsed.protocol().as_str(), "http:" | "https:").then(|| (parsed.href(), parsed.host()))
}

/// Words for times and numbers in one language, by the browser's own tables.
pub struct Words<'a>(pub &'a str);

impl Words<'_> {
    /// Date and time to the second, in the user's zone or in UTC, with the zone's name.
    pub fn absolute(&self, millis: i64, utc: bool) -> String {
        let options = object(&[
            ("year", "numeric"),
            ("month", "short"),
            ("day", "numeric"),
            ("hour", "2-digit"),
            ("minute", "2-digit"),
            ("second", "2-digit"),
            ("hourCycle", "h23"),
            ("timeZoneName", "short"),
        ]);
        if utc {
            set(&options, "timeZone", "UTC");
        }
        self.format_date(&options, millis)
    }

    /// The time of day to the second, in the user's zone.
    pub fn clock(&self, millis: i64) -> String {
        let options = object(&[
            ("hour", "2-digit"),
            ("minute", "2-digit"),
            ("second", "2-digit"),
            ("hourCycle", "h23"),
        ]);
        self.format_date(&options, millis)
    }

    fn format_date(&self, options: &Object, millis: i64) -> String {
        let format = Intl::DateTimeFormat::new(&self.locales(), options);
        let date = js_sys::Date::new(&JsValue::from_f64(millis as f64));
        call(&format.format(), &date)
    }

    /// `3 minutes ago`, `in 2 hours`.
    pub fn relative(&self, millis: i64, now: i64) -> String {
        let seconds = (millis - now) as f64 / 1000.0;
        let (size, unit) = match seconds.abs() {
            s if s < 60.0 => (1.0, "second"),
            s if s < 3600.0 => (60.0, "minute"),
            s if s < 86_400.0 => (3600.0, "hour"),
            s if s < 30.0 * 86_400.0 => (86_400.0, "day"),
            s if s < 365.0 * 86_400.0 => (30.0 * 86_400.0, "month"),
            _ => (365.0 * 86_400.0, "year"),
        };
        let options = object(&[("numeric", "auto")]);
        let format = Intl::RelativeTimeFormat::new(&self.locales(), &options);
        String::from(format.format((seconds / size).trunc(), unit))
    }

    /// A whole number with the language's separators.
    pub fn number(&self, number: u64) -> String {
        let format = Intl::NumberFormat::new(&self.locales(), &Object::new());
        call(&format.format(), &JsValue::from_f64(number as f64))
    }

    fn locales(&self) -> Array {
        Array::of1(&JsValue::from_str(self.0))
    }
}

fn object(pairs: &[(&str, &str)]) -> Object {
    let object = Object::new();
    for (key, value) in pairs {
        set(&object, key, value);
    }
    object
}

fn set(object: &Object, key: &str, value: &str) {
    // Setting a property of a fresh plain object cannot fail.
    let _ = Reflect::set(object, &JsValue::from_str(key), &JsValue::from_str(value));
}

fn call(format: &Function, value: &JsValue) -> String {
    format
        .call1(&JsValue::UNDEFINED, value)
        .ok()
        .and_then(|text| text.as_string())
        .unwrap_or_default()
}
