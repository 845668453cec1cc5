//! A step as a row of the list: its state, its name, its time and its bar.

use crate::i18n::format::duration;
use crate::log::{Step, StepKind, StepState};
use crate::log_viewer::commands::LogCommands;
use crate::log_viewer::panels::usual_time::usual_time;
use crate::reactive::{dynamic, memo, show, text_signal};
use crate::ui::icon;
use crate::ui::icon::Icon;
use crate::{t_signal, t_string};
use chrono::TimeDelta;
use leptos::prelude::*;

pub(crate) const UNFOLDED: Icon = icon::DOWN;
pub(crate) const FOLDED: Icon = Icon("M6 4l4 4-4 4");

/// Below this, a builder's own time is shown with tenths of a second.
const EXACT_BELOW_TENTHS: u32 = 600;

/// A step as a row of the list.
#[derive(Clone, PartialEq)]
struct StepRow {
    name: String,
    /// Its stage and platform, if there are several.
    stage: String,
    seconds: Option<i64>,
    /// In tenths of a second, if the builder says it.
    tenths: Option<u32>,
    state: StepState,
    /// When it began and ended, Unix seconds, UTC.
    times: Option<(i64, i64)>,
}

/// The context that all rows of a list share.
#[derive(Clone, Copy)]
pub(crate) struct Axis {
    /// The times of the first and the last line, between which the bars lie.
    pub(crate) times: Memo<Option<(i64, i64)>>,
    /// True if the build is finished.
    pub(crate) finished: Memo<bool>,
    /// True if rows say their stage.
    pub(crate) has_stages: Memo<bool>,
    /// True while the build waits, and so runs no step: maybe once more, after its builder was lost.
    pub(crate) waiting: Memo<bool>,
    /// True if somebody has canceled the build: no step is to blame.
    pub(crate) canceled: Memo<bool>,
    /// The index of the step that failed.
    pub(crate) failing: Memo<Option<usize>>,
    /// The image of the build, such as `team/app:latest`.
    pub(crate) image: Memo<Option<String>>,
}

impl Axis {
    /// Returns true if the build failed because of this step.
    fn is_blamed(self, index: usize) -> bool {
        self.failing.get() == Some(index) && !self.canceled.get()
    }

    /// The state of a step as the state of the build allows it.
    fn shown_state(self, index: usize, state: StepState) -> StepState {
        let is_last = self.failing.get() == Some(index);
        match state {
            StepState::Failed if is_last && self.canceled.get() => StepState::Canceled,
            StepState::Running if self.waiting.get() => StepState::Canceled,
            // In a part of the log, the end of a step can be missing.
            StepState::Running if self.finished.get() => StepState::Done,
            state => state,
        }
    }
}

/// The name of a stage, with its platform before it; empty if it has neither.
pub(crate) fn stage_name(stage: Option<&str>, platform: Option<&str>) -> String {
    let stage = stage.map(
        |stage| match stage.bytes().all(|byte| byte.is_ascii_digit()) {
            true => t_string!(log.stage_number, n = stage.to_owned()),
            false => stage.to_owned(),
        },
    );
    let parts: Vec<String> = platform
        .map(str::to_owned)
        .into_iter()
        .chain(stage)
        .collect();
    parts.join(" ")
}

/// Reads a step from the log, by its index.
fn read_step(commands: LogCommands, index: usize, has_stages: bool) -> Option<StepRow> {
    let row = commands.viewer.with_model(|model| {
        let step = model.log.steps().list().get(index)?;
        let stage = match has_stages && step.kind == StepKind::Instruction {
            true => stage_name(step.stage.as_deref(), step.platform.as_deref()),
            false => String::new(),
        };
        Some(StepRow {
            name: name(step),
            stage,
            seconds: step.duration(),
            tenths: step.tenths,
            state: step.state,
            times: step.start_time.zip(step.end_time),
        })
    });
    row.flatten()
}

/// Its place and its instruction: `3/5 RUN make`.
fn name(step: &Step) -> String {
    match (step.kind, step.total) {
        (StepKind::Internal, _) | (_, None) => step.title.clone(),
        (_, Some(total)) => format!("{}/{total} {}", step.number, step.title),
    }
}

