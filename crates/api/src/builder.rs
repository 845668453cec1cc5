//! The builders of an API: an optional call, which the reference does not have.

use crate::lenient::or_default;
use crate::text_enum::text_enum;
use crate::time::{Timestamp, lenient};
use serde::{Deserialize, Serialize};

text_enum! {
    /// The state of a builder.
    BuilderState {
        /// It has not answered yet.
        Starting = "starting",
        /// It takes builds.
        Ready = "ready",
        /// It does not answer. It is left out, and asked again.
        Unreachable = "unreachable",
    }
}

/// A builder: a program or a daemon that makes images.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BuilderInfo {
    /// Its name, which no other builder has.
    pub name: String,
    /// The build node that it is of.
    #[serde(default)]
    pub node: Option<String>,
    /// The state.
    #[serde(default, deserialize_with = "or_default")]
    pub state: BuilderState,
    /// How many builds it runs at the same time.
    #[serde(default, deserialize_with = "or_default")]
    pub slots: u64,
    /// How many builds it runs now.
    #[serde(default, deserialize_with = "or_default")]
    pub running: u64,
    /// Its disk.
    #[serde(
        default,
        deserialize_with = "or_default",
        skip_serializing_if = "BuilderDisk::is_unknown"
    )]
    pub disk: BuilderDisk,
}

/// The disk of a builder, as far as it is known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BuilderDisk {
    /// The size of its images and its cache, in bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub used: Option<u64>,
    /// The free space, in bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub free: Option<u64>,
    /// When it was measured.
    #[serde(
        default,
        deserialize_with = "lenient",
        skip_serializing_if = "Option::is_none"
    )]
    pub checked_at: Option<Timestamp>,
}

impl BuilderDisk {
    /// Returns true if neither of its sizes is known.
    pub fn is_unknown(&self) -> bool {
        self.used.is_none() && self.free.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_builder_needs_no_more_than_a_name() {
        let read = |text: &str| serde_json::from_str::<BuilderInfo>(text).unwrap();
        let builder = read(r#"{"name": "a", "state": null, "slots": null}"#);
        assert_eq!(builder.state, BuilderState::default());
        assert_eq!((builder.slots, builder.disk.free), (0, None));
        let builder = read(
            r#"{"name": "b", "node": "cn", "state": "ready", "slots": 2, "running": 1, "disk": {"used": 5}}"#,
        );
        assert_eq!(builder.state, BuilderState::Ready);
        assert_eq!(builder.disk.used, Some(5));
        assert_eq!(read(&serde_json::to_string(&builder).unwrap()), builder);
        let checked =
            r#"{"name": "c", "disk": {"free": 7, "checked_at": "2026-11-26T20:00:00.000Z"}}"#;
        let builder = read(checked);
        assert_eq!(
            builder.disk.checked_at.map(|time| time.seconds()),
            Some(1_795_723_200)
        );
        assert_eq!(read(&serde_json::to_string(&builder).unwrap()), builder);
    }

    #[test]
    fn a_disk_that_is_not_known_is_left_out() {
        let builder: BuilderInfo = serde_json::from_str(r#"{"name": "a"}"#).unwrap();
        let written = serde_json::to_value(&builder).unwrap();
        assert!(written.get("disk").is_none(), "{written}");
        let disk = BuilderDisk {
            used: Some(1),
            ..BuilderDisk::default()
        };
        let written = serde_json::to_value(disk).unwrap();
        assert_eq!(written, serde_json::json!({"used": 1}));
    }
}
