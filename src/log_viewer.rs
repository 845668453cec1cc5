//! The log viewer: reads a build's log while it arrives, and keeps only the rows on screen in the DOM.
//!
//! From the log's bytes to a line on screen: `reader.rs` streams an answer of call 5 and feeds each chunk to
//! the log (`crates/log`: `decode.rs` finds the entries, `store.rs` keeps their lines). In the next animation
//! frame `view_state.rs` lets `model.rs` filter the new lines into rows and draw. `layout/viewport.rs` decides
//! which rows cover the frame, and `dom/row_pool.rs` assigns them to a few reused elements. `dom/row.rs`
//! paints a line with `Log::paint` (colors, links), marks the matches of the search, and lets
//! `layout/line.rs` cut it to the columns in view.
//!
//! | file | behavior |
//! | --- | --- |
//! | `reader` | loading, polling, retrying |
//! | `view_state`, `model` | the handle with its signals; the log, filter, rows and viewport behind it |
//! | `follow` | following the end of a running log |
//! | `scrolling` | scroll bar, keys, going to a line |
//! | `search` | query, results, next and previous match |
//! | `selection`, `copy_lines`, `print`, `download` | selected lines and their URL; copying lines or a link to them; printing; saving |
//! | `time_window` | loading only a part of the log |
//! | `commands`, `shortcuts` | everything that buttons and keys do |
//! | `frame`, `panels/` | the scrolling frame; the bars, menus and panels around it |
//! | `dom/`, `display_options` | the rows in the DOM, and how they display lines |
//! | `layout/` | pure computations: lines on screen, columns, colors, times |
//! | `yielding` | long work in short slices, timers |

mod commands;
mod copy_lines;
mod display_options;
mod dom;
mod download;
mod follow;
mod frame;
mod layout;
mod model;
mod panels;
mod print;
mod reader;
mod scrolling;
mod search;
mod selection;
mod shortcuts;
mod time_window;
mod view_state;
mod yielding;

use crate::api::Build;
use crate::components::error_notice::load_error;
use crate::i18n::numbers::number;
use crate::log_viewer::commands::LogCommands;
use crate::log_viewer::display_options::DisplayOptions;
use crate::log_viewer::frame::frame;
use crate::log_viewer::layout::times::TimeKind;
use crate::log_viewer::search::LogSearch;
use crate::log_viewer::selection::Selection;
use crate::log_viewer::time_window::time_window_notice;
use crate::log_viewer::view_state::LogViewer;
use crate::platform::dom::scroll_into_view_if_needed;
use crate::platform::storage::{Keep, stored};
use crate::query::Query;
use crate::reactive::{bool_signal, effect, show, text_signal};
use crate::routing::navigation::use_navigation;
use crate::ui::notice::notice;
use crate::{t_signal, t_string};
use leptos::prelude::*;

/// The minimum width of the browser window, in CSS pixels, to show the list of steps at first.
const MIN_WIDTH_FOR_STEPS: f64 = 1_100.0;

/// The log of a build, with its errors and commands. Starts reading it.
pub(crate) fn log_section(build_id: StoredValue<String>, build: Query<Build>) -> AnyView {
    let viewer = LogViewer::new(stored_options());
    let commands = LogCommands {
        viewer,
        search: LogSearch::new(viewer),
        selection: Selection::from_url(viewer, use_navigation()),
        full_screen: RwSignal::new(false),
        steps_shown: RwSignal::new(is_wide()),
    };
    reader::start_reading(viewer, build_id, build);
    announce_new_errors(viewer, build);
    let (build_error, has_build) = (build.error(), build.has_data());
    // If the build cannot be read either, the page already shows that error.
    let error = Signal::derive(move || match build_error.get() {
        None => viewer.error.get(),
        Some(_) => None,
    });
    let has_lines = bool_signal(move || viewer.counts.with(|counts| counts.lines > 0));
    let unreadable = move || viewer.counts.with(|counts| counts.unreadable);
    let content = move || section(commands, build_id, build);
    view! {
        {load_error(t_signal!(log.loading), error, has_lines, move || viewer.poll_timer().wake())}
        {show(
            move || unreadable() > 0,
            move || {
                let text = t_signal!(log.unreadable, n = number(unreadable() as usize));
                notice("warning", text).into_any()
            },
        )}
        {show(
            move || build_error.with(Option::is_none) || has_build.get() || has_lines.get(),
            content,
        )}
    }
    .into_any()
}

/// The display options that this device remembers.
fn stored_options() -> DisplayOptions {
    DisplayOptions {
        wrap: stored(Keep::Device, "log.wrap").is_some(),
        utc: stored(Keep::Device, "log.utc").is_some(),
        times: TimeKind::named(&stored(Keep::Device, "log.times").unwrap_or_default()),
        ..DisplayOptions::default()
    }
}

/// Returns true if there is room for the list of steps beside the log.
fn is_wide() -> bool {
    let width = window().inner_width().ok().and_then(|width| width.as_f64());
    width.is_some_and(|width| width >= MIN_WIDTH_FOR_STEPS)
}

/// Lets screen readers announce new errors while the build runs.
fn announce_new_errors(viewer: LogViewer, build: Query<Build>) {
    let known_errors = StoredValue::new(0);
    effect(move || {
        let errors = viewer.counts.with(|counts| counts.errors);
        let known = known_errors.get_value();
        known_errors.set_value(errors);
        let is_running = untrack(move || build.data()).is_some_and(|build| !build.is_finished());
        if errors > known && is_running && !viewer.loading.get_untracked() {
            viewer
                .announced
                .set(t_string!(log.new_errors, n = number(errors - known)));
        }
    });
}

fn section(commands: LogCommands, build_id: StoredValue<String>, build: Query<Build>) -> AnyView {
    let viewer = commands.viewer;
    let keys = window_event_listener(leptos::ev::keydown, move |event| {
        shortcuts::press_outside(&event, commands);
    });
    on_cleanup(move || keys.remove());
    if commands.selection.lines().is_some() {
        scroll_into_view_if_needed(".log-frame");
    }
    view! {
        <section
            class="log"
            aria-label=t_signal!(log.section)
            data-full=text_signal(move || commands.full_screen.get().to_string())
            data-wrap=text_signal(move || viewer.options.with(|options| options.wrap).to_string())
            data-times=text_signal(move || viewer.options.with(|options| options.times.name()))
            on:keydown=move |event| shortcuts::press(&event, commands)
        >
            {panels::toolbar::toolbar(commands, build_id, build)}
            {panels::search_bar::search_bar(commands)}
            {time_window_notice(commands)}
            {panels::selection_bar::selection_bar(commands)}
            {frame(commands, build)}
            <p class="visually-hidden" role="status">
                {viewer.announced}
            </p>
        </section>
    }
    .into_any()
}
