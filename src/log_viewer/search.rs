//! Search: what is looked for, what was found, and going through it.

use crate::log::{QueryErrorKind, Search, SearchQuery};
use crate::log_viewer::view_state::{LogViewer, set};
use crate::log_viewer::yielding::{TimeSlice, now};
use crate::reactive::effect;
use leptos::prelude::*;

/// How much text is searched between two looks at the clock, in bytes.
const PART: usize = 512 * 1024;

/// How long nothing is told of a search under way, in milliseconds: telling takes time from it.
const TOLD: f64 = 60.0;

/// What a search has come to.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct SearchResults {
    /// Whether anything is looked for.
    pub active: bool,
    /// Lines in which it was found, and how often.
    pub lines: usize,
    pub occurrences: u64,
    /// Whether all lines that are here were searched.
    pub done: bool,
    /// At which of the lines the reader is, counted from 0.
    pub at: Option<usize>,
    /// What is wrong with the query.
    pub error: Option<QueryErrorKind>,
}

/// The search of one log. A copy is the same.
#[derive(Clone, Copy)]
pub struct LogSearch {
    view: LogViewer,
    pub query: RwSignal<SearchQuery>,
    pub found: RwSignal<SearchResults>,
    /// The line from which on the first match is to be shown, as soon as it is found.
    origin: StoredValue<Option<usize>>,
    running: StoredValue<bool>,
    /// How many lines around each match are shown, if only matches are.
    pub context: RwSignal<Option<usize>>,
}

impl LogSearch {
    /// No search yet; it goes on by itself when more lines come.
    pub fn new(view: LogViewer) -> Self {
        let finder = Self {
            view,
            query: RwSignal::new(SearchQuery::default()),
            found: RwSignal::new(SearchResults::default()),
            origin: StoredValue::new(None),
            running: StoredValue::new(false),
            context: RwSignal::new(None),
        };
        effect(move || {
            let lines = view.counts.with(|counts| counts.lines);
            let seen = view.read(|core| core.search.as_ref().map(Search::seen));
            if seen.flatten().is_some_and(|seen| seen < lines) {
                finder.go_on();
            }
        });
        finder
    }

    /// Looks for something else.
    pub fn look_for(self, change: impl FnOnce(&mut SearchQuery)) {
        self.query.update(change);
        let matcher = self.query.with_untracked(SearchQuery::compile);
        let mut found = SearchResults::default();
        let search = match matcher {
            Ok(matcher) => {
                found.active = true;
                Some(Search::new(matcher))
            }
            Err(error) => {
                found.error = Some(error.kind).filter(|kind| *kind != QueryErrorKind::Empty);
                None
            }
        };
        let follows = self.view.follow.get_untracked();
        let from = match follows {
            true => 0,
            false => self.view.in_view.get_untracked().first,
        };
        self.origin.set_value(found.active.then_some(from));
        self.view.write(|core| {
            core.search = search;
            core.look.current = None;
            core.overview.clear_matches();
            core.redraw();
        });
        self.found.set(found);
        self.view.ask();
        self.refilter();
        if found.active {
            self.go_on();
        }
    }

    /// Shows only matches, with so many lines around each; `None` shows all lines.
    pub fn show_only(self, context: Option<usize>) {
        self.context.set(context);
        self.refilter();
    }

    /// Without a search all lines are shown, whatever was chosen.
    fn refilter(self) {
        let active = self.found.with_untracked(|found| found.active);
        let context = self.context.get_untracked().filter(|_| active);
        let before = self.view.filter.with_untracked(|filter| filter.context);
        // The rows of another search are others, too.
        if context.is_some() || before.is_some() {
            self.view.set_filter(|filter| filter.context = context);
        }
    }

    /// Searches on until all lines that are here are searched.
    fn go_on(self) {
        if self.running.try_get_value() != Some(false) {
            return;
        }
        self.running.set_value(true);
        leptos::task::spawn_local(async move {
            let (mut slices, mut told) = (TimeSlice::hurried(), now());
            loop {
                let origin = self.origin.try_get_value().flatten();
                let step = self.view.write(|core| {
                    let search = core.search.as_mut()?;
                    let done = search.advance(core.log.store(), PART);
                    Some((done, origin.is_some_and(|from| search.next(from).is_some())))
                });
                let (done, arrived) = step.flatten().unwrap_or((true, false));
                if done || arrived || now() - told > TOLD {
                    told = now();
                    self.tell();
                }
                if done {
                    break;
                }
                slices.next().await;
            }
            self.running.try_set_value(false);
        });
    }

    /// Says what was found so far, and shows the first match as soon as it is there.
    fn tell(self) {
        let origin = self.origin.try_get_value().flatten();
        let told = self.view.read(|core| {
            let search = core.search.as_ref()?;
            let found = SearchResults {
                active: true,
                lines: search.lines().len(),
                occurrences: search.occurrences(),
                done: search.seen() == core.log.len(),
                at: core.look.current.and_then(|line| search.next(line)),
                error: None,
            };
            let round = (found.done && found.lines > 0).then_some(0);
            let first = origin.and_then(|origin| search.next(origin).or(round));
            Some((found, first))
        });
        let Some(Some((found, first))) = told else {
            return;
        };
        set(self.found, found);
        self.view.ask();
        if let Some(first) = first {
            self.origin.set_value(None);
            self.show(first);
        } else if found.done {
            self.origin.set_value(None);
        }
    }

    /// Goes to the next match after the one that the reader is at, or after what is in view.
    pub fn next(self) {
        self.step(true);
    }

    /// Goes to the one before.
    pub fn previous(self) {
        self.step(false);
    }

    fn step(self, forward: bool) {
        let place = self.view.read(|core| {
            let search = core.search.as_ref()?;
            let last = search.lines().len().checked_sub(1)?;
            let here = core.look.current;
            let top = core.rows.line(core.viewport.anchor().row).unwrap_or(0);
            let place = match forward {
                true => search.next(here.map_or(top, |here| here + 1)),
                false => search.previous(here.unwrap_or(top)),
            };
            // Round the ends.
            Some(place.unwrap_or(if forward { 0 } else { last }))
        });
        if let Some(Some(place)) = place {
            self.origin.set_value(None);
            self.show(place);
        }
    }

    fn show(self, place: usize) {
        let line = self
            .view
            .read(|core| core.search.as_ref()?.lines().get(place));
        let Some(Some(line)) = line else { return };
        let line = line as usize;
        self.view.set_look(|look| look.current = Some(line));
        self.view.go_to(line);
        let mark = self.view.read(|core| {
            let mut marks = Vec::new();
            let search = core.search.as_ref()?;
            search.matcher().marks(&core.log.plain(line), &mut marks);
            marks.into_iter().next()
        });
        if let Some(Some(mark)) = mark {
            self.view.show_part(line, mark);
        }
        let mut found = self.found.get_untracked();
        found.at = Some(place);
        set(self.found, found);
    }
}
