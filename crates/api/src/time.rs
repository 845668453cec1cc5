//! Points in time as the API writes them: RFC 3339 with milliseconds and `Z`.

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use serde::de::{IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserializer, Serialize, Serializer};
use std::fmt;

/// A point in time, UTC, to the millisecond. Reads any RFC 3339 text; writes milliseconds and `Z`.
///
/// # Examples
///
/// ```
/// use slipway_api::Timestamp;
///
/// let time = Timestamp::from_millis(1_441_181_862_581).unwrap();
/// assert_eq!(time.to_string(), "2015-09-02T08:17:42.581Z");
/// assert_eq!(time.version_tag(), "v20150902.081742");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timestamp(DateTime<Utc>);

impl Timestamp {
    /// Makes a time of Unix milliseconds, UTC. Returns `None` outside the years that chrono can hold.
    pub fn from_millis(millis: i64) -> Option<Self> {
        DateTime::from_timestamp_millis(millis).map(Self)
    }

    /// Reads RFC 3339. Returns `None` for any other text.
    pub fn read(text: &str) -> Option<Self> {
        let time = DateTime::parse_from_rfc3339(text).ok()?;
        Some(Self(time.to_utc()))
    }

    /// Returns Unix milliseconds, UTC.
    pub fn millis(self) -> i64 {
        self.0.timestamp_millis()
    }

    /// Returns Unix seconds, UTC, rounded down.
    pub fn seconds(self) -> i64 {
        self.0.timestamp()
    }

    /// Returns the date and time in UTC.
    pub fn utc(self) -> DateTime<Utc> {
        self.0
    }

    /// Returns the time from `earlier` to `self`, or zero if `self` is the earlier one. The API's
    /// `created_at` can be some seconds later than `started_at`, and a wait is never negative.
    pub fn since(self, earlier: Timestamp) -> TimeDelta {
        (self.0 - earlier.0).max(TimeDelta::zero())
    }

    /// Returns the tag that `version_tagging` 1 makes of a build's `created_at`, such as
    /// `v20150902.081742` (UTC).
    pub fn version_tag(self) -> String {
        self.0.format("v%Y%m%d.%H%M%S").to_string()
    }
}

impl From<DateTime<Utc>> for Timestamp {
    fn from(time: DateTime<Utc>) -> Self {
        Self(time)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.to_rfc3339_opts(SecondsFormat::Millis, true))
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Reads a time. A missing, `null` or invalid value is `None`: one invalid field must not hide the
/// whole row.
pub fn lenient<'de, D: Deserializer<'de>>(d: D) -> Result<Option<Timestamp>, D::Error> {
    d.deserialize_any(AnyValue)
}

/// Takes a value of any kind, and keeps the time that a text says.
struct AnyValue;

impl<'de> Visitor<'de> for AnyValue {
    type Value = Option<Timestamp>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a time")
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Timestamp::read(text))
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(None)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Self::Value, A::Error> {
        while object.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp(DateTime::parse_from_rfc3339(text).unwrap().to_utc())
    }

    #[test]
    fn a_wait_is_never_negative() {
        let created = at("2015-05-28T11:13:27.146Z");
        let started = at("2015-05-28T11:13:20.792Z");
        assert_eq!(started.since(created), TimeDelta::zero());
        assert_eq!(created.since(started).num_milliseconds(), 6354);
    }

    #[test]
    fn the_version_tag_is_the_creation_time_in_utc() {
        assert_eq!(
            at("2015-09-02T08:17:42.581Z").version_tag(),
            "v20150902.081742"
        );
        assert_eq!(
            at("2015-09-02T16:17:42.581+08:00").version_tag(),
            "v20150902.081742"
        );
    }

    #[test]
    fn a_time_is_written_with_milliseconds_and_z() {
        assert_eq!(
            at("2015-09-02T16:17:42+08:00").to_string(),
            "2015-09-02T08:17:42.000Z"
        );
        assert_eq!(Timestamp::from_millis(i64::MAX), None);
    }

    #[test]
    fn a_value_that_is_no_time_is_none_and_hides_nothing() {
        #[derive(serde::Deserialize)]
        struct Row {
            #[serde(default, deserialize_with = "lenient")]
            at: Option<Timestamp>,
            name: String,
        }
        let values = [
            "null",
            "true",
            "-7",
            "7",
            "7.5",
            "\"soon\"",
            "[1, [2]]",
            r#"{"a": {"b": 1}}"#,
        ];
        for value in values {
            let row: Row =
                serde_json::from_str(&format!(r#"{{"at": {value}, "name": "a"}}"#)).unwrap();
            assert_eq!((row.at, row.name.as_str()), (None, "a"), "{value}");
        }
        let row: Row =
            serde_json::from_str(r#"{"at": "2015-09-02T08:17:42.581Z", "name": "a"}"#).unwrap();
        assert_eq!(row.at, Some(at("2015-09-02T08:17:42.581Z")));
    }

    #[test]
    fn seconds_are_rounded_down() {
        let time = Timestamp::from_millis(-1).expect("a time");
        assert_eq!((time.millis(), time.seconds()), (-1, -1));
    }
}
