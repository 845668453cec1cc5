//! 'New since the last success': what the log of a failed build has that the last successful one of its tag has not.
//! That log is read only once this one is shown; for a large log, only when asked.

use crate::api::Build;
use crate::client::Error;
use crate::i18n::numbers::number;
use crate::log::{Comparison, Log};
use crate::log_viewer::commands::LogCommands;
use crate::log_viewer::lines_with_context::lines_with_context;
use crate::log_viewer::read_logs::{ReadLogs, use_read_logs};
use crate::log_viewer::source::LogSource;
use crate::log_viewer::view_state::LogViewer;
use crate::log_viewer::yielding::TimeSlice;
use crate::platform::timer::sleep;
use crate::reactive::{bool_signal, dynamic, effect, memo, show};
use crate::routing::navigation::use_navigation;
use crate::routing::routes::Route;
use crate::t_signal;
use crate::ui::button::Button;
use leptos::prelude::*;
use std::ops::Range;
use std::time::Duration;

/// The lines that are shown before and after each new one.
const CONTEXT: u32 = 2;

/// Logs with more bytes of text are compared only when asked: the other log is likely to be as large.
const MAX_UNASKED_BYTES: usize = 24_000_000;

/// The time after the log is loaded before the other one is read: what the user came for goes first.
const IDLE: Duration = Duration::from_millis(400);

/// The work of a comparison between two checks of the clock, in bytes.
const CHUNK_BYTES: usize = 256 * 1024;

/// The last success of the build's tag before it, for the comparison with it. The page provides it as a context.
#[derive(Clone, Copy)]
pub(crate) struct LastSuccess(pub(crate) Memo<Option<Build>>);

/// The progress of the comparison.
#[derive(Clone, PartialEq)]
enum State {
    /// The log is not loaded yet, or there is no success.
    Waiting,
    /// The user is to ask for it.
    Large,
    Reading,
    Failed(Error),
    /// The number of new lines.
    Found(usize),
}

/// The comparison of the shown log with the last success. A handle.
#[derive(Clone, Copy)]
struct NewLines {
    commands: LogCommands,
    success: Memo<Option<Build>>,
    read_logs: ReadLogs,
    state: RwSignal<State>,
    /// The lines that were compared: their number, and which reading of the log they are of.
    compared: StoredValue<Option<(usize, u32)>>,
    is_comparing: StoredValue<bool>,
}

/// The number of new lines, as a button that shows them; nothing if there is no success to compare with.
pub(crate) fn new_lines(commands: LogCommands) -> AnyView {
    let Some(LastSuccess(success)) = use_context::<LastSuccess>() else {
        return ().into_any();
    };
    let new_lines = NewLines {
        commands,
        success,
        read_logs: use_read_logs(),
        state: RwSignal::new(State::Waiting),
        compared: StoredValue::new(None),
        is_comparing: StoredValue::new(false),
    };
    new_lines.start_when_loaded();
    new_lines.follow_lines();
    new_lines.show_when_wanted();
    let is_whole = move || commands.viewer.loaded.get() == (None, None);
    show(is_whole, move || {
        dynamic(move || new_lines.view()).into_any()
    })
    .into_any()
}

impl NewLines {
    /// Begins as soon as the whole log is loaded and the success is known.
    fn start_when_loaded(self) {
        let viewer = self.commands.viewer;
        effect(move || {
            let is_ready = !viewer.loading.get()
                && viewer.error.with(Option::is_none)
                && viewer.time_window.get() == (None, None)
                && self.success.with(Option::is_some);
            if !is_ready || self.state.with_untracked(|state| *state != State::Waiting) {
                return;
            }
            let bytes = viewer.with_model(|model| model.log.text_bytes());
            match bytes {
                None | Some(0) => {}
                Some(bytes) if bytes > MAX_UNASKED_BYTES && !self.are_wanted() => {
                    self.state.set(State::Large)
                }
                Some(_) => self.start(IDLE),
            }
        });
    }

    /// Compares again when lines have come since, or other ones.
    fn follow_lines(self) {
        let viewer = self.commands.viewer;
        let lines = memo(move || viewer.counts.with(|counts| (counts.lines, counts.readings)));
        effect(move || {
            let is_behind = Some(lines.get()) != self.compared.get_value();
            let is_found = self.state.with(|state| matches!(state, State::Found(_)));
            let is_whole = viewer.loaded.get() == (None, None) && !viewer.loading.get();
            if is_behind && is_found && is_whole {
                self.start(Duration::ZERO);
            }
        });
    }

    /// Returns true if the page's URL asks for them.
    fn are_wanted(self) -> bool {
        let link = self.commands.selection.link;
        link.new_lines_wanted.get_untracked()
    }

    /// Shows only the new lines once they are known, if the page's URL asks for that.
    fn show_when_wanted(self) {
        let link = self.commands.selection.link;
        effect(move || {
            let is_known = self.state.with(|state| matches!(state, State::Found(_)));
            if is_known && link.new_lines_wanted.get() {
                link.new_lines_wanted.set(false);
                self.restore();
            }
        });
    }

    /// Shows only the new lines as the URL has it: without those that are folded away, and the selected lines stay in
    /// view.
    fn restore(self) {
        let viewer = self.commands.viewer;
        let Some((ranges, first)) = chosen_lines(viewer) else {
            return;
        };
        if self.commands.selection.lines().is_none() {
            viewer.request_scroll(first, false, false);
        }
        viewer.set_filter(|filter| filter.only = Some(ranges));
    }

