//! The cells of a build's row.

use crate::api::{Build, SourceKind, Status};
use crate::components::builds::status_badge::status_badge;
use crate::i18n::format::short_commit;
use crate::routing::navigation::use_navigation;
use crate::routing::routes::Route;
use crate::t_signal;
use crate::ui::external_link::external_link;
use crate::ui::icon;
use leptos::prelude::*;

/// The most characters of a failed build's reason that a row shows.
const MAX_REASON_CHARS: usize = 80;

/// The status badge, and the first line of a failed build's reason.
pub(crate) fn status_cell(build: &Build) -> AnyView {
    let detail = build.detail.as_deref().map(str::trim).unwrap_or_default();
    let is_failed = build.status == Status::Failed;
    let first_line = detail.lines().next().unwrap_or_default();
    let reason: String = first_line.chars().take(MAX_REASON_CHARS).collect();
    let reason = (is_failed && !reason.is_empty())
        .then(|| view! { <div class="quiet reason">{reason}</div> });
    let title = (!detail.is_empty()).then(|| detail.to_owned());
    view! {
        <span title=title>{status_badge(build.status.clone())}</span>
        {reason}
    }
    .into_any()
}

/// The image, as a link to the build, and its version tag.
pub(crate) fn image_cell(build: &Build) -> AnyView {
    linked_cell(build, build.image_reference())
}

/// The image's tag, as a link to the build, and its version tag.
pub(crate) fn tag_cell(build: &Build) -> AnyView {
    let text = match build.docker_repo_tag.as_str() {
        "" => build.image_reference(),
        tag => tag.to_owned(),
    };
    linked_cell(build, text)
}

fn linked_cell(build: &Build, text: String) -> AnyView {
    let navigation = use_navigation();
    let href = navigation.href(&Route::Build {
        build_id: build.build_id.clone(),
    });
    let version = build
        .version_tag()
        .map(|tag| view! { <div class="code quiet">{tag.to_owned()}</div> });
    view! {
        <a class="code row-link" href=href>
            {text}
        </a>
        {version}
    }
    .into_any()
}

/// The branch or tag and the commit of a build, as links where the API gives their URLs.
pub(crate) fn source_ref(build: &Build) -> impl IntoView + use<> {
    let kind_icon = match build.code_repo_type {
        SourceKind::Tag => icon::TAG,
        _ => icon::BRANCH,
    };
    let commit = build
        .code_head_commit
        .as_deref()
        .filter(|commit| !commit.is_empty())
        .map(|commit| {
            let url = build.code_commit_http_url.as_deref();
            view! {
                <div class="code quiet" title=commit.to_owned()>
                    {external_link(short_commit(commit).to_owned(), url)}
                </div>
            }
        });
    let name = build.code_repo_type_value.clone();
    let url = build.code_repo_branch_url.as_deref();
    view! {
        <div class="source-ref">
            {icon::icon(kind_icon)} <span class="code">{external_link(name, url)}</span>
        </div>
        {commit}
    }
}

/// Who started a build, or that a push did.
pub(crate) fn started_by(build: &Build) -> AnyView {
    match build.auto_created {
        true => t_signal!(builds.by_push).into_any(),
        false if build.created_by.is_empty() => "–".into_any(),
        false => build.created_by.clone().into_any(),
    }
}
