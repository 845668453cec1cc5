//! One build repository: its tag configs, each with a Build button; its last builds; its deploy key.

mod about;
mod remove;

use crate::api::Repository as RepositoryData;
use crate::client::Error;
use crate::components::breadcrumbs::{crumbs, namespace_crumb};
use crate::components::builds::build_buttons::build_buttons;
use crate::components::builds::list::{new_builds, use_builds};
use crate::components::builds::table::builds_table;
use crate::components::error_notice::load_error;
use crate::components::page_heading::heading;
use crate::i18n::words;
use crate::pages::repository::about::about;
use crate::pages::repository::remove::remove;
use crate::query::schedule::Pace;
use crate::query::{Query, use_query};
use crate::reactive::{dynamic, effect, memo, show, show_or, text_signal};
use crate::routing::navigation::use_navigation;
use crate::routing::routes::{BuildsQuery, INSIGHT_LAST, InsightQuery, Route};
use crate::state::connection::use_connection;
use crate::state::known_repositories;
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
pub fn Repository(namespace: String, name: String) -> impl IntoView {
    let navigation = use_navigation();
    let connection = use_connection();
    let path = StoredValue::new((namespace.clone(), name.clone()));
    let read = use_repository(path);
    let error = read.error();
    // What an API does not read back may still be known here.
    let seen = memo(move || {
        error.get().filter(Error::is_not_offered)?;
        let (namespace, name) = path.get_value();
        known_repositories::find(&connection.address(), &namespace, &name)
    });
    let shown = memo(move || match read.data() {
        Some(answer) => (*answer).clone(),
        None => seen.get()?.repository,
    });
    let missing = memo(move || read.data().is_some_and(|answer| answer.is_none()));
    let exists = memo(move || read.data().is_some_and(|answer| answer.is_some()));
    let list = use_builds(memo(move || {
        let (namespace, repo) = path.get_value();
        BuildsRequest {
            namespace,
            repo,
            page: 1,
        }
    }));
    let builds = list.query;
    let config_href = text_signal(move || {
        let (namespace, name) = path.get_value();
        navigation.href(&Route::Config { namespace, name })
    });
    let all_builds = text_signal(move || {
        let (namespace, repo) = path.get_value();
        navigation.href(&Route::Builds(BuildsQuery {
            namespace,
            repo,
            ..BuildsQuery::default()
        }))
    });
    let insight = text_signal(move || {
        let (namespace, name) = path.get_value();
        navigation.href(&Route::Insight(InsightQuery {
            namespace,
            name,
            tag: String::new(),
            last: Some(INSIGHT_LAST),
        }))
    });
    let rows = list.rows();
    let is_new = memo(move || {
        let none = builds.data().is_some_and(|answer| answer.page.count == 0);
        none && rows.with(Vec::is_empty)
    });
    offer_actions(path, shown);
    let (has_data, has_rows) = (read.has_data(), builds.has_data());
    // Not offered is told as what it means, not as an error.
    let told = Signal::derive(move || error.get().filter(|error| !error.is_not_offered()));
    // One place for one trouble: when both reads fail, the first was told above.
    let builds_error = Signal::derive(move || match told.get() {
        None => builds.error().get(),
        Some(_) => None,
    });
    let from_memory = move || {
        error.get().filter(Error::is_not_offered)?;
        Some(match seen.get().filter(|seen| seen.repository.is_some()) {
            Some(seen) => {
                let text = t_signal!(
                    repository.from_memory,
                    when = words().absolute(seen.at, false)
                );
                notice("info", text).into_any()
            }
            None => notice("warning", t_signal!(repository.not_read)).into_any(),
        })
    };
    let repository = move || match shown.get() {
        Some(repository) => about(repository, is_new.into()),
        None if missing.get() => no_such_repository(path),
        // Its rows are not to be known, but a tag can be named.
        None if told.get().is_none() && error.get().is_some() => build_by_tag(path),
        None => error.get().is_none().then(|| skeleton(4)).into_any(),
    };
    let last_builds = move || builds_table(rows.into(), t_signal!(repository.last_builds), None);
    let none = || view! { <p class="empty">{t_signal!(repository.no_builds)}</p> }.into_any();
    let loaded = move || {
        show_or(
            move || rows.with(|rows| !rows.is_empty()),
            last_builds,
            none,
        )
        .into_any()
    };
    let loading = move || builds_error.get().is_none().then(|| skeleton(3)).into_any();
    let last = move || {
        view! {
        <section class="section">
            <div class="page-head">
                <h2>{t_signal!(repository.last_builds)}</h2>
                <span class="button-group">
                    {Button::new(t_signal!(insight.title)).link(insight)}
                    {Button::new(t_signal!(repository.all_builds)).link(all_builds)}
                </span>
            </div>
            {new_builds(list, Callback::new(|()| ()))}
            {load_error(t_signal!(builds.loading), builds_error, has_rows, move || builds.refresh())}
            {show_or(move || has_rows.get(), loaded, loading)}
        </section>
        }
        .into_any()
    };
    view! {
        {crumbs(vec![namespace_crumb(&namespace)])}
        <div class="page-head">
            {heading(Signal::stored(format!("{namespace}/{name}")))}
            {show(
                move || !missing.get(),
                move || Button::new(t_signal!(repository.edit_config)).link(config_href),
            )}
        </div>
        {load_error(t_signal!(repository.loading), told, has_data, move || read.refresh())}
        {dynamic(from_memory)}
        {dynamic(repository)}
        {show(move || !missing.get(), last)}
        {show(move || exists.get(), move || remove(path))}
    }
}

