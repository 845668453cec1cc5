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
//! | `source` | the API or a file |
//! | `reader`, `reading_plan` | loading, polling, retrying; what is read next, and when (pure) |
//! | `file_reader` | loading from a file |
//! | `line_count` | the number of lines, which is there before the tools |
//! | `tools` | what stands around the lines and goes on behind them, in a chunk of its own |
//! | `replacing` | another reading of the log in the place of the one on the page |
//! | `read_logs`, `record_facts` | whole logs of other builds, read and kept for the session |
//! | `build_file` | a build as a file: saving and opening |
//! | `view_state`, `model` | the handle with its signals; the log, filter, rows and viewport behind it |
//! | `current_step` | the step that the log is at, for the rest of the page |
//! | `follow` | following the end of a running log |
//! | `scrolling` | scroll bar, keys, going to a line |
//! | `search` | query, results, next and previous match |
//! | `errors` | going from error to error, announcing new ones |
//! | `long_press` | selecting lines by touch |
//! | `rows_in_place` | no row moves when lines are selected |
//! | `text_selection` | selecting text with the mouse and the keyboard, beyond the lines on screen |
//! | `link` | the page's URL: lines, time window, search and filter |
//! | `selection`, `copy_lines`, `print`, `download` | selected lines; copying lines or a link to them; printing; saving |
//! | `new_lines`, `lines_with_context` | what is new since the last success |
//! | `time_window` | showing or loading only a part of the log |
//! | `explaining` | explaining the log while it is read |
//! | `failure_box`, `failure` | why a failed build failed, in words |
//! | `waiting_note`, `waiting` | why a build waits |
//! | `cause_in_view` | opening a failed build at its cause |
//! | `commands`, `shortcuts` | everything that buttons and keys do |
//! | `frame`, `panels/` | the scrolling frame; the row of tools, its menus, the steps and the bars around it |
//! | `dom/`, `display_options` | the rows in the DOM, and how they display lines |
//! | `layout/` | pure computations: lines on screen, columns, colors, times |
//! | `yielding` | long work in short slices, timers |

pub(crate) mod build_file;
mod cause_in_view;
mod commands;
mod copy_lines;
pub(crate) mod current_step;
mod display_options;
mod dom;
mod download;
mod early_keys;
mod errors;
mod explaining;
mod failure;
mod failure_box;
pub(crate) mod file_reader;
mod follow;
mod frame;
mod happened_before;
mod layout;
mod line_count;
pub(crate) mod lines_with_context;
mod link;
mod long_press;
mod model;
pub(crate) mod new_lines;
mod panels;
mod print;
pub(crate) mod query_words;
pub(crate) mod read_logs;
pub(crate) mod reader;
mod reading_plan;
mod record_facts;
mod replacing;
mod rows_in_place;
mod scrolling;
mod search;
mod selection;
mod shortcuts;
mod source;
mod text_selection;
mod time_window;
pub(crate) mod tools;
mod view_state;
mod waiting;
mod waiting_note;
pub(crate) mod yielding;

use crate::api::Build;
use crate::components::error_notice::load_error;
use crate::components::lazy_view::{LazyView, OnFailure, lazy_view_with};
use crate::i18n::numbers::number;
use crate::log_viewer::build_file::words::problem_words;
use crate::log_viewer::commands::LogCommands;
use crate::log_viewer::display_options::DisplayOptions;
use crate::log_viewer::early_keys::EarlyKeys;
use crate::log_viewer::frame::frame;
use crate::log_viewer::layout::times::TimeKind;
use crate::log_viewer::line_count::line_count;
use crate::log_viewer::link::LogLink;
use crate::log_viewer::panels::steps_width::stored_width;
use crate::log_viewer::search::LogSearch;
use crate::log_viewer::selection::Selection;
pub(crate) use crate::log_viewer::source::LogSource;
use crate::log_viewer::tools::{Tools, load_tools};
use crate::log_viewer::view_state::LogViewer;
use crate::log_viewer::yielding::after_paint;
use crate::platform::dom::scroll_into_view_if_needed;
use crate::platform::storage::{Keep, stored};
use crate::query::Query;
use crate::reactive::{bool_signal, dynamic, effect, memo, show, text_signal};
use crate::routing::navigation::use_navigation;
use crate::t_signal;
use crate::ui::notice::notice;
use leptos::prelude::*;
use std::rc::Rc;
use web_sys::KeyboardEvent;

