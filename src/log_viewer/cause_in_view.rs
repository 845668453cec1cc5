//! Brings the cause of a failure into view: when a failed build is opened, and when a build fails while one looks on.

use crate::api::{Build, Status};
use crate::i18n::failure_words::failure_words;
use crate::log_viewer::commands::{LogCommands, MAX_ANNOUNCED_CHARS};
use crate::log_viewer::model::InView;
use crate::log_viewer::view_state::LogViewer;
use crate::platform::dom::{has_focus, has_selected_text};
use crate::query::Query;
use crate::reactive::effect;
use crate::t_string;
use leptos::prelude::*;

/// The place that was gone to.
#[derive(Clone, Copy)]
struct Place {
    /// The line of the cause, counted from 0.
    line: usize,
    /// The row at the upper edge of the frame: another one if the user has scrolled since.
    top_row: Option<usize>,
}

/// Returns true if a line is in view with the one after it. The box above the log takes its room later than the log, and
/// then hides the lower lines. Tracked.
fn is_well_in_view(viewer: LogViewer, line: usize) -> bool {
    let InView { first, end } = viewer.in_view.get();
    let after = (line + 1).min(viewer.counts.with(|counts| counts.lines).saturating_sub(1));
    (first..end).contains(&line) && (first..end).contains(&after)
}

impl LogCommands {
    /// Goes to the cause once it is known, unless the user is busy in the log. If lines that come later show another
    /// cause, goes there too, unless the user has scrolled since.
    pub(crate) fn bring_cause_into_view(self, build: Query<Build>) {
        let viewer = self.viewer;
        let window = viewer.time_window.get_untracked();
        let place = StoredValue::new(None::<Place>);
        // True once the build has been seen before its end.
        let was_running = StoredValue::new(false);
        effect(move || {
            if build.data().is_some_and(|build| !build.is_finished()) {
                was_running.set_value(true);
            }
        });
        effect(move || {
            // Rows can be filtered later than lines are explained.
            viewer.counts.track();
            let cause = viewer.explained.with(|explanation| {
                let cause = explanation.as_ref()?.cause.as_ref()?;
                Some((cause.line, cause.kind))
            });
            // The log can tell of a failed step before the build ends.
            let is_failed = (build.data()).is_some_and(|build| build.status == Status::Failed);
            let Some((line, kind)) = cause.filter(|_| is_failed) else {
                return;
            };
            // Only another time is looked at.
            let is_hidden = viewer.with_model(|model| {
                let between = model.filter.between;
                !model.log.is_between(line, between)
            });
            let before = place.get_value();
            let is_other_window = viewer.time_window.get_untracked() != window;
            let is_same = before.is_some_and(|before| before.line == line);
            let is_shown = is_same && is_well_in_view(viewer, line);
            if is_other_window
                || is_hidden == Some(true)
                || is_shown
                || !self.may_leave(before, was_running.get_value())
            {
                return;
            }
            viewer.set_options(|options| options.current_line = Some(line));
            viewer.bring_into_view(line, false);
            let top_row = viewer.with_model(|model| model.viewport.anchor().row);
            place.set_value(Some(Place { line, top_row }));
            if was_running.get_value() && !is_same {
                self.announce_cause(failure_words(kind), line);
            }
        });
    }

    /// Returns true if the log may be scrolled: all lines are there, and the user neither looks for something, nor
    /// selects, types, or has scrolled away. `before` is the place that was gone to before.
    fn may_leave(self, before: Option<Place>, was_running: bool) -> bool {
        let viewer = self.viewer;
        let is_at_place = viewer.with_model(|model| {
            let is_filtered = model.rows.seen() >= model.log.len();
            let is_unmoved = match before {
                Some(place) => {
                    model.options.current_line == Some(place.line)
                        && place.top_row == Some(model.viewport.anchor().row)
                }
                // At the end of a running log, one waits for its end.
                None => was_running || model.scrolled_millis == 0.0,
            };
            is_filtered && is_unmoved
        });
        let follows = before.is_some() || viewer.follow.get_untracked();
        let searches = self.search.results.with_untracked(|results| results.active);
        follows
            && is_at_place == Some(true)
            && !searches
            && self.selection.lines().is_none()
            && !has_focus("input, select, textarea, dialog *")
            && !has_selected_text()
    }

    /// Lets screen readers announce that the build has failed, and why.
    fn announce_cause(self, kind: &str, line: usize) {
        let text = self.viewer.with_model(|model| {
            let text = model.log.plain(line);
            text.chars().take(MAX_ANNOUNCED_CHARS).collect::<String>()
        });
        let line = text.unwrap_or_default();
        self.announce(t_string!(failure.announced, what = kind, line = line));
    }
}
