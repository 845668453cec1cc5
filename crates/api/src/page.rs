//! A page of a list, as Django REST framework pages it (reference, call 2).

use crate::Build;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;

/// The number of rows on a full page of call 2 (reference).
pub const PAGE_SIZE: u64 = 20;

/// One page of a list.
///
/// # Examples
///
/// ```
/// use slipway_api::{Build, Page};
///
/// let page: Page<Build> = serde_json::from_str(
///     r#"{"count": 41, "results": [{"build_id": "a"}, {"id": "not a build"}]}"#,
/// )?;
/// assert_eq!(page.pages(), 3);
/// assert_eq!((page.results.read.len(), page.results.unread), (1, 1));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Page<T> {
    /// The number of rows on all pages together.
    pub count: u64,
    /// The URL of the next page, if there is one. It names the publisher's own host, so it is never
    /// followed.
    #[serde(default)]
    pub next: Option<String>,
    /// The URL of the previous page, if there is one. Never followed.
    #[serde(default)]
    pub previous: Option<String>,
    /// The rows that could be read.
    #[serde(bound(deserialize = "T: DeserializeOwned"), deserialize_with = "rows")]
    pub results: PageRows<T>,
}

/// The rows of a page, and how many of them could not be read. One invalid row must not hide the
/// others, and must not disappear silently either.
#[derive(Debug, Clone, PartialEq)]
pub struct PageRows<T> {
    /// The rows that could be read, in the API's order.
    pub read: Vec<T>,
    /// The number of rows that could not be decoded.
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

/// Decodes each row from its own text, so that the site contains one decoder for a type instead of
/// two.
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
    /// Returns true if at least one build of the page is waiting or in progress.
    pub fn is_live(&self) -> bool {
        self.results.read.iter().any(|build| !build.is_finished())
    }
}

impl<T> Page<T> {
    /// The number of pages, computed from `count`; at least 1.
    pub fn pages(&self) -> u64 {
        self.count.div_ceil(PAGE_SIZE).max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(text: &str) -> Page<Build> {
        serde_json::from_str(text).expect("decodes")
    }

    #[test]
    fn the_page_count_comes_from_the_row_count() {
        for (count, pages) in [(0, 1), (1, 1), (20, 1), (21, 2), (400, 20)] {
            let page = page(&format!(r#"{{"count": {count}, "results": []}}"#));
            assert_eq!(page.pages(), pages, "{count}");
        }
    }

    #[test]
    fn a_row_that_cannot_be_read_is_counted_and_does_not_hide_the_others() {
        let page = page(r#"{"count": 3, "results": [{"build_id": "a"}, 7, {"build_id": "c"}]}"#);
        let ids: Vec<&str> = page
            .results
            .read
            .iter()
            .map(|build| build.build_id.as_str())
            .collect();
        assert_eq!(ids, ["a", "c"]);
        assert_eq!(page.results.unread, 1);
    }

    #[test]
    fn a_page_is_live_while_one_of_its_builds_is_not_finished() {
        let live = r#"{"count": 2, "results": [{"build_id": "a", "status": "S"}, {"build_id": "b", "status": "W"}]}"#;
        assert!(page(live).is_live());
        let idle = r#"{"count": 1, "results": [{"build_id": "a", "status": "F"}]}"#;
        assert!(!page(idle).is_live());
    }
}
