//! The steps of two builds side by side.

use crate::i18n::format::duration;
use crate::i18n::numbers::number;
use crate::log::{Log, Step, StepKind, StepState};
use crate::pages::build_page::compare_page::comparing::Compared;
use crate::reactive::dynamic;
use crate::t_signal;
use crate::t_string;
use crate::ui::button::Button;
use chrono::TimeDelta;
use leptos::prelude::*;
use std::rc::Rc;

/// The number of steps that are shown at first, and that are added by each press.
const STEPS_AT_A_TIME: usize = 200;

/// The steps; nothing if neither log has any.
pub(crate) fn steps_table(compared: &Rc<Compared>) -> AnyView {
    let count = compared.comparison.steps().len();
    if count == 0 {
        return ().into_any();
    }
    let compared = StoredValue::new_local(compared.clone());
    let limit = RwSignal::new(STEPS_AT_A_TIME);
    let rows = move || {
        let limit = limit.get();
        compared.with_value(|compared| {
            let pairs = compared.comparison.steps().iter().take(limit);
            pairs
                .map(|pair| row(compared, pair.old, pair.new, pair.same))
                .collect_view()
        })
    };
    let more = move || {
        let left = count.checked_sub(limit.get()).filter(|left| *left > 0)?;
        let label = t_signal!(compare.more, n = number(left.min(STEPS_AT_A_TIME)));
        Some(Button::new(label).on_press(move || limit.update(|limit| *limit += STEPS_AT_A_TIME)))
    };
    view! {
        <section class="compare-part">
            <h2>{t_signal!(log.steps)}</h2>
            // It can be scrolled by keys where it is too wide.
            <div
                class="compare-steps"
                role="region"
                aria-label=t_signal!(compare.steps)
                tabindex="0"
            >
                <table>
                    <thead>
                        <tr>
                            <th scope="col">{t_signal!(compare.step)}</th>
                            <th scope="col">{t_signal!(compare.other)}</th>
                            <th scope="col">{t_signal!(compare.this)}</th>
                            <th scope="col">{t_signal!(compare.difference)}</th>
                        </tr>
                    </thead>
                    <tbody>{dynamic(rows)}</tbody>
                </table>
            </div>
            {dynamic(more)}
        </section>
    }
    .into_any()
}

fn row(compared: &Compared, old: Option<usize>, new: Option<usize>, same: bool) -> AnyView {
    let step = |log: &Rc<Log>, index: Option<usize>| log.steps().list().get(index?).cloned();
    let (old, new) = (step(&compared.old, old), step(&compared.new, new));
    let title = |step: &Option<Step>| step.as_ref().map(|step| step.title.clone());
    let before = (!same)
        .then(|| title(&old))
        .flatten()
        .filter(|_| new.is_some());
    let before = before.map(|before| {
        view! { <span class="code quiet">{t_string!(compare.was, step = before)}</span> }
    });
    let is_internal = new
        .as_ref()
        .or(old.as_ref())
        .is_some_and(|step| step.kind == StepKind::Internal);
    let kind = match (&old, &new) {
        (None, _) => "new",
        (_, None) => "gone",
        _ if same => "same",
        _ => "changed",
    };
    let difference = difference(old.as_ref(), new.as_ref());
    view! {
        <tr data-kind=kind data-internal=is_internal.to_string()>
            <th scope="row">
                <span class="code">{title(&new).or(title(&old))}</span>
                {before}
            </th>
            <td>{cell(old.as_ref())}</td>
            <td>{cell(new.as_ref())}</td>
            <td>{difference}</td>
        </tr>
    }
    .into_any()
}

/// A step's state, with its duration if it ran.
fn cell(step: Option<&Step>) -> String {
    let Some(step) = step else {
        return t_string!(compare.absent).to_owned();
    };
    let state = match step.state {
        StepState::Running => t_string!(log.step_running),
        StepState::Done => t_string!(log.step_done),
        StepState::Failed => t_string!(log.step_failed),
        StepState::Cached => return t_string!(log.step_cached).to_owned(),
        StepState::Canceled => t_string!(log.step_canceled),
    };
    match tenths(step).map(length) {
        Some(length) => [state, &length].join(t_string!(words.comma)),
        None => state.to_owned(),
    }
}

/// The duration of a step, in tenths of a second; `None` if the log does not say.
fn tenths(step: &Step) -> Option<i64> {
    if step.state == StepState::Cached {
        return None;
    }
    let printed = step.tenths.map(i64::from);
    printed.or_else(|| Some(step.duration()?.saturating_mul(10)))
}

fn length(tenths: i64) -> String {
    TimeDelta::try_milliseconds(tenths.saturating_mul(100))
        .map(duration)
        .unwrap_or_default()
}

/// The change of a step: longer, shorter, or in and out of the cache.
fn difference(old: Option<&Step>, new: Option<&Step>) -> String {
    let (Some(old), Some(new)) = (old, new) else {
        return match new {
            Some(_) => t_string!(compare.new_step).to_owned(),
            None => t_string!(compare.gone_step).to_owned(),
        };
    };
    match (
        old.state == StepState::Cached,
        new.state == StepState::Cached,
    ) {
        (true, false) => return t_string!(compare.not_cached_now).to_owned(),
        (false, true) => return t_string!(compare.cached_now).to_owned(),
        _ => {}
    }
    match tenths(new).zip(tenths(old)) {
        Some((new, old)) if new > old => format!("+{}", length(new - old)),
        Some((new, old)) if new < old => format!("−{}", length(old - new)),
        _ => String::new(),
    }
}
