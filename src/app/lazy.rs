//! The lazy chunks: everything that is not part of the first view is a file of its own, loaded when it is first
//! needed.

use crate::app::build_watcher::watch_builds;
use crate::app::overlays::overlay_dialog;
use crate::app::toast_place::keep_toasts_off;
use crate::components::builds::builds_part::BuildsPart;
use crate::components::lazy_view::{LazyView, OnFailure, lazy_view, lazy_view_with};
use crate::log_viewer::tools::load_tools;
use crate::pages::build_page::Build;
use crate::pages::build_page::compare_page::ComparePage;
use crate::pages::build_page::file_page::FilePage;
use crate::pages::builds::parts::part_view;
use crate::pages::config::Config;
use crate::pages::connection::ConnectionPage;
use crate::pages::insight::Insight;
use crate::pages::log_search::LogSearch;
use crate::pages::new_repository::NewRepository;
use crate::pages::not_found::NotFound;
use crate::pages::repositories::Repositories;
use crate::pages::repository::Repository;
use crate::platform::lazy_style::load_style;
use crate::platform::site_files::is_outdated;
use crate::routing::navigation::Navigation;
use crate::routing::routes::Route;
use crate::state::connection::{Connection, use_connection};
use crate::state::last_list::keep_when_left;
use crate::state::overlay::{OpenOverlay, Overlay};
use crate::state::session_cache::{SessionCache, use_session_cache};
use crate::state::toasts::{Toasts, use_toasts};
use crate::state::watched_builds::BuildWatchlist;
use crate::t_signal;
use crate::ui::notice::skeleton;
use futures_util::future::LocalBoxFuture;
use leptos::prelude::*;
use leptos::wasm_split;
use leptos::wasm_split::SplitLoaderError;
use std::rc::Rc;

/// A page whose code is loaded lazily. `None`: the page for unknown URLs. Shows a skeleton until then, and an error
/// if loading fails.
pub(crate) fn lazy_page(route: Option<Route>) -> AnyView {
    let page = move || -> LazyView {
        let route = route.clone();
        Box::pin(async move {
            let styles = styles(styles_of(route.as_ref()));
            let view = match route {
                Some(route @ Route::Build { .. }) => build_chunk(route).await,
                Some(Route::NewRepository { namespace }) => forms_chunk(namespace, None).await,
                Some(Route::Config { namespace, name }) => forms_chunk(namespace, Some(name)).await,
                Some(
                    route @ (Route::Compare { .. }
                    | Route::File
                    | Route::Insight(_)
                    | Route::LogSearch { .. }),
                ) => insight_chunk(route).await,
                route => pages_chunk(route).await,
            };
            loaded(view, styles).await
        })
    };
    lazy_view(Rc::new(page), || skeleton(5).into_any())
}

/// An overlay, whose code is loaded lazily. If loading fails, a toast says so.
pub(crate) fn lazy_overlay(overlay: Overlay) -> AnyView {
    let toasts = use_toasts();
    let open_overlay = expect_context::<OpenOverlay>().0;
    let view = move || -> LazyView {
        let overlay = overlay.clone();
        Box::pin(async move {
            let styles = styles(OTHER_STYLES);
            loaded(overlay_chunk(overlay).await, styles).await
        })
    };
    // The overlay has no place of its own on the page for an error.
    let report = move || {
        open_overlay.set(None);
        match is_outdated() {
            true => toasts.outdated(t_signal!(error.outdated)),
            false => toasts.warn(t_signal!(error.code_missing)),
        }
    };
    lazy_view_with(
        Rc::new(view),
        || ().into_any(),
        OnFailure::Report(Rc::new(report)),
    )
}

/// A part of a table of builds, whose code is loaded lazily.
pub(crate) fn lazy_builds_part(part: BuildsPart) -> AnyView {
    let view = move || -> LazyView {
        let part = part.clone();
        Box::pin(async move {
            let styles = styles(OTHER_STYLES);
            loaded(builds_part_chunk(part).await, styles).await
        })
    };
    lazy_view(Rc::new(view), || ().into_any())
}

/// Loads what comes after the first rows: what keeps them for the next visit, and the code of the build page ahead. An
/// error is shown when the page is opened.
pub(crate) fn load_behind_first_rows() {
    let (connection, cache) = (use_connection(), use_session_cache());
    leptos::task::spawn_local(async move {
        let styles = styles(BUILD_STYLES);
        let tools = behind_rows_chunk(connection, cache).await;
        let _ = load_build_chunk().await;
        if let Ok(tools) = tools {
            tools.await;
        }
        let _ = styles.await;
    });
}

/// Starts polling the watchlist. Without its code, no notification is shown.
pub(crate) fn start_build_watcher(
    watchlist: BuildWatchlist,
    connection: Connection,
    navigation: Navigation,
) {
    leptos::task::spawn_local(async move {
        if let Ok(watcher) = watcher_chunk(watchlist, connection, navigation).await {
            watcher.await;
        }
    });
}

/// Places the toasts as long as there are any. Without its code, they stay at the lower edge.
pub(crate) fn start_placing_toasts(toasts: Toasts) {
    leptos::task::spawn_local(async move {
        if let Ok(placing) = toast_place_chunk(toasts).await {
            placing.await;
        }
    });
}

const BUILD_STYLES: &[&str] = &["further", "build", "log"];
const FORM_STYLES: &[&str] = &["further", "forms"];
const PAGE_STYLES: &[&str] = &["further", "pages"];
const OTHER_STYLES: &[&str] = &["further"];

fn styles_of(route: Option<&Route>) -> &'static [&'static str] {
    match route {
        Some(Route::Build { .. } | Route::Compare { .. } | Route::File) => BUILD_STYLES,
        Some(Route::NewRepository { .. } | Route::Config { .. }) => FORM_STYLES,
        _ => PAGE_STYLES,
    }
}

