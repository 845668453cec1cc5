//! The commit that an image tag has now, and which of the commits that it had before would take it back: from the list of its
//! repository's builds, as far as that is read.

use crate::api::grammar::is_commit;
use crate::api::{Build, Page};
use crate::client::Client;
use crate::state::start_build::BuildTarget;
use std::cmp::Reverse;
use std::collections::BTreeSet;

/// The most pages of the list that are read.
const MAX_PAGES: u64 = 5;

/// The fewest digits that name a commit.
const MIN_COMMIT_CHARS: usize = 7;

/// The builds of one image tag that are known.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct KnownBuilds {
    image: String,
    /// As the list has them now.
    read: Vec<Build>,
    /// As this browser read them before: they tell when a commit was built, but not what the tag has.
    before: Vec<Build>,
    /// The page of the list to read next; `None` if there is none, or it could not be read.
    next_page: Option<u64>,
}

/// The effect of building a commit on an image tag, as far as is known.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Move {
    /// Nothing is known of this commit.
    Unknown,
    /// The tag has this commit, or it was built after the one that the tag has.
    Forward,
    /// It was built before the one that the tag has, and is another: its last build.
    Back(Box<Build>),
}

/// Reads what building the target's commit does to its tag.
pub(crate) async fn read_move(client: &Client, target: &BuildTarget, before: Vec<Build>) -> Move {
    let mut known = KnownBuilds::new(target, before);
    while let Some(page) = known.page_for(&target.commit) {
        known.add(read_page(client, target, page).await);
    }
    known.building(&target.commit)
}

/// Reads a page of the builds of the target's repository. `None` if it cannot be read.
pub(crate) async fn read_page(
    client: &Client,
    target: &BuildTarget,
    page: u64,
) -> Option<Page<Build>> {
    let (namespace, name) = (
        Some(target.namespace.as_str()),
        Some(target.repo_name.as_str()),
    );
    client.builds(namespace, name, page).await.ok()
}

impl KnownBuilds {
    /// Begins with the builds that this browser has read before, of any tag.
    pub(crate) fn new(target: &BuildTarget, before: Vec<Build>) -> Self {
        let mut known = Self {
            image: target.image(),
            read: Vec::new(),
            before,
            next_page: Some(1),
        };
        let image = known.image.clone();
        known
            .before
            .retain(|build| build.image_reference() == image);
        known
    }

    /// Adds the page that was read; `None` if it could not be.
    pub(crate) fn add(&mut self, page: Option<Page<Build>>) {
        let next = self.next_page.map(|number| number + 1);
        let has_next = page.as_ref().is_some_and(|page| page.next.is_some());
        self.next_page = next.filter(|number| has_next && *number <= MAX_PAGES);
        let builds = page.into_iter().flat_map(|page| page.results.read);
        let of_tag = builds.filter(|build| build.image_reference() == self.image);
        self.read.extend(of_tag);
    }

    /// The page to read to know more of what the tag has now, or of this commit. `None` if nothing more is wanted.
    pub(crate) fn page_for(&self, commit: &str) -> Option<u64> {
        let is_missing = match self.now() {
            None => true,
            Some(now) => {
                commit_of(now).is_some()
                    && is_commit(commit)
                    && self.building(commit) == Move::Unknown
            }
        };
        self.next_page.filter(|_| is_missing)
    }

    /// The build whose image the tag has: of those that succeeded, the one that ended last.
    pub(crate) fn now(&self) -> Option<&Build> {
        let succeeded = self.read.iter().filter(|build| build.has_image());
        succeeded.min_by_key(|build| {
            Reverse(
                build
                    .ended_at
                    .or(build.created_at)
                    .map(|time| time.millis()),
            )
        })
    }

