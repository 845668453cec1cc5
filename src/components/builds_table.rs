//! The table of builds, on the Builds page and on a repository's.

use super::badge::status_badge;
use super::table::{cell, row, table};
use super::time::{build_duration, outside_link, relative_time};
use super::trigger::TriggerButtons;
use crate::api::{Build, CodeClient, SourceKind, Timestamp};
use crate::format::short_commit;
use crate::navigation::use_navigation;
use crate::routes::Route;
use crate::view::list;
use crate::{tr, ts};
use leptos::prelude::*;
use std::hash::{DefaultHasher, Hash, Hasher};

/// Rows of builds, newest first. A row is made anew only when something in it has changed.
pub fn builds_table(builds: Signal<Vec<Build>>, caption: Signal<String>) -> AnyView {
    let rows = list(
        move || builds.with(|builds| builds.iter().map(row_key).collect()),
        move |key| {
            let build = builds.with_untracked(|builds| {
                builds.iter().find(|build| row_key(build) == key).cloned()
            });
            // The list asks for the keys that it was just given.
            build.map_or_else(|| ().into_any(), |build| build_row(&build))
        },
    );
    let columns = vec![
        ts!(builds.status),
        ts!(builds.image),
        ts!(builds.source),
        ts!(builds.started_by),
        ts!(builds.when),
        ts!(builds.duration),
    ];
    table(caption, columns, rows)
}

/// Identity and all that can change in a row, in one number.
fn row_key(build: &Build) -> u64 {
    let mut hasher = DefaultHasher::new();
    build.build_id.hash(&mut hasher);
    build.status.hash(&mut hasher);
    build.started_at.map(Timestamp::millis).hash(&mut hasher);
    build.ended_at.map(Timestamp::millis).hash(&mut hasher);
    build.code_head_commit.hash(&mut hasher);
    build.docker_repo_version_tag.hash(&mut hasher);
    hasher.finish()
}

fn build_row(build: &Build) -> AnyView {
    let navigation = use_navigation();
    let href = navigation.href(&Route::Build {
        build_id: build.build_id.clone(),
    });
    let detail = build.detail.as_deref().map(|text| text.trim().to_owned());
    let status = view! { <span title=detail>{status_badge(build.status.clone())}</span> };
    let version = build
        .version_tag()
        .map(|tag| view! { <div class="code quiet">{tag.to_owned()}</div> });
    let image = view! {
        <a class="code row-link" href=href>
            {build.image_reference()}
        </a>
        {version}
    };
    let when = build.created_at.or(build.started_at).map(relative_time);
    let again = build.repository().map(|(namespace, name)| {
        view! {
            <TriggerButtons
                namespace=namespace.to_owned()
                repo_name=name.to_owned()
                tag=build.docker_repo_tag.clone()
            />
        }
    });
    row(
        vec![
            cell(ts!(builds.status), status.into_any()),
            cell(ts!(builds.image), image.into_any()),
            cell(ts!(builds.source), source_ref(build).into_any()),
            cell(ts!(builds.started_by), starter(build)),
            cell(ts!(builds.when), when.into_any()),
            cell(ts!(builds.duration), build_duration(build).into_any()),
        ],
        again.into_any(),
    )
}

/// The branch or tag and the commit of a build, with links where the API gives web addresses.
pub fn source_ref(build: &Build) -> impl IntoView + use<> {
    let shape = match build.code_repo_type {
        SourceKind::Tag => super::icon::TAG,
        _ => super::icon::BRANCH,
    };
    let commit = build
        .code_head_commit
        .as_deref()
        .filter(|commit| !commit.is_empty())
        .map(|commit| {
            let url = build.code_commit_http_url.as_deref();
            view! {
                <div class="code quiet" title=commit.to_owned()>
                    {outside_link(short_commit(commit).to_owned(), url)}
                </div>
            }
        });
    let name = build.code_repo_type_value.clone();
    let url = build.code_repo_branch_url.as_deref();
    view! {
        <div class="source-ref">
            {super::icon::icon(shape)} <span class="code">{outside_link(name, url)}</span>
        </div>
        {commit}
    }
}

/// Who or what started a build.
pub fn starter(build: &Build) -> AnyView {
    match build.auto_created {
        true => ts!(builds.by_push).into_any(),
        false => build.created_by.clone().into_any(),
    }
}

/// The client's name as people know it, with the API's own where that differs.
pub fn client_name(client: &CodeClient) -> String {
    match client {
        CodeClient::OSChina => tr!(client.oschina).to_string(),
        CodeClient::Simple => tr!(client.simple).to_string(),
        other => other.to_string(),
    }
}
