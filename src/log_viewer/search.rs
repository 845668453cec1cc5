//! Search in the log: what the user searches for, the results, and going through the matches.

use crate::log::{QueryErrorKind, Search, SearchQuery};
use crate::log_viewer::view_state::{LogViewer, set_if_changed};
use crate::log_viewer::yielding::{TimeSlice, elapsed_since, now_millis};
use crate::reactive::effect;
use leptos::prelude::*;
use std::time::Duration;

/// The number of bytes searched between two checks of the clock.
const CHUNK_BYTES: usize = 1024 * 1024;

/// The time between two updates of the results while a search runs, since each takes time from it.
const PUBLISH_INTERVAL: Duration = Duration::from_millis(60);

/// The results of a search so far.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct SearchResults {
    /// True if there is a query.
    pub(crate) active: bool,
    /// The number of matching lines.
    pub(crate) lines: usize,
    /// True once all loaded lines are searched.
    pub(crate) done: bool,
    /// The index of the current match among the matching lines.
    pub(crate) current: Option<usize>,
    /// The error in the query.
    pub(crate) error: Option<QueryErrorKind>,
}

/// The search of one log. A handle: copies refer to the same search.
#[derive(Clone, Copy)]
pub(crate) struct LogSearch {
    viewer: LogViewer,
    pub(crate) query: RwSignal<SearchQuery>,
    pub(crate) results: RwSignal<SearchResults>,
    /// The line from which on the first match is shown as soon as it is found.
    show_first_from: StoredValue<Option<usize>>,
    running: StoredValue<bool>,
    /// The number of lines to show around each match, to show only matches; `None` shows all lines.
    pub(crate) context: RwSignal<Option<usize>>,
}

impl LogSearch {
    /// Creates a search without a query.
    pub(crate) fn new(viewer: LogViewer) -> Self {
        Self {
            viewer,
            query: RwSignal::new(SearchQuery::default()),
            results: RwSignal::new(SearchResults::default()),
            show_first_from: StoredValue::new(None),
            running: StoredValue::new(false),
            context: RwSignal::new(None),
        }
    }

    /// Continues searches when more lines arrive, as long as the component that is being built exists.
    pub(crate) fn start(self) {
        let (search, viewer) = (self, self.viewer);
        effect(move || {
            let lines = viewer.counts.with(|counts| counts.lines);
            let seen = viewer.with_model(|model| model.search.as_ref().map(Search::seen));
            if seen.flatten().is_some_and(|seen| seen < lines) {
                search.run();
            }
        });
        effect(move || {
            viewer.filter.track();
            search.follow_window();
        });
        effect(move || {
            // A match that arrives later is not gone to.
            if !viewer.loading.get() && !search.running.get_value() {
                search.show_first_from.set_value(None);
            }
        });
    }

    /// Changes the query, and starts a new search.
    pub(crate) fn set_query(self, change: impl FnOnce(&mut SearchQuery)) {
        self.query.update(change);
        let matcher = self.query.with_untracked(SearchQuery::compile);
        let mut results = SearchResults::default();
        let search = match matcher {
            Ok(matcher) => {
                results.active = true;
                let between = self.viewer.with_model(|model| model.filter.between);
                Some(Search::new(matcher).between(between.flatten()))
            }
            Err(error) => {
                results.error = Some(error.kind).filter(|kind| *kind != QueryErrorKind::Empty);
                None
            }
        };
        let from = match self.viewer.follow.get_untracked() {
            true => 0,
            false => self.viewer.in_view.get_untracked().first,
        };
        self.show_first_from
            .set_value(results.active.then_some(from));
        self.viewer.update_model(|model| {
            model.search = search;
            model.options.current_line = None;
            model.overview.clear_matches();
            model.redraw();
        });
        self.results.set(results);
        self.viewer.request_redraw();
        self.update_filter();
        if results.active {
            self.run();
        }
    }

    /// Searches again where other times are shown.
    fn follow_window(self) {
        let is_other = self.viewer.update_model(|model| {
            let between = model.filter.between;
            let search = model.search.take_if(|search| search.range() != between)?;
            model.search = Some(Search::new(search.matcher().clone()).between(between));
            model.overview.clear_matches();
            model.refilter();
            Some(())
        });
        if is_other.flatten().is_some() {
            self.viewer.request_redraw();
            self.run();
        }
    }

    /// Searches for what a link says. With `show_first`, shows the first match.
    pub(crate) fn restore(self, query: SearchQuery, context: Option<usize>, show_first: bool) {
        self.context.set(context);
        self.set_query(|before| *before = query);
        if !show_first {
            self.show_first_from.set_value(None);
        }
    }

