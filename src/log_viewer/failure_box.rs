//! Why a build failed: the step, how long it ran, its exit code, and the lines that say why.

use crate::api::{Build, Status};
use crate::i18n::numbers::number;
use crate::log::Log;
use crate::log_viewer::commands::LogCommands;
use crate::log_viewer::failure::Failure;
use crate::query::Query;
use crate::reactive::{dynamic, effect, memo, show};
use crate::state::start_build::{AfterStart, BuildTarget, use_build_control};
use crate::t_signal;
use crate::ui::button::Button;
use crate::ui::copy::copy_button;
use crate::ui::icon;
use leptos::prelude::*;

/// The box, while the build is a failed one.
pub(crate) fn failure_box(
    commands: LogCommands,
    build: Query<Build>,
    detail: Memo<Option<String>>,
) -> AnyView {
    let is_failed = move || {
        build
            .data()
            .is_some_and(|build| build.status == Status::Failed)
    };
    show(is_failed, move || content(commands, build, detail)).into_any()
}

/// Follows the log, and reads the failure once the whole log is there.
fn follow_failure(
    commands: LogCommands,
    detail: Memo<Option<String>>,
) -> RwSignal<Option<Failure>> {
    let viewer = commands.viewer;
    let failure = RwSignal::new(None);
    effect(move || {
        viewer.counts.track();
        let detail = detail.get().unwrap_or_default();
        let is_read = !viewer.loading.get() || viewer.error.with(Option::is_some);
        // A part of the log says nothing about the end.
        let is_part = viewer.time_window.get() != (None, None);
        if !is_read || (is_part && failure.with_untracked(Option::is_some)) {
            return;
        }
        let found = viewer.update_model(|model| {
            if is_part {
                return Failure::read(&Log::new(), &detail);
            }
            // This can run before the reader has heard of the failure.
            model.set_outcome(crate::log::Outcome::Failed);
            Failure::read(&model.log, &detail)
        });
        if failure.with_untracked(|before| *before != found) {
            failure.set(found);
        }
    });
    failure
}

fn content(commands: LogCommands, build: Query<Build>, detail: Memo<Option<String>>) -> AnyView {
    let failure = follow_failure(commands, detail);
    let text = Signal::derive(move || {
        let failure = failure.get().unwrap_or_default();
        format!("{}\n{}", failure.sentence(), failure.quote.join("\n"))
    });
    let is_read = move || failure.with(Option::is_some).to_string();
    view! {
        <section class="failure" aria-label=t_signal!(build.why) data-read=is_read>
            <div class="failure-head">
                {icon::icon(icon::CROSS)}
                {dynamic(move || sentence(&failure.get().unwrap_or_default()))}
                <div class="failure-actions">
                    {again_button(commands, build, failure)} {go_button(commands, failure)}
                    {copy_button(text, t_signal!(build.why))}
                </div>
            </div>
            {dynamic(move || quote(failure.get()))}
        </section>
    }
    .into_any()
}

fn sentence(failure: &Failure) -> AnyView {
    let step = failure.step.clone().map(|step| {
        view! {
            <span>{t_signal!(build.failed_step, step = step.place)} " "</span>
            <span class="code" title=step.title.clone()>
                {step.title.clone()}
            </span>
            " "
        }
    });
    let end = failure.clone();
    view! { <h2>{step} <span>{dynamic(move || end.consequence())}</span></h2> }.into_any()
}

fn quote(failure: Option<Failure>) -> AnyView {
    let Some(failure) = failure else {
        return view! { <p class="quiet">{t_signal!(build.reading_why)}</p> }.into_any();
    };
    if failure.quote.is_empty() && failure.is_stopped {
        return ().into_any();
    }
    if failure.quote.is_empty() {
        return view! { <p class="quiet">{t_signal!(build.why_unknown)}</p> }.into_any();
    }
    let lines = failure.quote.iter().enumerate().map(|(index, line)| {
        let gap = failure
            .is_after_gap(index)
            .then(|| view! { <span aria-hidden="true">"⋯ "</span> });
        view! {
            {gap}
            <span title=line.clone()>{line.clone()} "\n"</span>
        }
    });
    view! { <pre>{lines.collect_view()}</pre> }.into_any()
}

/// Goes to the first quoted line. Not offered while a part of the log is loaded, which counts its lines from its
/// own start.
fn go_button(commands: LogCommands, failure: RwSignal<Option<Failure>>) -> AnyView {
    let line = memo(move || failure.with(|failure| failure.as_ref()?.line()));
    let is_whole = move || commands.viewer.time_window.get() == (None, None);
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
    show(move || line.get().is_some() && is_whole(), button).into_any()
}

/// Builds the same commit once more, if the server's stop has ended the build.
fn again_button(
    commands: LogCommands,
    build: Query<Build>,
    failure: RwSignal<Option<Failure>>,
) -> AnyView {
    let control = use_build_control();
    let target = memo(move || {
        let target = BuildTarget::of(&*build.data()?);
        target.is_complete().then_some(target)
    });
    let is_offered = move || {
        let is_stopped = failure.with(|failure| failure.as_ref().is_some_and(|f| f.is_stopped));
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
