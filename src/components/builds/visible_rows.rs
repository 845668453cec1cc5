//! The rows that a table of builds shows while the list is polled: no row moves while the user reads.

use crate::api::{Build, Page};
use crate::routing::routes::{Sort, SortBy};

/// The rows of the list that are shown, before filters and sorting.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct VisibleBuilds {
    pub rows: Vec<Build>,
    /// The number of builds in the list when these rows were taken.
    pub count: u64,
    /// The number of builds that are new since then and have no row.
    pub unseen: u64,
}

impl VisibleBuilds {
    /// All rows of a response.
    pub(crate) fn all(page: &Page<Build>) -> Self {
        Self {
            rows: page.results.read.clone(),
            count: page.count,
            unseen: 0,
        }
    }

    /// Merges the next response for the same page into these rows.
    ///
    /// New builds push the other rows down, or onto the next page. That happens only when `slides` is
    /// true, because the user is at the top and sees it. Otherwise the rows stay where they are, with
    /// their new content, and the new builds are counted in `unseen`. The builds in `own` (ids) were
    /// started by the user and have rows already, which stay.
    pub(crate) fn after(&self, page: &Page<Build>, slides: bool, own: &[String]) -> Self {
        let added = page.count.saturating_sub(self.count);
        let find = |row: &Build| {
            let mut rows = page.results.read.iter();
            rows.find(|build| build.build_id == row.build_id)
        };
        let removed = self.rows.iter().filter(|row| find(row).is_none()).count() as u64;
        // More rows went than builds came: some were deleted, so the rows are wrong.
        if slides || self.rows.is_empty() || added == 0 || removed > added {
            return Self::all(page);
        }
        let is_shown = |build: &Build| self.rows.iter().any(|row| row.build_id == build.build_id);
        let is_own = |build: &&Build| own.contains(&build.build_id) && !is_shown(build);
        let mut rows: Vec<Build> = page.results.read.iter().filter(is_own).cloned().collect();
        let own_rows = rows.len() as u64;
        rows.extend(self.rows.iter().map(|row| find(row).unwrap_or(row).clone()));
        Self {
            rows,
            count: self.count + own_rows,
            unseen: added.saturating_sub(own_rows),
        }
    }
}

/// Returns the rows in this order; `None`: as they are.
pub(crate) fn sorted(rows: &[Build], sort: Option<Sort>) -> Vec<Build> {
    let mut sorted: Vec<Build> = Vec::new();
    for build in rows {
        // A page has 20 rows: an insertion sort is as quick as the library's sort, and smaller.
        let index = match sort {
            Some(sort) => sorted.partition_point(|before| compare(before, build, sort).is_le()),
            None => sorted.len(),
        };
        sorted.insert(index, build.clone());
    }
    sorted
}