    /// Shows only matches, with this many lines around each; `None` shows all lines.
    pub(crate) fn show_only_matches(self, context: Option<usize>) {
        self.context.set(context);
        self.update_filter();
    }

    /// Applies the context to the filter. Without a query, all lines are shown.
    fn update_filter(self) {
        let active = self.results.with_untracked(|results| results.active);
        let context = self.context.get_untracked().filter(|_| active);
        let before = self.viewer.filter.with_untracked(|filter| filter.context);
        // Even with the same context, another query shows other rows.
        if context.is_some() || before.is_some() {
            self.viewer.set_filter(|filter| filter.context = context);
        }
    }

    /// Searches until all loaded lines are searched.
    fn run(self) {
        if self.running.try_get_value() != Some(false) {
            return;
        }
        self.running.set_value(true);
        leptos::task::spawn_local(async move {
            let (mut slice, mut published_millis) = (TimeSlice::foreground(), now_millis());
            loop {
                let from = self.show_first_from.try_get_value().flatten();
                let advanced = self.viewer.update_model(|model| {
                    let search = model.search.as_mut()?;
                    let done = search.advance(model.log.store(), CHUNK_BYTES);
                    let has_first = from.is_some_and(|from| search.next(from).is_some());
                    Some((done, has_first))
                });
                let (done, has_first) = advanced.flatten().unwrap_or((true, false));
                if done || has_first || elapsed_since(published_millis) > PUBLISH_INTERVAL {
                    published_millis = now_millis();
                    self.publish_results();
                }
                if done {
                    break;
                }
                match has_first {
                    // What the user looks for is on the page before more is searched.
                    true => slice.draw().await,
                    false => slice.next().await,
                }
            }
            self.running.try_set_value(false);
        });
    }

    /// Publishes the results so far, and shows the first match as soon as it is found.
    pub(crate) fn publish_results(self) {
        let from = self.show_first_from.try_get_value().flatten();
        let results = self.viewer.with_model(|model| {
            let search = model.search.as_ref()?;
            let results = SearchResults {
                active: true,
                lines: search.lines().len(),
                done: search.seen() == model.log.len(),
                current: (model.options.current_line).and_then(|line| search.next(line)),
                error: None,
            };
            let wrapped = (results.done && results.lines > 0).then_some(0);
            let first = from.and_then(|from| search.next(from).or(wrapped));
            Some((results, first))
        });
        let Some(Some((results, first))) = results else {
            return;
        };
        set_if_changed(self.results, results);
        self.viewer.request_redraw();
        if let Some(first) = first {
            self.show_first_from.set_value(None);
            self.show(first);
        } else if results.done && !self.viewer.loading.get_untracked() {
            self.show_first_from.set_value(None);
        }
    }

    /// Goes to the match after the current line, or after the first line in view.
    pub(crate) fn next(self) {
        self.go(true);
    }

    /// Goes to the match before the current line, or before the first line in view.
    pub(crate) fn previous(self) {
        self.go(false);
    }

    fn go(self, forward: bool) {
        let index = self.viewer.with_model(|model| {
            let search = model.search.as_ref()?;
            let last = search.lines().len().checked_sub(1)?;
            let current = model.options.current_line;
            let top = (model.rows.line(model.viewport.anchor().row)).unwrap_or(0);
            let index = match forward {
                true => search.next(current.map_or(top, |line| line + 1)),
                false => search.previous(current.unwrap_or(top)),
            };
            // Wraps around at both ends.
            Some(index.unwrap_or(if forward { 0 } else { last }))
        });
        if let Some(Some(index)) = index {
            self.show_first_from.set_value(None);
            self.show(index);
        }
    }

    /// Goes to a matching line, by its index.
    fn show(self, index: usize) {
        let line = self
            .viewer
            .with_model(|model| model.search.as_ref()?.lines().get(index));
        let Some(Some(line)) = line else { return };
        let line = line as usize;
        self.viewer
            .set_options(|options| options.current_line = Some(line));
        self.viewer.go_to(line);
        let mark = self.viewer.with_model(|model| {
            let mut marks = Vec::new();
            let search = model.search.as_ref()?;
            search.matcher().marks(&model.shown_text(line), &mut marks);
            marks.into_iter().next()
        });
        if let Some(Some(mark)) = mark {
            self.viewer.show_part(line, &mark);
        }
        let mut results = self.results.get_untracked();
        results.current = Some(index);
        set_if_changed(self.results, results);
    }
}
