//! The page of the tag config editor. It finds the config to edit: from the API, or, where the API does not
//! return it, as this browser saw it last.
#![allow(
    unreachable_pub,
    reason = "#[component] makes a public struct of the props"
)]

use crate::api::SavedConfig;
use crate::client::Error;
use crate::components::breadcrumbs::{namespace_crumb, path_heading, repository_crumb};
use crate::components::error_notice::load_error;
use crate::components::repository::{no_such_repository, use_repository};
use crate::forms::config::config_form;
use crate::forms::config::editor::ConfigOrigin;
use crate::i18n::words;
use crate::query::Query;
use crate::reactive::{dynamic, memo, text_signal};
use crate::routing::navigation::use_navigation;
use crate::routing::routes::Route;
use crate::state::clock::use_clock;
use crate::state::connection::use_connection;
use crate::state::known_repositories;
use crate::t_signal;
use crate::ui::button::Button;
use crate::ui::notice::{notice, skeleton};
use leptos::prelude::*;

/// The config to edit. The time says when this browser saw it (Unix milliseconds), where the API does not
/// return it.
type FoundConfig = (ConfigOrigin, Option<i64>);

/// The Build config page.
#[component]
pub(crate) fn Config(namespace: String, name: String) -> impl IntoView {
    let navigation = use_navigation();
    let path = StoredValue::new((namespace.clone(), name.clone()));
    let read = use_repository(path);
    let error = read.error();
    let config = config_to_edit(path, read);
    let is_missing = memo(move || read.data().is_some_and(|answer| answer.is_none()));
    // An API that does not offer this read is explained, and is not an error.
    let shown_error = Signal::derive(move || error.get().filter(|error| !error.is_not_offered()));
    let body = move || {
        if is_missing.get() {
            return no_such_repository(path);
        }
        match config.get() {
            Some(config) => editor(path, config),
            None => shown_error.get().is_none().then(|| skeleton(6)).into_any(),
        }
    };
    let repository_href = text_signal(move || {
        let (namespace, name) = path.get_value();
        navigation.href(&Route::Repository { namespace, name })
    });
    let ancestors = vec![
        namespace_crumb(&namespace),
        repository_crumb(&namespace, &name),
    ];
    view! {
        <div class="page-head">
            {path_heading(
                t_signal!(config.title_of, path = format!("{namespace}/{name}")),
                ancestors,
                t_signal!(config.title),
            )}
            <div class="page-actions">
                {Button::new(t_signal!(config.to_repository)).quiet().link(repository_href)}
            </div>
        </div>
        {load_error(
            t_signal!(repository.loading),
            move || shown_error.get(),
            read.has_data(),
            move || read.refresh(),
        )}
        {dynamic(body)}
    }
}

/// The config to edit; `None` until it is found. It is taken once, so that nothing changes while the user
/// edits: what others save in the meantime is compared before saving.
fn config_to_edit(
    path: StoredValue<(String, String)>,
    read: Query<Option<crate::api::Repository>>,
) -> Memo<Option<FoundConfig>> {
    let connection = use_connection();
    let error = read.error();
    let found = memo(move || match read.data() {
        Some(answer) => {
            let config = answer.as_ref().as_ref()?.build_config.as_ref();
            let origin = ConfigOrigin {
                // A repository without a build config has no rows.
                held: config.map(SavedConfig::from).unwrap_or_default(),
                is_readable: true,
                is_known: true,
            };
            Some((origin, None))
        }
        None => {
            error.get().filter(Error::is_not_offered)?;
            let (namespace, name) = path.get_value();
            Some(known_config(&connection.address(), &namespace, &name))
        }
    });
    Memo::new(
        move |taken: Option<&Option<FoundConfig>>| match taken.and_then(Option::as_ref) {
            Some(taken) => Some(taken.clone()),
            None => found.get().filter(|_| !read.is_loading()),
        },
    )
}

/// The config as this browser saw it last; an empty one when it did not.
fn known_config(address: &str, namespace: &str, name: &str) -> FoundConfig {
    let known = known_repositories::find(address, namespace, name);
    let config = known.and_then(|known| Some((known.repository?.build_config?, known.at)));
    let origin = ConfigOrigin {
        held: config
            .as_ref()
            .map(|(config, _)| SavedConfig::from(config))
            .unwrap_or_default(),
        is_readable: false,
        is_known: config.is_some(),
    };
    (origin, config.map(|(_, at)| at))
}

/// The editor. Says from when the config is, where this browser had to remember it.
fn editor(path: StoredValue<(String, String)>, (origin, seen_at): FoundConfig) -> AnyView {
    let clock = use_clock();
    let connection = use_connection();
    let known_notice = seen_at.map(|at| {
        let text = t_signal!(
            config.from_memory,
            age = words().relative(at, clock.now()),
            when = words().absolute(at, false)
        );
        notice("warning", text)
    });
    let on_saved = Callback::new(move |config: Option<SavedConfig>| {
        let (namespace, name) = path.get_value();
        let address = untrack(move || connection.address());
        match config {
            Some(config) => {
                known_repositories::record_saved_config(&address, &namespace, &name, &config);
            }
            None => known_repositories::record(&address, &namespace, &name, None),
        }
    });
    let (namespace, name) = path.get_value();
    view! {
        {known_notice}
        {config_form(namespace, name, origin, on_saved)}
    }
    .into_any()
}
