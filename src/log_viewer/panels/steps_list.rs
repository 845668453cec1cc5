//! The list of the Dockerfile's steps, with a bar each on the log's time axis: a waterfall.

use crate::api::Build;
use crate::components::time::elapsed;
use crate::i18n::format::duration;
use crate::i18n::numbers::number;
use crate::log::{Step, StepState};
use crate::log_viewer::commands::LogCommands;
use crate::query::Query;
use crate::reactive::{dynamic, for_each, memo, show, text_signal};
use crate::ui::button::Button;
use crate::ui::icon;
use crate::ui::icon::Icon;
use crate::{t_signal, t_string};
use chrono::TimeDelta;
use leptos::prelude::*;

/// The number of steps that the list shows at a time. Real Dockerfiles have fewer.
const STEPS_PER_PAGE: usize = 200;

const FOLD: Icon = Icon("M4 6.500L8 2.500l4 4M4 9.500l4 4 4-4");
const UNFOLDED: Icon = icon::DOWN;
const FOLDED: Icon = Icon("M6 4l4 4-4 4");

/// A step as a row of the list.
#[derive(Clone, PartialEq)]
struct StepRow {
    name: String,
    seconds: Option<i64>,
    state: StepState,
    /// When it began and ended, Unix seconds, UTC.
    times: Option<(i64, i64)>,
}

/// The texts of the head and the foot of the list.
#[derive(Clone, Copy, PartialEq, Default)]
struct Summary {
    /// The number of steps that have begun.
    begun: usize,
    cached: usize,
    /// The number of steps that have not begun, as far as the builder says how many there are.
    left: usize,
    /// True if a step has failed.
    failed: bool,
}

/// The list, with its heading.
pub(crate) fn steps_list(commands: LogCommands, build: Query<Build>) -> AnyView {
    let viewer = commands.viewer;
    let summary = memo(move || {
        viewer.counts.track();
        viewer.with_model(|model| {
            let steps = model.log.steps();
            let list = steps.list();
            // Several stages count their steps each for itself.
            let last = list.last().filter(|last| {
                let is_alike = |step: &Step| step.total == last.total;
                list.iter().all(is_alike)
            });
            let left = last.and_then(|last| last.total?.checked_sub(last.number));
            Summary {
                begun: list.len(),
                cached: list
                    .iter()
                    .filter(|step| step.state == StepState::Cached)
                    .count(),
                left: left.unwrap_or(0) as usize,
                failed: steps.failing().is_some(),
            }
        })
    });
    let summary = move || summary.get().unwrap_or_default();
    let current = commands.current_step;
    // The first step of the page with the current one.
    let page_start = memo(move || current.get().unwrap_or(0) / STEPS_PER_PAGE * STEPS_PER_PAGE);
    let keys = move || {
        let start = page_start.get();
        let end = summary().begun.min(start + STEPS_PER_PAGE);
        (start..end).map(|step| step as u64).collect()
    };
    let times = memo(move || viewer.counts.with(|counts| counts.times));
    let finished = memo(move || build.data().is_some_and(|build| build.is_finished()));
    let row = move |index: u64| step_row(commands, index as usize, times, finished);
    let summary_text = text_signal(move || {
        let Summary {
            begun,
            cached,
            left,
            ..
        } = summary();
        match cached {
            0 => t_string!(log.steps_count, n = number(begun + left)),
            _ => t_string!(
                log.steps_cached,
                n = number(cached),
                of = number(begun + left)
            ),
        }
    });
    let begun = move || summary().begun;
    let notes = text_signal(move || {
        let is_whole = viewer.time_window.get() == (None, None);
        notes(summary(), page_start.get(), finished.get(), is_whole)
    });
    view! {
        <nav class="log-steps" aria-label=t_signal!(log.steps)>
            <div class="log-steps-head">
                <h3>{t_signal!(log.steps)}</h3>
                {show(
                    move || begun() > 0,
                    move || {
                        view! {
                            <span class="quiet">
                                {summary_text} " · " {dynamic(move || time_taken(build))}
                            </span>
                            {fold_all_button(commands)}
                        }
                            .into_any()
                    },
                )}
            </div>
            <ol>{for_each(keys, row)}</ol>
            <p class="quiet">{notes}</p>
        </nav>
    }
    .into_any()
}

/// The text below the list: steps that have not run, steps on other pages, or that there are none.
fn notes(summary: Summary, page_start: usize, finished: bool, is_whole: bool) -> String {
    let Summary { begun, left, .. } = summary;
    if begun > STEPS_PER_PAGE {
        return t_string!(
            log.steps_some,
            from = number(page_start + 1),
            to = number(begun.min(page_start + STEPS_PER_PAGE)),
            of = number(begun)
        );
    }
    match (begun, left) {
        (0, _) if finished => t_string!(log.no_steps).to_owned(),
        (0, _) => t_string!(log.no_steps_yet).to_owned(),
        (_, left) if left == 0 || !is_whole => String::new(),
        (_, left) if summary.failed => t_string!(log.steps_not_run, n = number(left)),
        (_, left) if !finished => t_string!(log.steps_to_go, n = number(left)),
        _ => String::new(),
    }
}

fn time_taken(build: Query<Build>) -> Option<AnyView> {
    let build = build.data()?;
    Some(elapsed(
        build.started_at,
        build.ended_at,
        build.is_finished(),
    ))
}

fn fold_all_button(commands: LogCommands) -> AnyView {
    let is_unfolded = move || {
        let filter = commands.viewer.filter;
        filter.with(|filter| filter.folded.is_empty())
    };
    let name = text_signal(move || match is_unfolded() {
        true => t_string!(log.fold_all),
        false => t_string!(log.unfold_all),
    });
    let button = Button::new(name)
        .only_icon(FOLD)
        .quiet()
        .on_press(move || commands.fold_all(is_unfolded()));
    view! { <span data-keep-open="">{button}</span> }.into_any()
}

