//! The link to what is on screen: restores what the page's URL says about the log, and keeps the URL up to date.

use crate::log::SearchQuery;
use crate::log_viewer::display_options::DisplayOptions;
use crate::log_viewer::search::LogSearch;
use crate::log_viewer::view_state::{LogViewer, set_if_changed};
use crate::reactive::effect;
use crate::routing::log_location::LogLocation;
use crate::routing::navigation::Navigation;
use leptos::prelude::*;
use std::collections::BTreeSet;
use std::time::Duration;

/// The time from the last change of the search or the filter until the URL follows.
const WRITE_DELAY: Duration = Duration::from_millis(300);

/// A search that the URL names.
#[derive(Clone)]
struct WantedSearch {
    query: SearchQuery,
    /// As [`LogSearch::context`] has it.
    context: Option<usize>,
    /// True if the first match is to be shown.
    shows_first: bool,
}

/// The URL of one log. A handle: copies refer to the same log.
#[derive(Clone, Copy)]
pub(crate) struct LogLink {
    viewer: LogViewer,
    search: LogSearch,
    navigation: Navigation,
    /// The page's path. While the user leaves for another page, the URL is already the new one.
    path: StoredValue<String>,
    /// The content of the URL when it was last read or written.
    last: StoredValue<LogLocation>,
    /// Hidden levels of which no line has arrived yet, by name.
    levels_to_hide: StoredValue<BTreeSet<String>>,
    /// The steps to fold once there are lines, counted from 1.
    steps_to_fold: StoredValue<Option<BTreeSet<usize>>>,
    /// The search that the URL named, until it is begun.
    wanted_search: RwSignal<Option<WantedSearch>>,
    /// True while the lines that are new since the last success are to be shown, and are not known yet.
    pub(crate) new_lines_wanted: RwSignal<bool>,
    write_timer: StoredValue<Option<TimeoutHandle>>,
    /// The line that was pressed last without Shift, counted from 0. Ranges begin there.
    pub(crate) range_start: StoredValue<usize>,
}

impl LogLink {
    /// Restores what the URL says, now and whenever it changes. The URL follows the search and the filter.
    pub(crate) fn new(viewer: LogViewer, search: LogSearch, navigation: Navigation) -> Self {
        let link = Self {
            viewer,
            search,
            navigation,
            path: StoredValue::new(navigation.same_page_href("")),
            last: StoredValue::default(),
            levels_to_hide: StoredValue::default(),
            steps_to_fold: StoredValue::default(),
            wanted_search: RwSignal::new(None),
            new_lines_wanted: RwSignal::new(false),
            write_timer: StoredValue::new(None),
            range_start: StoredValue::new(0),
        };
        link.read();
        navigation.on_location_change(move || link.read());
        effect(move || {
            viewer.counts.track();
            link.hide_and_fold();
        });
        effect(move || {
            search.query.track();
            search.context.track();
            viewer.filter.track();
            link.new_lines_wanted.track();
            link.write_soon();
        });
        on_cleanup(move || link.cancel_write());
        link
    }

    /// Restores what differs from the URL as it was before.
    fn read(self) {
        if self.path.get_value() != self.navigation.same_page_href("") {
            return;
        }
        let (query, fragment) = self.navigation.query_and_fragment();
        let now = LogLocation::parse(&query, &fragment);
        let before = self.last.get_value();
        let lines = now.lines.map(|(first, last)| (index(first), index(last)));
        if now == before && self.selects(lines) {
            // Browsers tell of a new fragment by two events.
            if let Some((first, _)) = lines {
                self.viewer.go_to(first);
            }
            return;
        }
        self.last.set_value(now.clone());
        self.read_window(&before, &now);
        if (&now.search, now.context) != (&before.search, before.context) {
            // A page that opens with lines shows those, not the first match.
            let wanted = WantedSearch {
                query: now.search,
                context: now.context,
                shows_first: now.lines.is_none(),
            };
            self.wanted_search.set(Some(wanted));
        }
        if (&now.hidden_levels, &now.folded) != (&before.hidden_levels, &before.folded) {
            self.viewer.set_filter(|filter| {
                filter.hidden_levels.clear();
                filter.folded.clear();
            });
            self.levels_to_hide.set_value(now.hidden_levels);
            self.steps_to_fold.set_value(now.folded);
            self.hide_and_fold();
        }
        self.read_rows(
            (before.only_new, before.fold_repeats),
            (now.only_new, now.fold_repeats),
        );
        let href = self.href();
        let select = |options: &mut DisplayOptions| {
            options.selected = lines;
            options.href = href;
        };
        match lines {
            Some((first, _)) => {
                self.range_start.set_value(first);
                self.viewer.go_to_with(first, select);
            }
            None => self.viewer.set_options(select),
        }
    }

    /// Searches for what the URL names, now and whenever it changes.
    pub(crate) fn restore_searches(self) {
        effect(move || {
            if let Some(wanted) = self.wanted_search.get() {
                self.wanted_search.set(None);
                self.search
                    .restore(wanted.query, wanted.context, wanted.shows_first);
            }
        });
    }

    /// Returns true if these lines are selected already.
    fn selects(self, lines: Option<(usize, usize)>) -> bool {
        let options = self.viewer.options;
        options.with_untracked(|options| options.selected == lines && options.href == self.href())
    }

    /// Restores the time window, if it differs. Where lines are counted in the whole log, that is loaded.
    fn read_window(self, before: &LogLocation, now: &LogLocation) {
        let window = |location: &LogLocation| (location.start, location.end, location.of_whole);
        if window(before) == window(now) {
            return;
        }
        let viewer = self.viewer;
        let shown = (now.start, now.end);
        let (loaded, (start, end)) = match now.of_whole {
            true => ((None, None), shown),
            false => (shown, (None, None)),
        };
        viewer.set_filter(|filter| filter.show_between(start, end));
        set_if_changed(viewer.time_window, shown);
        set_if_changed(viewer.loaded, loaded);
    }

