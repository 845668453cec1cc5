//! Everything that the API says of a build, as facts and as a timeline.

use crate::api::{Build, Status, Timestamp};
use crate::components::builds::cells::started_by;
use crate::components::time::{absolute_time, elapsed, relative_time};
use crate::i18n::api_words::client_name;
use crate::pages::build_page::neighbours::{Siblings, changes};
use crate::query::Query;
use crate::reactive::text_signal;
use crate::routing::navigation::use_navigation;
use crate::routing::routes::Route;
use crate::t_signal;
use crate::ui::button::Button;
use crate::ui::copy::copy_button;
use crate::ui::external_link::external_link;
use crate::ui::fact::{code_fact, copied_fact, fact};
use crate::ui::icon;
use leptos::prelude::*;

/// Where the API counts a build as succeeded, in its steps.
const LAST_STEP: i64 = 50;

/// An image's name, with the command that fetches it.
fn image(reference: String) -> AnyView {
    let pull = format!("docker pull {reference}");
    let name = reference.clone();
    view! {
        <span class="code">{reference}</span>
        {copy_button(Signal::stored(pull), t_signal!(build.pull_of, image = name))}
    }
    .into_any()
}

/// Everything that the API says of a build.
///
/// What is asked for less often is folded; `more_open` says whether, and outlives a build's news.
pub fn facts(
    build: &Build,
    siblings: Query<Siblings>,
    utc: RwSignal<bool>,
    more_open: RwSignal<bool>,
) -> AnyView {
    let toggled = move |event: web_sys::Event| {
        let details = event_target::<web_sys::HtmlDetailsElement>(&event);
        more_open.set(details.open());
    };
    let version = build.version_tag().map(|tag| {
        let reference = match build.docker_repo_path.as_str() {
            "" => tag.to_owned(),
            path => format!("{path}:{tag}"),
        };
        fact(t_signal!(build.version_tag), image(reference))
    });
    let commit = build
        .code_head_commit
        .clone()
        .filter(|commit| !commit.is_empty());
    let commit = commit.map(|commit| {
        let url = build.code_commit_http_url.as_deref();
        let value = view! {
            <span class="code">{external_link(commit.clone(), url)}</span>
            {copy_button(Signal::stored(commit), t_signal!(build.commit))}
        };
        fact(t_signal!(build.commit), value.into_any())
    });
    let client = build.code_repo_client.clone();
    let source_url = build.code_repo_http_url.as_deref();
    let source = view! {
        <span class="code">{external_link(build.code_repo_path.clone(), source_url)}</span>
        <span class="quiet">{text_signal(move || client_name(&client))}</span>
    };
    let shape = match build.code_repo_type {
        crate::api::SourceKind::Tag => icon::TAG,
        _ => icon::BRANCH,
    };
    let branch_url = build.code_repo_branch_url.as_deref();
    let branch = view! {
        <span class="source-ref">
            {icon::icon(shape)}
            <span class="code">{external_link(build.code_repo_type_value.clone(), branch_url)}</span>
        </span>
    };
    let removable = build.is_removable.map(|removable| {
        let word = if removable {
            t_signal!(build.yes)
        } else {
            t_signal!(build.no)
        };
        fact(t_signal!(build.removable), word.into_any())
    });
    let zone = Button::new(Signal::stored("UTC".to_owned()))
        .pressed(utc)
        .on_press(move || utc.update(|utc| *utc = !*utc));
    let facts = [
        Some(fact(t_signal!(build.image), image(build.image_reference()))),
        version,
        Some(fact(t_signal!(build.source_ref), branch.into_any())),
        commit,
        Some(changes(build, siblings)),
        Some(fact(t_signal!(build.started_by), started_by(build))),
        code_fact(t_signal!(build.detail), build.detail.as_deref()),
    ];
    let more = [
        copied_fact(t_signal!(build.id), Some(&build.build_id)),
        copied_fact(t_signal!(build.image_id), build.image_id.as_deref()),
        build
            .repository()
            .map(|(namespace, name)| repository_fact(namespace, name)),
        Some(fact(t_signal!(build.source), source.into_any())),
        code_fact(
            t_signal!(build.dockerfile),
            Some(&build.dockerfile_location),
        ),
        code_fact(
            t_signal!(build.context),
            build.build_context_path.as_deref(),
        ),
        code_fact(t_signal!(build.node), build.build_node.as_deref()),
        removable,
        Some(fact(t_signal!(build.zone), zone)),
    ];
    let list =
        |facts: Vec<Option<AnyView>>| -> Vec<AnyView> { facts.into_iter().flatten().collect() };
    let unknown = matches!(build.status, Status::Other(_));
    view! {
        <dl class="facts">{list(facts.into())}</dl>
        <details class="more-facts" prop:open=move || more_open.get() on:toggle=toggled>
            <summary>{t_signal!(build.more)}</summary>
            <dl class="facts">{list(more.into())}</dl>
        </details>
        {unknown.then(|| view! { <p class="quiet">{t_signal!(build.unknown_status)}</p> })}
    }
    .into_any()
}

