//! The builds of a list that were read so far, for the filters that the API does not have: it knows namespace and
//! repository only. What fits another filter is found by looking at all builds, page by page. Pure.

use crate::api::page::PAGE_SIZE;
use crate::api::{Build, Page, SourceKind};

/// A filter that the API does not have. An empty text and `None` let everything through.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BuildFilter {
    /// A status letter.
    pub status: String,
    /// A source client's name.
    pub client: String,
    /// A text in the build's row, in lower case.
    pub text: String,
    /// The first moment, Unix milliseconds.
    pub since: Option<i64>,
    /// The first moment after the last one, Unix milliseconds.
    pub before: Option<i64>,
}

impl BuildFilter {
    /// Returns true if the build fits.
    pub fn fits(&self, build: &Build) -> bool {
        let time = created(build);
        (self.status.is_empty() || build.status.as_str() == self.status)
            && (self.client.is_empty() || build.code_repo_client.as_str() == self.client)
            && self
                .since
                .is_none_or(|since| time.is_some_and(|time| time >= since))
            && self
                .before
                .is_none_or(|before| time.is_some_and(|time| time < before))
            && (self.text.is_empty() || contains(build, &self.text))
    }
}

/// When a build was requested, Unix milliseconds.
fn created(build: &Build) -> Option<i64> {
    let time = build.created_at.or(build.started_at)?;
    Some(time.millis())
}

/// Returns true when a text of the build's row contains `text`, which is in lower case.
fn contains(build: &Build, text: &str) -> bool {
    let kind = match build.code_repo_type {
        SourceKind::Tag => "tag",
        _ => "branch",
    };
    // As the row says it in both languages, and as it said it before.
    let starter = if build.auto_created {
        "new commit, 新提交, push"
    } else {
        &build.created_by
    };
    let texts = [
        build.build_id.as_str(),
        &build.image_reference(),
        build.version_tag().unwrap_or_default(),
        build.code_head_commit.as_deref().unwrap_or_default(),
        &build.code_repo_type_value,
        starter,
        build.detail.as_deref().unwrap_or_default(),
        kind,
    ];
    texts
        .iter()
        .any(|shown| shown.to_lowercase().contains(text))
        || build.code_repo_path.contains(text)
}

/// The pages to read next: one, or two at a time.
pub type NextPages = (u64, Option<u64>);

/// A page of the builds that fit.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FittingPage {
    pub rows: Vec<Build>,
    /// How many builds fit, as far as is known, without those in `unseen`.
    pub fitting: u64,
    /// How many fitting builds are newer than those on the pages.
    pub unseen: u64,
}

/// The builds that were read of one list, from the newest on without a gap.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ScannedBuilds {
    /// The newest first, each once.
    rows: Vec<Build>,
    /// Rows that could not be read.
    unread: u64,
    /// The number of builds that the list has.
    count: u64,
    /// The page after the last one that was read; 0 before the first.
    next_page: u64,
    /// True when the last page was read.
    is_at_end: bool,
}

impl ScannedBuilds {
    /// The number of builds that were looked at.
    pub fn looked_at(&self) -> u64 {
        (self.rows.len() as u64 + self.unread).min(self.count)
    }

    /// The number of builds that the list has.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The id of the newest build.
    pub fn newest(&self) -> Option<&str> {
        Some(&self.rows.first()?.build_id)
    }

    /// The number of builds that are kept.
    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    /// Returns true if this build was read.
    pub fn has(&self, build_id: &str) -> bool {
        self.position(build_id).is_some()
    }

    fn position(&self, build_id: &str) -> Option<usize> {
        self.rows.iter().position(|row| row.build_id == build_id)
    }

