//! The tag config editor, and where what it edits came from.

use crate::api::SavedConfig;
use crate::components::breadcrumbs::{crumbs, namespace_crumb, repository_crumb};
use crate::components::error_notice::load_error;
use crate::components::page_heading::heading;
use crate::forms::config::config_form;
use crate::forms::config::editor::ConfigOrigin;
use crate::i18n::words;
use crate::pages::repository::{no_such_repository, use_repository};
use crate::reactive::{dynamic, effect, memo, text_signal};
use crate::routing::navigation::use_navigation;
use crate::routing::routes::Route;
use crate::state::clock::use_clock;
use crate::state::connection::use_connection;
use crate::state::known_repositories;
use crate::t_signal;
use crate::ui::button::Button;
use crate::ui::notice::{notice, skeleton};
use leptos::prelude::*;

/// The Build config page.
#[component]
pub fn Config(namespace: String, name: String) -> impl IntoView {
    let navigation = use_navigation();
    let connection = use_connection();
    let clock = use_clock();
    let path = StoredValue::new((namespace.clone(), name.clone()));
    let read = use_repository(path);
    let error = read.error();
    // What is edited, and when this browser saw it where the API does not read it back.
    let found = memo(move || {
        if let Some(answer) = read.data() {
            let config = answer.as_ref().as_ref()?.build_config.as_ref();
            // A repository without a build config holds no rows.
            let held = config.map(SavedConfig::from).unwrap_or_default();
            let origin = ConfigOrigin {
                held,
                is_readable: true,
                is_known: true,
            };
            return Some((origin, None));
        }
        error.get().filter(|error| error.is_not_offered())?;
        let (namespace, name) = path.get_value();
        let seen = known_repositories::find(&connection.address(), &namespace, &name);
        let config = seen.and_then(|seen| Some((seen.repository?.build_config?, seen.at)));
        let origin = ConfigOrigin {
            held: config
                .as_ref()
                .map(|(config, _)| SavedConfig::from(config))
                .unwrap_or_default(),
            is_readable: false,
            is_known: config.is_some(),
        };
        Some((origin, config.map(|(_, at)| at)))
    });
    // What is edited is not replaced under the user's hands: it is taken once. What is saved since, by
    // whomever, is seen before saving.
    let taken = RwSignal::new(None::<(ConfigOrigin, Option<i64>)>);
    effect(move || {
        let found = found.get();
        if !read.is_loading() && found.is_some() && taken.with_untracked(Option::is_none) {
            taken.set(found);
        }
    });
    let repository = text_signal(move || {
        let (namespace, name) = path.get_value();
        navigation.href(&Route::Repository { namespace, name })
    });
    let has_data = read.has_data();
    // Not offered is told as what it means, not as an error.
    let told = Signal::derive(move || error.get().filter(|error| !error.is_not_offered()));
    let saved = move |held: Option<SavedConfig>| {
        let (namespace, name) = path.get_value();
        let address = untrack(move || connection.address());
        match held {
            Some(held) => known_repositories::remember_config(&address, &namespace, &name, &held),
            None => known_repositories::remember(&address, &namespace, &name, None),
        }
    };
    let missing = memo(move || read.data().is_some_and(|answer| answer.is_none()));
    let body = move || {
        if missing.get() {
            return no_such_repository(path);
        }
        let Some((origin, seen_at)) = taken.get() else {
            return told.get().is_none().then(|| skeleton(6)).into_any();
        };
        let from_memory = seen_at.map(|at| {
            let text = t_signal!(
                config.from_memory,
                age = words().relative(at, clock.now()),
                when = words().absolute(at, false)
            );
            notice("warning", text)
        });
        let (namespace, name) = path.get_value();
        view! {
            {from_memory}
            {config_form(namespace, name, origin, Callback::new(saved))}
        }
        .into_any()
    };
    view! {
        {crumbs(vec![namespace_crumb(&namespace), repository_crumb(&namespace, &name)])}
        <div class="page-head">
            {heading(t_signal!(config.title_of, path = format!("{namespace}/{name}")))}
            {Button::new(t_signal!(config.to_repository)).link(repository)}
        </div>
        {load_error(t_signal!(repository.loading), told, has_data, move || read.refresh())}
        {dynamic(body)}
    }
}