fn repository_fact(namespace: &str, name: &str) -> AnyView {
    let navigation = use_navigation();
    let text = format!("{namespace}/{name}");
    let href = navigation.href(&Route::Repository {
        namespace: namespace.to_owned(),
        name: name.to_owned(),
    });
    let link = view! {
        <a class="code" href=href>
            {text}
        </a>
    };
    fact(t_signal!(build.repository), link.into_any())
}

/// Queued, started, ended: when each was, and how long what lies between them took, or has taken yet.
pub fn timeline(build: &Build, utc: RwSignal<bool>) -> AnyView {
    let (created, started, ended) = (build.created_at, build.started_at, build.ended_at);
    let finished = build.is_finished();
    let waited_word = match started.is_some() || finished {
        true => t_signal!(build.waited),
        false => t_signal!(build.waited_yet),
    };
    let took_word = match finished {
        true => t_signal!(build.took),
        false => t_signal!(build.took_yet),
    };
    let waited = elapsed(created, started.or(ended), started.is_some() || finished);
    let built = elapsed(started, ended, finished);
    // The step is told in words too: a bar says it to nobody who cannot see it.
    let step = build.step_at.filter(|_| started.is_some() && !finished);
    let step = step.map(|step| {
        view! {
            <span class="quiet">{t_signal!(build.stage, step = step, of = LAST_STEP)}</span>
            <progress max=LAST_STEP value=step aria-label=t_signal!(build.progress)></progress>
        }
    });
    let waited = created.map(|_| view! { <span class="quiet">{waited_word} " " {waited}</span> });
    let built = started.map(|_| view! { <span class="quiet">{took_word} " " {built}</span> });
    view! {
        <ol class="timeline">
            {milestone(t_signal!(build.created), created, utc, waited.into_any())}
            {milestone(
                t_signal!(build.started),
                started,
                utc,
                view! {
                    {built}
                    {step}
                }
                    .into_any(),
            )} {milestone(t_signal!(build.ended), ended, utc, ().into_any())}
        </ol>
    }
    .into_any()
}

/// One of a build's three times, and what followed it.
fn milestone(
    label: Signal<String>,
    time: Option<Timestamp>,
    utc: RwSignal<bool>,
    then: AnyView,
) -> AnyView {
    let when = match time {
        Some(time) => view! {
            <span>{absolute_time(time, utc.into())}</span>
            <span class="quiet">{relative_time(time)}</span>
        }
        .into_any(),
        None => view! { <span class="quiet">"–"</span> }.into_any(),
    };
    view! {
        <li data-reached=time.is_some().to_string()>
            <span class="timeline-label">{label}</span>
            {when}
            {then}
        </li>
    }
    .into_any()
}
