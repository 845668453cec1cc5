//! The page of one build: status, facts, timeline, the builds around it, and its log, which grows while the
//! build runs.
#![allow(
    unreachable_pub,
    reason = "#[component] makes a public struct of the props"
)]

mod changes;
mod compare;
mod facts;
mod neighbours;
mod not_found;
mod notify_button;
mod siblings;
mod tab_icon;
mod timeline;

use crate::api::Build as BuildData;
use crate::components::breadcrumbs::{crumbs, namespace_crumb, repository_crumb};
use crate::components::builds::build_buttons::build_buttons;
use crate::components::builds::status_badge::status_badge;
use crate::components::error_notice::load_error;
use crate::components::page_heading::heading;
use crate::components::time::elapsed;
use crate::i18n::api_words::status_word;
use crate::log_viewer::log_section;
use crate::pages::build_page::facts::facts;
use crate::pages::build_page::neighbours::neighbours;
use crate::pages::build_page::not_found::similar_builds;
use crate::pages::build_page::notify_button::notify_button;
use crate::pages::build_page::siblings::use_siblings;
use crate::pages::build_page::tab_icon::show_in_tab;
use crate::pages::build_page::timeline::timeline;
use crate::platform::clipboard;
use crate::query::intervals::LIVE_BUILD;
use crate::query::schedule::Pace;
use crate::query::{Query, use_query};
use crate::reactive::{dynamic, effect, memo, show, show_or};
use crate::routing::routes::{BuildsQuery, Route};
use crate::state::connection::use_connection;
use crate::state::page_actions::{PageAction, offer};
use crate::state::session_cache::use_session_cache;
use crate::state::start_build::{AfterStart, BuildTarget, use_build_starter};
use crate::ui::notice::skeleton;
use crate::{t_signal, t_string};
use leptos::prelude::*;

/// The page of one build.
#[component]
pub(crate) fn Build(build_id: String) -> impl IntoView {
    let id = StoredValue::new(build_id);
    let build = use_build(id);
    let (has_data, error) = (build.has_data(), build.error());
    let repository = memo(move || {
        let build = build.data()?;
        let (namespace, name) = build.repository()?;
        Some((namespace.to_owned(), name.to_owned()))
    });
    // The API knows the commit later than the rest.
    let target = memo(move || build.data().map(|build| BuildTarget::of(&build)));
    offer_actions(target);
    show_in_tab(memo(move || {
        let build = build.data()?;
        Some((
            build.build_id.clone(),
            build.status.clone(),
            build.is_finished(),
        ))
    }));
    let title = memo(move || match build.data() {
        Some(build) => {
            let status = status_word(&build.status);
            format!("{status} · {}", build.image_reference())
        }
        None => t_string!(build.title).to_string(),
    });
    let is_missing = memo(move || {
        let status = error.get().and_then(|error| error.status());
        status == Some(404) && !has_data.get()
    });
    let details = details(id, build, repository, target);
    let loading = move || error.get().is_none().then(|| skeleton(4)).into_any();
    view! {
        <div class="build-page">
            {dynamic(move || ancestors(repository.get()))} {heading(title.into())}
            {load_error(t_signal!(build.loading), error, has_data, move || build.refresh())}
            {show(move || is_missing.get(), move || similar_builds(id))}
            {show_or(move || has_data.get(), details, loading)} {log_section(id, build)}
        </div>
    }
}

/// Reads the build, until it is finished. A build in the session's cache is shown until then.
fn use_build(id: StoredValue<String>) -> Query<BuildData> {
    let connection = use_connection();
    let cache = use_session_cache();
    let build = use_query(
        move || {
            let client = connection.client()?;
            let id = id.get_value();
            Some(Box::pin(async move { client.build(&id).await }))
        },
        |build: &BuildData| match build.is_finished() {
            true => Pace::Never,
            false => LIVE_BUILD,
        },
    );
    if let Some(cached) = id.with_value(|id| cache.build(id)) {
        build.seed(cached);
    }
    effect(move || {
        if let Some(build) = build.data() {
            cache.keep_build(&build);
        }
    });
    build
}

/// All of the page below its heading but the log.
fn details(
    id: StoredValue<String>,
    build: Query<BuildData>,
    repository: Memo<Option<(String, String)>>,
    target: Memo<Option<BuildTarget>>,
) -> impl Fn() -> AnyView + Send {
    let siblings = use_siblings(id, repository);
    let utc = RwSignal::new(false);
    let more_open = RwSignal::new(false);
    let is_unfinished = memo(move || build.data().is_some_and(|build| !build.is_finished()));
    let buttons = move || Some(build_buttons(target.get()?, AfterStart::Open));
    move || {
        view! {
            <div class="facts-head">
                {dynamic(move || build.data().map(|build| status_and_duration(&build)))}
                {notify_button(is_unfinished)} {dynamic(buttons)}
            </div>
            {neighbours(siblings)}
            {dynamic(move || build.data().map(|build| timeline(&build, utc)))}
            {dynamic(move || build.data().map(|build| facts(&build, siblings, utc, more_open)))}
        }
        .into_any()
    }
}

/// The breadcrumbs: the build's repository, once it is known.
fn ancestors(repository: Option<(String, String)>) -> AnyView {
    crumbs(match repository {
        Some((namespace, name)) => vec![
            namespace_crumb(&namespace),
            repository_crumb(&namespace, &name),
        ],
        None => vec![(t_signal!(nav.builds), Route::Builds(BuildsQuery::default()))],
    })
}

/// Offers the page's actions in the palette: build again, copy the command to pull the image.
fn offer_actions(target: Memo<Option<BuildTarget>>) {
    let starter = use_build_starter();
    offer(move || {
        let Some(target) = target.get().filter(BuildTarget::is_complete) else {
            return Vec::new();
        };
        let image = target.image();
        let pull = format!("docker pull {image}");
        let copy = move || {
            let pull = pull.clone();
            leptos::task::spawn_local(async move {
                clipboard::copy(&pull).await;
            });
        };
        vec![
            PageAction::new(t_signal!(trigger.build_image, image = image), move || {
                starter.start_head(&target);
            }),
            PageAction::new(
                t_signal!(copy.label, what = t_string!(build.pull_command)),
                copy,
            ),
        ]
    });
}

fn status_and_duration(build: &BuildData) -> AnyView {
    view! {
        {status_badge(build.status.clone())}
        {elapsed(build.started_at, build.ended_at, build.is_finished())}
    }
    .into_any()
}
