//! The steps of the Dockerfile: a list at the side of the log.

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

/// The most steps in the list at one time.
const MOST: usize = 30;

/// A step as the list shows it.
#[derive(Clone, PartialEq)]
struct StepRow {
    first: usize,
    name: String,
    seconds: Option<i64>,
    state: StepState,
    /// Unix seconds.
    times: Option<(i64, i64)>,
}

/// The list, where the log has steps and the reader wants to see them.
pub fn sections_panel(tools: LogCommands) -> AnyView {
    let view = tools.view;
    let any = move || tools.listed.get() && view.counts.with(|counts| counts.sections > 0);
    show(any, move || panel(tools)).into_any()
}

fn panel(tools: LogCommands) -> AnyView {
    let view = tools.view;
    // The part of the list with the step that is read.
    let here = memo(move || {
        let first = view.in_view.with(|in_view| in_view.first);
        let section = view.read(|core| core.log.steps().step_of_line(first));
        section.flatten()
    });
    let page = memo(move || here.get().unwrap_or(0) / MOST * MOST);
    let keys = move || {
        let all = view.counts.with(|counts| counts.sections);
        (page.get()..all.min(page.get() + MOST))
            .map(|step| step as u64)
            .collect()
    };
    let step = move |index: u64| step_view(tools, index as usize, here);
    let some = move || {
        let all = view.counts.with(|counts| counts.sections);
        let from = page.get();
        (all > MOST).then(|| {
            let to = all.min(from + MOST);
            t_string!(
                log.steps_some,
                from = number(from + 1),
                to = number(to),
                of = number(all)
            )
        })
    };
    let foldable = move || view.filter.with(|filter| filter.folded.is_empty());
    view! {
        <nav class="log-steps" aria-label=t_signal!(log.steps)>
            <div class="log-steps-head">
                <h3>{t_signal!(log.steps)}</h3>
                {Button::new(text_signal(move || match foldable() {
                        true => t_string!(log.fold_all),
                        false => t_string!(log.unfold_all),
                    }))
                    .on_press(move || tools.fold_all(foldable()))}
            </div>
            <ol>{for_each(keys, step)}</ol>
            <p class="quiet">{text_signal(move || some().unwrap_or_default())}</p>
        </nav>
    }
    .into_any()
}

fn look_up(tools: LogCommands, index: usize) -> Option<StepRow> {
    let found = tools.view.read(|core| {
        let section = core.log.steps().list().get(index)?;
        let name = match section.total {
            None => section.title.clone(),
            Some(total) => format!("{}/{total} {}", section.number, section.title),
        };
        Some(StepRow {
            first: section.first,
            name,
            seconds: section.duration(),
            state: section.state,
            times: section.start_time.zip(section.end_time),
        })
    });
    found.flatten()
}

fn state_word(state: StepState) -> (Icon, &'static str) {
    match state {
        StepState::Running => (icon::RUN, t_string!(log.step_running)),
        StepState::Done => (icon::CHECK, t_string!(log.step_done)),
        StepState::Failed => (icon::CROSS, t_string!(log.step_failed)),
    }
}

fn step_view(tools: LogCommands, index: usize, here: Memo<Option<usize>>) -> AnyView {
    let view = tools.view;
    let step = memo(move || {
        view.counts.track();
        look_up(tools, index)
    });
    let name = text_signal(move || step.get().map(|step| step.name).unwrap_or_default());
    let folded = memo(move || view.filter.with(|filter| filter.folded.contains(&index)));
    let state = memo(move || step.get().map(|step| step.state));
    let word = move || {
        let (icon, word) = state_word(state.get()?);
        Some(
            view! { <span class="log-step-state" title=word role="img" aria-label=word>{icon::icon(icon)}</span> },
        )
    };
    let length = text_signal(move || {
        let seconds = step
            .get()
            .and_then(|step| step.seconds)
            .and_then(TimeDelta::try_seconds);
        seconds.map(duration).unwrap_or_default()
    });
    let go = move |_| {
        if let Some(step) = step.get_untracked() {
            tools.go_to(step.first);
        }
    };
    view! {
        <li
            data-state=text_signal(move || match state.get() {
                Some(StepState::Failed) => "failed",
                Some(StepState::Running) => "running",
                _ => "done",
            })
            aria-current=move || (here.get() == Some(index)).then_some("step")
        >
            <button
                type="button"
                class="log-fold"
                aria-expanded=text_signal(move || (!folded.get()).to_string())
                aria-label=t_signal!(log.fold, step = name.get())
                on:click=move |_| tools.fold(index)
            ></button>
            {dynamic(word)}
            <button type="button" class="log-step" title=name on:click=go>
                {name}
            </button>
            <span class="quiet number">{length}</span>
            {only(tools.selection, step, name)}
        </li>
    }
    .into_any()
}

/// Asks the API for the time of one step alone.
fn only(selection: Selection, step: Memo<Option<StepRow>>, name: Signal<String>) -> AnyView {
    let press = move |_| {
        if let Some((start, end)) = step.get_untracked().and_then(|step| step.times) {
            selection.set_window(Some(start), Some(end));
        }
    };
    view! {
        <button
            type="button"
            class="button-icon"
            aria-label=t_signal!(log.only_step, step = name.get())
            title=t_signal!(log.only_step, step = name.get())
            on:click=press
        >
            {icon::icon(icon::CLOCK)}
        </button>
    }
    .into_any()
}
