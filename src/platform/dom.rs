//! Focus and scrolling.

use js_sys::{Array, Function, Intl, Object, Reflect};
use leptos::prelude::{document, *};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::HtmlElement;

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

/// Scrolls the first element that the selector finds into the window, no further than needed, once the
/// page has been laid out.
pub fn scroll_into_view_if_needed(selector: &'static str) {
    request_animation_frame(move || scroll_near(selector));
}
