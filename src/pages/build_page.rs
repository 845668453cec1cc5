//! One build: what it is, how it went, what stands around it, and its log, which grows while it runs.

pub mod compare;
mod facts;
pub mod neighbours;
pub mod not_found;
pub mod notify_button;
pub mod tab_icon;

use crate::api::Build as BuildData;
use crate::components::breadcrumbs::{crumbs, namespace_crumb, repository_crumb};
use crate::components::builds::build_buttons::build_buttons;
use crate::components::builds::status_badge::status_badge;
use crate::components::error_notice::load_error;
use crate::components::page_heading::heading;
use crate::components::time::elapsed;
use crate::i18n::api_words::status_word;
use crate::log_viewer::log_section;
use crate::pages::build_page::not_found::near;
use crate::platform::clipboard;
use crate::query::intervals::LIVE_BUILD;
use crate::query::schedule::Pace;
use crate::query::use_query;
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
pub fn Build(build_id: String) -> impl IntoView {
    let connection = use_connection();
    let visit = use_session_cache();
    let id = StoredValue::new(build_id);
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
    // What a table told of it stands until it has been read by itself.
    if let Some(known) = id.with_value(|id| visit.build(id)) {
        build.seed(known);
    }
    effect(move || {
        if let Some(build) = build.data() {
            visit.keep_build(&build);
        }
    });
    let under_way = memo(move || build.data().is_some_and(|build| !build.is_finished()));
    let utc = RwSignal::new(false);
    let more_open = RwSignal::new(false);
    // The commit is known later than the rest.
    let target = memo(move || build.data().map(|build| BuildTarget::of(&build)));
    let repository = memo(move || {
        let build = build.data()?;
        let (namespace, name) = build.repository()?;
        Some((namespace.to_owned(), name.to_owned()))
    });
    let has_data = build.has_data();
    let error = build.error();
    let siblings = neighbours::use_siblings(id, repository);
    let title = memo(move || match build.data() {
        Some(build) => format!(
            "{} · {}",
            status_word(&build.status),
            build.image_reference()
        ),
        None => t_string!(build.title).to_string(),
    });
    tab_icon::show_in_tab(memo(move || {
        let build = build.data()?;
        Some((
            build.build_id.clone(),
            build.status.clone(),
            build.is_finished(),
        ))
    }));
    offer_actions(target);
    let trigger = move || {
        target
            .get()
            .map(|target| build_buttons(target, AfterStart::Open))
    };
    let loaded = move || {
        view! {
            <div class="facts-head">
                {dynamic(move || build.data().map(|build| stands(&build)))}
                {notify_button::notify_button(under_way)} {dynamic(trigger)}
            </div>
            {neighbours::neighbours(siblings)}
            {dynamic(move || build.data().map(|build| facts::timeline(&build, utc)))}
            {dynamic(move || build.data().map(|build| facts::facts(&build, siblings, utc, more_open)))}
        }
        .into_any()
    };
    let loading = move || error.get().is_none().then(|| skeleton(4)).into_any();
    let missing = memo(move || {
        let status = error.get().and_then(|error| error.status());
        status == Some(404) && !has_data.get()
    });
    view! {
        <div class="build-page">
            {dynamic(move || above(repository.get()))} {heading(title.into())}
            {load_error(t_signal!(build.loading), error, has_data, move || build.refresh())}
            {show(move || missing.get(), move || near(id))}
            {show_or(move || has_data.get(), loaded, loading)}
            {log_section(id, build)}
        </div>
    }
}

fn above(repository: Option<(String, String)>) -> AnyView {
    let builds = (t_signal!(nav.builds), Route::Builds(BuildsQuery::default()));
    crumbs(match repository {
        Some((namespace, name)) => vec![
            namespace_crumb(&namespace),
            repository_crumb(&namespace, &name),
        ],
        None => vec![builds],
    })
}

/// What the palette offers here.
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

/// Where the build stands, at a glance.
fn stands(build: &BuildData) -> AnyView {
    view! {
        {status_badge(build.status.clone())}
        {elapsed(build.started_at, build.ended_at, build.is_finished())}
    }
    .into_any()
}
