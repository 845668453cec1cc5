//! The create form, and what to do next.

use crate::components::breadcrumbs::{crumbs, namespace_crumb};
use crate::components::page_heading::heading;
use crate::forms::create::create_form;
use crate::routing::navigation::use_navigation;
use crate::routing::routes::Route;
use crate::state::connection::use_connection;
use crate::state::known_repositories;
use crate::t_signal;
use leptos::prelude::*;

/// The New repository page.
#[component]
pub fn NewRepository(namespace: String) -> impl IntoView {
    let navigation = use_navigation();
    let connection = use_connection();
    let to = namespace.clone();
    let created = Callback::new(move |repository: crate::api::Repository| {
        let name = repository.repo_name.clone();
        let address = untrack(move || connection.address());
        known_repositories::remember(&address, &to, &name, Some(&repository));
        // On the repository's page are the deploy key and a Build button for each tag.
        navigation.go(&Route::Repository {
            namespace: to.clone(),
            name,
        });
    });
    let title = namespace.clone();
    view! {
        {crumbs(vec![namespace_crumb(&namespace)])}
        {heading(t_signal!(create.title_in, namespace = title.clone()))}
        {create_form(namespace, created)}
    }
}