    /// Adds the list's first page, which is read again and again. Begins anew when it does not join what was read: so
    /// many builds are new, or some were removed.
    pub fn add_first(&mut self, page: &Page<Build>) {
        let read = &page.results.read;
        let joins = read.iter().any(|build| self.has(&build.build_id));
        if !joins || page.count < self.count {
            *self = Self {
                unread: page.results.unread as u64,
                next_page: 2,
                ..Self::default()
            };
        }
        self.merge(read, 0);
        self.count = page.count;
        if self.next_page == 2 {
            self.is_at_end = page.next.is_none();
        }
    }

    /// Adds another page. New builds push others onto the next page, so a build can be on two pages.
    pub fn add(&mut self, number: u64, page: &Page<Build>) {
        self.merge(&page.results.read, self.rows.len());
        if number >= self.next_page {
            self.next_page = number + 1;
            self.unread += page.results.unread as u64;
            self.is_at_end = page.next.is_none();
        }
    }

    /// Records that the list ends before the page that was to be read next.
    pub fn end(&mut self) {
        self.is_at_end = true;
    }

    /// Updates the builds that are there. Each other one comes after the one before it, or at `start`.
    fn merge(&mut self, read: &[Build], start: usize) {
        let mut at = start;
        for build in read {
            match self.position(&build.build_id) {
                Some(index) => {
                    self.rows[index] = build.clone();
                    at = index + 1;
                }
                None => {
                    self.rows.insert(at, build.clone());
                    at += 1;
                }
            }
        }
    }

    /// Returns true if no build that was not looked at can fit.
    pub fn is_complete(&self, filter: &BuildFilter) -> bool {
        let is_before = |since| {
            let last = self.rows.last().and_then(created);
            last.is_some_and(|last| last < since)
        };
        self.is_at_end || filter.since.is_some_and(is_before)
    }

    /// The page of fitting builds with this number, counted from 1. Builds that are newer than the one with the id
    /// `top` are only counted.
    pub fn page(&self, filter: &BuildFilter, number: u64, top: Option<&str>) -> FittingPage {
        let top = top.and_then(|top| self.position(top)).unwrap_or(0);
        let (new, seen) = self.rows.split_at(top);
        let fitting: Vec<&Build> = seen.iter().filter(|build| filter.fits(build)).collect();
        let first = number.saturating_sub(1).saturating_mul(PAGE_SIZE);
        let rows = fitting.iter().skip(first as usize).take(PAGE_SIZE as usize);
        FittingPage {
            rows: rows.map(|build| (*build).clone()).collect(),
            fitting: fitting.len() as u64,
            unseen: new.iter().filter(|build| filter.fits(build)).count() as u64,
        }
    }

    /// The pages to read until so many fitting builds are known that the page with this number is full. `fitting` is
    /// how many are known. `None`: nothing is missing, or the list was not read at all yet.
    pub fn next_pages(&self, filter: &BuildFilter, number: u64, fitting: u64) -> Option<NextPages> {
        let wanted = number.saturating_mul(PAGE_SIZE);
        if self.next_page == 0 || self.is_complete(filter) || fitting >= wanted {
            return None;
        }
        let second = self.next_page + 1;
        let is_there = second <= self.count.div_ceil(PAGE_SIZE);
        Some((self.next_page, is_there.then_some(second)))
    }

