//! The page of one build repository: its tag configs, each with its last build and a Build button; its last builds; how to
//! pull the image, the source, the deploy key and the webhook.
#![allow(
    unreachable_pub,
    reason = "#[component] makes a public struct of the props"
)]

mod build_all;
mod first_steps;
mod last_builds;
mod pushes;
mod remove;
mod side;
mod tag_configs;
mod webhook;

use crate::api::{Build, Repository as RepositoryData, TagConfig, Webhook};
use crate::client::Error;
use crate::components::breadcrumbs::{namespace_crumb, path_heading};
use crate::components::builds::build_buttons::build_buttons;
use crate::components::builds::last_builds::{MAX_LAST_BUILDS, group_builds};
use crate::components::builds::list::{BuildsList, use_builds};
use crate::components::builds::recent_builds::use_recent_builds;
use crate::components::error_notice::load_error;
use crate::components::repository::{no_such_repository, use_repository};
use crate::i18n::words;
use crate::pages::repository::build_all::{BuildAll, use_build_all};
use crate::pages::repository::first_steps::first_steps;
use crate::pages::repository::last_builds::last_builds;
use crate::pages::repository::remove::{RemoveForm, use_remove_form};
use crate::pages::repository::side::side;
use crate::pages::repository::tag_configs::{TagBuilds, tag_configs, target};
use crate::pages::repository::webhook::use_webhook;
use crate::platform::page::web_link;
use crate::query::Query;
use crate::reactive::{bool_signal, dynamic, memo, show, text_signal};
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
use crate::ui::icon;
use crate::ui::input::Input;
use crate::ui::markdown::markdown;
use crate::ui::menu::Menu;
use crate::ui::notice::{notice, skeleton};
use leptos::prelude::*;

/// The page of one repository.
#[component]
pub(crate) fn Repository(namespace: String, name: String) -> impl IntoView {
    let path = StoredValue::new((namespace.clone(), name.clone()));
    let read = use_repository(path);
    let error = read.error();
    let known = known_repository(path, error);
    let repository = memo(move || match read.data() {
        Some(answer) => (*answer).clone(),
        None => known.get()?.repository,
    });
    let is_missing = memo(move || read.data().is_some_and(|answer| answer.is_none()));
    let request = BuildsRequest {
        namespace: namespace.clone(),
        repo: name.clone(),
        page: 1,
    };
    let first = request.clone();
    let list = use_builds(memo(move || first.clone()), Signal::stored(false));
    let is_new = memo(move || {
        let has_none = list.answer().is_some_and(|answer| answer.page.count == 0);
        has_none && list.rows().with(Vec::is_empty)
    });
    let build_all = use_build_all();
    let remove = use_remove_form(path);
    let builds = tag_builds(list, request, repository, is_new);
    let webhook = use_webhook(path, repository);
    offer_actions(path, repository, build_all);
    // An API that does not offer this read is explained, and is not an error.
    let shown_error = Signal::derive(move || error.get().filter(|error| !error.is_not_offered()));
    let body = move || match repository.get() {
        Some(repository) => columns(path, &repository, builds, (list, webhook)),
        None if is_missing.get() => no_such_repository(path),
        None if shown_error.get().is_none() && error.get().is_some() => {
            let form = build_by_tag(path);
            view! {
                {form}
                {last_builds(path, list, shown_error)}
            }
            .into_any()
        }
        None if error.get().is_none() => skeleton(4).into_any(),
        None => last_builds(path, list, shown_error),
    };
    let description = text_signal(move || {
        repository.with(|repository| match repository {
            Some(repository) => repository.description.clone(),
            None => String::new(),
        })
    });
    let exists = bool_signal(move || read.data().is_some_and(|answer| answer.is_some()));
    view! {
        <div class="page-head">
            {path_heading(
                Signal::stored(format!("{namespace}/{name}")),
                vec![namespace_crumb(&namespace)],
                Signal::stored(name),
            )} <span class="lead">{description}</span>
            {show(
                move || !is_missing.get(),
                move || page_actions(path, repository, exists, build_all, remove),
            )}
        </div>
        {load_error(
            t_signal!(repository.loading),
            move || shown_error.get(),
            read.has_data(),
            move || read.refresh(),
        )}
        {dynamic(move || known_notice(&error.get()?, known.get()))}
        {build_all.view()}
        {dynamic(body)}
        {remove.view()}
    }
}

/// The last builds of each tag. Older pages are read until each tag has enough of them.
fn tag_builds(
    list: BuildsList,
    request: BuildsRequest,
    repository: Memo<Option<RepositoryData>>,
    is_new: Memo<bool>,
) -> TagBuilds {
    let is_enough = move |builds: &[Build]| {
        let tags = repository.with_untracked(|repository| {
            let tags = configs(repository.as_ref()).iter();
            tags.map(|config| config.docker_repo_tag.clone())
                .collect::<Vec<_>>()
        });
        let count = |tag: &String| {
            let builds = builds.iter().filter(|build| build.docker_repo_tag == *tag);
            builds.count()
        };
        // The tags are not known at once.
        !tags.is_empty() && tags.iter().all(|tag| count(tag) >= MAX_LAST_BUILDS)
    };
    let recent = use_recent_builds(list, request, is_enough);
    let builds = recent.all();
    TagBuilds {
        recent,
        is_new,
        by_tag: memo(move || {
            builds.with(|builds| group_builds(builds, |build| build.docker_repo_tag.clone()))
        }),
    }
}

