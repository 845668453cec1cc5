//! Formats times and numbers with the browser's `Intl`.

use crate::i18n::push_spaced;
use crate::t_string;
use js_sys::{Array, Date, Function, Intl, JSON, Object};
use std::cell::RefCell;
use wasm_bindgen::{JsCast, JsValue};

/// Formats times and numbers in the language with this tag.
pub struct IntlWords(pub &'static str);

/// The options of a date and time to the minute, as JSON. The browser takes them as an object.
const MINUTE: &str = r#"{"year":"numeric","month":"short","day":"numeric","hour":"2-digit","minute":"2-digit","hourCycle":"h23"}"#;
const SECOND: &str = r#"{"year":"numeric","month":"short","day":"numeric","hour":"2-digit","minute":"2-digit","hourCycle":"h23","second":"2-digit"}"#;
const SECOND_UTC: &str = r#"{"year":"numeric","month":"short","day":"numeric","hour":"2-digit","minute":"2-digit","hourCycle":"h23","second":"2-digit","timeZone":"UTC"}"#;
/// A date with the name of the time zone.
const ZONE: &str = r#"{"timeZoneName":"short"}"#;
const ZONE_UTC: &str = r#"{"timeZoneName":"short","timeZone":"UTC"}"#;
/// The time of day, to the minute and to the second.
const TIME: &str = r#"{"hour":"2-digit","minute":"2-digit","hourCycle":"h23"}"#;
const CLOCK: &str = r#"{"hour":"2-digit","minute":"2-digit","hourCycle":"h23","second":"2-digit"}"#;
const RELATIVE: &str = r#"{"numeric":"auto"}"#;
const NUMBER: &str = "{}";

/// The formats that were made within a minute, each with its language and its options: to make one takes much longer
/// than to use it.
struct Made {
    /// Minutes since 1970. Formats of an earlier one can be of a time zone that the user has left.
    minute: i64,
    formats: Vec<(&'static str, &'static str, JsValue)>,
}

thread_local! {
    static MADE: RefCell<Made> = const {
        RefCell::new(Made {
            minute: 0,
            formats: Vec::new(),
        })
    };
}

impl IntlWords {
    /// Date and time to the second with the name of the time zone: the user's, or UTC. `millis`: Unix milliseconds.
    pub fn absolute(&self, millis: i64, utc: bool) -> String {
        let (second, zone) = match utc {
            true => (SECOND_UTC, ZONE_UTC),
            false => (SECOND, ZONE),
        };
        // In Chinese, `Intl` puts the zone between the date and the time. With a date alone, it is the last word.
        let zone = self.date(zone, millis);
        let zone = zone.rsplit(' ').next().unwrap_or_default().to_owned();
        t_string!(time.zoned, time = self.date(second, millis), zone = zone)
    }

    /// Date and time to the minute, in the user's time zone. `millis`: Unix milliseconds.
    pub fn minute(&self, millis: i64) -> String {
        self.date(MINUTE, millis)
    }

    /// The time to the minute, with the date if it is not within a day of `now`. Both are Unix milliseconds.
    pub fn moment(&self, millis: i64, now: i64) -> String {
        let is_near = (now - millis).abs() <= 86_400_000;
        self.date(if is_near { TIME } else { MINUTE }, millis)
    }

    /// The time of day to the second, in the user's time zone. `millis`: Unix milliseconds.
    pub fn clock(&self, millis: i64) -> String {
        self.date(CLOCK, millis)
    }

    fn date(&self, options: &'static str, millis: i64) -> String {
        let date = Date::new(&JsValue::from_f64(millis as f64));
        let make = |locales: &Array, options: &Object| {
            Intl::DateTimeFormat::new(locales, options).format().into()
        };
        call(&self.made(options, make), &date)
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
        let make = |locales: &Array, options: &Object| {
            Intl::RelativeTimeFormat::new(locales, options).into()
        };
        let format: Intl::RelativeTimeFormat = self.made(RELATIVE, make).unchecked_into();
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
        let make = |locales: &Array, options: &Object| {
            Intl::NumberFormat::new(locales, options).format().into()
        };
        let number = JsValue::from_f64(number as f64);
        call(&self.made(NUMBER, make), &number)
    }

    /// The browser's format with these options, which `make` makes where there is none.
    fn made(&self, options: &'static str, make: fn(&Array, &Object) -> JsValue) -> JsValue {
        let minute = (Date::now() / 60_000.0) as i64;
        let known = MADE.with_borrow_mut(|made| {
            if made.minute != minute {
                made.minute = minute;
                made.formats.clear();
            }
            let mut formats = made.formats.iter();
            let known = formats.find(|(language, of, _)| *language == self.0 && *of == options);
            known.map(|(_, _, format)| format.clone())
        });
        if let Some(known) = known {
            return known;
        }
        let locales = Array::of1(&JsValue::from_str(self.0));
        // Fails only for text that isn't JSON.
        let object = JSON::parse(options).unwrap_or_default();
        // Not while the list is borrowed: the browser can throw here, and nothing would give it back.
        let new = make(&locales, object.unchecked_ref());
        MADE.with_borrow_mut(|made| made.formats.push((self.0, options, new.clone())));
        new
    }
}

fn call(format: &JsValue, value: &JsValue) -> String {
    let format: &Function = format.unchecked_ref();
    format
        .call1(&JsValue::UNDEFINED, value)
        .ok()
        .and_then(|text| text.as_string())
        .unwrap_or_default()
}