    /// Restores what differs of: only new lines are shown, and repeated lines are folded.
    fn read_rows(self, before: (bool, bool), now: (bool, bool)) {
        let ((was_only_new, folded_repeats), (only_new, fold_repeats)) = (before, now);
        if only_new != was_only_new {
            self.new_lines_wanted.set(only_new);
            match only_new {
                true => self.viewer.stop_following(),
                false => self.viewer.set_filter(|filter| filter.only = None),
            }
        }
        if fold_repeats != folded_repeats {
            self.viewer.set_filter(|filter| {
                filter.fold_repeats = fold_repeats;
                filter.unfolded.clear();
            });
        }
    }

    /// Hides the levels and folds the steps that the URL named, as far as the log has them by now.
    fn hide_and_fold(self) {
        let has_lines = self.viewer.with_model(|model| !model.log.is_empty());
        if has_lines != Some(true) {
            // The log is still to be cleared for its first answer.
            return;
        }
        let wanted = self.levels_to_hide.get_value();
        let found: Vec<(u8, String)> = self
            .viewer
            .with_model(|model| {
                let levels = model.log.levels().iter().enumerate();
                levels
                    .filter(|(_, level)| wanted.contains(&level.name))
                    .filter_map(|(number, level)| {
                        Some((u8::try_from(number).ok()?, level.name.clone()))
                    })
                    .collect()
            })
            .unwrap_or_default();
        let folded = self.steps_to_fold.try_update_value(Option::take).flatten();
        if found.is_empty() && folded.is_none() {
            return;
        }
        self.levels_to_hide.update_value(|wanted| {
            for (_, name) in &found {
                wanted.remove(name);
            }
        });
        self.viewer.set_filter(|filter| {
            filter
                .hidden_levels
                .extend(found.iter().map(|(number, _)| *number));
            if let Some(folded) = folded {
                filter.folded = folded.iter().map(|step| step - 1).collect();
            }
        });
    }

    /// Forgets what the URL named and the log does not have yet.
    pub(crate) fn forget(self) {
        self.levels_to_hide.set_value(BTreeSet::new());
        self.steps_to_fold.set_value(None);
        self.new_lines_wanted.set(false);
    }

    /// The location that is on screen now.
    fn current(self) -> LogLocation {
        let (start, end) = self.viewer.time_window.get_untracked();
        let options = self.viewer.options;
        let lines = options.with_untracked(|options| options.selected);
        let filter = self.viewer.filter.get_untracked();
        let mut hidden_levels = self.levels_to_hide.get_value();
        self.viewer.with_model(|model| {
            let levels = filter.hidden_levels.iter();
            let levels = levels.filter_map(|number| model.log.levels().get(usize::from(*number)));
            hidden_levels.extend(levels.map(|level| level.name.clone()));
        });
        let wanted = self.wanted_search.get_untracked();
        let (search, context) = match wanted {
            Some(wanted) => (wanted.query, wanted.context),
            None => (
                self.search.query.get_untracked(),
                self.search.context.get_untracked(),
            ),
        };
        let folded: BTreeSet<usize> = filter.folded.iter().map(|step| step + 1).collect();
        let folded = Some(folded).filter(|folded| !folded.is_empty());
        LogLocation {
            lines: lines.map(|(first, last)| (number(first), number(last))),
            start,
            end,
            of_whole: (start.is_some() || end.is_some()) && self.viewer.is_whole_loaded(),
            search,
            context,
            hidden_levels,
            only_new: filter.only.is_some() || self.new_lines_wanted.get_untracked(),
            folded: self.steps_to_fold.get_value().or(folded),
            fold_repeats: filter.fold_repeats,
        }
    }

    /// The page's path and query, without lines.
    pub(crate) fn href(self) -> String {
        let location = LogLocation {
            lines: None,
            ..self.current()
        };
        self.navigation.same_page_href(&location.print())
    }

    /// Writes the URL once nothing has changed for a moment.
    fn write_soon(self) {
        self.cancel_write();
        let timer = set_timeout_with_handle(move || self.write(), WRITE_DELAY);
        self.write_timer.set_value(timer.ok());
    }

    fn cancel_write(self) {
        if let Some(Some(timer)) = self.write_timer.try_update_value(Option::take) {
            timer.clear();
        }
    }

    /// Writes what is on screen to the URL, without a new entry in the history.
    pub(crate) fn write(self) {
        self.cancel_write();
        let is_here = |path: &String| *path == self.navigation.same_page_href("");
        if self.path.try_with_value(is_here) != Some(true) {
            return;
        }
        // As the URL has it, which leaves out what is too long.
        let text = self.current().print();
        let (query, fragment) = text.split_at(text.find('#').unwrap_or(text.len()));
        let now = LogLocation::parse(query, fragment);
        if self.last.with_value(|last| *last != now) {
            self.last.set_value(now);
            self.navigation.replace_query_and_fragment(&text);
        }
        let href = self.href();
        if self
            .viewer
            .options
            .with_untracked(|options| options.href != href)
        {
            self.viewer.set_options(|options| options.href = href);
        }
    }
}

/// A line's index, counted from 0, from its number in the URL, counted from 1.
fn index(number: u64) -> usize {
    usize::try_from(number.saturating_sub(1)).unwrap_or(usize::MAX - 1)
}

/// A line's number in the URL, from its index.
fn number(index: usize) -> u64 {
    index as u64 + 1
}
