//! The cells of a row of builds.

use crate::api::{Build, SourceKind};
use crate::components::builds::status_badge::status_badge;
use crate::components::time::outside_link;
use crate::i18n::format::short_commit;
use crate::routing::navigation::use_navigation;
use crate::routing::routes::Route;
use crate::t_signal;
use leptos::prelude::*;

/// The most characters of a failure's reason that a row shows.
const MAX_REASON_CHARS: usize = 80;

pub(crate) fn status_cell(build: &Build) -> AnyView {
    let detail = build.detail.as_deref().map(str::trim).unwrap_or_default();
    let failed = build.status == crate::api::Status::Failed;
    let first = detail.lines().next().unwrap_or_default();
    let reason: String = first.chars().take(MAX_REASON_CHARS).collect();
    let reason =
        (failed && !reason.is_empty()).then(|| view! { <div class="quiet reason">{reason}</div> });
    let title = (!detail.is_empty()).then(|| detail.to_owned());
    view! {
        <span title=title>{status_badge(build.status.clone())}</span>
        {reason}
    }
    .into_any()
}

pub(crate) fn image_cell(build: &Build) -> AnyView {
    let navigation = use_navigation();
    let href = navigation.href(&Route::Build {
        build_id: build.build_id.clone(),
    });
    let version = build
        .version_tag()
        .map(|tag| view! { <div class="code quiet">{tag.to_owned()}</div> });
    view! {
        <a class="code row-link" href=href>
            {build.image_reference()}
        </a>
        {version}
    }
    .into_any()
}

/// The branch or tag and the commit of a build, with links where the API gives web addresses.
pub fn source_ref(build: &Build) -> impl IntoView + use<> {
    let shape = match build.code_repo_type {
        SourceKind::Tag => crate::ui::icon::TAG,
        _ => crate::ui::icon::BRANCH,
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
            {crate::ui::icon::icon(shape)} <span class="code">{outside_link(name, url)}</span>
        </div>
        {commit}
    }
}

/// Who or what started a build.
pub fn started_by(build: &Build) -> AnyView {
    match build.auto_created {
        true => t_signal!(builds.by_push).into_any(),
        false if build.created_by.is_empty() => "–".into_any(),
        false => build.created_by.clone().into_any(),
    }
}