/// The width of the browser window, in CSS pixels, below which it is a phone's. Same as in the style sheet.
const MIN_WIDTH_OF_COMPUTER: f64 = 600.0;

/// The log of a build: why it failed, its steps, its tools, its lines, or why there are none. Starts reading it.
///
/// `detail` is the API's text about the build. `read` reads the log from its source.
pub(crate) fn log_section(
    source: LogSource,
    build: Query<Build>,
    detail: Memo<Option<String>>,
    read: fn(LogCommands, Query<Build>),
) -> AnyView {
    let viewer = LogViewer::new(stored_options());
    if stored(Keep::Device, "log.repeats").is_some() {
        viewer.set_filter(|filter| filter.fold_repeats = true);
    }
    let search = LogSearch::new(viewer);
    let link = LogLink::new(viewer, search, use_navigation());
    let commands = LogCommands {
        viewer,
        source,
        search,
        selection: Selection { viewer, link },
        full_screen: RwSignal::new(false),
        steps_shown: RwSignal::new(stored(Keep::Device, "log.steps").as_deref() != Some("hidden")),
        current_step: memo(move || {
            viewer.counts.track();
            viewer.step_in_view()
        }),
        message: RwSignal::new(String::new()),
        go_to_wanted: RwSignal::new(false),
        save_wanted: RwSignal::new(false),
        extends_by_tap: RwSignal::new(false),
        bar_above: RwSignal::new(false),
        is_copying: StoredValue::new(false),
    };
    read(commands, build);
    let tools = RwSignal::new(None::<Tools>);
    let are_missing = RwSignal::new(false);
    let early = EarlyKeys::listen();
    let are_loaded = memo(move || tools.with(Option::is_some));
    effect(move || {
        if are_loaded.get()
            && let Some(tools) = tools.get_untracked()
        {
            (tools.start)(commands, build);
            early
                .take()
                .iter()
                .for_each(|event| (tools.press_late)(event, commands));
        }
    });
    let (build_error, has_build) = (build.error(), build.has_data());
    let has_lines = bool_signal(move || viewer.counts.with(|counts| counts.lines > 0));
    // A build that cannot be read is the page's to tell.
    let is_shown = move || build_error.with(Option::is_none) || has_build.get() || has_lines.get();
    view! {
        {dynamic(move || match tools.get() {
            Some(tools) => (tools.reasons)(commands, build, detail),
            None => place_of_reasons(build, are_missing),
        })}
        {show(is_shown, move || section(commands, build, tools, are_missing))}
        {dynamic(move || tools.get().map(|tools| (tools.save_dialog)(commands, build, detail)))}
    }
    .into_any()
}

/// The display options that this device remembers. A phone has no room for times, nor for long lines.
fn stored_options() -> DisplayOptions {
    let is_phone = window_width() < MIN_WIDTH_OF_COMPUTER;
    let times = match stored(Keep::Device, "log.times") {
        Some(name) => TimeKind::named(&name),
        None if is_phone => TimeKind::None,
        None => TimeKind::default(),
    };
    let wrap = stored(Keep::Device, "log.wrap");
    DisplayOptions {
        wrap: wrap.map_or(is_phone, |wrap| wrap == "yes"),
        utc: stored(Keep::Device, "log.utc").is_some(),
        times,
        ..DisplayOptions::default()
    }
}

/// In CSS pixels.
fn window_width() -> f64 {
    let width = window().inner_width().ok().and_then(|width| width.as_f64());
    width.unwrap_or(MIN_WIDTH_OF_COMPUTER)
}

