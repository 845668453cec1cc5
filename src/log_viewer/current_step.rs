//! The step that the log is at, or ended in, in words for the rest of the page.

use crate::log::{Step, StepKind, StepState};
use crate::log_viewer::panels::step_row::stage_name;
use crate::log_viewer::view_state::LogViewer;
use crate::reactive::effect;
use crate::t_string;
use leptos::prelude::*;

/// The step in words: `Step 3 of 5`, with its stage if there are several; empty if the log does not say. Copies share it.
#[derive(Clone, Copy)]
pub(crate) struct CurrentStep(pub(crate) RwSignal<String>);

impl CurrentStep {
    /// Provides the step to the page, and to the log that the page shows.
    pub(crate) fn provide() {
        provide_context(Self(RwSignal::new(String::new())));
    }
}

/// Tells the page the step, if it wants to know it.
pub(crate) fn tell_current_step(viewer: LogViewer) {
    let Some(CurrentStep(step)) = use_context() else {
        return;
    };
    effect(move || {
        viewer.counts.track();
        // A part of the log may lack the last step.
        let is_whole = viewer.time_window.get() == (None, None);
        let words = viewer.with_model(|model| {
            let steps = model.log.steps();
            let of_attempt = steps.list().get(steps.first_of_attempt()..);
            step_words(of_attempt.unwrap_or_default())
        });
        let words = words.filter(|_| is_whole).unwrap_or_default();
        if step.with_untracked(|before| *before != words) {
            step.set(words);
        }
    });
}

/// Words for the step that failed, or else for the last one that began. Empty if the builder does not count its steps.
fn step_words(steps: &[Step]) -> String {
    let is_counted = |step: &&Step| step.kind == StepKind::Instruction && step.number > 0;
    let counted = || steps.iter().rev().filter(is_counted);
    let failed = counted().find(|step| step.state == StepState::Failed);
    let Some(step) = failed.or_else(|| counted().next()) else {
        return String::new();
    };
    let Some(total) = step.total else {
        return String::new();
    };
    let (number, of) = (step.number, total.max(step.number));
    let place = t_string!(build.step_of, step = number, of = of);
    match stage_name(step.stage.as_deref(), step.platform.as_deref()) {
        stage if stage.is_empty() => place,
        stage => format!("{place} · {stage}"),
    }
}
