//! The page of one build: what it is in two lines, why it failed, and its log, which fills the window and grows
//! while the build runs.
#![allow(
    unreachable_pub,
    reason = "#[component] makes a public struct of the props"
)]

mod build_again;
mod changes;
mod compare;
pub(crate) mod compare_page;
mod copy_and_say;
mod details;
mod facet;
mod facts;
pub(crate) mod file_page;
mod head;
mod not_found;
mod notify_button;
mod removal;
mod siblings;
mod tab_icon;
mod tag_history;
mod times;

use crate::api::{Build as BuildData, Status};
use crate::client::Error;
use crate::components::error_notice::load_error;
use crate::log_viewer::current_step::CurrentStep;
use crate::log_viewer::new_lines::LastSuccess;
use crate::log_viewer::reader::read_from_api;
use crate::log_viewer::{LogSource, log_section};
use crate::pages::build_page::build_again::build_again;
use crate::pages::build_page::copy_and_say::copy_and_say;
use crate::pages::build_page::details::{Details, details};
use crate::pages::build_page::facts::facts;
use crate::pages::build_page::head::{
    badge, duration, image_heading, progress, usual_duration_note,
};
use crate::pages::build_page::not_found::not_found;
use crate::pages::build_page::removal::{Removal, use_removal};
use crate::pages::build_page::siblings::{Siblings, use_siblings};
use crate::pages::build_page::tab_icon::show_in_tab;
use crate::pages::build_page::tag_history::tag_history;
use crate::query::intervals::LIVE_BUILD;
use crate::query::schedule::Pace;
use crate::query::{Query, use_query};
use crate::reactive::{effect, memo, show, show_or};
use crate::state::connection::use_connection;
use crate::state::page_actions::{PageAction, offer};
use crate::state::session_cache::use_session_cache;
use crate::state::start_build::{BuildTarget, use_build_starter};
use crate::state::toasts::use_toasts;
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
    let is_finished = memo(move || build.data().is_some_and(|build| build.is_finished()));
    let siblings = use_siblings(id, repository, is_finished);
    learn_of_cancellation(build, siblings);
    provide_context(LastSuccess(memo(move || siblings.data()?.success.clone())));
    CurrentStep::provide();
    // The API knows the commit later than the rest.
    let target = memo(move || build.data().map(|build| BuildTarget::of(&build)));
    let removal = use_removal(build);
    removal.keep_focus();
    offer_actions(build, target, removal);
    show_in_tab(memo(move || {
        let build = build.data()?;
        Some((
            build.build_id.clone(),
            build.status.clone(),
            build.is_finished(),
        ))
    }));
    let is_missing = memo(move || is_not_found(error.get()) && !has_data.get());
    // A missing page has said so already, and nothing can be retried.
    let load_failure = Signal::derive(move || error.get().filter(|_| !is_missing.get()));
    // The log of a build that does not exist is not asked for.
    let may_have_log =
        move || has_data.get() || error.get().is_some_and(|error| !is_not_found(Some(error)));
    let detail = detail(build, siblings);
    let details_open = RwSignal::new(false);
    let parts = Details {
        build,
        siblings,
        detail,
        is_live: true,
        config: StoredValue::new(None),
    };
    let known = move || {
        view! {
            {tag_history(build, siblings)}
            {build_again(build, target, removal)}
            {progress(build)}
        }
        .into_any()
    };
    let below_head = move || facts(build, siblings, details_open);
    let loading = move || error.get().is_none().then(|| skeleton(3)).into_any();
    view! {
        <div class="build-page">
            <div class="build-top">
                <div class="build-head">
                    {badge(build)} {image_heading(build, true)} {duration(build)}
                    {usual_duration_note(build, siblings)} {show(move || has_data.get(), known)}
                </div>
                {show_or(move || has_data.get(), below_head, loading)}
                {load_error(
                    t_signal!(build.loading),
                    move || load_failure.get(),
                    has_data,
                    move || build.refresh(),
                )}
                {show(move || is_missing.get(), move || not_found(id))}
                {details(details_open, parts)}
                {removal.dialog()}
            </div>
            {show(
                may_have_log,
                move || log_section(LogSource::Api(id), build, detail, read_from_api),
            )}
        </div>
    }
}

fn is_not_found(error: Option<Error>) -> bool {
    error.and_then(|error| error.status()) == Some(404)
}

/// Reads the build, until it is finished. A build in the session's cache is shown until then.
fn use_build(id: StoredValue<String>) -> Query<BuildData> {
    let connection = use_connection();
    let cache = use_session_cache();
    let build = use_query(
        move || {
            let client = connection.client()?;
            let id = id.get_value();
            Some(Box::pin(async move {
                let build = client.build(&id).await?;
                let known = cache.build(&id);
                let canceled = known.and_then(|known| as_canceled(&build, &known));
                Ok(canceled.unwrap_or(build))
            }))
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

/// The build as a canceled one, if that is known of it from a list: only those have the text that says so.
fn as_canceled(build: &BuildData, known: &BuildData) -> Option<BuildData> {
    let is_known = build.status == Status::Failed
        && known.status == Status::Canceled
        && known.build_id == build.build_id;
    is_known.then(|| BuildData {
        status: Status::Canceled,
        detail: known.detail.clone(),
        ..build.clone()
    })
}

/// Takes over from the list that the build was canceled.
fn learn_of_cancellation(build: Query<BuildData>, siblings: Query<Siblings>) {
    effect(move || {
        let (Some(read), Some(siblings)) = (build.data(), siblings.data()) else {
            return;
        };
        let own = siblings.own.as_ref();
        if let Some(canceled) = own.and_then(|own| as_canceled(&read, own)) {
            build.seed(canceled);
        }
    });
}

/// The API's text about the build. Lists have it, single builds mostly not. A list that was read while the build was
/// in another state says nothing about this one.
fn detail(build: Query<BuildData>, siblings: Query<Siblings>) -> Memo<Option<String>> {
    memo(move || {
        let build = build.data()?;
        let own = siblings.data().and_then(|siblings| siblings.own.clone());
        let own = own.filter(|own| own.status == build.status);
        let detail = build.detail.clone().or_else(|| own?.detail)?;
        let detail = detail.trim();
        (!detail.is_empty()).then(|| detail.to_owned())
    })
}

/// Offers the page's actions in the palette: build again, cancel or remove, and if there is an image, copy the command to
/// pull it.
fn offer_actions(build: Query<BuildData>, target: Memo<Option<BuildTarget>>, removal: Removal) {
    let starter = use_build_starter();
    let toasts = use_toasts();
    let connection = use_connection();
    let pull = memo(move || build.data()?.pull_command(&connection.registry()));
    offer(move || {
        let target = target.get().filter(BuildTarget::is_complete);
        let again = target.map(|target| {
            let image = target.image();
            let text = t_signal!(trigger.build_image, image = image);
            PageAction::new(text, move || starter.start_head(&target))
        });
        let copy = pull.get().map(|command| {
            let text = t_signal!(copy.label, what = t_string!(build.pull_command));
            let detail = command.clone();
            PageAction::new(text, move || copy_and_say(command.clone(), toasts)).detail(detail)
        });
        let again = again.into_iter().chain(removal.action());
        again.chain(copy).collect()
    });
}
