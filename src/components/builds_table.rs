//! The table of builds, on the Builds page and on a repository's.

use super::badge::status_badge;
use super::time::{build_duration, outside_link, relative_time};
use super::trigger::TriggerButtons;
use crate::api::{Build, CodeClient, SourceKind};
use crate::format::short_commit;
use crate::navigation::use_navigation;
use crate::routes::Route;
use crate::{tr, ts, tx};
use leptos::either::Either;
use leptos::prelude::*;

/// Rows of builds, newest first. Rows keep their identity while the data is read again.
#[component]
pub fn BuildsTable(
    #[prop(into)] builds: Signal<Vec<Build>>,
    /// What the table shows, for screen readers.
    #[prop(into)]
    caption: Signal<String>,
) -> impl IntoView {
    view! {
        <div class="table-scroll" role="region" aria-label=caption tabindex="0">
            <table class="table builds">
                <caption class="visually-hidden">{caption}</caption>
                <thead>
                    <tr>
                        <th scope="col">{tx!(builds.status)}</th>
                        <th scope="col">{tx!(builds.image)}</th>
                        <th scope="col">{tx!(builds.source)}</th>
                        <th scope="col">{tx!(builds.started_by)}</th>
                        <th scope="col">{tx!(builds.when)}</th>
                        <th scope="col">{tx!(builds.duration)}</th>
                        <th scope="col">
                            <span class="visually-hidden">{tx!(builds.actions)}</span>
                        </th>
                    </tr>
                </thead>
                <tbody>
                    // A row is made again only when its build has changed.
                    <For each=move || builds.get() key=build_key let:build>
                        <BuildRow row=build />
                    </For>
                </tbody>
            </table>
        </div>
    }
}

/// Identity and all that can change in a row.
fn build_key(build: &Build) -> (String, String, Option<i64>, Option<i64>, Option<String>) {
    (
        build.build_id.clone(),
        build.status.to_string(),
        build.started_at.map(|time| time.millis()),
        build.ended_at.map(|time| time.millis()),
        build
            .code_head_commit
            .clone()
            .or_else(|| build.version_tag().map(str::to_owned)),
    )
}

#[component]
fn BuildRow(row: Build) -> impl IntoView {
    let build = row;
    let navigation = use_navigation();
    let id = build.build_id.clone();
    let href = move || {
        navigation.href(&Route::Build {
            build_id: id.clone(),
        })
    };
    let image = build.image_reference();
    let version = build.version_tag().map(str::to_owned);
    let detail = build
        .detail
        .as_deref()
        .map(|text| text.trim().to_owned())
        .filter(|text| !text.is_empty());
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
    view! {
        <tr>
            <td data-label=ts!(builds.status) title=detail>
                {status_badge(build.status.clone())}
            </td>
            <td data-label=ts!(builds.image)>
                <a class="code row-link" href=href>
                    {image}
                </a>
                {version.map(|tag| view! { <div class="code quiet">{tag}</div> })}
            </td>
            <td data-label=ts!(builds.source)>{source_ref(&build)}</td>
            <td data-label=ts!(builds.started_by)>{starter(&build)}</td>
            <td data-label=ts!(builds.when)>{when}</td>
            <td data-label=ts!(builds.duration)>{build_duration(&build)}</td>
            <td class="row-actions">{again}</td>
        </tr>
    }
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
pub fn starter(build: &Build) -> impl IntoView + use<> {
    let by = build.created_by.clone();
    if build.auto_created {
        Either::Left(view! { <span>{tx!(builds.by_push)}</span> })
    } else {
        Either::Right(view! { <span>{by}</span> })
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
