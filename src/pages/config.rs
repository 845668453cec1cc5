//! The tag config editor, and where what it edits came from.

use super::repository::use_repository;
use crate::api::{BuildConfig, Error};
use crate::app::heading;
use crate::components::notice::{error_notice, notice, skeleton};
use crate::connection::use_connection;
use crate::forms::config_form::ConfigForm;
use crate::forms::draft::rows_of;
use crate::known;
use crate::navigation::use_navigation;
use crate::routes::Route;
use crate::text::words;
use crate::view::part;
use crate::{tr, ts, tx};
use leptos::prelude::*;

/// Where the config that is edited came from.
#[derive(Clone, PartialEq)]
enum Origin {
    Api(BuildConfig),
    /// This browser saw it last at this time, in Unix milliseconds.
    Memory(BuildConfig, i64),
    Nowhere,
}

/// The Build config page.
#[component]
pub fn Config(namespace: String, name: String) -> impl IntoView {
    let navigation = use_navigation();
    let connection = use_connection();
    let path = StoredValue::new((namespace.clone(), name.clone()));
    let read = use_repository(path);
    let error = Memo::new(move |_| read.error());
    let data = Memo::new(move |_| read.data());
    let saved = RwSignal::new(false);
    let origin = Memo::new(move |_| {
        if let Some(config) = data.get().and_then(|repository| repository.build_config) {
            return Some(Origin::Api(config));
        }
        if data.with(Option::is_none) && !error.get()?.is_not_offered() {
            return None;
        }
        let (namespace, name) = path.get_value();
        let seen = known::find(&connection.address(), &namespace, &name);
        let config = seen.and_then(|seen| Some((seen.repository?.build_config?, seen.at)));
        Some(match config {
            Some((config, at)) => Origin::Memory(config, at),
            None => Origin::Nowhere,
        })
    });
    let repository = move || {
        let (namespace, name) = path.get_value();
        navigation.href(&Route::Repository { namespace, name })
    };
    let form = move |config: BuildConfig| {
        let (namespace, name) = path.get_value();
        view! {
            <ConfigForm
                namespace=namespace
                name=name
                build_node=config.build_node.clone().unwrap_or_else(|| "in".to_owned())
                drafts=rows_of(&config)
                on_saved=move |()| {
                    saved.set(true);
                    read.refresh();
                }
            />
        }
    };
    let title = format!("{namespace}/{name}");
    view! {
        <div class="page-head">
            {heading(ts!(config.title_of, path = title.clone()))}
            <a class="button" href=repository>
                {tx!(config.to_repository)}
            </a>
        </div>
        {part(move || {
            error
                .get()
                .filter(|error| !error.is_not_offered())
                .map(|error| {
                    error_notice(ts!(repository.loading), error, data.with(Option::is_some), Some(Callback::new(move |()| read.refresh())))
                })
        })}
        <div role="status">
            {part(move || saved.get().then(|| notice("success", ts!(config.saved))))}
        </div>
        {part(move || match origin.get() {
            Some(Origin::Api(config)) => form(config).into_any(),
            Some(Origin::Memory(config, at)) => {
                view! {
                    {notice(
                        "warning",
                        Signal::derive(move || {
                            tr!(config.from_memory, when = words().absolute(at, false))
                        }),
                    )}
                    {form(config)}
                }
                    .into_any()
            }
            Some(Origin::Nowhere) => {
                view! {
                    {notice("warning", ts!(config.from_nowhere))}
                    {form(empty_config())}
                }
                    .into_any()
            }
            None => error.get().as_ref().is_none_or(Error::is_not_offered).then(|| skeleton(6)).into_any(),
        })}
    }
}

fn empty_config() -> BuildConfig {
    BuildConfig {
        id: None,
        docker_repo_path: String::new(),
        code_repo_client: crate::api::CodeClient::default(),
        code_repo_path: String::new(),
        code_repo_clone_url: None,
        code_repo_webhook_code: None,
        code_repo_public_key: None,
        created_by: String::new(),
        build_node: None,
        email_enabled: false,
        code_repo_path_url: None,
        deploy_url: None,
        tag_configs: Vec::new(),
    }
}
