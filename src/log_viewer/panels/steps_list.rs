//! The list of the Dockerfile's steps, with a bar each on the log's time axis: a waterfall.

use crate::api::{Build, Status};
use crate::components::time::elapsed;
use crate::i18n::numbers::number;
use crate::log::{NotRun, Step, StepKind, StepState};
use crate::log_viewer::commands::LogCommands;
use crate::log_viewer::panels::attempts::{FIRST_HEADING, Heading, attempt_heading, list_keys};
use crate::log_viewer::panels::step_row::{Axis, step_row};
use crate::log_viewer::panels::step_rows::{internal_row, not_run_row};
use crate::query::Query;
use crate::reactive::{dynamic, for_each, memo, show, text_signal};
use crate::ui::button::Button;
use crate::ui::icon::Icon;
use crate::{t_signal, t_string};
use leptos::prelude::*;

/// The number of steps that the list shows at a time. Real Dockerfiles have fewer.
const STEPS_PER_PAGE: usize = 200;

const FOLD: Icon = Icon("M4 6.500L8 2.500l4 4M4 9.500l4 4 4-4");

/// The facts of all steps that the list shows.
#[derive(Clone, PartialEq, Default)]
struct Summary {
    /// The steps with a row of their own, by index: the instructions, and work of the builder that failed or is
    /// unfolded.
    rows: Vec<usize>,
    /// The attempts that lost their builders: the name of the builder, and the index of the first step after it.
    lost: Vec<(String, usize)>,
    /// The number of instructions of the last attempt that have begun.
    begun: usize,
    cached: usize,
    /// The number of steps that are the builder's own work.
    internal: usize,
    /// The steps that have not begun, as far as the builder says how many there are.
    not_run: Vec<NotRun>,
    /// True if the stage or the platform of a step says which one it is.
    has_stages: bool,
    /// The index of the step that failed.
    failing: Option<usize>,
}

impl Summary {
    /// Reads the facts from the log.
    fn read(commands: LogCommands, unfolded: bool) -> Option<Self> {
        commands.viewer.with_model(|model| {
            let steps = model.log.steps();
            let list = steps.list();
            let failing = steps.failing();
            let is_internal = |step: &&Step| step.kind == StepKind::Internal;
            let of_attempt = || list.iter().skip(steps.first_of_attempt());
            let instructions = || of_attempt().filter(|step| !is_internal(step));
            let has_row = |(index, step): &(usize, &Step)| {
                unfolded || !is_internal(step) || failing == Some(*index)
            };
            let place = |step: &Step| (step.stage.clone(), step.platform.clone());
            let first = instructions().next().map(place);
            Self {
                rows: list
                    .iter()
                    .enumerate()
                    .filter(has_row)
                    .map(|(index, _)| index)
                    .collect(),
                lost: (steps.lost_attempts().iter())
                    .map(|lost| (lost.builder.clone(), lost.steps_end))
                    .collect(),
                begun: instructions().count(),
                cached: instructions()
                    .filter(|step| step.state == StepState::Cached)
                    .count(),
                internal: list.iter().filter(is_internal).count(),
                not_run: steps.not_run(),
                has_stages: instructions().any(|step| Some(place(step)) != first),
                failing,
            }
        })
    }

    /// The number of steps that have not begun.
    fn left(&self) -> usize {
        let counts = self
            .not_run
            .iter()
            .map(|stage| (stage.to - stage.from + 1) as usize);
        counts.sum()
    }
}

