//! A search through the logs of a repository's builds: which builds, what is looked for, and what was found so far.

use crate::api::Build;
use crate::components::builds::builds_reader::{BuildsPick, pick, use_builds_reader};
use crate::components::paged_reader::PagedReader;
use crate::log::{Log, QueryErrorKind, SearchQuery};
use crate::log_viewer::read_logs::batch::{LogBatch, OnRead};
use crate::log_viewer::read_logs::{ReadLogs, use_read_logs};
use crate::pages::log_search::needle::{FoundLines, Needle};
use crate::reactive::{effect, memo};
use crate::routing::log_search::LogSearchQuery;
use futures_util::FutureExt;
use leptos::prelude::*;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

/// What the user looks for.
#[derive(Debug, Clone, Default)]
pub(crate) enum Wanted {
    #[default]
    Nothing,
    /// What was typed is no regular expression.
    Wrong(QueryErrorKind),
    Needle(Arc<Needle>),
}

impl Wanted {
    /// What a text of the user looks for.
    fn of_text(query: &LogSearchQuery) -> Self {
        let query = SearchQuery {
            text: query.text.clone(),
            regex: query.regex,
            match_case: query.match_case,
            whole_word: query.whole_word,
        };
        match query.compile() {
            Ok(matcher) => Self::Needle(Arc::new(Needle::Line(matcher))),
            Err(error) if error.kind == QueryErrorKind::Empty => Self::Nothing,
            Err(error) => Self::Wrong(error.kind),
        }
    }
}

/// What was found in one build's log.
#[derive(Clone)]
pub(crate) struct FoundBuild {
    pub(crate) build: Build,
    pub(crate) lines: Arc<FoundLines>,
    /// The number of the search that found it.
    pub(crate) search: u32,
}

/// A search. Copies share their state.
#[derive(Clone, Copy)]
pub(crate) struct SearchRun {
    pub(crate) query: Memo<LogSearchQuery>,
    pub(crate) wanted: RwSignal<Wanted>,
    /// Reads the list of builds.
    pub(crate) reader: PagedReader<Build>,
    /// The builds whose logs are searched, newest first.
    pub(crate) builds: Memo<Vec<Build>>,
    /// Reads their logs.
    pub(crate) batch: LogBatch,
    /// What was found, by the build's id.
    found: RwSignal<HashMap<String, FoundBuild>>,
    /// Counts the searches.
    number: StoredValue<u32>,
}

impl SearchRun {
    /// Starts the search of this query, and another one when the query changes. Call it while a component is being
    /// built.
    pub(crate) fn new(namespace: String, name: String, query: Memo<LogSearchQuery>) -> Self {
        let wanted = RwSignal::new(Wanted::Nothing);
        let found = RwSignal::new(HashMap::new());
        let number = StoredValue::new(0);
        let builds_pick = memo(move || {
            let is_wanted = wanted.with(|wanted| matches!(wanted, Wanted::Needle(_)));
            query.with(|query| BuildsPick {
                namespace: namespace.clone(),
                name: name.clone(),
                tag: String::new(),
                // Before something is looked for, no more than the list's first page is read.
                last: if is_wanted { query.last } else { Some(0) },
                only_failed: query.only_failed,
            })
        });
        let reader = use_builds_reader(builds_pick);
        let builds = memo(move || {
            let builds_pick = builds_pick.get();
            reader.with_pages(|pages| pick(pages, &builds_pick))
        });
        let run = Self {
            query,
            wanted,
            reader,
            builds,
            batch: LogBatch::new(on_read(wanted, found, number)),
            found,
            number,
        };
        run.follow();
        run
    }

    fn follow(self) {
        let query = self.query;
        // The builds are no part of what is looked for: with more of them, the search goes on.
        let needle = memo(move || LogSearchQuery {
            last: None,
            only_failed: false,
            ..query.get()
        });
        effect(move || {
            let wanted = needle.with(Wanted::of_text);
            self.batch.forget();
            self.number.update_value(|number| *number += 1);
            self.found.update(HashMap::clear);
            self.wanted.set(wanted);
        });
        effect(move || {
            let is_wanted = self
                .wanted
                .with(|wanted| matches!(wanted, Wanted::Needle(_)));
            if is_wanted {
                self.builds.with(|builds| self.batch.want(builds));
            }
        });
    }

    /// The builds that have what is looked for, newest first. Tracked.
    pub(crate) fn results(self) -> Vec<FoundBuild> {
        self.builds.with(|builds| {
            self.found.with(|found| {
                let found = builds.iter().filter_map(|build| found.get(&build.build_id));
                found.cloned().collect()
            })
        })
    }

    /// The number of builds that have what is looked for, and of their lines. Tracked.
    pub(crate) fn totals(self) -> (u64, u64) {
        let results = self.results();
        let lines = results.iter().map(|found| found.lines.count as u64).sum();
        (results.len() as u64, lines)
    }

    /// Returns true if the repository has builds that are not searched. Tracked.
    pub(crate) fn has_more_builds(self) -> bool {
        let searched = self.builds.with(Vec::len);
        self.reader.state().has_more_pages()
            || self
                .reader
                .with_pages(|pages| pages.values().map(Vec::len).sum::<usize>() > searched)
    }

    /// Returns true once all logs were searched that could be read. Tracked.
    pub(crate) fn is_done(self) -> bool {
        let state = self.reader.state();
        !state.is_reading.get() && !state.is_partial() && self.batch.counts.get().left() == 0
    }
}

/// The search through one log that was read.
fn on_read(
    wanted: RwSignal<Wanted>,
    found: RwSignal<HashMap<String, FoundBuild>>,
    number: StoredValue<u32>,
) -> OnRead {
    let logs = use_read_logs();
    Rc::new(move |build, log| search_one(logs, wanted, found, number, build, log).boxed_local())
}

async fn search_one(
    logs: ReadLogs,
    wanted: RwSignal<Wanted>,
    found: RwSignal<HashMap<String, FoundBuild>>,
    number: StoredValue<u32>,
    build: Build,
    log: Rc<Log>,
) {
    let (Some(Wanted::Needle(needle)), Some(search)) =
        (wanted.try_get_untracked(), number.try_get_value())
    else {
        return;
    };
    let facts = untrack(|| logs.facts(&build.build_id));
    let cause = facts.as_ref().and_then(|facts| facts.cause.as_ref());
    let lines = needle.search(&log, cause).await;
    if lines.count > 0 {
        let id = build.build_id.clone();
        let result = FoundBuild {
            build,
            lines: Arc::new(lines),
            search,
        };
        found.try_update(|found| found.insert(id, result));
    }
}
