//! The last builds of a repository, read page by page: for its statistics, and for the search through their logs.

use crate::api::{Build, Status};
use crate::components::paged_reader::{PagedReader, ReadPages};
use crate::state::connection::use_connection;
use leptos::prelude::*;
use std::collections::HashSet;

/// The builds to read: of one repository, of one tag (empty: all), the last so many (`None`: all).
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct BuildsPick {
    pub(crate) namespace: String,
    pub(crate) name: String,
    pub(crate) tag: String,
    pub(crate) last: Option<u64>,
    /// True: no builds but failed ones.
    pub(crate) only_failed: bool,
    /// The id of a build that is left out; empty: none.
    pub(crate) without: String,
}

/// Starts to read the query's builds, and resumes when the query changes. Call it while a component is being
/// built; the page of another repository is another component.
pub(crate) fn use_builds_reader(query: Memo<BuildsPick>) -> PagedReader<Build> {
    let connection = use_connection();
    let reader = PagedReader::new(
        move |client, page| {
            let query = query.get_untracked();
            Box::pin(async move {
                client
                    .builds(Some(&query.namespace), Some(&query.name), page)
                    .await
            })
        },
        move |pages| {
            let query = query.get();
            let count = pick(pages, &query).len() as u64;
            query.last.is_some_and(|last| count >= last)
        },
    );
    // Nothing was read yet, and that is not the same as no builds.
    reader.state().is_reading.set(true);
    // An effect can run again without a change, which would read the first page twice.
    Effect::new(move |before: Option<Option<BuildsPick>>| {
        let now = connection.is_ready().then(|| query.get());
        if now.is_some() && before.is_none_or(|before| before != now) {
            reader.resume();
        }
        now
    });
    reader
}

/// Picks the builds of the query. New builds push others onto the next page, so one can be on two pages.
pub(crate) fn pick(pages: &ReadPages<Build>, query: &BuildsPick) -> Vec<Build> {
    let mut seen = HashSet::new();
    let matches = |build: &&Build| {
        (query.tag.is_empty() || build.docker_repo_tag == query.tag)
            && (!query.only_failed || build.status == Status::Failed)
            && (query.without.is_empty() || build.build_id != query.without)
            && seen.insert(build.build_id.clone())
    };
    let max_builds = query.last.map_or(usize::MAX, |last| last as usize);
    let all = pages.values().flatten();
    all.filter(matches).take(max_builds).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn each_build_of_the_query_is_picked_once() {
        let build = |id: &str, tag: &str| Build {
            build_id: id.to_owned(),
            status: match id {
                "2" => Status::Failed,
                _ => Status::Succeeded,
            },
            docker_repo_tag: tag.to_owned(),
            ..Build::default()
        };
        let pages = BTreeMap::from([
            (1, vec![build("4", "a"), build("3", "b")]),
            (2, vec![build("3", "b"), build("2", "a"), build("1", "a")]),
        ]);
        let picked = |tag: &str, last| {
            let query = BuildsPick {
                tag: tag.to_owned(),
                last,
                ..BuildsPick::default()
            };
            let ids: Vec<String> = pick(&pages, &query)
                .into_iter()
                .map(|b| b.build_id)
                .collect();
            ids.join("")
        };
        assert_eq!(picked("", None), "4321");
        assert_eq!(picked("a", Some(2)), "42");
        assert_eq!(picked("c", Some(2)), "");
        let failed = BuildsPick {
            last: Some(1),
            only_failed: true,
            ..BuildsPick::default()
        };
        assert_eq!(pick(&pages, &failed)[0].build_id, "2");
        let others = BuildsPick {
            without: "3".to_owned(),
            ..BuildsPick::default()
        };
        assert_eq!(pick(&pages, &others).len(), 3);
    }
}
