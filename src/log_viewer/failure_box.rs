//! Why a build failed: the kind of failure, the step, how long it ran, its exit code, and the lines that say why.

use crate::api::{Build, Status};
use crate::i18n::numbers::number;
use crate::log::Outcome;
use crate::log_viewer::commands::LogCommands;
use crate::log_viewer::failure::{Failure, Source, Stop};
use crate::log_viewer::happened_before::happened_before;
use crate::log_viewer::new_lines::new_lines;
use crate::query::Query;
use crate::reactive::{bool_signal, dynamic, effect, memo, show};
use crate::state::start_build::{AfterStart, BuildTarget, use_build_control};
use crate::ui::button::Button;
use crate::ui::copy::copy_button;
use crate::ui::icon;
use crate::{t_signal, t_string};
use leptos::prelude::*;
use std::ops::Range;

/// The number of lines that a narrow window shows of the quote until the user asks for all.
const MAX_SHORT_QUOTE: usize = 3;

/// A failure as the box shows it, and the time window of the log that it was read from.
type Shown = RwSignal<Option<(Failure, TimeWindow)>>;

/// Start and end, Unix seconds, UTC.
type TimeWindow = (Option<i64>, Option<i64>);

/// The box, while the build is a failed one.
pub(crate) fn failure_box(
    commands: LogCommands,
    build: Query<Build>,
    detail: Memo<Option<String>>,
) -> AnyView {
    let is_failed = move || build.data().is_some_and(|build| build.has_failed());
    show(is_failed, move || content(commands, build, detail)).into_any()
}

/// Reads the failure whenever the log is explained.
fn follow_failure(commands: LogCommands, detail: Memo<Option<String>>) -> Shown {
    let viewer = commands.viewer;
    let shown: Shown = RwSignal::new(None);
    // This can run before the reader has heard of the failure.
    viewer.set_outcome(Outcome::Failed);
    effect(move || {
        // The last lines change while the explanation does not.
        viewer.counts.track();
        let window = viewer.loaded.get();
        let detail = detail.get().unwrap_or_default();
        let Some(explanation) = viewer.explained.get() else {
            return;
        };
        let is_known = shown.with_untracked(Option::is_some);
        // The whole log has told more than a part of it can.
        if window != (None, None) && is_known {
            return;
        }
        let found = viewer.with_model(|model| {
            // The end of a part says nothing, unless the log names the step that failed.
            match model.is_part && explanation.cause.is_none() {
                true => Failure::of_part(&detail),
                false => Failure::read(&model.log, &explanation, &detail),
            }
        });
        let found = found.map(|found| (found, window));
        if shown.with_untracked(|before| *before != found) {
            shown.set(found);
        }
    });
    shown
}

fn content(commands: LogCommands, build: Query<Build>, detail: Memo<Option<String>>) -> AnyView {
    let shown = follow_failure(commands, detail);
    let failure = memo(move || shown.get().map(|(failure, _)| failure));
    let text = Signal::derive(move || {
        let failure = failure.get();
        failure.map(|failure| failure.text()).unwrap_or_default()
    });
    let is_read = move || failure.with(Option::is_some).to_string();
    let is_canceled = memo(move || {
        let is_said = build
            .data()
            .is_some_and(|build| build.status == Status::Canceled);
        let stop = |failure: &Failure| matches!(failure.stop, Some(Stop::Canceled(_)));
        is_said || failure.with(|failure| failure.as_ref().is_some_and(stop))
    });
    let shape = move || match is_canceled.get() {
        true => icon::icon(icon::CANCELED),
        false => icon::icon(icon::CROSS),
    };
    let more = RwSignal::new(false);
    view! {
        <section
            class="failure"
            aria-label=t_signal!(build.why)
            data-read=is_read
            data-canceled=move || is_canceled.get().to_string()
            data-more=move || more.get().to_string()
        >
            <div class="failure-head">
                {dynamic(shape)} {dynamic(move || words(&failure.get().unwrap_or_default()))}
                <div class="failure-actions">
                    // A narrow window shows these once the user asks for more.
                    <span class="failure-further">
                        {new_lines(commands)} {happened_before(commands, build)}
                    </span>
                    {again_button(commands, build, failure)}
                    {go_button(commands, shown)}
                    {more_button(failure, more)}
                    {copy_button(text, t_signal!(build.why))}
                </div>
            </div>
            {dynamic(move || quote(failure.get()))}
        </section>
    }
    .into_any()
}

/// The kind of failure, and how the step ended.
fn words(failure: &Failure) -> AnyView {
    let headline = failure.headline();
    let facts = facts(failure);
    match headline {
        Some(headline) => view! {
            <h2>{headline}</h2>
            {facts.map(|facts| view! { <p class="failure-facts">{facts}</p> })}
        }
        .into_any(),
        None => view! { <h2 class="failure-facts">{facts}</h2> }.into_any(),
    }
}