/// The list, with its heading.
pub(crate) fn steps_list(commands: LogCommands, build: Query<Build>) -> AnyView {
    let viewer = commands.viewer;
    let unfolded = RwSignal::new(false);
    let summary = memo(move || {
        viewer.counts.track();
        Summary::read(commands, unfolded.get()).unwrap_or_default()
    });
    let finished = memo(move || build.data().is_some_and(|build| build.is_finished()));
    let is_whole = move || viewer.loaded.get() == (None, None);
    let rows = rows(commands, build, summary, finished);
    let summary_text = text_signal(move || {
        summary.with(|summary| {
            let of = summary.begun + summary.left();
            match summary.cached {
                0 => t_string!(log.steps_count, n = number(of)),
                cached => t_string!(log.steps_cached, n = number(cached), of = number(of)),
            }
        })
    });
    let has_steps = move || summary.with(|summary| summary.begun + summary.internal > 0);
    // Another attempt that waits has none yet.
    let is_begun = move || summary.with(|summary| summary.begun > 0 || summary.lost.is_empty());
    let taken = move || {
        view! {
            {summary_text}
            " · "
            {dynamic(move || time_taken(build))}
        }
        .into_any()
    };
    let internal = memo(move || summary.with(|summary| summary.internal));
    let internal_in_view = memo(move || {
        let current = commands.current_step.get();
        current.is_some_and(|step| summary.with(|summary| !summary.rows.contains(&step)))
    });
    let is_unfinished =
        move || is_whole() && summary.with(|summary| finished.get() && !summary.not_run.is_empty());
    let not_run = move || {
        let stages = summary.with(|summary| (summary.not_run.clone(), summary.has_stages));
        let (not_run, has_stages) = stages;
        not_run
            .into_iter()
            .map(|stage| not_run_row(&stage, has_stages))
            .collect::<Vec<_>>()
    };
    let notes = text_signal(move || notes(commands, summary, finished.get(), is_whole()));
    view! {
        <nav class="log-steps" aria-label=t_signal!(log.steps)>
            <div class="log-steps-head">
                <h3>{t_signal!(log.steps)}</h3>
                {show(
                    has_steps,
                    move || {
                        view! {
                            <span class="quiet">{show(is_begun, taken)}</span>
                            {fold_all_button(commands)}
                        }
                            .into_any()
                    },
                )}
            </div>
            <ol>
                {show(
                    move || { internal.get() > 0 },
                    move || internal_row(internal, unfolded, internal_in_view),
                )} {rows} {show(is_unfinished, move || dynamic(not_run).into_any())}
            </ol>
            <p class="quiet">{notes}</p>
        </nav>
    }
    .into_any()
}

/// The first of the rows that are shown: of the page with the step in view.
fn page_start(commands: LogCommands, summary: Memo<Summary>) -> usize {
    let current = commands.current_step.get().unwrap_or(0);
    let row = summary.with(|summary| summary.rows.partition_point(|row| *row <= current));
    row.saturating_sub(1) / STEPS_PER_PAGE * STEPS_PER_PAGE
}

/// The rows of the steps.
fn rows(
    commands: LogCommands,
    build: Query<Build>,
    summary: Memo<Summary>,
    finished: Memo<bool>,
) -> AnyView {
    let viewer = commands.viewer;
    let page_start = memo(move || page_start(commands, summary));
    // A memo, not a closure: an effect that reads a memo (the page) and then one that the first depends on (the
    // summary) misses a change of the second that leaves the first as it is. Memos do not.
    let keys = memo(move || {
        let start = page_start.get();
        summary.with(|summary| {
            let rows = summary.rows.iter().skip(start).take(STEPS_PER_PAGE);
            list_keys(rows.copied(), &summary.lost)
        })
    });
    let has_status =
        |status: Status| memo(move || build.data().is_some_and(|build| build.status == status));
    let axis = Axis {
        times: memo(move || viewer.counts.with(|counts| counts.times)),
        finished,
        waiting: has_status(Status::Waiting),
        canceled: has_status(Status::Canceled),
        has_stages: memo(move || summary.with(|summary| summary.has_stages)),
        failing: memo(move || summary.with(|summary| summary.failing)),
        image: memo(move || build.data().map(|build| build.image_reference())),
    };
    let heading = move |attempt: usize| {
        let builder = memo(move || {
            let lost = summary.with(|summary| summary.lost.get(attempt).cloned());
            match lost {
                Some((name, _)) => Heading::Lost(name),
                None => Heading::Last(build.data().and_then(|build| build.builder.clone())),
            }
        });
        attempt_heading(attempt, builder)
    };
    let row = move |key: u64| match key.checked_sub(FIRST_HEADING) {
        Some(attempt) => heading(attempt as usize),
        None => step_row(commands, key as usize, axis),
    };
    for_each(move || keys.get(), row).into_any()
}

/// The text below the list: steps that are still to come, steps on other pages, or that there are none.
fn notes(commands: LogCommands, summary: Memo<Summary>, finished: bool, is_whole: bool) -> String {
    let (rows, left) = summary.with(|summary| (summary.rows.len(), summary.left()));
    if rows > STEPS_PER_PAGE {
        let start = page_start(commands, summary);
        return t_string!(
            log.steps_some,
            from = number(start + 1),
            to = number(rows.min(start + STEPS_PER_PAGE)),
            of = number(rows)
        );
    }
    let has_none = summary.with(|summary| summary.begun + summary.internal == 0);
    let viewer = commands.viewer;
    let is_unread = viewer.loading.get() || viewer.error.with(Option::is_some);
    match (has_none, left) {
        // Nothing is known of the steps yet.
        (true, _) if is_unread => String::new(),
        (true, _) if finished => t_string!(log.no_steps).to_owned(),
        (true, _) => t_string!(log.no_steps_yet).to_owned(),
        (_, left) if left > 0 && is_whole && !finished => {
            t_string!(log.steps_to_go, n = number(left))
        }
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
