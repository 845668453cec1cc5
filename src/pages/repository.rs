//! The page of one build repository: its tag configs, each with a Build button; its last builds; its deploy
//! key.
#![allow(
    unreachable_pub,
    reason = "#[component] makes a public struct of the props"
)]

mod about;
mod last_builds;
mod remove;

use crate::api::Repository as RepositoryData;
use crate::client::Error;
use crate::components::breadcrumbs::{crumbs, namespace_crumb};
use crate::components::builds::build_buttons::build_buttons;
use crate::components::builds::list::use_builds;
use crate::components::error_notice::load_error;
use crate::components::page_heading::heading;
use crate::components::repository::{no_such_repository, use_repository};
use crate::i18n::words;
use crate::pages::repository::about::about;
use crate::pages::repository::last_builds::last_builds;
use crate::pages::repository::remove::remove;
use crate::reactive::{dynamic, memo, show, text_signal};
use crate::routing::navigation::use_navigation;
use crate::routing::routes::{BuildsQuery, InsightQuery, Route};
use crate::state::connection::use_connection;
use crate::state::known_repositories;
use crate::state::known_repositories::KnownRepository;
use crate::state::page_actions::{PageAction, offer};
use crate::state::session_cache::BuildsRequest;
use crate::state::start_build::{AfterStart, BuildTarget, use_build_starter};
use crate::t_signal;
use crate::ui::button::Button;
use crate::ui::input::Input;
use crate::ui::notice::{notice, skeleton};
use leptos::prelude::*;

/// The page of one repository.
#[component]
pub(crate) fn Repository(namespace: String, name: String) -> impl IntoView {
    let navigation = use_navigation();
    let path = StoredValue::new((namespace.clone(), name.clone()));
    let read = use_repository(path);
    let error = read.error();
    let known = known_repository(path, error);
    let repository = memo(move || match read.data() {
        Some(answer) => (*answer).clone(),
        None => known.get()?.repository,
    });
    let is_missing = memo(move || read.data().is_some_and(|answer| answer.is_none()));
    let exists = memo(move || read.data().is_some_and(|answer| answer.is_some()));
    let list = use_builds(memo(move || {
        let (namespace, repo) = path.get_value();
        BuildsRequest {
            namespace,
            repo,
            page: 1,
        }
    }));
    let is_new = memo(move || {
        let has_none = list.answer().is_some_and(|answer| answer.page.count == 0);
        has_none && list.rows().with(Vec::is_empty)
    });
    offer_actions(path, repository);
    // An API that does not offer this read is explained, and is not an error.
    let shown_error = Signal::derive(move || error.get().filter(|error| !error.is_not_offered()));
    let body = move || match repository.get() {
        Some(repository) => about(repository, is_new.into()),
        None if is_missing.get() => no_such_repository(path),
        None if shown_error.get().is_none() && error.get().is_some() => build_by_tag(path),
        None => error.get().is_none().then(|| skeleton(4)).into_any(),
    };
    let config_href = text_signal(move || {
        let (namespace, name) = path.get_value();
        navigation.href(&Route::Config { namespace, name })
    });
    view! {
        {crumbs(vec![namespace_crumb(&namespace)])}
        <div class="page-head">
            {heading(Signal::stored(format!("{namespace}/{name}")))}
            {show(
                move || !is_missing.get(),
                move || Button::new(t_signal!(repository.edit_config)).link(config_href),
            )}
        </div>
        {load_error(
            t_signal!(repository.loading),
            shown_error,
            read.has_data(),
            move || read.refresh(),
        )}
        {dynamic(move || known_notice(&error.get()?, known.get()))}
        {dynamic(body)}
        {show(move || !is_missing.get(), move || last_builds(path, list, shown_error))}
        {show(move || exists.get(), move || remove(path))}
    }
}

/// The repository as this browser knows it, where the API does not offer the read that failed so.
fn known_repository(
    path: StoredValue<(String, String)>,
    error: Signal<Option<Error>>,
) -> Memo<Option<KnownRepository>> {
    let connection = use_connection();
    memo(move || {
        error.get().filter(Error::is_not_offered)?;
        let (namespace, name) = path.get_value();
        known_repositories::find(&connection.address(), &namespace, &name)
    })
}

/// Says that the API does not return the repository, and from when the shown data is.
fn known_notice(error: &Error, known: Option<KnownRepository>) -> Option<AnyView> {
    if !error.is_not_offered() {
        return None;
    }
    Some(match known.filter(|known| known.repository.is_some()) {
        Some(known) => {
            let text = t_signal!(
                repository.from_memory,
                when = words().absolute(known.at, false)
            );
            notice("info", text).into_any()
        }
        None => notice("warning", t_signal!(repository.not_read)).into_any(),
    })
}

/// Offers the page's actions in the palette: builds and links.
fn offer_actions(path: StoredValue<(String, String)>, repository: Memo<Option<RepositoryData>>) {
    let navigation = use_navigation();
    let starter = use_build_starter();
    offer(move || {
        let (namespace, name) = path.get_value();
        let config = repository
            .get()
            .and_then(|repository| repository.build_config);
        let rows = config.map_or_else(Vec::new, |config| config.tag_configs);
        let mut actions: Vec<PageAction> = rows
            .into_iter()
            .map(|row| {
                let target = BuildTarget {
                    namespace: namespace.clone(),
                    repo_name: name.clone(),
                    tag: row.docker_repo_tag,
                    ..BuildTarget::default()
                };
                let image = target.image();
                let text = t_signal!(trigger.build_image, image = image);
                let target = StoredValue::new(target);
                PageAction::new(text, move || {
                    target.with_value(|target| starter.start_head(target));
                })
            })
            .collect();
        let builds = BuildsQuery::of_repository(namespace.clone(), name.clone());
        let insight = InsightQuery::of_repository(namespace.clone(), name.clone());
        let config = Route::Config { namespace, name };
        let mut add = |text, route: Route| {
            actions.push(PageAction::new(text, move || navigation.go(&route)));
        };
        add(t_signal!(repository.edit_config), config);
        add(t_signal!(insight.title), Route::Insight(insight));
        add(t_signal!(repository.all_builds), Route::Builds(builds));
        actions
    });
}

/// Builds a tag by its name, where the tag configs are not known.
fn build_by_tag(path: StoredValue<(String, String)>) -> AnyView {
    let tag = RwSignal::new("latest".to_owned());
    let trimmed = memo(move || tag.with(|tag| tag.trim().to_owned()));
    let buttons = move || {
        let tag = trimmed.get();
        let (namespace, repo_name) = path.get_value();
        (!tag.is_empty()).then(|| {
            let target = BuildTarget {
                namespace,
                repo_name,
                tag,
                ..BuildTarget::default()
            };
            build_buttons(target, AfterStart::Stay)
        })
    };
    view! {
        <section class="form-section">
            {Input::new(t_signal!(rows.image_tag), tag).hint(t_signal!(repository.by_tag)).view()}
            {dynamic(buttons)}
        </section>
    }
    .into_any()
}
