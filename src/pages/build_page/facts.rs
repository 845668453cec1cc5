//! The second line of the page: the facts that answer most questions. The others are in the details.

use crate::api::{Build, SourceKind, SourceUrl};
use crate::components::time::{elapsed, relative_time};
use crate::i18n::format::short_commit;
use crate::pages::build_page::changes::short_changes;
use crate::pages::build_page::facet::facet;
use crate::pages::build_page::head::time_fields;
use crate::pages::build_page::siblings::Siblings;
use crate::query::Query;
use crate::t_signal;
use crate::ui::button::Button;
use crate::ui::copy::copy_button;
use crate::ui::external_link::external_link_with;
use crate::ui::icon;
use leptos::prelude::*;

/// The facts, and the button that opens the details.
pub(crate) fn facts(
    build: Query<Build>,
    siblings: Query<Siblings>,
    details_open: RwSignal<bool>,
) -> AnyView {
    view! {
        <ul class="build-facts">
            {facet(build, version_fields, version)} {facet(build, source_fields, source)}
            {short_changes(build, siblings)} {facet(build, starter_fields, starter)}
            {facet(build, time_fields, waited)}
            <li>
                {Button::new(t_signal!(build.more))
                    .quiet()
                    .on_press(move || details_open.set(true))}
            </li>
        </ul>
    }
    .into_any()
}

fn version_fields(build: &Build) -> Build {
    Build {
        docker_repo_version_tag: build.docker_repo_version_tag.clone(),
        status: build.status.clone(),
        ..Build::default()
    }
}

/// The version tag. A build that failed has made no image that has it.
fn version(build: &Build) -> AnyView {
    let Some(tag) = build.version_tag().filter(|_| !build.has_failed()) else {
        return ().into_any();
    };
    let tag = tag.to_owned();
    view! {
        <li>
            <span class="code" title=t_signal!(build.version_tag)>
                {tag.clone()}
            </span>
            {copy_button(Signal::stored(tag), t_signal!(build.version_tag))}
        </li>
    }
    .into_any()
}

fn source_fields(build: &Build) -> Build {
    Build {
        code_repo_type: build.code_repo_type.clone(),
        code_repo_type_value: build.code_repo_type_value.clone(),
        code_repo_branch_url: build.code_repo_branch_url.clone(),
        code_head_commit: build.code_head_commit.clone(),
        code_commit_http_url: build.code_commit_http_url.clone(),
        ..Build::default()
    }
}

/// The branch or tag, and the commit.
fn source(build: &Build) -> AnyView {
    let commit = build.code_head_commit.clone();
    let commit = commit.filter(|commit| !commit.is_empty()).map(|commit| {
        let short = short_commit(&commit).to_owned();
        let url = build.code_commit_http_url.as_ref().map(SourceUrl::link);
        let url = url.as_deref();
        view! {
            <span class="build-commit">
                "@ " <span class="code">{external_link_with(short, url, commit.clone())}</span>
                {copy_button(Signal::stored(commit), t_signal!(build.commit))}
            </span>
        }
    });
    let name = build.code_repo_type_value.trim().to_owned();
    let name = (!name.is_empty()).then(|| {
        let url = build.code_repo_branch_url.as_ref().map(SourceUrl::link);
        let url = url.as_deref();
        view! {
            {icon::icon(ref_icon(&build.code_repo_type))}
            <span class="code build-ref">{external_link_with(name.clone(), url, name)}</span>
        }
    });
    let is_known = name.is_some() || commit.is_some();
    is_known
        .then(|| {
            view! { <li>{name} {commit}</li> }
        })
        .into_any()
}

pub(crate) fn ref_icon(kind: &SourceKind) -> icon::Icon {
    match kind {
        SourceKind::Tag => icon::TAG,
        _ => icon::BRANCH,
    }
}

fn starter_fields(build: &Build) -> Build {
    Build {
        auto_created: build.auto_created,
        created_by: build.created_by.clone(),
        created_at: build.created_at.or(build.started_at),
        ..Build::default()
    }
}

/// Who or what started the build, and when.
fn starter(build: &Build) -> AnyView {
    let name = build.created_by.trim().to_owned();
    let by = match build.auto_created {
        true => Some(t_signal!(build.by_commit)),
        false if name.is_empty() => None,
        false => Some(t_signal!(build.by, name = name)),
    };
    let when = build.created_at.map(relative_time);
    if by.is_none() && when.is_none() {
        return ().into_any();
    }
    view! {
        <li>
            <span>{by} " " {when}</span>
        </li>
    }
    .into_any()
}

fn waited(build: &Build) -> AnyView {
    let is_over = build.started_at.is_some() || build.is_finished();
    // Until then the head says it.
    if build.created_at.is_none() || !is_over {
        return ().into_any();
    }
    let end = build.started_at.or(build.ended_at);
    if end.is_none() {
        return ().into_any();
    }
    view! {
        <li>
            <span>{t_signal!(build.waited)} " " {elapsed(build.created_at, end, true)}</span>
        </li>
    }
    .into_any()
}
