//! Shared by the repository page and the config page: reading a repository, and saying that it does not
//! exist.

use crate::api::Repository;
use crate::query::schedule::Pace;
use crate::query::{Query, use_query};
use crate::reactive::effect;
use crate::routing::navigation::use_navigation;
use crate::routing::routes::Route;
use crate::state::connection::use_connection;
use crate::state::known_repositories;
use crate::t_signal;
use crate::ui::button::Button;
use leptos::prelude::*;

/// Reads a repository (an optional call), and keeps it in this browser for APIs that don't return it.
///
/// The data is `None` when the repository does not exist: a 404 from an API that lists repositories. From
/// one that does not, a 404 is an error and means that the call is not offered.
pub(crate) fn use_repository(path: StoredValue<(String, String)>) -> Query<Option<Repository>> {
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
            known_repositories::record(&connection.address(), &namespace, &name, Some(repository));
        }
    });
    read
}

/// Says that the repository does not exist.
pub(crate) fn no_such_repository(path: StoredValue<(String, String)>) -> AnyView {
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