    /// Says what building this commit, or the only one that begins so, does to the tag.
    pub(crate) fn building(&self, commit: &str) -> Move {
        let Some(now) = self.now().filter(|now| commit_of(now).is_some()) else {
            return Move::Unknown;
        };
        if names(commit, now) {
            return Move::Forward;
        }
        let dated = || {
            self.read
                .iter()
                .chain(&self.before)
                .filter(|build| created(build).is_some())
        };
        let own = || dated().filter(|build| names(commit, build));
        let commits: BTreeSet<&str> = own().filter_map(commit_of).collect();
        let (Some(last), 1, Some(_)) = (
            own().max_by_key(|build| created(build)),
            commits.len(),
            created(now),
        ) else {
            return Move::Unknown;
        };
        match created(last) < created(now) {
            true => Move::Back(Box::new(last.clone())),
            false => Move::Forward,
        }
    }
}

/// When a build was requested, Unix milliseconds.
fn created(build: &Build) -> Option<i64> {
    let time = build.created_at.or(build.started_at)?;
    Some(time.millis())
}

fn commit_of(build: &Build) -> Option<&str> {
    let commit = build.code_head_commit.as_deref();
    commit.filter(|commit| commit.len() >= MIN_COMMIT_CHARS)
}

/// Returns true if the text is the build's commit, or either one is the beginning of the other.
fn names(text: &str, build: &Build) -> bool {
    let Some(commit) = commit_of(build) else {
        return false;
    };
    let length = commit.len().min(text.len());
    length >= MIN_COMMIT_CHARS
        && commit.as_bytes()[..length].eq_ignore_ascii_case(&text.as_bytes()[..length])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::{Status, Timestamp};

    /// A build that took a second: its letter is the status, its number the time and, times 1111111, the commit.
    fn build(status: &str, time: i64, commit: &str) -> Build {
        Build {
            build_id: time.to_string(),
            created_at: Timestamp::from_millis(time * 1_000),
            ended_at: Timestamp::from_millis(time * 1_000 + 1_000),
            docker_repo_path: "team/app".to_owned(),
            docker_repo_tag: "edge".to_owned(),
            status: Status::from(status),
            code_head_commit: (!commit.is_empty()).then(|| commit.repeat(20)),
            ..Build::default()
        }
    }

    fn target() -> BuildTarget {
        BuildTarget {
            namespace: "team".to_owned(),
            repo_name: "app".to_owned(),
            tag: "edge".to_owned(),
            commit: String::new(),
        }
    }

    fn page(builds: Vec<Build>, has_next: bool) -> Option<Page<Build>> {
        Some(Page {
            count: 99,
            next: has_next.then(|| "next".to_owned()),
            previous: None,
            results: builds.into(),
        })
    }

    fn known(builds: Vec<Build>) -> KnownBuilds {
        let mut known = KnownBuilds::new(&target(), Vec::new());
        known.add(page(builds, false));
        known
    }

    fn now(known: &KnownBuilds) -> Option<&str> {
        known.now().map(|build| build.build_id.as_str())
    }

    /// The last build of the commit that the tag would go back to.
    fn back(known: &KnownBuilds, commit: &str) -> Option<String> {
        match known.building(commit) {
            Move::Back(build) => Some(build.build_id),
            _ => None,
        }
    }

    #[test]
    fn the_tag_has_what_ended_last() {
        let mut other = build("S", 9, "9a");
        other.docker_repo_tag = "latest".to_owned();
        let mut slow = build("S", 3, "3a");
        slow.ended_at = Timestamp::from_millis(60_000);
        let builds = vec![
            other,
            build("I", 8, "8a"),
            build("F", 7, "7a"),
            build("S", 4, "4a"),
            slow,
        ];
        assert_eq!(now(&known(builds)), Some("3"));
        assert_eq!(now(&known(vec![build("F", 7, "7a")])), None);
    }

    #[test]
    fn a_commit_that_was_built_before_takes_the_tag_back() {
        let known = known(vec![
            build("F", 9, "9a"),
            build("S", 8, "8a"),
            build("F", 7, "7a"),
            build("S", 6, "6a"),
            build("S", 5, "6a"),
        ]);
        let full = "6a".repeat(20);
        assert_eq!(back(&known, &full).as_deref(), Some("6"));
        assert_eq!(
            back(&known, &full[..7]).as_deref(),
            Some("6"),
            "its beginning"
        );
        assert_eq!(back(&known, &full.to_uppercase()).as_deref(), Some("6"));
        assert_eq!(
            back(&known, &"7a".repeat(20)).as_deref(),
            Some("7"),
            "it failed"
        );
        assert_eq!(
            known.building(&"8a".repeat(20)),
            Move::Forward,
            "the tag has it"
        );
        assert_eq!(
            known.building(&"9a".repeat(20)),
            Move::Forward,
            "it is newer"
        );
        assert_eq!(known.building(&"5a".repeat(20)), Move::Unknown);
        assert_eq!(known.building("6a6a6a"), Move::Unknown, "too short");
        assert_eq!(known.building(""), Move::Unknown);
    }

    #[test]
    fn a_commit_between_two_builds_of_what_the_tag_has_takes_it_back() {
        // Nothing tells which of two commits is the newer code: either may have been built first.
        let known = known(vec![
            build("S", 9, "1a"),
            build("S", 8, "8a"),
            build("S", 1, "1a"),
        ]);
        assert_eq!(back(&known, &"8a".repeat(20)).as_deref(), Some("8"));
        assert_eq!(known.building(&"1a".repeat(20)), Move::Forward);
    }

    #[test]
    fn what_is_not_certain_is_not_said() {
        // Two commits begin alike.
        let mut alike = build("S", 2, "3a");
        alike.code_head_commit = Some(format!("{}ff", "3a".repeat(19)));
        let two = known(vec![build("S", 9, "9a"), build("S", 3, "3a"), alike]);
        assert_eq!(two.building("3a3a3a3"), Move::Unknown);
        // No time, no commit, no success.
        let mut undated = build("S", 9, "9a");
        (undated.created_at, undated.started_at) = (None, None);
        let older = || build("S", 3, "3a");
        let unknown = |first: Build| known(vec![first, older()]).building(&"3a".repeat(20));
        assert_eq!(unknown(undated), Move::Unknown);
        assert_eq!(unknown(build("S", 9, "")), Move::Unknown);
        assert_eq!(unknown(build("F", 9, "9a")), Move::Forward);
    }

    #[test]
    fn as_many_pages_are_read_as_are_wanted() {
        let mut known = KnownBuilds::new(&target(), Vec::new());
        assert_eq!(known.page_for(""), Some(1));
        known.add(page(vec![build("F", 9, "9a")], true));
        assert_eq!(known.page_for(""), Some(2), "no success yet");
        known.add(page(vec![build("S", 8, "8a")], true));
        assert_eq!(known.page_for(""), None);
        assert_eq!(known.page_for("no commit"), None);
        assert_eq!(known.page_for(&"8a".repeat(20)), None);
        let old = "1a".repeat(20);
        for number in 3..=MAX_PAGES {
            assert_eq!(known.page_for(&old), Some(number));
            known.add(page(Vec::new(), true));
        }
        assert_eq!(known.page_for(&old), None, "enough");

        let before = vec![build("S", 1, "1a")];
        let mut known = KnownBuilds::new(&target(), before);
        assert_eq!(
            (now(&known), back(&known, &old)),
            (None, None),
            "the list says what the tag has"
        );
        known.add(page(vec![build("S", 8, "8a")], true));
        assert_eq!(back(&known, &old).as_deref(), Some("1"));
        assert_eq!(known.page_for(&old), None);

        let mut failed = KnownBuilds::new(&target(), Vec::new());
        failed.add(None);
        assert_eq!((failed.page_for(&old), now(&failed)), (None, None));
    }
}
