//! The list of the Dockerfile's steps, beside the log.

use crate::i18n::format::duration;
use crate::i18n::numbers::number;
use crate::log::StepState;
use crate::log_viewer::commands::LogCommands;
use crate::log_viewer::selection::Selection;
use crate::reactive::{dynamic, for_each, memo, show, text_signal};
use crate::ui::button::Button;
use crate::ui::icon;
use crate::ui::icon::Icon;
use crate::{t_signal, t_string};
use chrono::TimeDelta;
use leptos::prelude::*;

/// The number of steps that the list shows at a time.
const STEPS_PER_PAGE: usize = 30;

/// A step as a row of the list.
#[derive(Clone, PartialEq)]
struct StepRow {
    /// The number of its first line.
    first: usize,
    name: String,
    seconds: Option<i64>,
    state: StepState,
    /// When it began and ended, Unix seconds, UTC.
    times: Option<(i64, i64)>,
}

/// The list, shown if the log has steps and the user wants to see them.
pub(crate) fn steps_panel(commands: LogCommands) -> AnyView {
    let viewer = commands.viewer;
    let is_shown =
        move || commands.steps_shown.get() && viewer.counts.with(|counts| counts.steps > 0);
    show(is_shown, move || panel(commands)).into_any()
}

fn panel(commands: LogCommands) -> AnyView {
    let viewer = commands.viewer;
    let current = memo(move || {
        let first = viewer.in_view.with(|in_view| in_view.first);
        let step = viewer.with_model(|model| model.log.steps().step_of_line(first));
        step.flatten()
    });
    // The first step of the page with the current one.
    let page_start = memo(move || current.get().unwrap_or(0) / STEPS_PER_PAGE * STEPS_PER_PAGE);
    let page = move || {
        let count = viewer.counts.with(|counts| counts.steps);
        let start = page_start.get();
        (start..count.min(start + STEPS_PER_PAGE), count)
    };
    let keys = move || page().0.map(|step| step as u64).collect();
    let row = move |index: u64| step_row(commands, index as usize, current);
    let page_text = text_signal(move || {
        let (steps, count) = page();
        match count > STEPS_PER_PAGE {
            true => t_string!(
                log.steps_some,
                from = number(steps.start + 1),
                to = number(steps.end),
                of = number(count)
            ),
            false => String::new(),
        }
    });
    let is_unfolded = move || viewer.filter.with(|filter| filter.folded.is_empty());
    view! {
        <nav class="log-steps" aria-label=t_signal!(log.steps)>
            <div class="log-steps-head">
                <h3>{t_signal!(log.steps)}</h3>
                {Button::new(
                        text_signal(move || match is_unfolded() {
                            true => t_string!(log.fold_all),
                            false => t_string!(log.unfold_all),
                        }),
                    )
                    .on_press(move || commands.fold_all(is_unfolded()))}
            </div>
            <ol>{for_each(keys, row)}</ol>
            <p class="quiet">{page_text}</p>
        </nav>
    }
    .into_any()
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
            first: step.first,
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
        StepState::Done => (icon::CHECK, t_string!(log.step_done)),
        StepState::Failed => (icon::CROSS, t_string!(log.step_failed)),
    }
}

fn step_row(commands: LogCommands, index: usize, current: Memo<Option<usize>>) -> AnyView {
    let viewer = commands.viewer;
    let step = memo(move || {
        viewer.counts.track();
        read_step(commands, index)
    });
    let name = text_signal(move || step.get().map(|step| step.name).unwrap_or_default());
    let is_folded = memo(move || viewer.filter.with(|filter| filter.folded.contains(&index)));
    let state = memo(move || step.get().map(|step| step.state));
    let state_view = move || {
        let (icon, word) = state_icon(state.get()?);
        Some(view! {
            <span class="log-step-state" title=word role="img" aria-label=word>
                {icon::icon(icon)}
            </span>
        })
    };
    let duration_text = text_signal(move || {
        let seconds = step
            .get()
            .and_then(|step| step.seconds)
            .and_then(TimeDelta::try_seconds);
        seconds.map(duration).unwrap_or_default()
    });
    let go = move |_| {
        if let Some(step) = step.get_untracked() {
            commands.go_to(step.first);
        }
    };
    view! {
        <li
            data-state=text_signal(move || match state.get() {
                Some(StepState::Failed) => "failed",
                Some(StepState::Running) => "running",
                _ => "done",
            })
            aria-current=move || (current.get() == Some(index)).then_some("step")
        >
            <button
                type="button"
                class="log-fold"
                aria-expanded=text_signal(move || (!is_folded.get()).to_string())
                aria-label=t_signal!(log.fold, step = name.get())
                on:click=move |_| commands.toggle_fold(index)
            ></button>
            {dynamic(state_view)}
            <button type="button" class="log-step" title=name on:click=go>
                {name}
            </button>
            <span class="quiet number">{duration_text}</span>
            {time_window_button(commands.selection, step, name)}
        </li>
    }
    .into_any()
}

/// The button that loads only the time of a step.
fn time_window_button(
    selection: Selection,
    step: Memo<Option<StepRow>>,
    name: Signal<String>,
) -> AnyView {
    let load = move |_| {
        if let Some((start, end)) = step.get_untracked().and_then(|step| step.times) {
            selection.set_time_window(Some(start), Some(end));
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