/// The step with its instruction, and how it ended; `None` if nothing is known.
fn facts(failure: &Failure) -> Option<AnyView> {
    let step = failure.step.as_ref().map(|step| {
        view! {
            <span>{step.place()} " "</span>
            <span class="code" title=step.header.clone()>
                {step.title.clone()}
            </span>
            " "
        }
    });
    let consequence = failure.consequence();
    (step.is_some() || !consequence.is_empty()).then(|| {
        view! {
            {step}
            <span>{consequence}</span>
        }
        .into_any()
    })
}

fn quote(failure: Option<Failure>) -> AnyView {
    let Some(failure) = failure else {
        return view! { <p class="quiet">{t_signal!(build.reading_why)}</p> }.into_any();
    };
    let label = match failure.source {
        Source::Cause => None,
        Source::LastLines if failure.step.is_some() => Some(t_string!(failure.last_lines_of_step)),
        Source::LastLines => Some(t_string!(failure.last_lines)),
        Source::Api => Some(t_string!(failure.by_api)),
        Source::Part => Some(t_string!(failure.only_part)),
        Source::Nothing if failure.stop.is_some() => None,
        Source::Nothing => Some(t_string!(build.why_unknown)),
    };
    let short = short_quote(&failure);
    let lines = failure.quote.iter().enumerate().map(|(index, line)| {
        let mark = match line.is_cause {
            true => "▸",
            false if failure.is_after_gap(index) => "⋯",
            false => "",
        };
        let label = line.is_cause.then(|| {
            view! { <span class="visually-hidden">{t_string!(failure.cause_of_quote)} " "</span> }
        });
        view! {
            <span
                title=line.text.clone()
                data-cause=line.is_cause.then_some("true")
                data-rest=(!short.contains(&index)).then_some("true")
            >
                <span aria-hidden="true">{mark}</span>
                {label}
                {line.text.clone()}
                "\n"
            </span>
        }
    });
    view! {
        {label.map(|label| view! { <p class="quiet">{label}</p> })}
        {(!failure.quote.is_empty()).then(|| view! { <pre>{lines.collect_view()}</pre> })}
    }
    .into_any()
}

/// The quoted lines that a narrow window shows at first, by their indexes: the cause and those after it, and as many
/// before it as there is room for. Last lines have a line above them that says so, and one of their own less.
fn short_quote(failure: &Failure) -> Range<usize> {
    let lines = failure.quote.len();
    let cause = failure.quote.iter().position(|line| line.is_cause);
    let (start, shown) = match cause {
        Some(cause) => (cause, MAX_SHORT_QUOTE),
        None => (lines, MAX_SHORT_QUOTE - 1),
    };
    let start = start.min(lines.saturating_sub(shown));
    start..lines.min(start + shown)
}

/// In a narrow window, shows all of the quote and the further actions, or less again.
fn more_button(failure: Memo<Option<Failure>>, more: RwSignal<bool>) -> AnyView {
    let is_quoted = move || {
        failure.with(|failure| {
            let quote = failure.as_ref().map(|failure| &failure.quote);
            quote.is_some_and(|quote| !quote.is_empty())
        })
    };
    let button = move || {
        let button = Button::new(t_signal!(failure.more))
            .quiet()
            .pressed(bool_signal(move || more.get()))
            .on_press(move || more.update(|more| *more = !*more));
        view! { <span class="failure-more">{button}</span> }.into_any()
    };
    show(is_quoted, button).into_any()
}

/// Goes to the cause, or to the first quoted line. Not offered while another part of the log is loaded than the one
/// that was read: its lines have other numbers.
fn go_button(commands: LogCommands, shown: Shown) -> AnyView {
    let line = memo(move || {
        let window = commands.viewer.loaded.get();
        shown.with(|shown| {
            let (failure, of) = shown.as_ref()?;
            failure.line().filter(|_| *of == window)
        })
    });
    let go = move || {
        if let Some(line) = line.get_untracked() {
            commands.go_to(line);
            commands.focus_log();
        }
    };
    let button = move || {
        let label = t_signal!(
            build.go_to_line,
            n = number(line.get().map_or(0, |line| line + 1))
        );
        Button::new(label).on_press(go)
    };
    show(move || line.get().is_some(), button).into_any()
}

/// Builds the same commit once more, if the server's stop has ended the build.
fn again_button(
    commands: LogCommands,
    build: Query<Build>,
    failure: Memo<Option<Failure>>,
) -> AnyView {
    let control = use_build_control();
    let target = memo(move || {
        let target = BuildTarget::of(&*build.data()?);
        target.is_complete().then_some(target)
    });
    let is_offered = move || {
        let stop = |failure: &Failure| failure.stop == Some(Stop::Server);
        let is_stopped = failure.with(|failure| failure.as_ref().is_some_and(stop));
        commands.source.is_api() && is_stopped && target.with(Option::is_some)
    };
    let press = move || {
        let Some(target) = target.get_untracked() else {
            return;
        };
        let commit = Some(target.commit.clone()).filter(|commit| !commit.is_empty());
        control.start(target, commit, move |target, result| {
            control.report(&target, result, AfterStart::Open);
        });
    };
    let button = move || {
        Button::new(t_signal!(build.try_again))
            .busy(control.busy())
            .on_press(press)
    };
    show(is_offered, button).into_any()
}
