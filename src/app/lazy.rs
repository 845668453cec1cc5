//! What is not part of the first view: its code lies in files of their own, loaded when one of them is
//! needed for the first time.

use crate::app::overlays::overlay;
use crate::pages::build_page::Build;
use crate::pages::config::Config;
use crate::pages::connection::ConnectionPage;
use crate::pages::insight::Insight;
use crate::pages::new_repository::NewRepository;
use crate::pages::not_found::NotFound;
use crate::pages::repositories::Repositories;
use crate::pages::repository::Repository;
use crate::reactive::dynamic;
use crate::routing::navigation::Navigation;
use crate::routing::routes::Route;
use crate::state::connection::Connection;
use crate::state::overlay::{OpenOverlay, Overlay};
use crate::state::toasts::use_toasts;
use crate::state::watched_builds::BuildWatchlist;
use crate::t_signal;
use crate::ui::button::Button;
use crate::ui::icon;
use crate::ui::notice::skeleton;
use futures_util::future::LocalBoxFuture;
use leptos::prelude::*;
use leptos::reactive::computed::ScopedFuture;
use leptos::wasm_split;
use leptos::wasm_split::SplitLoaderError;
use std::rc::Rc;

/// A page that is not part of the first view; `None` is where no page is. Shows a skeleton while its
/// code is loaded, and says so when that fails.
pub fn part_of_site(route: Option<Route>) -> AnyView {
    let page = move || -> Coming {
        let route = route.clone();
        Box::pin(async move {
            match route {
                Some(Route::Build { build_id }) => build_page(build_id).await,
                Some(Route::NewRepository { namespace }) => form(namespace, None).await,
                Some(Route::Config { namespace, name }) => form(namespace, Some(name)).await,
                Some(Route::Insight(query)) => insight(query.namespace, query.name).await,
                route => later(route).await,
            }
        })
    };
    coming(Rc::new(page), || skeleton(5).into_any())
}

/// The palette, or the list of keys.
pub fn overlay_of_site(which: Overlay) -> AnyView {
    let toasts = use_toasts();
    let lies = expect_context::<OpenOverlay>().0;
    let view = move || -> Coming {
        let which = which.clone();
        Box::pin(async move {
            let view = over(which).await;
            if view.is_err() {
                // It lies over the page, so its place is no place to tell of this.
                lies.set(None);
                toasts.warn(t_signal!(error.code_missing));
            }
            view
        })
    };
    coming(Rc::new(view), || ().into_any())
}

/// Loads the code of the build page before it is asked for. Should that fail, it is told when the page is
/// opened.
pub fn preload_build_page() {
    leptos::task::spawn_local(async {
        let _ = load_build_page().await;
    });
}

/// Watches builds until none is left to be watched. Should its code not come, nothing is told of them.
pub fn start_watching(watch: BuildWatchlist, connection: Connection, navigation: Navigation) {
    leptos::task::spawn_local(async move {
        if let Ok(watching) = watching(watch, connection, navigation).await {
            watching.await;
        }
    });
}

type Coming = LocalBoxFuture<'static, Result<AnyView, SplitLoaderError>>;

/// What `make` makes once its code has been loaded, and `meanwhile` until then.
fn coming(make: Rc<dyn Fn() -> Coming>, meanwhile: fn() -> AnyView) -> AnyView {
    let make = StoredValue::new_local(make);
    let loaded = RwSignal::new_local(None::<AnyView>);
    let failed = RwSignal::new(false);
    let load = move || {
        failed.set(false);
        // Made inside the owner of this place, so that the view goes when the place goes.
        let view = ScopedFuture::new(make.with_value(|make| make()));
        leptos::task::spawn_local(async move {
            // Neither is there any more when the user has gone elsewhere meanwhile.
            let _ = match view.await {
                Ok(view) => loaded.try_set(Some(view)).map(|_| ()),
                Err(_) => failed.try_set(true).map(|_| ()),
            };
        });
    };
    load();
    dynamic(move || {
        if failed.get() {
            return view! {
                <div class="notice" data-kind="error" role="alert">
                    {icon::icon(icon::WARNING)}
                    <p class="notice-body">{t_signal!(error.part_missing)}</p>
                    {Button::new(t_signal!(error.retry)).on_press(load)}
                </div>
            }
            .into_any();
        }
        loaded.track();
        match loaded.try_update_untracked(Option::take).flatten() {
            Some(view) => view,
            None => meanwhile(),
        }
    })
    .into_any()
}

// Each macro splits its function off into the file of that name; what only it reaches goes with it.

#[allow(
    unsafe_code,
    reason = "the macro's calls across the two files are extern"
)]
#[wasm_split::wasm_split(pages, wasm_split_path = leptos::wasm_split, fallible)]
fn later(route: Option<Route>) -> Result<AnyView, SplitLoaderError> {
    Ok(match route {
        Some(Route::Repositories { namespace, .. }) => {
            view! { <Repositories namespace=namespace /> }.into_any()
        }
        Some(Route::Repository { namespace, name }) => {
            view! { <Repository namespace=namespace name=name /> }.into_any()
        }
        Some(Route::Connection { .. }) => view! { <ConnectionPage /> }.into_any(),
        // The other pages never come here.
        _ => view! { <NotFound /> }.into_any(),
    })
}

#[allow(
    unsafe_code,
    reason = "the macro's calls across the two files are extern"
)]
#[wasm_split::wasm_split(build, wasm_split_path = leptos::wasm_split, preload(load_build_page), fallible)]
fn build_page(build_id: String) -> Result<AnyView, SplitLoaderError> {
    Ok(view! { <Build build_id=build_id /> }.into_any())
}

#[allow(
    unsafe_code,
    reason = "the macro's calls across the two files are extern"
)]
#[wasm_split::wasm_split(build, wasm_split_path = leptos::wasm_split, fallible)]
fn watching(
    watch: BuildWatchlist,
    connection: Connection,
    navigation: Navigation,
) -> Result<LocalBoxFuture<'static, ()>, SplitLoaderError> {
    Ok(Box::pin(crate::app::build_watcher::watch(
        watch, connection, navigation,
    )))
}

/// The two big forms: the create form, and for a repository of this name the tag config editor.
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

#[allow(
    unsafe_code,
    reason = "the macro's calls across the two files are extern"
)]
#[wasm_split::wasm_split(insight, wasm_split_path = leptos::wasm_split, fallible)]
fn insight(namespace: String, name: String) -> Result<AnyView, SplitLoaderError> {
    Ok(view! { <Insight namespace=namespace name=name /> }.into_any())
}

#[allow(
    unsafe_code,
    reason = "the macro's calls across the two files are extern"
)]
#[wasm_split::wasm_split(palette, wasm_split_path = leptos::wasm_split, fallible)]
fn over(which: Overlay) -> Result<AnyView, SplitLoaderError> {
    Ok(overlay(which))
}