impl StepRow {
    /// The text at the end of the row: how long it took.
    fn time(&self) -> String {
        match (self.state, self.tenths) {
            (StepState::Cached, _) => t_string!(log.step_cached).to_owned(),
            (StepState::Canceled, _) => t_string!(log.step_canceled).to_owned(),
            (_, Some(tenths)) if tenths < EXACT_BELOW_TENTHS => {
                let seconds = format!("{}.{}", tenths / 10, tenths % 10);
                t_string!(time.seconds, s = seconds)
            }
            (_, Some(tenths)) => self::seconds(i64::from(tenths / 10)),
            (_, None) => self.seconds.map(self::seconds).unwrap_or_default(),
        }
    }

    /// Where its bar begins and how long it is, in percent of the time of the log.
    fn bar(&self, (first, last): (i64, i64)) -> Option<(f64, f64)> {
        let (start, end) = self.times?;
        let whole = last.saturating_sub(first).max(1) as f64;
        let at = |time: i64| time.saturating_sub(first) as f64;
        // Its own time is known to the tenth, unless it began twice.
        let exact = self.tenths.map(|tenths| at(end) - f64::from(tenths) / 10.0);
        let start = exact
            .filter(|exact| (exact - at(start)).abs() < 1.0)
            .unwrap_or(at(start));
        let percent = |time: f64| (time / whole * 100.0).clamp(0.0, 100.0);
        Some((percent(start), percent(at(end) - start)))
    }
}

fn seconds(seconds: i64) -> String {
    TimeDelta::try_seconds(seconds)
        .map(duration)
        .unwrap_or_default()
}

fn state_icon(state: StepState) -> (Icon, &'static str) {
    match state {
        StepState::Running => (icon::RUN, t_string!(log.step_running)),
        StepState::Done | StepState::Cached => (icon::CHECK, t_string!(log.step_done)),
        StepState::Failed => (icon::CROSS, t_string!(log.step_failed)),
        StepState::Canceled => (icon::CANCELED, t_string!(log.step_canceled)),
    }
}

/// A row.
pub(crate) fn step_row(commands: LogCommands, index: usize, axis: Axis) -> AnyView {
    let viewer = commands.viewer;
    let step = memo(move || {
        viewer.counts.track();
        let mut step = read_step(commands, index, axis.has_stages.get())?;
        step.state = axis.shown_state(index, step.state);
        Some(step)
    });
    let text = move |part: fn(StepRow) -> String| {
        text_signal(move || step.get().map(part).unwrap_or_default())
    };
    let stage = text(|step| step.stage);
    let name = text(|step| match step.stage.is_empty() {
        true => step.name,
        false => format!("{} {}", step.stage, step.name),
    });
    let state = memo(move || step.get().map(|step| step.state));
    let running = memo(move || {
        let is_running = state.get() == Some(StepState::Running);
        let title = viewer.with_model(|model| {
            let step = model.log.steps().list().get(index);
            step.map(|step| step.title.clone())
        });
        title.flatten().filter(|_| is_running)
    });
    let usual = usual_time(axis.image, running);
    let state_view = move || {
        let (icon, word) = state_icon(state.get()?);
        Some(view! {
            <span class="log-step-state" title=word role="img" aria-label=word>
                {icon::icon(icon)}
            </span>
        })
    };
    // One that was stopped at the time limit is canceled, and still the one to blame.
    let look = move || match (axis.is_blamed(index), state.get()) {
        (true, _) | (_, Some(StepState::Failed)) => "failed",
        (_, Some(StepState::Running)) => "running",
        (_, Some(StepState::Cached)) => "cached",
        (_, Some(StepState::Canceled)) => "canceled",
        _ => "done",
    };
    let bar = memo(move || step.get()?.bar(axis.times.get()?));
    view! {
        <li
            data-state=text_signal(look)
            aria-current=move || (commands.current_step.get() == Some(index)).then_some("step")
        >
            {dynamic(state_view)}
            <button
                type="button"
                class="log-step"
                title=name
                on:click=move |_| commands.go_to_step(index)
            >
                {show(
                    move || !stage.get().is_empty(),
                    move || view! { <span class="log-step-stage">{stage}</span> }.into_any(),
                )}
                {text(|step| match step.stage.is_empty() {
                    true => step.name,
                    false => format!(" {}", step.name),
                })}
            </button>
            <span class="log-step-time">
                {text(|step| step.time())}
                {show(
                    move || !usual.get().is_empty(),
                    move || view! { <span>" · " {usual}</span> }.into_any(),
                )}
            </span>
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