fn configs(repository: Option<&RepositoryData>) -> &[TagConfig] {
    repository
        .and_then(|repository| repository.build_config.as_ref())
        .map_or(&[], |config| &config.tag_configs)
}

/// Tags and builds, with the facts beside them.
fn columns(
    path: StoredValue<(String, String)>,
    repository: &RepositoryData,
    builds: TagBuilds,
    (list, webhook): (BuildsList, Query<Webhook>),
) -> AnyView {
    let config = StoredValue::new(repository.build_config.clone());
    let steps = move || {
        let config = config.get_value();
        let (namespace, name) = path.get_value();
        config
            .map(|config| first_steps(&namespace, &name, config, webhook))
            .into_any()
    };
    let configs = configs(Some(repository));
    let table = (!configs.is_empty()).then(|| tag_configs(path, configs, builds));
    let full_description = repository.full_description.clone();
    let full_description = (!full_description.is_empty()).then(|| {
        view! {
            <section class="section">
                <h2>{t_signal!(repository.full_description)}</h2>
                {markdown(Signal::stored(full_description))}
            </section>
        }
    });
    view! {
        <div class="columns">
            <div class="main-column">
                {show(move || builds.is_new.get(), steps)} {table}
                {last_builds(path, list, Signal::stored(None))} {full_description}
            </div>
            {side(repository, builds, webhook)}
        </div>
    }
    .into_any()
}

/// The actions of the page: links, and a menu with what is rare.
fn page_actions(
    path: StoredValue<(String, String)>,
    repository: Memo<Option<RepositoryData>>,
    exists: Signal<bool>,
    build_all: BuildAll,
    remove: RemoveForm,
) -> AnyView {
    let navigation = use_navigation();
    let insight_href = text_signal(move || {
        let (namespace, name) = path.get_value();
        navigation.href(&Route::Insight(InsightQuery::of_repository(
            namespace, name,
        )))
    });
    let config_href = text_signal(move || {
        let (namespace, name) = path.get_value();
        navigation.href(&Route::Config { namespace, name })
    });
    let menu = move || {
        let targets = all_targets(path, repository.get().as_ref());
        let source = repository.get().and_then(|repository| {
            let url = repository.build_config?.code_repo_path_url?;
            web_link(&url.link())
        });
        let build = (targets.len() > 1).then(|| {
            let targets = StoredValue::new(targets);
            Button::new(t_signal!(build_all.title))
                .icon(icon::PLAY)
                .disabled(build_all.is_running())
                .on_press(move || build_all.start(targets.get_value()))
        });
        let source = source.map(|(href, host)| {
            view! {
                <a
                    class="button"
                    href=href
                    rel="noopener noreferrer"
                    target="_blank"
                    title=t_signal!(link.outside, host = host)
                >
                    {icon::icon(icon::LINK)}
                    {t_signal!(repository.open_source)}
                </a>
            }
        });
        let delete = exists.get().then(|| {
            Button::new(t_signal!(remove.button))
                .danger()
                .icon(icon::TRASH)
                .on_press(move || remove.open())
        });
        view! {
            {build}
            {source}
            {delete}
        }
        .into_any()
    };
    // Without a known repository, the menu has nothing.
    let has_menu = move || repository.with(Option::is_some);
    let menu = move || Menu::of_icon(icon::MORE, t_signal!(repository.more)).content(menu);
    view! {
        <span class="page-actions">
            {Button::new(t_signal!(insight.title)).link(insight_href)}
            {Button::new(t_signal!(repository.edit_config)).link(config_href)}
            {show(has_menu, menu)}
        </span>
    }
    .into_any()
}

/// The targets of all tags.
fn all_targets(
    path: StoredValue<(String, String)>,
    repository: Option<&RepositoryData>,
) -> Vec<BuildTarget> {
    let (namespace, name) = path.get_value();
    let configs = configs(repository).iter();
    configs
        .map(|config| target(&namespace, &name, config))
        .collect()
}

/// The repository as this browser knows it, where the API does not offer the read that failed so.
fn known_repository(
    path: StoredValue<(String, String)>,
    error: RwSignal<Option<Error>>,
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
fn offer_actions(
    path: StoredValue<(String, String)>,
    repository: Memo<Option<RepositoryData>>,
    build_all: BuildAll,
) {
    let navigation = use_navigation();
    let starter = use_build_starter();
    offer(move || {
        let (namespace, name) = path.get_value();
        let targets = repository.with(|repository| all_targets(path, repository.as_ref()));
        let mut actions: Vec<PageAction> = targets
            .iter()
            .map(|target| {
                let image = target.image();
                let text = t_signal!(trigger.build_image, image = image);
                let target = StoredValue::new(target.clone());
                PageAction::new(text, move || {
                    target.with_value(|target| starter.start_head(target));
                })
            })
            .collect();
        if targets.len() > 1 {
            let text = t_signal!(build_all.title);
            actions.push(PageAction::new(text, move || {
                build_all.start(targets.clone())
            }));
        }
        let builds = BuildsQuery::of_repository(namespace.clone(), name.clone());
        let insight = InsightQuery::of_repository(namespace.clone(), name.clone());
        let config = Route::Config { namespace, name };
        let mut add = |text, route: Route| {
            actions.push(PageAction::new(text, move || navigation.go(&route)));
        };
        add(t_signal!(repository.edit_config), config);
        add(t_signal!(insight.title), Route::Insight(insight));
        add(t_signal!(repository.its_builds), Route::Builds(builds));
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