    /// A page of the list, other than its first, that has a build that is not finished: nothing else would bring its
    /// news. The next such page after the page `last`, or from the beginning.
    pub fn live_page(&self, last: u64) -> Option<u64> {
        let page = |index: usize| index as u64 / PAGE_SIZE + 1;
        let rows = self.rows.iter().enumerate();
        let live = rows.filter(|(_, build)| !build.is_finished());
        let mut first = None;
        for number in live.map(|(index, _)| page(index)).filter(|page| *page > 1) {
            if number > last {
                return Some(number);
            }
            first = first.or(Some(number));
        }
        first
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::{Status, Timestamp};
    use proptest::prelude::*;

    /// Build `id` is created at second `id`. Every third has failed.
    fn build(id: u64) -> Build {
        Build {
            build_id: format!("b{id}"),
            created_at: Timestamp::from_millis(id as i64 * 1_000),
            docker_repo_path: "team/app".to_owned(),
            status: if id.is_multiple_of(3) {
                Status::Failed
            } else {
                Status::Succeeded
            },
            ..Build::default()
        }
    }

    /// Page `number` of a list with the builds 1 to `count`.
    fn page(count: u64, number: u64) -> Page<Build> {
        let newest = count.saturating_sub((number - 1) * PAGE_SIZE);
        let oldest = newest.saturating_sub(PAGE_SIZE);
        Page {
            count,
            next: (oldest > 0).then(|| "next".to_owned()),
            previous: None,
            results: (oldest + 1..=newest)
                .rev()
                .map(build)
                .collect::<Vec<_>>()
                .into(),
        }
    }

    fn failed() -> BuildFilter {
        BuildFilter {
            status: "F".to_owned(),
            ..BuildFilter::default()
        }
    }

    fn ids(rows: &[Build]) -> Vec<&str> {
        rows.iter().map(|build| build.build_id.as_str()).collect()
    }

    /// Reads until the page is full. Answers the pages that were read.
    fn read(scan: &mut ScannedBuilds, count: u64, filter: &BuildFilter, number: u64) -> Vec<u64> {
        let mut pages = Vec::new();
        loop {
            let fitting = scan.page(filter, number, None).fitting;
            let Some((first, second)) = scan.next_pages(filter, number, fitting) else {
                return pages;
            };
            for next in [Some(first), second].into_iter().flatten() {
                scan.add(next, &page(count, next));
                pages.push(next);
            }
        }
    }

    #[test]
    fn pages_are_read_two_at_a_time_until_a_page_is_full() {
        let mut scan = ScannedBuilds::default();
        assert_eq!(
            scan.next_pages(&failed(), 1, 0),
            None,
            "the first page comes from the list"
        );
        scan.add_first(&page(214, 1));
        assert_eq!(read(&mut scan, 214, &failed(), 1), [2, 3]);
        assert_eq!((scan.looked_at(), scan.count()), (60, 214));
        let first = scan.page(&failed(), 1, None);
        assert_eq!(ids(&first.rows)[..2], ["b213", "b210"]);
        assert_eq!((first.rows.len(), first.fitting), (20, 20));
        // The next page goes on from there; going back reads nothing.
        assert_eq!(read(&mut scan, 214, &failed(), 2), [4, 5, 6, 7]);
        assert_eq!(read(&mut scan, 214, &failed(), 1), [0; 0]);
        // Another filter looks at what is there first.
        let all = BuildFilter::default();
        assert_eq!(read(&mut scan, 214, &all, 7), [0; 0]);
        assert_eq!(read(&mut scan, 214, &failed(), 9), [8, 9, 10, 11]);
        assert!(scan.is_complete(&failed()));
        assert_eq!(scan.page(&failed(), 4, None).fitting, 71);
        assert_eq!(scan.looked_at(), 214);
    }

    #[test]
    fn days_end_the_search() {
        let mut scan = ScannedBuilds::default();
        scan.add_first(&page(214, 1));
        let filter = BuildFilter {
            since: Some(180_000),
            before: Some(190_000),
            ..BuildFilter::default()
        };
        assert_eq!(read(&mut scan, 214, &filter, 1), [2, 3]);
        let found = scan.page(&filter, 1, None);
        assert_eq!((found.fitting, ids(&found.rows)[0]), (10, "b189"));
        assert!(scan.is_complete(&filter) && !scan.is_complete(&failed()));
        assert!(!filter.fits(&Build::default()), "a build without a time");
    }

    #[test]
    fn new_builds_push_others_down_and_none_is_shown_twice() {
        let mut scan = ScannedBuilds::default();
        scan.add_first(&page(60, 1));
        // Three are new: page 2 begins with builds that were on page 1.
        scan.add(2, &page(63, 2));
        scan.add(3, &page(63, 3));
        scan.add_first(&page(63, 1));
        let all = scan.page(&BuildFilter::default(), 1, None);
        assert_eq!((all.fitting, ids(&all.rows)[0]), (60, "b63"));
        let newer = scan.page(&failed(), 1, Some("b60"));
        assert_eq!((newer.unseen, ids(&newer.rows)[0]), (1, "b60"));
        assert!(!scan.is_complete(&failed()), "page 4 is new");
        assert_eq!(read(&mut scan, 63, &failed(), 2), [4]);
        assert_eq!(scan.looked_at(), 63);
    }

    #[test]
    fn a_list_that_does_not_join_begins_anew() {
        let mut scan = ScannedBuilds::default();
        scan.add_first(&page(60, 1));
        read(&mut scan, 60, &failed(), 1);
        assert_eq!(scan.looked_at(), 60);
        scan.add_first(&page(90, 1));
        assert_eq!((scan.looked_at(), scan.count()), (20, 90));
        scan.add_first(&page(89, 1));
        assert_eq!((scan.looked_at(), scan.next_page), (20, 2));
        scan.add_first(&page(0, 1));
        assert!(scan.is_complete(&failed()));
    }

    #[test]
    fn news_of_a_row_and_unreadable_rows_are_kept() {
        let mut scan = ScannedBuilds::default();
        let mut first = page(30, 1);
        first.results.read[0].status = Status::InProgress;
        scan.add_first(&first);
        let mut second = page(30, 2);
        second.results.read[4].status = Status::InProgress;
        second.results.read.pop();
        second.results.unread = 1;
        scan.add(2, &second);
        assert_eq!(scan.looked_at(), 30);
        let running = BuildFilter {
            status: "I".to_owned(),
            ..BuildFilter::default()
        };
        let shown = scan.page(&running, 1, None).rows;
        assert_eq!(ids(&shown), ["b30", "b6"]);
        assert_eq!((scan.live_page(0), scan.live_page(2)), (Some(2), Some(2)));
        scan.add_first(&page(30, 1));
        assert_eq!(ids(&scan.page(&running, 1, None).rows), ["b6"]);
        scan.add(2, &page(30, 2));
        assert_eq!(
            (scan.page(&running, 1, None).fitting, scan.looked_at()),
            (0, 30)
        );
        assert_eq!(scan.live_page(0), None);
    }

    #[test]
    fn a_filter_looks_at_the_texts_of_a_row() {
        let fits = |filter: &str, build: &Build| {
            let text = filter.to_lowercase();
            BuildFilter {
                text,
                ..BuildFilter::default()
            }
            .fits(build)
        };
        let mut row = build(1);
        row.code_repo_type_value = "Release".to_owned();
        row.code_head_commit = Some("abc123".to_owned());
        row.created_by = "Ада".to_owned();
        assert!(fits("release", &row) && fits("ABC1", &row) && fits("ада", &row));
        assert!(!fits("push", &row));
        row.auto_created = true;
        assert!(fits("push", &row) && fits("New commit", &row) && fits("新提交", &row));
        assert!(!fits("ада", &row));
        let github = BuildFilter {
            client: "GitHub".to_owned(),
            ..BuildFilter::default()
        };
        assert!(!github.fits(&row));
    }

    proptest! {
        /// However many builds come between two reads, each is looked at once, newest first.
        #[test]
        fn every_build_is_found_once(first in 1u64..120, new in prop::collection::vec(0u64..19, 12)) {
            let mut count = first;
            let mut scan = ScannedBuilds::default();
            scan.add_first(&page(count, 1));
            for new in new {
                let Some((next, _)) = scan.next_pages(&failed(), 99, 0) else { break };
                count += new;
                scan.add_first(&page(count, 1));
                scan.add(next, &page(count, next));
            }
            let all: Vec<i64> = scan.rows.iter().filter_map(created).collect();
            prop_assert!(all.windows(2).all(|two| two[0] == two[1] + 1_000));
            if scan.is_at_end {
                prop_assert_eq!(all.len() as u64, count);
            }
        }
    }
}
