//! One build: what it is, how it went, and its log, which grows while it runs.

use crate::api::{Build as BuildData, Status, Timestamp};
use crate::app::heading;
use crate::components::badge::{status_badge, status_word};
use crate::components::builds_table::{client_name, source_ref, starter};
use crate::components::button::Button;
use crate::components::copy::copy_button;
use crate::components::fact::{code_fact, copied_fact, fact};
use crate::components::notice::{load_error, skeleton};
use crate::components::time::{absolute_time, build_duration, outside_link, relative_time};
use crate::components::trigger::TriggerButtons;
use crate::connection::use_connection;
use crate::format::duration;
use crate::log_view::log_section;
use crate::navigation::use_navigation;
use crate::query::use_query;
use crate::routes::Route;
use crate::view::{choose, live as live_text, memo, part};
use crate::{tr, ts};
use leptos::prelude::*;

/// How often a build under way is read again, in milliseconds.
const BUILD_AGAIN: u32 = 1_000;

/// The page of one build.
#[component]
pub fn Build(build_id: String) -> impl IntoView {
    let connection = use_connection();
    let id = StoredValue::new(build_id);
    let build = use_query(
        move || {
            let client = connection.client()?;
            let id = id.get_value();
            Some(Box::pin(async move { client.build(&id).await }))
        },
        |build: &BuildData| (!build.is_finished()).then_some(BUILD_AGAIN),
    );
    let utc = RwSignal::new(false);
    let image = memo(move || {
        let build = build.data()?;
        let (namespace, name) = build.repository()?;
        Some((
            namespace.to_owned(),
            name.to_owned(),
            build.docker_repo_tag.clone(),
        ))
    });
    let has_data = build.has_data();
    let error = build.error();
    let title = memo(move || match build.data() {
        Some(build) => format!(
            "{} · {}",
            status_word(&build.status),
            build.image_reference()
        ),
        None => tr!(build.title).to_string(),
    });
    let trigger = move || {
        let (namespace, repo_name, tag) = image.get()?;
        Some(view! { <TriggerButtons namespace=namespace repo_name=repo_name tag=tag /> })
    };
    let loaded = move || {
        view! {
            <div class="facts-head">
                {part(move || build.data().map(|build| progress(&build)))} {part(trigger)}
            </div>
            {part(move || build.data().map(|build| facts(&build, utc)))}
        }
        .into_any()
    };
    let loading = move || error.get().is_none().then(|| skeleton(4)).into_any();
    view! {
        <div class="build-page">
            {heading(title.into())}
            {load_error(ts!(build.loading), error, has_data, move || build.refresh())}
            {choose(move || has_data.get(), loaded, loading)}
            {log_section(id, build)}
        </div>
    }
}

/// Where the build stands, at a glance.
fn progress(build: &BuildData) -> AnyView {
    let step = build.step_at.filter(|_| !build.is_finished());
    view! {
        {status_badge(build.status.clone())}
        {step
            .map(|step| {
                // 50 is where the API counts a build as succeeded.
                view! { <progress max="50" value=step aria-label=ts!(build.progress)></progress> }
            })}
        {build_duration(build)}
    }
    .into_any()
}

/// Everything that the API says of a build.
fn facts(build: &BuildData, utc: RwSignal<bool>) -> AnyView {
    let image = build.image_reference();
    let pull = format!("docker pull {image}");
    let image = view! {
        <span class="code">{image}</span>
        {copy_button(Signal::stored(pull), ts!(build.pull_command))}
    };
    let commit = build
        .code_head_commit
        .clone()
        .filter(|commit| !commit.is_empty());
    let commit = commit.map(|commit| {
        let url = build.code_commit_http_url.as_deref();
        let value = view! {
            <span class="code">{outside_link(commit.clone(), url)}</span>
            {copy_button(Signal::stored(commit), ts!(build.commit))}
        };
        fact(ts!(build.commit), value.into_any())
    });
    let client = build.code_repo_client.clone();
    let source_url = build.code_repo_http_url.as_deref();
    let source = view! {
        <span class="code">{outside_link(build.code_repo_path.clone(), source_url)}</span>
        <span class="quiet">{live_text(move || client_name(&client))}</span>
    };
    let branch = source_ref(&BuildData {
        code_head_commit: None,
        ..build.clone()
    });
    let wait = build
        .started_at
        .zip(build.created_at)
        .map(|(started, created)| {
            let wait = started.since(created);
            let value = view! { <span class="number">{live_text(move || duration(wait))}</span> };
            fact(ts!(build.wait), value.into_any())
        });
    let step = build.step_at.map(|step| step.to_string());
    let removable = build.is_removable.map(|removable| {
        let word = if removable {
            ts!(build.yes)
        } else {
            ts!(build.no)
        };
        fact(ts!(build.removable), word.into_any())
    });
    let zone = Button::new(Signal::stored("UTC".to_owned()))
        .pressed(utc)
        .on_press(move || utc.update(|utc| *utc = !*utc));
    let facts: Vec<AnyView> = [
        Some(fact(ts!(build.image), image.into_any())),
        copied_fact(ts!(build.version_tag), build.version_tag()),
        copied_fact(ts!(build.image_id), build.image_id.as_deref()),
        build
            .repository()
            .map(|(namespace, name)| repository_fact(namespace, name)),
        Some(fact(ts!(build.source), source.into_any())),
        Some(fact(ts!(build.source_ref), branch.into_any())),
        commit,
        Some(fact(ts!(build.started_by), starter(build))),
        wait,
        code_fact(ts!(build.dockerfile), Some(&build.dockerfile_location)),
        code_fact(ts!(build.context), build.build_context_path.as_deref()),
        code_fact(ts!(build.node), build.build_node.as_deref()),
        code_fact(ts!(build.step), step.as_deref()),
        removable,
        code_fact(ts!(build.detail), build.detail.as_deref()),
        copied_fact(ts!(build.id), Some(&build.build_id)),
        Some(fact(ts!(build.zone), zone)),
    ]
    .into_iter()
    .flatten()
    .collect();
    let unknown = matches!(build.status, Status::Other(_));
    view! {
        <ol class="timeline">
            {milestone(ts!(build.created), build.created_at, utc)}
            {milestone(ts!(build.started), build.started_at, utc)}
            {milestone(ts!(build.ended), build.ended_at, utc)}
        </ol>
        <dl class="facts">{facts}</dl>
        {unknown.then(|| view! { <p class="quiet">{ts!(build.unknown_status)}</p> })}
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
    fact(ts!(build.repository), link.into_any())
}

/// One of a build's three times.
fn milestone(label: Signal<String>, time: Option<Timestamp>, utc: RwSignal<bool>) -> AnyView {
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
        </li>
    }
    .into_any()
}
