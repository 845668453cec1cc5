//! The facts about a build: all that the API says of it, and what changed since the last success.

use crate::api::{Build, SourceKind, Status};
use crate::components::builds::cells::started_by;
use crate::i18n::api_words::client_name;
use crate::pages::build_page::changes::changes;
use crate::pages::build_page::siblings::Siblings;
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

/// The facts about a build. Those that are needed less often are folded; `more_open` keeps whether they
/// are open when the facts are drawn again.
pub(crate) fn facts(
    build: &Build,
    siblings: Query<Siblings>,
    utc: RwSignal<bool>,
    more_open: RwSignal<bool>,
) -> AnyView {
    let on_toggle = move |event: web_sys::Event| {
        let details = event_target::<web_sys::HtmlDetailsElement>(&event);
        more_open.set(details.open());
    };
    let is_unknown = matches!(build.status, Status::Other(_));
    view! {
        <dl class="facts">{main_facts(build, siblings)}</dl>
        <details class="more-facts" prop:open=move || more_open.get() on:toggle=on_toggle>
            <summary>{t_signal!(build.more)}</summary>
            <dl class="facts">{more_facts(build, utc)}</dl>
        </details>
        {is_unknown.then(|| view! { <p class="quiet">{t_signal!(build.unknown_status)}</p> })}
    }
    .into_any()
}

fn main_facts(build: &Build, siblings: Query<Siblings>) -> Vec<AnyView> {
    let facts = [
        Some(fact(t_signal!(build.image), image(build.image_reference()))),
        version_fact(build),
        Some(fact(t_signal!(build.source_ref), source_ref(build))),
        commit_fact(build),
        Some(changes(build, siblings)),
        Some(fact(t_signal!(build.started_by), started_by(build))),
        code_fact(t_signal!(build.detail), build.detail.as_deref()),
    ];
    facts.into_iter().flatten().collect()
}

fn more_facts(build: &Build, utc: RwSignal<bool>) -> Vec<AnyView> {
    let removable = build.is_removable.map(|removable| match removable {
        true => t_signal!(build.yes),
        false => t_signal!(build.no),
    });
    let zone = Button::new(Signal::stored("UTC".to_owned()))
        .pressed(utc)
        .on_press(move || utc.update(|utc| *utc = !*utc));
    let facts = [
        copied_fact(t_signal!(build.id), Some(&build.build_id)),
        copied_fact(t_signal!(build.image_id), build.image_id.as_deref()),
        build
            .repository()
            .map(|(namespace, name)| repository_fact(namespace, name)),
        Some(fact(t_signal!(build.source), source(build))),
        code_fact(
            t_signal!(build.dockerfile),
            Some(&build.dockerfile_location),
        ),
        code_fact(
            t_signal!(build.context),
            build.build_context_path.as_deref(),
        ),
        code_fact(t_signal!(build.node), build.build_node.as_deref()),
        removable.map(|removable| fact(t_signal!(build.removable), removable.into_any())),
        Some(fact(t_signal!(build.zone), zone)),
    ];
    facts.into_iter().flatten().collect()
}

/// An image's name, with a button that copies the command to pull it.
fn image(reference: String) -> AnyView {
    let pull = format!("docker pull {reference}");
    let name = reference.clone();
    view! {
        <span class="code">{reference}</span>
        {copy_button(Signal::stored(pull), t_signal!(build.pull_of, image = name))}
    }
    .into_any()
}

fn version_fact(build: &Build) -> Option<AnyView> {
    let tag = build.version_tag()?;
    let reference = match build.docker_repo_path.as_str() {
        "" => tag.to_owned(),
        path => format!("{path}:{tag}"),
    };
    Some(fact(t_signal!(build.version_tag), image(reference)))
}

fn source_ref(build: &Build) -> AnyView {
    let kind_icon = match build.code_repo_type {
        SourceKind::Tag => icon::TAG,
        _ => icon::BRANCH,
    };
    let url = build.code_repo_branch_url.as_deref();
    view! {
        <span class="source-ref">
            {icon::icon(kind_icon)}
            <span class="code">{external_link(build.code_repo_type_value.clone(), url)}</span>
        </span>
    }
    .into_any()
}

fn commit_fact(build: &Build) -> Option<AnyView> {
    let commit = build.code_head_commit.clone();
    let commit = commit.filter(|commit| !commit.is_empty())?;
    let url = build.code_commit_http_url.as_deref();
    let value = view! {
        <span class="code">{external_link(commit.clone(), url)}</span>
        {copy_button(Signal::stored(commit), t_signal!(build.commit))}
    };
    Some(fact(t_signal!(build.commit), value.into_any()))
}

fn source(build: &Build) -> AnyView {
    let client = build.code_repo_client.clone();
    let url = build.code_repo_http_url.as_deref();
    view! {
        <span class="code">{external_link(build.code_repo_path.clone(), url)}</span>
        <span class="quiet">{text_signal(move || client_name(&client))}</span>
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
