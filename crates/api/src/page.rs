//! A page of a list, as Django REST framework pages it (reference, call 2).

use crate::Build;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;

/// The most rows that a page of call 2 holds.
pub const PAGE_SIZE: u64 = 20;

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Page<T> {
    /// How many rows all pages hold together.
    pub count: u64,
    /// Set when there is a page after this one. An URL of the publisher's own host: never followed.
    #[serde(default)]
    pub next: Option<String>,
    /// Set when there is a page before this one. Never followed.
    #[serde(default)]
    pub previous: Option<String>,
    /// The rows that could be read.
    #[serde(bound(deserialize = "T: DeserializeOwned"), deserialize_with = "rows")]
    pub results: PageRows<T>,
}

/// The rows of a page, and how many of them could not be read: one odd row must not hide the rest,
/// and must not vanish in silence either.
#[derive(Debug, Clone, PartialEq)]
pub struct PageRows<T> {
    pub read: Vec<T>,
    /// Rows that are not what the reference says.
    pub unread: usize,
}

impl<T> From<Vec<T>> for PageRows<T> {
    fn from(read: Vec<T>) -> Self {
        Self { read, unread: 0 }
    }
}

impl<T: Serialize> Serialize for PageRows<T> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.read.serialize(serializer)
    }
}

/// Each row is read from its own text, so that the browser needs one decoder for a type and not two.
fn rows<'de, D: Deserializer<'de>, T: DeserializeOwned>(d: D) -> Result<PageRows<T>, D::Error> {
    let rows = Vec::<Box<RawValue>>::deserialize(d)?;
    let total = rows.len();
    let read: Vec<T> = rows
        .iter()
        .filter_map(|row| serde_json::from_str(row.get()).ok())
        .collect();
    Ok(PageRows {
        unread: total - read.len(),
        read,
    })
}

impl Page<Build> {
    /// Whether a build of it is waiting or under way.
    pub fn is_live(&self) -> bool {
        self.results.read.iter().any(|build| !build.is_finished())
    }
}

impl<T> Page<T> {
    /// How many pages there are, by `count`; at least 1.
    pub fn pages(&self) -> u64 {
        self.count.div_ceil(PAGE_SIZE).max(1)
    }
}