    /// Reads the other log, and compares.
    fn start(self, delay: Duration) {
        let Some(success) = self.success.get_untracked() else {
            return;
        };
        // What was found stays until more is.
        if self
            .state
            .with_untracked(|state| !matches!(state, State::Found(_)))
        {
            self.state.set(State::Reading);
        }
        if self.is_comparing.get_value() {
            return;
        }
        self.is_comparing.set_value(true);
        leptos::task::spawn_local(async move {
            sleep(delay).await;
            if self.state.try_get_untracked().is_none() {
                return; // The page is gone.
            }
            let found = match self.read_logs.read(&success).await {
                Ok(log) => self.compare(&log).await.map(State::Found),
                Err(error) => Some(State::Failed(error)),
            };
            self.is_comparing.try_set_value(false);
            if let Some(found) = found {
                let _ = self.state.try_set(found);
                self.show_again();
            }
        });
    }

    /// Compares the shown log with another one, until no lines come meanwhile. Returns the number of new lines; `None`
    /// once the page is gone.
    async fn compare(self, old: &Log) -> Option<usize> {
        let viewer = self.commands.viewer;
        let lines = || viewer.with_model(|model| (model.log.len(), model.readings));
        loop {
            let compared = lines()?;
            let found = compare(viewer, old).await?;
            if lines()? == compared {
                self.compared.try_set_value(Some(compared));
                return Some(found);
            }
        }
    }

    /// If only the new lines are shown, shows those that are new now.
    fn show_again(self) {
        let viewer = self.commands.viewer;
        let is_shown = viewer
            .filter
            .try_with_untracked(|filter| filter.only.is_some());
        if is_shown == Some(true)
            && let Some((ranges, _)) = chosen_lines(viewer)
        {
            viewer.set_filter(|filter| filter.only = Some(ranges));
        }
    }

    /// A link to the page that compares both builds.
    fn compare_link(self) -> Option<AnyView> {
        let LogSource::Api(id) = self.commands.source else {
            return None;
        };
        let href = use_navigation().href(&Route::Compare {
            build_id: id.get_value(),
            other: None,
        });
        let link = Button::new(t_signal!(compare.open)).link(Signal::stored(href));
        Some(link.into_any())
    }

    fn view(self) -> AnyView {
        match self.state.get() {
            State::Waiting => ().into_any(),
            State::Large => Button::new(t_signal!(new_lines.compare))
                .title(t_signal!(new_lines.large))
                .on_press(move || self.start(Duration::ZERO))
                .into_any(),
            State::Reading => {
                view! { <span class="quiet">{t_signal!(new_lines.reading)}</span> }.into_any()
            }
            State::Failed(_) => view! {
                <span class="quiet">{t_signal!(new_lines.unread)}</span>
                {Button::new(t_signal!(error.retry)).on_press(move || self.start(Duration::ZERO))}
            }
            .into_any(),
            State::Found(0) => {
                view! { <span class="quiet">{t_signal!(new_lines.none)}</span> }.into_any()
            }
            State::Found(count) => {
                let filter = self.commands.viewer.filter;
                let is_shown = move || filter.with(|filter| filter.only.is_some());
                view! {
                    {Button::new(t_signal!(new_lines.count, n = number(count)))
                        .title(t_signal!(new_lines.count_title))
                        .pressed(bool_signal(is_shown))
                        .on_press(move || toggle(self.commands))}
                    {self.compare_link()}
                }
                .into_any()
            }
        }
    }
}

/// Compares the shown log with another one, in slices. Returns the number of new lines; `None` once the page is gone.
async fn compare(viewer: LogViewer, old: &Log) -> Option<usize> {
    let mut comparison = Comparison::new();
    let mut slice = TimeSlice::background();
    while !viewer.with_model(|model| comparison.advance(old, &model.log, CHUNK_BYTES))? {
        slice.next().await;
    }
    let lines = comparison.new_lines();
    viewer.update_model(|model| model.new_lines = lines.to_vec())?;
    Some(lines.len())
}

/// The new lines with those around them, and the first new one, counted from 0; `None` if there is none.
fn chosen_lines(viewer: LogViewer) -> Option<(Vec<Range<u32>>, usize)> {
    let chosen = viewer.with_model(|model| {
        let ranges = lines_with_context(&model.new_lines, CONTEXT, model.log.len());
        Some((ranges, *model.new_lines.first()? as usize))
    });
    chosen.flatten()
}

/// Shows only the new lines with those around them, from the first one on; or all lines again, where the reader is.
fn toggle(commands: LogCommands) {
    let viewer = commands.viewer;
    if viewer.filter.with_untracked(|filter| filter.only.is_some()) {
        return viewer.set_filter(|filter| filter.only = None);
    }
    let Some((ranges, first)) = chosen_lines(viewer) else {
        return;
    };
    viewer.stop_following();
    viewer.set_filter(|filter| {
        filter.only = Some(ranges);
        // What is folded away, or of a hidden level, may be new.
        filter.folded.clear();
        filter.hidden_levels.clear();
    });
    commands.go_to(first);
}

/// Says that only the new lines are shown, with the way back.
pub(crate) fn new_lines_notice(commands: LogCommands) -> AnyView {
    let viewer = commands.viewer;
    let is_shown = move || viewer.filter.with(|filter| filter.only.is_some());
    let notice = move || {
        // Another comparison chooses other lines.
        let count = move || {
            viewer.filter.track();
            let count = viewer.with_model(|model| model.new_lines.len());
            number(count.unwrap_or(0))
        };
        let back = move || {
            viewer.set_filter(|filter| filter.only = None);
            commands.focus_log();
        };
        view! {
            <div class="log-window-notice" role="status">
                <span>{t_signal!(new_lines.showing, n = count())}</span>
                {Button::new(t_signal!(log.show_all)).on_press(back)}
            </div>
        }
        .into_any()
    };
    show(is_shown, notice).into_any()
}
