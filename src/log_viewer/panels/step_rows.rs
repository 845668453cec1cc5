//! The rows of the list that are not of one step: the builder's own work, folded, and steps that did not run.

use crate::i18n::numbers::number;
use crate::log::NotRun;
use crate::log_viewer::panels::step_row::{FOLDED, UNFOLDED, stage_name};
use crate::reactive::{dynamic, text_signal};
use crate::t_string;
use crate::ui::icon;
use crate::ui::icon::Icon;
use leptos::prelude::*;

const NOT_RUN: Icon = Icon("M4 8h8");

/// The row that folds and unfolds this many steps that are the builder's own work. `in_view` says that the step in
/// view is one of them and folded.
pub(crate) fn internal_row(
    count: Memo<usize>,
    unfolded: RwSignal<bool>,
    in_view: Memo<bool>,
) -> AnyView {
    let name = text_signal(move || t_string!(log.steps_internal, n = number(count.get())));
    view! {
        <li data-state="internal" aria-current=move || in_view.get().then_some("step")>
            <span class="log-step-state">
                {dynamic(move || icon::icon(if unfolded.get() { UNFOLDED } else { FOLDED }))}
            </span>
            <button
                type="button"
                class="log-step"
                data-keep-open=""
                aria-expanded=text_signal(move || unfolded.get().to_string())
                on:click=move |_| unfolded.update(|unfolded| *unfolded = !*unfolded)
            >
                {name}
            </button>
        </li>
    }
    .into_any()
}

/// The row of the steps of a stage that did not run.
pub(crate) fn not_run_row(steps: &NotRun, has_stages: bool) -> AnyView {
    let NotRun { from, to, .. } = steps;
    let place = match from == to {
        true => format!("{from}/{to}"),
        false => format!("{from}–{to}/{to}"),
    };
    let stage = match has_stages {
        true => stage_name(steps.stage.as_deref(), steps.platform.as_deref()),
        false => String::new(),
    };
    let word = t_string!(log.step_not_run);
    view! {
        <li data-state="not-run">
            <span class="log-step-state">{icon::icon(NOT_RUN)}</span>
            <span class="log-step">
                {(!stage.is_empty())
                    .then(|| view! { <span class="log-step-stage">{format!("{stage} ")}</span> })}
                {place}
            </span>
            <span class="log-step-time">{word}</span>
        </li>
    }
    .into_any()
}
