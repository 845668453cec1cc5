//! The pages that are not part of the first view: their code is a file of its own, loaded when one of
//! them is opened for the first time.

use super::config::Config;
use super::connection::ConnectionPage;
use super::new_repository::NewRepository;
use super::not_found::NotFound;
use super::repositories::Repositories;
use super::repository::Repository;
use crate::components::button::Button;
use crate::components::icon;
use crate::components::notice::skeleton;
use crate::routes::Route;
use crate::ts;
use crate::view::part;
use leptos::prelude::*;
use leptos::reactive::computed::ScopedFuture;
use leptos::wasm_split::{self, SplitLoaderError};

/// A page that is not part of the first view; `None` is where no page is. Shows a skeleton while its
/// code is loaded, and says so when that fails.
pub fn part_of_site(route: Option<Route>) -> AnyView {
    let loaded = RwSignal::new_local(None::<AnyView>);
    let failed = RwSignal::new(false);
    let route = StoredValue::new(route);
    let load = move || {
        failed.set(false);
        // Read now: this place may be gone when the code has come.
        let route = route.get_value();
        // Made inside the owner of this place, so that the page goes when the place goes.
        let page = ScopedFuture::new(async move {
            match route {
                Some(Route::NewRepository { namespace }) => form(namespace, None).await,
                Some(Route::Config { namespace, name }) => form(namespace, Some(name)).await,
                route => later(route).await,
            }
        });
        leptos::task::spawn_local(async move {
            // Neither is there any more when the user has gone elsewhere meanwhile.
            let _ = match page.await {
                Ok(view) => loaded.try_set(Some(view)).map(|_| ()),
                Err(_) => failed.try_set(true).map(|_| ()),
            };
        });
    };
    load();
    part(move || {
        if failed.get() {
            return view! {
                <div class="notice" data-kind="error" role="alert">
                    {icon::icon(icon::WARNING)}
                    <p class="notice-body">{ts!(error.part_missing)}</p>
                    {Button::new(ts!(error.retry)).on_press(load)}
                </div>
            }
            .into_any();
        }
        loaded.track();
        match loaded.try_update_untracked(Option::take).flatten() {
            Some(view) => view,
            None => skeleton(5).into_any(),
        }
    })
    .into_any()
}

/// What stands in the file that is loaded later. The macro splits the function off; what only it
/// reaches goes with it.
#[allow(
    unsafe_code,
    reason = "the macro's calls across the two files are extern"
)]
#[wasm_split::wasm_split(pages, wasm_split_path = leptos::wasm_split, fallible)]
fn later(route: Option<Route>) -> Result<AnyView, SplitLoaderError> {
    Ok(match route {
        Some(Route::Repositories { namespace }) => {
            view! { <Repositories namespace=namespace /> }.into_any()
        }
        Some(Route::Repository { namespace, name }) => {
            view! { <Repository namespace=namespace name=name /> }.into_any()
        }
        Some(Route::Connection { .. }) => view! { <ConnectionPage /> }.into_any(),
        // The pages of the first view and the two forms never come here.
        _ => view! { <NotFound /> }.into_any(),
    })
}

/// The two big forms, in a file of their own: the create form, and for a repository of this name the tag
/// config editor.
#[allow(
    unsafe_code,
    reason = "the macro's calls across the two files are extern"
)]
#[wasm_split::wasm_split(forms, wasm_split_path = leptos::wasm_split, fallible)]
fn form(namespace: String, name: Option<String>) -> Result<AnyView, SplitLoaderError> {
    Ok(match name {
        Some(name) => view! { <Config namespace=namespace name=name /> }.into_any(),
        None => view! { <NewRepository namespace=namespace /> }.into_any(),
    })
}
