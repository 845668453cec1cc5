//! The last builds of each repository or image tag, picked from the builds that were read. Pure.

use crate::api::{Build, Page};
use std::cmp::Reverse;
use std::collections::{BTreeMap, HashSet};

/// The most builds that are kept for one repository or image tag.
pub(crate) const MAX_LAST_BUILDS: usize = 10;

/// The last builds by a name, such as an image tag: at most [`MAX_LAST_BUILDS`] each, the newest first.
pub(crate) type LastBuilds = BTreeMap<String, Vec<Build>>;

/// Groups builds, given newest first, by this name.
pub(crate) fn group_builds(builds: &[Build], name: fn(&Build) -> String) -> LastBuilds {
    let mut groups = LastBuilds::new();
    for build in builds {
        let group = groups.entry(name(build)).or_default();
        if group.len() < MAX_LAST_BUILDS {
            group.push(build.clone());
        }
    }
    groups
}

/// Adds builds that were read now to those that were read before, all newest first. Each build is there once, as it was
/// read now.
pub(crate) fn merge_builds(now: &[Build], before: &[Build]) -> Vec<Build> {
    let ids: HashSet<&str> = now.iter().map(|build| build.build_id.as_str()).collect();
    let older = before
        .iter()
        .filter(|build| !ids.contains(build.build_id.as_str()));
    now.iter().chain(older).cloned().collect()
}

/// Adds builds of older pages to those that were read before. Between two pages there can be builds that are not known
/// yet, so that the result is put in order.
pub(crate) fn add_older(before: &[Build], older: &[Build]) -> Vec<Build> {
    let news = |build: &Build| {
        let mut older = older.iter();
        let found = older.find(|other| other.build_id == build.build_id);
        found.unwrap_or(build).clone()
    };
    let before: Vec<Build> = before.iter().map(news).collect();
    let mut all = merge_builds(&before, older);
    let time = |build: &Build| {
        build
            .created_at
            .or(build.started_at)
            .map(|time| time.millis())
    };
    all.sort_by_key(|build| Reverse(time(build)));
    all
}

/// Returns true if the pages after the first must be read: for the first time, because so many builds are new that some
/// may be missing between them, or because a build that is not on the first page was still running.
pub(crate) fn needs_older(first: &Page<Build>, before: &[Build]) -> bool {
    let is_first = |build: &Build| {
        let mut rows = first.results.read.iter();
        rows.any(|row| row.build_id == build.build_id)
    };
    let is_open = |build: &Build| !build.is_finished() && !is_first(build);
    first.next.is_some() && (!before.iter().any(is_first) || before.iter().any(is_open))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::{Status, Timestamp};
    use proptest::prelude::*;

    fn build(id: u32, tag: &str, status: Status) -> Build {
        Build {
            build_id: id.to_string(),
            docker_repo_tag: tag.to_owned(),
            status,
            ..Build::default()
        }
    }

    fn done(ids: impl IntoIterator<Item = u32>) -> Vec<Build> {
        let build = |id| build(id, "latest", Status::Succeeded);
        ids.into_iter().map(build).collect()
    }

    fn page(ids: impl IntoIterator<Item = u32>, has_next: bool) -> Page<Build> {
        Page {
            count: 100,
            next: has_next.then(|| "next".to_owned()),
            previous: None,
            results: done(ids).into(),
        }
    }

    fn ids(builds: &[Build]) -> String {
        let ids: Vec<&str> = builds.iter().map(|build| build.build_id.as_str()).collect();
        ids.join(" ")
    }

    #[test]
    fn each_tag_has_its_last_builds() {
        let mut builds = vec![build(9, "1.8", Status::Failed)];
        builds.extend(done(0..15));
        builds.push(build(20, "1.8", Status::Succeeded));
        let groups = group_builds(&builds, |build| build.docker_repo_tag.clone());
        assert_eq!(ids(&groups["1.8"]), "9 20");
        assert_eq!(ids(&groups["latest"]), "0 1 2 3 4 5 6 7 8 9");
        assert!(!groups.contains_key("stable"));
        assert!(group_builds(&[], Build::image_reference).is_empty());
    }

    #[test]
    fn what_is_read_now_replaces_what_was_read_before() {
        let before = [
            build(3, "a", Status::InProgress),
            build(2, "a", Status::Succeeded),
        ];
        let now = [
            build(4, "a", Status::Waiting),
            build(3, "a", Status::Failed),
        ];
        let merged = merge_builds(&now, &before);
        assert_eq!(ids(&merged), "4 3 2");
        assert_eq!(merged[1].status, Status::Failed);
    }

    #[test]
    fn older_builds_go_where_their_time_is() {
        let at = |id: u32| Build {
            created_at: Timestamp::from_millis(i64::from(id) * 1_000),
            ..build(id, "a", Status::InProgress)
        };
        let before = [at(9), at(8), at(3)];
        let older = [
            at(7),
            at(6),
            Build {
                status: Status::Failed,
                ..at(3)
            },
            at(2),
        ];
        let all = add_older(&before, &older);
        assert_eq!(ids(&all), "9 8 7 6 3 2");
        assert_eq!(all[4].status, Status::Failed);
    }

    #[test]
    fn older_pages_are_read_when_something_may_have_changed_there() {
        assert!(needs_older(&page(11..20, true), &[]));
        assert!(!needs_older(&page(11..20, false), &[]), "one page is all");
        assert!(!needs_older(&page(11..20, true), &done(1..15)));
        assert!(needs_older(&page(50..70, true), &done(1..15)), "a gap");
        let mut before = done(1..15);
        before[0].status = Status::InProgress;
        assert!(needs_older(&page(11..20, true), &before), "it may be done");
        before[13].status = Status::InProgress;
        before[0].status = Status::Failed;
        assert!(
            !needs_older(&page(11..20, true), &before),
            "it is on the first page"
        );
    }

    proptest! {
        /// Pages that are read one after another, while builds are added, lose no build and show none twice.
        #[test]
        fn merging_keeps_each_build_once(steps in prop::collection::vec(0u32..4, 1..8)) {
            let mut top = 5;
            let mut known = done((0..top).rev());
            for step in steps {
                top += step;
                let first: Vec<u32> = (0..top).rev().take(5).collect();
                known = merge_builds(&done(first), &known);
                let expected: Vec<u32> = (0..top).rev().collect();
                prop_assert_eq!(ids(&known), ids(&done(expected)));
            }
        }
    }
}
