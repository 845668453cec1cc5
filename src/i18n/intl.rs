//! Formats times and numbers with the browser's `Intl`.

use crate::i18n::push_spaced;
use crate::t_string;
use js_sys::{Array, Date, Function, Intl, Object, Reflect};
use wasm_bindgen::JsValue;

/// Formats times and numbers in the language with this tag.
pub struct IntlWords<'a>(pub &'a str);

impl IntlWords<'_> {
    /// Date and time to the second with the name of the time zone: the user's, or UTC. `millis`: Unix milliseconds.
    pub fn absolute(&self, millis: i64, utc: bool) -> String {
        let (options, zone) = (to_the_minute(), Object::new());
        set(&options, "second", "2-digit");
        // In Chinese, `Intl` puts the zone between the date and the time. With a date alone, it is the last word.
        set(&zone, "timeZoneName", "short");
        if utc {
            set(&options, "timeZone", "UTC");
            set(&zone, "timeZone", "UTC");
        }
        let zone = self.format_date(&zone, millis);
        let zone = zone.rsplit(' ').next().unwrap_or_default().to_owned();
        t_string!(
            time.zoned,
            time = self.format_date(&options, millis),
            zone = zone
        )
    }

    /// Date and time to the minute, in the user's time zone. `millis`: Unix milliseconds.
    pub fn minute(&self, millis: i64) -> String {
        self.format_date(&to_the_minute(), millis)
    }

    /// The time to the minute, with the date if it is not within a day of `now`. Both are Unix milliseconds.
    pub fn moment(&self, millis: i64, now: i64) -> String {
        if (now - millis).abs() > 86_400_000 {
            return self.minute(millis);
        }
        let options = object(&[
            ("hour", "2-digit"),
            ("minute", "2-digit"),
            ("hourCycle", "h23"),
        ]);
        self.format_date(&options, millis)
    }

    /// The time of day to the second, in the user's time zone. `millis`: Unix milliseconds.
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
        call(&format.format(), &date(millis))
    }

    /// The time seen from `now`: `3 minutes ago`, `in 2 hours`. Both are Unix milliseconds.
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
        let text = String::from(format.format((seconds / size).trunc(), unit));
        // `Intl` writes `2分钟前`, without the space that all other texts have after a number.
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (number, unit) = text.split_at(digits);
        let mut spaced = number.to_owned();
        push_spaced(&mut spaced, unit);
        spaced
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

/// A date of these Unix milliseconds.
fn date(millis: i64) -> Date {
    Date::new(&JsValue::from_f64(millis as f64))
}

fn to_the_minute() -> Object {
    object(&[
        ("year", "numeric"),
        ("month", "short"),
        ("day", "numeric"),
        ("hour", "2-digit"),
        ("minute", "2-digit"),
        ("hourCycle", "h23"),
    ])
}

pub(crate) fn object(pairs: &[(&str, &str)]) -> Object {
    let object = Object::new();
    for (key, value) in pairs {
        set(&object, key, value);
    }
    object
}

pub(crate) fn set(object: &Object, key: &str, value: &str) {
    // Succeeds for a new plain object.
    let _ = Reflect::set(object, &JsValue::from_str(key), &JsValue::from_str(value));
}

pub(crate) fn call(format: &Function, value: &JsValue) -> String {
    format
        .call1(&JsValue::UNDEFINED, value)
        .ok()
        .and_then(|text| text.as_string())
        .unwrap_or_default()
}