/// Starts loading these style sheets at once. Resolves when they are loaded, or to `None` if one is missing.
fn styles(names: &'static [&'static str]) -> LocalBoxFuture<'static, Option<()>> {
    let sheets: Vec<_> = names.iter().map(|name| load_style(name)).collect();
    Box::pin(async move {
        for sheet in sheets {
            sheet.await.ok()?;
        }
        Some(())
    })
}

async fn loaded(
    view: Result<AnyView, SplitLoaderError>,
    styles: LocalBoxFuture<'static, Option<()>>,
) -> Option<AnyView> {
    styles.await?;
    view.ok()
}

// Each macro moves its function, and all code that only it reaches, into the chunk of that name.

#[allow(
    unsafe_code,
    reason = "the macro's calls into another chunk are extern"
)]
#[wasm_split::wasm_split(pages, wasm_split_path = leptos::wasm_split, fallible)]
fn pages_chunk(route: Option<Route>) -> Result<AnyView, SplitLoaderError> {
    Ok(match route {
        Some(Route::Repositories { namespace, .. }) => {
            view! { <Repositories namespace=namespace /> }.into_any()
        }
        Some(Route::Repository { namespace, name }) => {
            view! { <Repository namespace=namespace name=name /> }.into_any()
        }
        Some(Route::Connection { .. }) => view! { <ConnectionPage /> }.into_any(),
        // The other pages have chunks of their own.
        _ => view! { <NotFound /> }.into_any(),
    })
}

#[allow(
    unsafe_code,
    reason = "the macro's calls into another chunk are extern"
)]
#[wasm_split::wasm_split(builds_part, wasm_split_path = leptos::wasm_split, fallible)]
fn builds_part_chunk(part: BuildsPart) -> Result<AnyView, SplitLoaderError> {
    Ok(part_view(part))
}

/// The page of a build.
#[allow(
    unsafe_code,
    reason = "the macro's calls into another chunk are extern"
)]
#[wasm_split::wasm_split(build, wasm_split_path = leptos::wasm_split, preload(load_build_chunk), fallible)]
fn build_chunk(route: Route) -> Result<AnyView, SplitLoaderError> {
    Ok(match route {
        Route::Build { build_id } => view! { <Build build_id=build_id /> }.into_any(),
        // The other pages have chunks of their own.
        _ => ().into_any(),
    })
}

#[allow(
    unsafe_code,
    reason = "the macro's calls into another chunk are extern"
)]
#[wasm_split::wasm_split(build, wasm_split_path = leptos::wasm_split, fallible)]
fn watcher_chunk(
    watchlist: BuildWatchlist,
    connection: Connection,
    navigation: Navigation,
) -> Result<LocalBoxFuture<'static, ()>, SplitLoaderError> {
    Ok(Box::pin(watch_builds(watchlist, connection, navigation)))
}

#[allow(
    unsafe_code,
    reason = "the macro's calls into another chunk are extern"
)]
#[wasm_split::wasm_split(builds_part, wasm_split_path = leptos::wasm_split, fallible)]
fn toast_place_chunk(toasts: Toasts) -> Result<LocalBoxFuture<'static, ()>, SplitLoaderError> {
    Ok(Box::pin(keep_toasts_off(toasts)))
}

/// Keeps the list of builds for the next visit. Returns what loads the tools of a log.
#[allow(
    unsafe_code,
    reason = "the macro's calls into another chunk are extern"
)]
#[wasm_split::wasm_split(builds_part, wasm_split_path = leptos::wasm_split, fallible)]
fn behind_rows_chunk(
    connection: Connection,
    cache: SessionCache,
) -> Result<LocalBoxFuture<'static, ()>, SplitLoaderError> {
    keep_when_left(connection, cache);
    Ok(Box::pin(async {
        let _ = load_tools().await;
    }))
}

/// The two large forms: the create form, or with a name the editor of a repository's config.
#[allow(
    unsafe_code,
    reason = "the macro's calls into another chunk are extern"
)]
#[wasm_split::wasm_split(forms, wasm_split_path = leptos::wasm_split, fallible)]
fn forms_chunk(namespace: String, name: Option<String>) -> Result<AnyView, SplitLoaderError> {
    Ok(match name {
        Some(name) => view! { <Config namespace=namespace name=name /> }.into_any(),
        None => view! { <NewRepository namespace=namespace /> }.into_any(),
    })
}

#[allow(
    unsafe_code,
    reason = "the macro's calls into another chunk are extern"
)]
#[wasm_split::wasm_split(insight, wasm_split_path = leptos::wasm_split, fallible)]
fn insight_chunk(route: Route) -> Result<AnyView, SplitLoaderError> {
    Ok(match route {
        Route::LogSearch {
            namespace, name, ..
        } => view! { <LogSearch namespace=namespace name=name /> }.into_any(),
        Route::Insight(query) => {
            view! { <Insight namespace=query.namespace name=query.name /> }.into_any()
        }
        Route::Compare { build_id, .. } => view! { <ComparePage build_id=build_id /> }.into_any(),
        Route::File => view! { <FilePage /> }.into_any(),
        // The other pages have chunks of their own.
        _ => ().into_any(),
    })
}

#[allow(
    unsafe_code,
    reason = "the macro's calls into another chunk are extern"
)]
#[wasm_split::wasm_split(palette, wasm_split_path = leptos::wasm_split, fallible)]
fn overlay_chunk(overlay: Overlay) -> Result<AnyView, SplitLoaderError> {
    Ok(overlay_dialog(overlay))
}