/// What the palette offers here.
fn offer_actions(path: StoredValue<(String, String)>, shown: Memo<Option<RepositoryData>>) {
    let navigation = use_navigation();
    let starter = use_build_starter();
    offer(move || {
        let (namespace, name) = path.get_value();
        let repository = shown.get();
        let config = repository.and_then(|repository| repository.build_config);
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
        let builds = Route::Builds(BuildsQuery {
            namespace: namespace.clone(),
            repo: name.clone(),
            ..BuildsQuery::default()
        });
        let insight = Route::Insight(InsightQuery {
            namespace: namespace.clone(),
            name: name.clone(),
            tag: String::new(),
            last: Some(INSIGHT_LAST),
        });
        let config = Route::Config { namespace, name };
        let mut add = |text, route: Route| {
            actions.push(PageAction::new(text, move || navigation.go(&route)));
        };
        add(t_signal!(repository.edit_config), config);
        add(t_signal!(insight.title), insight);
        add(t_signal!(repository.all_builds), builds);
        actions
    });
}

/// Says that there is no such repository, where the API would know.
pub fn no_such_repository(path: StoredValue<(String, String)>) -> AnyView {
    let navigation = use_navigation();
    let (namespace, name) = path.get_value();
    let full = format!("{namespace}/{name}");
    let text = t_signal!(repository.missing, path = full);
    let href = navigation.href(&Route::repositories(namespace));
    view! {
        <div class="empty">
            <p>{text}</p>
            {Button::new(t_signal!(nav.repositories)).primary().link(Signal::stored(href))}
        </div>
    }
    .into_any()
}

/// Builds a tag that is named by hand, where the tag configs are not to be known.
fn build_by_tag(path: StoredValue<(String, String)>) -> AnyView {
    let tag = RwSignal::new("latest".to_owned());
    let named = memo(move || tag.with(|tag| tag.trim().to_owned()));
    let trigger = move || {
        let tag = named.get();
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
            {dynamic(trigger)}
        </section>
    }
    .into_any()
}

/// Reads a repository, and remembers it for when the API does not read it back. `None` is read where
/// there is no such repository: an API that lists repositories can also read them, so its 404 says so.
pub fn use_repository(path: StoredValue<(String, String)>) -> Query<Option<RepositoryData>> {
    let connection = use_connection();
    let read = use_query(
        move || {
            let client = connection.client()?;
            let (namespace, name) = path.get_value();
            Some(Box::pin(async move {
                match client.repository(&namespace, &name).await {
                    Err(error) if error.status() == Some(404) => {
                        match client.repositories(&namespace, 1).await {
                            Ok(_) => Ok(None),
                            Err(_) => Err(error),
                        }
                    }
                    answer => answer.map(Some),
                }
            }))
        },
        |_| Pace::Never,
    );
    effect(move || {
        if let Some(repository) = read.data().as_deref().and_then(Option::as_ref) {
            let (namespace, name) = path.get_value();
            known_repositories::remember(
                &connection.address(),
                &namespace,
                &name,
                Some(repository),
            );
        }
    });
    read
}
