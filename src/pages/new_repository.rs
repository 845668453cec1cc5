//! The page of the create form. Opens the new repository's page.
#![allow(
    unreachable_pub,
    reason = "#[component] makes a public struct of the props"
)]

use crate::api::Repository;
use crate::components::breadcrumbs::{namespace_crumb, path_heading};
use crate::forms::create::create_form;
use crate::routing::navigation::use_navigation;
use crate::routing::routes::Route;
use crate::state::connection::use_connection;
use crate::state::known_repositories;
use crate::state::start_build::{BuildTarget, use_build_starter};
use crate::t_signal;
use leptos::prelude::*;

/// The New repository page.
#[component]
pub(crate) fn NewRepository(namespace: String) -> impl IntoView {
    let navigation = use_navigation();
    let connection = use_connection();
    let target_namespace = namespace.clone();
    let starter = use_build_starter();
    let on_created = Callback::new(move |(repository, tags): (Repository, Vec<String>)| {
        let name = repository.repo_name.clone();
        let address = untrack(move || connection.address());
        known_repositories::record(&address, &target_namespace, &name, Some(&repository));
        // Toasts say which builds have started, and which have not.
        for tag in tags {
            starter.start_head(&BuildTarget {
                namespace: target_namespace.clone(),
                repo_name: name.clone(),
                tag,
                ..BuildTarget::default()
            });
        }
        // The repository's page has the next steps: the deploy key and a Build button for each tag.
        navigation.go(&Route::Repository {
            namespace: target_namespace.clone(),
            name,
        });
    });
    let title = namespace.clone();
    view! {
        {path_heading(
            t_signal!(create.title_in, namespace = title.clone()),
            vec![namespace_crumb(&namespace)],
            t_signal!(create.title),
        )}
        {create_form(namespace, on_created)}
    }
}