/// Orders two rows. Those without a value are last in both directions.
fn compare(a: &Build, b: &Build, sort: Sort) -> std::cmp::Ordering {
    let directed = |order: std::cmp::Ordering| match sort.descending {
        true => order.reverse(),
        false => order,
    };
    let number = |build: &Build| match sort.by {
        SortBy::When => build
            .created_at
            .or(build.started_at)
            .map(|time| time.millis()),
        SortBy::Duration => {
            let ended = build.ended_at?;
            Some(ended.since(build.started_at?).num_milliseconds())
        }
        _ => None,
    };
    match sort.by {
        SortBy::Status => directed(a.status.as_str().cmp(b.status.as_str())),
        SortBy::Image => directed(a.image_reference().cmp(&b.image_reference())),
        SortBy::When | SortBy::Duration => match (number(a), number(b)) {
            (Some(a), Some(b)) => directed(a.cmp(&b)),
            (a, b) => b.is_some().cmp(&a.is_some()),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::{Status, Timestamp};
    use crate::routing::routes::Route;
    use proptest::prelude::*;

    fn build(id: u32) -> Build {
        Build {
            build_id: format!("b{id}"),
            docker_repo_path: "team/app".to_owned(),
            docker_repo_tag: format!("t{id}"),
            ..Build::default()
        }
    }

    fn page(ids: impl IntoIterator<Item = u32>, count: u64) -> Page<Build> {
        Page {
            count,
            next: None,
            previous: None,
            results: ids.into_iter().map(build).collect::<Vec<_>>().into(),
        }
    }

    fn ids(rows: &[Build]) -> Vec<&str> {
        rows.iter().map(|build| build.build_id.as_str()).collect()
    }

    #[test]
    fn new_builds_wait_while_the_user_reads_and_slide_in_at_the_top() {
        let before = VisibleBuilds::all(&page([3, 2, 1], 30));
        let mut answer = page([5, 4, 3], 32);
        answer.results.read[2].status = Status::Failed;
        let reading = before.after(&answer, false, &[]);
        assert_eq!(ids(&reading.rows), ["b3", "b2", "b1"]);
        assert_eq!(
            reading.rows[0].status,
            Status::Failed,
            "news of a row are shown"
        );
        assert_eq!(reading.unseen, 2);
        let more = reading.after(&page([6, 5, 4], 33), false, &[]);
        assert_eq!((more.unseen, more.count), (3, 30));
        let top = before.after(&answer, true, &[]);
        assert_eq!(ids(&top.rows), ["b5", "b4", "b3"]);
        assert_eq!((top.unseen, top.count), (0, 32));
    }

    #[test]
    fn builds_that_the_user_started_keep_their_rows() {
        let before = VisibleBuilds::all(&page([2, 1], 30));
        let after = before.after(&page([4, 3, 2], 32), false, &["b3".to_owned()]);
        assert_eq!(ids(&after.rows), ["b3", "b2", "b1"]);
        assert_eq!((after.unseen, after.count), (1, 31));
        let after = after.after(&page([4, 3, 2], 32), false, &[]);
        assert_eq!(ids(&after.rows), ["b3", "b2", "b1"]);
        assert_eq!(after.unseen, 1);
    }

    #[test]
    fn removed_builds_go() {
        let before = VisibleBuilds::all(&page([3, 2, 1], 30));
        let after = before.after(&page([3, 1], 29), false, &[]);
        assert_eq!(ids(&after.rows), ["b3", "b1"]);
        // Two were removed and one is new: the rows are wrong.
        let after = before.after(&page([4, 1], 31), false, &[]);
        assert_eq!(ids(&after.rows), ["b4", "b1"]);
    }

    proptest! {
        /// While nothing is removed, the rows stay the same until they slide.
        #[test]
        fn rows_never_move_while_the_user_reads(new in prop::collection::vec(0u32..4, 1..8), size in 1usize..6) {
            let mut top = 10u32;
            let list = |top: u32| page((0..=top).rev().take(size), u64::from(top) + 1);
            let mut shown = VisibleBuilds::all(&list(top));
            let first: Vec<String> = ids(&shown.rows).into_iter().map(str::to_owned).collect();
            for added in new {
                top += added;
                shown = shown.after(&list(top), false, &[]);
                prop_assert_eq!(ids(&shown.rows), first.iter().map(String::as_str).collect::<Vec<_>>());
                prop_assert_eq!(shown.unseen, u64::from(top) - 10);
            }
            let slid = shown.after(&list(top), true, &[]);
            prop_assert_eq!(slid, VisibleBuilds::all(&list(top)));
        }
    }

    fn sort(url: &str) -> Option<Sort> {
        match Route::parse("/builds", url) {
            Some(Route::Builds(query)) => query.sort,
            _ => panic!("{url}"),
        }
    }

    #[test]
    fn builds_without_a_duration_are_last_in_both_directions() {
        let mut rows = vec![build(1), build(2), build(3)];
        for (row, (from, to)) in [(0, (0, 5_000)), (2, (0, 9_000))] {
            rows[row].started_at = Timestamp::from_millis(from);
            rows[row].ended_at = Timestamp::from_millis(to);
        }
        let order = |url| {
            let rows = sorted(&rows, sort(url));
            ids(&rows).join(" ")
        };
        assert_eq!(order("?sort=duration"), "b1 b3 b2");
        assert_eq!(order("?sort=-duration"), "b3 b1 b2");
        assert_eq!(order("?sort=-image"), "b3 b2 b1");
        assert_eq!(order("?sort=nonsense"), "b1 b2 b3");
    }
}