fn section(
    commands: LogCommands,
    build: Query<Build>,
    tools: RwSignal<Option<Tools>>,
    are_missing: RwSignal<bool>,
) -> AnyView {
    let viewer = commands.viewer;
    if commands.selection.lines().is_some() {
        scroll_into_view_if_needed(".log-frame");
    }
    let press = move |event: KeyboardEvent| {
        if let Some(tools) = tools.get_untracked() {
            (tools.press)(&event, commands);
        }
    };
    // In the full window, the page's own heading is hidden.
    let title_when_full =
        || view! { <h1 class="visually-hidden">{t_signal!(log.section)}</h1> }.into_any();
    view! {
        <section
            class="log"
            aria-label=t_signal!(log.section)
            data-full=text_signal(move || commands.full_screen.get().to_string())
            data-wrap=text_signal(move || viewer.options.with(|options| options.wrap).to_string())
            data-times=text_signal(move || viewer.options.with(|options| options.times.name()))
            on:keydown=press
        >
            {show(move || commands.full_screen.get(), title_when_full)}
            <h2 class="visually-hidden">{t_signal!(log.title)}</h2>
            {dynamic(move || match tools.get() {
                Some(tools) => (tools.steps)(commands, build),
                None => place_of_steps(commands),
            })}
            <div class="log-main">
                {toolbar(commands, build, tools, are_missing)} {problems(viewer, build)}
                {dynamic(move || tools.get().map(|tools| (tools.notices)(commands)))}
                {frame(commands, build, tools)}
                {dynamic(move || tools.get().map(|tools| (tools.selection_bar)(commands)))}
                <p class="visually-hidden" role="status">
                    {viewer.announced}
                </p>
            </div>
        </section>
    }
    .into_any()
}

/// The row of tools: the number of lines, and the tools themselves once their code has been loaded.
fn toolbar(
    commands: LogCommands,
    build: Query<Build>,
    tools: RwSignal<Option<Tools>>,
    are_missing: RwSignal<bool>,
) -> AnyView {
    let load = move || -> LazyView {
        Box::pin(async move {
            let loaded = load_tools().await;
            are_missing.try_set(loaded.is_none());
            let loaded = loaded?;
            // The code may come, or be there, just before the first lines are drawn: they do not wait for the tools.
            after_paint().await;
            tools.try_set(Some(loaded));
            Some((loaded.toolbar)(commands, build))
        })
    };
    // One element from the start: a browser that lays out the page while another one takes its place moves the scroll
    // bar of a log whose end is shown.
    view! {
        <div class="log-tools" role="group" aria-label=t_signal!(log.tools)>
            {lazy_view_with(
                Rc::new(load),
                || ().into_any(),
                OnFailure::Say(|| t_signal!(error.tools_missing)),
            )}
            {line_count(commands.viewer)}
        </div>
    }
    .into_any()
}

/// Keeps the place of the box that says why the build failed, unless its code cannot be loaded.
fn place_of_reasons(build: Query<Build>, are_missing: RwSignal<bool>) -> AnyView {
    let is_failed =
        move || !are_missing.get() && build.data().is_some_and(|build| build.has_failed());
    let place = || {
        view! {
            <section class="failure" aria-label=t_signal!(build.why) data-read="false">
                <div class="failure-head"></div>
                <p class="quiet">{t_signal!(build.reading_why)}</p>
            </section>
        }
        .into_any()
    };
    show(is_failed, place).into_any()
}

/// Keeps the place of the list of steps, so that the lines do not move when it comes.
fn place_of_steps(commands: LogCommands) -> AnyView {
    let place = move || {
        let width = format!("{}px", stored_width());
        view! { <div class="log-steps-panel" style:inline-size=width></div> }.into_any()
    };
    show(move || commands.steps_shown.get(), place).into_any()
}

/// Why the log could not be read, or not all of it.
fn problems(viewer: LogViewer, build: Query<Build>) -> AnyView {
    let build_error = build.error();
    // If the build cannot be read either, the page already shows that error.
    let error = Signal::derive(move || match build_error.get() {
        None => viewer.error.get(),
        Some(_) => None,
    });
    let has_lines = bool_signal(move || viewer.counts.with(|counts| counts.lines > 0));
    let file_problem = viewer.file_problem;
    let unreadable = move || viewer.counts.with(|counts| counts.unreadable);
    view! {
        <div class="log-problems">
            {load_error(
                t_signal!(log.loading),
                move || error.get(),
                has_lines,
                move || viewer.poll_timer().wake(),
            )}
            {dynamic(move || {
                let problem = file_problem.get()?;
                Some(notice("warning", text_signal(move || problem_words(problem))))
            })}
            {show(
                move || unreadable() > 0,
                move || {
                    let text = t_signal!(log.unreadable, n = number(unreadable() as usize));
                    notice("warning", text).into_any()
                },
            )}
        </div>
    }
    .into_any()
}