/// Reads a step from the log, by its index.
fn read_step(commands: LogCommands, index: usize) -> Option<StepRow> {
    let row = commands.viewer.with_model(|model| {
        let step = model.log.steps().list().get(index)?;
        let name = match step.total {
            None => step.title.clone(),
            Some(total) => format!("{}/{total} {}", step.number, step.title),
        };
        Some(StepRow {
            name,
            seconds: step.duration(),
            state: step.state,
            times: step.start_time.zip(step.end_time),
        })
    });
    row.flatten()
}

fn state_icon(state: StepState) -> (Icon, &'static str) {
    match state {
        StepState::Running => (icon::RUN, t_string!(log.step_running)),
        StepState::Done | StepState::Cached => (icon::CHECK, t_string!(log.step_done)),
        StepState::Failed => (icon::CROSS, t_string!(log.step_failed)),
        StepState::Canceled => (icon::CROSS, t_string!(log.step_canceled)),
    }
}

/// A row. `times` are those of the first and the last line, between which the bars lie; `finished` says that the build
/// is.
fn step_row(
    commands: LogCommands,
    index: usize,
    times: Memo<Option<(i64, i64)>>,
    finished: Memo<bool>,
) -> AnyView {
    let viewer = commands.viewer;
    let step = memo(move || {
        viewer.counts.track();
        let mut step = read_step(commands, index)?;
        // In a part of the log, the end of a step can be missing.
        if finished.get() && step.state == StepState::Running {
            step.state = StepState::Done;
        }
        Some(step)
    });
    let name = text_signal(move || step.get().map(|step| step.name).unwrap_or_default());
    let state = memo(move || step.get().map(|step| step.state));
    let state_view = move || {
        let (icon, word) = state_icon(state.get()?);
        Some(view! {
            <span class="log-step-state" title=word role="img" aria-label=word>
                {icon::icon(icon)}
            </span>
        })
    };
    let duration_text = text_signal(move || match step.get() {
        Some(StepRow {
            state: StepState::Cached,
            ..
        }) => t_string!(log.step_cached).to_owned(),
        Some(StepRow {
            seconds: Some(seconds),
            ..
        }) => TimeDelta::try_seconds(seconds)
            .map(duration)
            .unwrap_or_default(),
        _ => String::new(),
    });
    let bar = memo(move || {
        let (start, end) = step.get()?.times?;
        let (first, last) = times.get()?;
        let percent = |from: i64, to: i64| {
            let whole = last.saturating_sub(first).max(1) as f64;
            (to.saturating_sub(from) as f64 / whole * 100.0).clamp(0.0, 100.0)
        };
        Some((percent(first, start), percent(start, end)))
    });
    view! {
        <li
            data-state=text_signal(move || match state.get() {
                Some(StepState::Failed) => "failed",
                Some(StepState::Running) => "running",
                Some(StepState::Cached) => "cached",
                Some(StepState::Canceled) => "canceled",
                _ => "done",
            })
            aria-current=move || (commands.current_step.get() == Some(index)).then_some("step")
        >
            {dynamic(state_view)}
            <button
                type="button"
                class="log-step"
                title=name
                on:click=move |_| commands.go_to_step(index)
            >
                {name}
            </button>
            <span class="log-step-time">{duration_text}</span>
            <span class="log-step-actions">
                {fold_button(commands, index, name)} {time_window_button(commands, step, name)}
            </span>
            {show(move || bar.get().is_some(), move || bar_view(bar))}
        </li>
    }
    .into_any()
}

fn bar_view(bar: Memo<Option<(f64, f64)>>) -> AnyView {
    let (start, width) = (
        move || bar.get().unwrap_or_default().0,
        move || bar.get().unwrap_or_default().1,
    );
    view! {
        <span class="log-step-bar">
            <i
                style:inset-inline-start=text_signal(move || {
                    format!("min({:.2}%, 100% - 3px)", start())
                })
                style:inline-size=text_signal(move || format!("{:.2}%", width()))
            ></i>
        </span>
    }
    .into_any()
}

/// The button that hides the lines of a step but the first, and shows them again.
fn fold_button(commands: LogCommands, index: usize, name: Signal<String>) -> AnyView {
    let filter = commands.viewer.filter;
    let is_folded = memo(move || filter.with(|filter| filter.folded.contains(&index)));
    view! {
        <button
            type="button"
            class="button-icon"
            data-keep-open=""
            aria-expanded=text_signal(move || (!is_folded.get()).to_string())
            aria-label=t_signal!(log.fold, step = name.get())
            title=t_signal!(log.fold, step = name.get())
            on:click=move |_| commands.toggle_fold(index)
        >
            {dynamic(move || icon::icon(if is_folded.get() { FOLDED } else { UNFOLDED }))}
        </button>
    }
    .into_any()
}

/// The button that loads only the time of a step.
fn time_window_button(
    commands: LogCommands,
    step: Memo<Option<StepRow>>,
    name: Signal<String>,
) -> AnyView {
    let load = move |_| {
        if let Some((start, end)) = step.get_untracked().and_then(|step| step.times) {
            commands.load_time_window(Some(start), Some(end));
        }
    };
    view! {
        <button
            type="button"
            class="button-icon"
            aria-label=t_signal!(log.only_step, step = name.get())
            title=t_signal!(log.only_step, step = name.get())
            on:click=load
        >
            {icon::icon(icon::CLOCK)}
        </button>
    }
    .into_any()
}
