//! The tag config editor, and where what it edits came from.

use super::repository::{no_such_repository, use_repository};
use crate::api::BuildConfig;
use crate::app::heading;
use crate::browser;
use crate::components::button::Button;
use crate::components::notice::{load_error, notice, skeleton};
use crate::connection::use_connection;
use crate::forms::config_form::ConfigForm;
use crate::forms::draft::rows_of;
use crate::known;
use crate::navigation::use_navigation;
use crate::routes::Route;
use crate::text::words;
use crate::ts;
use crate::view::{effect, live, memo, part};
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
    let error = read.error();
    let saved = RwSignal::new(false);
    let found = memo(move || {
        if let Some(config) = read
            .data()
            .and_then(|answer| answer.as_ref().as_ref()?.build_config.clone())
        {
            return Some(Origin::Api(config));
        }
        if !read.has_data().get() && !error.get()?.is_not_offered() {
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
    // What is edited is not replaced under the user's hands: it is taken once, and again after a save.
    let origin = RwSignal::new(None::<Origin>);
    let take = StoredValue::new(true);
    effect(move || {
        let found = found.get();
        let settled = !read.is_loading();
        if settled && found.is_some() && take.get_value() {
            take.set_value(false);
            origin.set(found);
        }
    });
    let repository = live(move || {
        let (namespace, name) = path.get_value();
        navigation.href(&Route::Repository { namespace, name })
    });
    let has_data = read.has_data();
    // Not offered is told as what it means, not as an error.
    let told = Signal::derive(move || error.get().filter(|error| !error.is_not_offered()));
    let form = move |config: BuildConfig| {
        let (namespace, name) = path.get_value();
        let on_saved = move |()| {
            saved.set(true);
            // The form is made anew with what was saved, so the focus would be nowhere.
            browser::focus("#heading");
            take.set_value(true);
            read.refresh();
        };
        view! {
            <ConfigForm
                namespace=namespace
                name=name
                build_node=config.build_node.clone().unwrap_or_else(|| "in".to_owned())
                drafts=rows_of(&config)
                on_saved=on_saved
            />
        }
    };
    let missing = memo(move || read.data().is_some_and(|answer| answer.is_none()));
    let body = move || {
        if missing.get() {
            return no_such_repository(path);
        }
        let (warning, config) = match origin.get() {
            Some(Origin::Api(config)) => (None, config),
            Some(Origin::Memory(config, at)) => {
                let text = ts!(config.from_memory, when = words().absolute(at, false));
                (Some(text), config)
            }
            Some(Origin::Nowhere) => (Some(ts!(config.from_nowhere)), empty_config()),
            None => return told.get().is_none().then(|| skeleton(6)).into_any(),
        };
        view! {
            {warning.map(|text| notice("warning", text))}
            {form(config)}
        }
        .into_any()
    };
    view! {
        <div class="page-head">
            {heading(ts!(config.title_of, path = format!("{namespace}/{name}")))}
            {Button::new(ts!(config.to_repository)).link(repository)}
        </div>
        {load_error(ts!(repository.loading), told, has_data, move || read.refresh())}
        {part(move || saved.get().then(|| notice("success", ts!(config.saved))))}
        {part(body)}
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
