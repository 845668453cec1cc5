//! A search through the logs of a repository's builds: which builds, what is looked for, and what was found so far.

use crate::api::Build;
use crate::client::{Client, Error};
use crate::components::builds::builds_reader::{BuildsPick, pick, use_builds_reader};
use crate::components::paged_reader::PagedReader;
use crate::log::{Log, QueryErrorKind, SearchQuery};
use crate::log_viewer::read_logs::batch::{LogBatch, OnRead};
use crate::log_viewer::read_logs::facts::CauseFact;
use crate::log_viewer::read_logs::{ReadLogs, use_read_logs};
use crate::pages::log_search::needle::{FoundLines, Needle};
use crate::reactive::{effect, memo};
use crate::routing::log_search::LogSearchQuery;
use crate::state::connection::use_connection;
use crate::state::session_cache::use_session_cache;
use futures_util::FutureExt;
use futures_util::future::{AbortHandle, abortable};
use leptos::prelude::*;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

/// The search that the user wants.
#[derive(Debug, Clone, Default)]
pub(crate) enum Wanted {
    #[default]
    Nothing,
    /// The text is no valid query, such as a broken regular expression.
    Wrong(QueryErrorKind),
    /// The log with the cause is being read.
    Reading,
    /// The build has no cause that could be searched.
    NoCause,
    /// The log with the cause could not be read.
    Unread(Error),
    Needle(Arc<Needle>),
}

impl Wanted {
    /// Reads a text of the user as a needle.
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

/// The cause of a build's failure, which is searched.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct SearchedCause {
    pub(crate) build: Build,
    pub(crate) cause: CauseFact,
}

/// The matches in one build's log.
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
    /// The cause that is searched, once it is known.
    pub(crate) cause: RwSignal<Option<SearchedCause>>,
    /// Counts how often the user wants the cause to be read again.
    cause_reads: RwSignal<u32>,
    /// Reads the list of builds.
    pub(crate) reader: PagedReader<Build>,
    /// The builds whose logs are searched, newest first.
    pub(crate) builds: Memo<Vec<Build>>,
    /// Reads their logs.
    pub(crate) batch: LogBatch,
    /// The matches, by the build's id.
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
                without: query.cause.clone(),
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
            cause: RwSignal::new(None),
            cause_reads: RwSignal::new(0),
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
        let logs = use_read_logs();
        let connection = use_connection();
        let cache = use_session_cache();
        let abort = StoredValue::new(None::<AbortHandle>);
        let stop = move || {
            if let Some(Some(handle)) = abort.try_update_value(Option::take) {
                handle.abort();
            }
        };
        effect(move || {
            self.cause_reads.track();
            let query = needle.get();
            let client = connection.client();
            stop();
            self.batch.forget();
            self.number.update_value(|number| *number += 1);
            self.found.update(HashMap::clear);
            if query.cause.is_empty() {
                self.cause.set(None);
                self.wanted.set(Wanted::of_text(&query));
                return;
            }
            self.wanted.set(Wanted::Reading);
            let Some(client) = client else { return };
            let known = cache.build(&query.cause);
            let read = self.find_cause(client, logs, known, query);
            let (read, handle) = abortable(read);
            abort.set_value(Some(handle));
            leptos::task::spawn_local(async move {
                // An error means that it was aborted.
                let _ = read.await;
            });
        });
        on_cleanup(stop);
        effect(move || {
            let is_wanted = self
                .wanted
                .with(|wanted| matches!(wanted, Wanted::Needle(_)));
            if is_wanted {
                self.builds.with(|builds| self.batch.want(builds));
            }
        });
    }

    /// Reads the log of the build whose cause is searched.
    async fn find_cause(
        self,
        client: Client,
        logs: ReadLogs,
        known: Option<Build>,
        query: LogSearchQuery,
    ) {
        let wanted = match read_cause(&client, logs, known, &query.cause).await {
            Ok(Some((searched, line))) => {
                let kind = searched.cause.kind;
                let _ = self.cause.try_set(Some(searched));
                let like = (!query.same_kind).then(|| Needle::like(&line)).flatten();
                Wanted::Needle(Arc::new(like.unwrap_or(Needle::Kind(kind))))
            }
            Ok(None) => Wanted::NoCause,
            Err(error) => Wanted::Unread(error),
        };
        let _ = self.wanted.try_set(wanted);
    }

    /// Reads the cause again that could not be read.
    pub(crate) fn retry_cause(self) {
        self.cause_reads.update(|reads| *reads += 1);
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

/// Reads a build and its log. Returns the cause of its failure and the whole line that tells it.
async fn read_cause(
    client: &Client,
    logs: ReadLogs,
    known: Option<Build>,
    build_id: &str,
) -> Result<Option<(SearchedCause, String)>, Error> {
    let build = match known.filter(Build::is_finished) {
        Some(build) => build,
        None => client.build(build_id).await?,
    };
    let log = logs.read(&build).await?;
    let facts = untrack(|| logs.facts(build_id));
    let cause = facts.and_then(|facts| facts.cause.clone());
    Ok(cause.map(|cause| {
        let line = log.plain(cause.line).into_owned();
        (SearchedCause { build, cause }, line)
    }))
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
