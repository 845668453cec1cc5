//! The first line of the page: status, image, duration, the builds of the tag around this one, and the actions.

use crate::api::{Build, Status};
use crate::components::builds::duration_note::duration_note;
use crate::components::builds::expectation::usual_duration;
use crate::components::builds::status_badge::status_badge;
use crate::components::page_heading::heading_with;
use crate::components::time::elapsed;
use crate::i18n::api_words::status_word;
use crate::log_viewer::current_step::CurrentStep;
use crate::pages::build_page::facet::facet;
use crate::pages::build_page::siblings::Siblings;
use crate::query::Query;
use crate::reactive::{dynamic, memo};
use crate::routing::navigation::use_navigation;
use crate::routing::routes::Route;
use crate::state::session_cache::use_session_cache;
use crate::{t_signal, t_string};
use leptos::prelude::*;

/// The stage (`step_at`) at which the API counts a build as succeeded.
pub(crate) const LAST_STAGE: i64 = 50;

/// The heading: the image, with links to its namespace and repository, unless the build is from a file. The tab's title has the status too.
pub(crate) fn image_heading(build: Query<Build>, is_live: bool) -> AnyView {
    let title = memo(move || match build.data() {
        Some(build) => {
            let status = status_word(&build.status);
            format!("{status} · {}", build.image_reference())
        }
        None => t_string!(build.title).to_string(),
    });
    let image = memo(move || build.data().map(|build| image_fields(&build)));
    let content = dynamic(move || match image.get() {
        Some(build) => image_parts(&build, is_live),
        None => t_signal!(build.title).into_any(),
    });
    heading_with(title.into(), content.into_any())
}

fn image_fields(build: &Build) -> Build {
    Build {
        build_id: build.build_id.clone(),
        docker_repo_path: build.docker_repo_path.clone(),
        docker_repo_tag: build.docker_repo_tag.clone(),
        ..Build::default()
    }
}

/// `namespace/name:tag`. The text has no spaces, so that it can be copied; the style adds some.
fn image_parts(build: &Build, is_live: bool) -> AnyView {
    let Some((namespace, name)) = build.repository() else {
        return build.image_reference().into_any();
    };
    let navigation = use_navigation();
    let (namespace, name) = (namespace.to_owned(), name.to_owned());
    // Without a target, a link is plain text.
    let href = |route: &Route| is_live.then(|| navigation.href(route));
    let repositories = href(&Route::repositories(namespace.clone()));
    let repository = href(&Route::Repository {
        namespace: namespace.clone(),
        name: name.clone(),
    });
    let tag = (!build.docker_repo_tag.is_empty()).then(|| {
        view! {
            <span class="separator">":"</span>
            <strong>{build.docker_repo_tag.clone()}</strong>
        }
    });
    view! {
        <span class="build-image" title=build.image_reference()>
            <a href=repositories>{namespace}</a>
            <span class="separator">"/"</span>
            <a href=repository>{name}</a>
            {tag}
        </span>
    }
    .into_any()
}

/// The badge, which changes with the status alone: its icon turns.
pub(crate) fn badge(build: Query<Build>) -> AnyView {
    facet(
        build,
        |build| Build {
            status: build.status.clone(),
            ..Build::default()
        },
        |build| status_badge(build.status.clone()).into_any(),
    )
}

/// How long the build waited, runs, or ran. Ticks until it is finished.
pub(crate) fn duration(build: Query<Build>) -> AnyView {
    facet(build, time_fields, |build| {
        let is_finished = build.is_finished();
        let label = match (&build.status, build.started_at) {
            (Status::Failed | Status::Canceled, _) => t_signal!(build.failed_after),
            _ if is_finished => t_signal!(build.took),
            (_, Some(_)) => t_signal!(build.took_yet),
            _ => t_signal!(build.waited_yet),
        };
        let begin = match is_finished {
            true => build.started_at,
            false => build.started_at.or(build.created_at),
        };
        view! {
            <span class="build-duration">
                {label} " " {elapsed(begin, build.ended_at, is_finished)}
            </span>
        }
        .into_any()
    })
}

/// The time that the build still takes, or that it takes unusually long, by the builds of its image that are known.
pub(crate) fn usual_duration_note(build: Query<Build>, siblings: Query<Siblings>) -> AnyView {
    let cache = use_session_cache();
    let usual = memo(move || {
        let (build, siblings) = (build.data()?, siblings.data()?);
        let known = cache.all_builds();
        usual_duration(&build, siblings.around.iter().chain(&known))
    });
    let times = memo(move || build.data().map(|build| time_fields(&build)));
    dynamic(move || {
        let (times, usual) = times.get().zip(usual.get())?;
        Some(view! { <span class="build-duration">{duration_note(&times, usual)}</span> })
    })
    .into_any()
}

pub(crate) fn time_fields(build: &Build) -> Build {
    Build {
        status: build.status.clone(),
        created_at: build.created_at,
        started_at: build.started_at,
        ended_at: build.ended_at,
        ..Build::default()
    }
}

/// The progress of the build, in words; `None` if nobody says so. Tracked once it is read.
pub(crate) fn progress_words(build: Query<Build>) -> Memo<Option<String>> {
    let step = use_context::<CurrentStep>();
    memo(move || {
        let build = build.data()?;
        let step = step
            .map(|step| step.0.get())
            .filter(|step| !step.is_empty());
        let share = build
            .step_at
            .map(|at| at.clamp(0, LAST_STAGE) * 100 / LAST_STAGE);
        let share = share.map(|share| t_string!(insight.percent, n = share));
        step.filter(|_| build.status != Status::Succeeded).or(share)
    })
}

/// The API's own measure of progress, while the build runs. Its words name the step.
pub(crate) fn progress(build: Query<Build>) -> AnyView {
    let stage = memo(move || {
        let build = build.data()?;
        let runs = build.started_at.is_some() && !build.is_finished();
        build.step_at.filter(|_| runs)
    });
    let is_running = memo(move || stage.get().is_some());
    let words = progress_words(build);
    let bar = move || {
        view! {
            <progress
                class="build-progress"
                max=LAST_STAGE
                value=move || stage.get()
                title=move || words.get()
                aria-valuetext=move || words.get()
                aria-label=t_signal!(build.progress)
            ></progress>
        }
        .into_any()
    };
    crate::reactive::show(move || is_running.get(), bar).into_any()
}
