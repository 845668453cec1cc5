//! The lazy chunks: everything that is not part of the first view is a file of its own, loaded when it is first
//! needed.

use crate::app::build_watcher::watch_builds;
use crate::app::overlays::overlay_dialog;
use crate::app::toast_place::keep_toasts_off;
use crate::components::builds::builds_part::BuildsPart;
use crate::components::reload_button::reload_button;
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
use crate::reactive::dynamic;
use crate::routing::navigation::{Navigation, use_navigation};
use crate::routing::routes::Route;
use crate::state::connection::{Connection, use_connection};
use crate::state::last_list::keep_when_left;
use crate::state::overlay::{OpenOverlay, Overlay};
use crate::state::session_cache::{SessionCache, use_session_cache};
use crate::state::toasts::{Toasts, use_toasts};
use crate::state::watched_builds::BuildWatchlist;
use crate::t_signal;
use crate::ui::button::Button;
use crate::ui::icon;
use crate::ui::notice::skeleton;
use futures_util::future::LocalBoxFuture;
use leptos::ev;
use leptos::prelude::*;
use leptos::reactive::computed::ScopedFuture;
use leptos::wasm_split;
use leptos::wasm_split::SplitLoaderError;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::Poll;

/// A page whose code is loaded lazily. `None`: the page for unknown URLs. Shows a skeleton until then, and an error
/// if loading fails.
pub(crate) fn lazy_page(route: Option<Route>) -> AnyView {
    let page = move || -> LazyView {
        let route = route.clone();
        Box::pin(async move {
            let styles = styles(styles_of(route.as_ref()));
            let view = match route {
                Some(route @ (Route::Build { .. } | Route::Compare { .. } | Route::File)) => {
                    build_chunk(route).await
                }
                Some(Route::NewRepository { namespace }) => forms_chunk(namespace, None).await,
                Some(Route::Config { namespace, name }) => forms_chunk(namespace, Some(name)).await,
                Some(route @ (Route::Insight(_) | Route::LogSearch { .. })) => {
                    insight_chunk(route).await
                }
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
            let styles = styles(OVERLAY_STYLES);
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
    lazy_view_or(Rc::new(view), || ().into_any(), Some(Rc::new(report)))
}

/// A part of a table of builds, whose code is loaded lazily.
pub(crate) fn lazy_builds_part(part: BuildsPart) -> AnyView {
    let view = move || -> LazyView {
        let part = part.clone();
        Box::pin(async move {
            let styles = styles(BUILDS_PART_STYLES);
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
        let _ = keep_list_chunk(connection, cache).await;
        let _ = load_build_chunk().await;
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

/// A view whose code and style sheets are being loaded. `None` if one of them cannot be.
type LazyView = LocalBoxFuture<'static, Option<AnyView>>;

const BUILD_STYLES: &[&str] = &["fields", "build", "log"];
const FORM_STYLES: &[&str] = &["fields", "forms"];
const PAGE_STYLES: &[&str] = &["fields", "pages"];
const BUILDS_PART_STYLES: &[&str] = &["fields"];
const OVERLAY_STYLES: &[&str] = &["fields", "overlays"];

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

/// Shows the view of `make` once its code has been loaded, and `placeholder` until then. After a failure, a button
/// tries again; where the site has another version of the console by now, it reloads the page.
fn lazy_view(make: Rc<dyn Fn() -> LazyView>, placeholder: fn() -> AnyView) -> AnyView {
    lazy_view_or(make, placeholder, None)
}

/// The same. With `report`, a failure is reported so, and not shown in the place of the view.
fn lazy_view_or(
    make: Rc<dyn Fn() -> LazyView>,
    placeholder: fn() -> AnyView,
    report: Option<Rc<dyn Fn()>>,
) -> AnyView {
    let navigation = use_navigation();
    // A press of Retry has no owner.
    let owner = Owner::current().unwrap_or_default();
    let parts = StoredValue::new_local(Rc::new((owner, make, report)));
    let loaded = RwSignal::new_local(None::<AnyView>);
    let failed = RwSignal::new(false);
    let load = move || {
        let Some(parts) = parts.try_get_value() else {
            return;
        };
        failed.set(false);
        let (owner, make, _) = &*parts;
        // Made inside the owner, so that the view is removed with it.
        let mut view = Box::pin(owner.with(|| ScopedFuture::new(make())));
        // The user may have left the page. Then the owner and all signals are gone, and the view cannot be made.
        let view = poll_fn(move |context| match failed.try_get_untracked() {
            Some(_) => view.as_mut().poll(context).map(Some),
            None => Poll::Ready(None),
        });
        leptos::task::spawn_local(async move {
            match view.await {
                None => (),
                Some(Some(view)) => {
                    loaded.try_set(Some(view));
                }
                Some(None) => match &parts.2 {
                    Some(report) => report(),
                    None => {
                        failed.try_set(true);
                    }
                },
            }
        });
    };
    let retry = move || {
        // The button goes: the heading of the page takes the focus.
        navigation.mark_moved();
        load();
    };
    load();
    let online = window_event_listener(ev::online, move |_| {
        if failed.get_untracked() {
            load();
        }
    });
    on_cleanup(move || online.remove());
    dynamic(move || {
        if failed.get() {
            let (text, button) = match is_outdated() {
                true => (
                    t_signal!(error.outdated),
                    reload_button(navigation, move || failed.set(true)),
                ),
                false => (
                    t_signal!(error.part_missing),
                    Button::new(t_signal!(error.retry)).on_press(retry),
                ),
            };
            // The heading of a page is part of what is missing.
            let has_heading = document().query_selector("main h1").ok().flatten();
            let heading = has_heading.is_none().then(|| {
                view! {
                    <h1 id="heading" tabindex="-1" class="visually-hidden">
                        {text}
                    </h1>
                }
            });
            return view! {
                {heading}
                <div class="notice" data-kind="error" role="alert">
                    {icon::icon(icon::WARNING)}
                    <p class="notice-body">{text}</p>
                    {button}
                </div>
            }
            .into_any();
        }
        loaded.track();
        match loaded.try_update_untracked(Option::take).flatten() {
            Some(view) => view,
            None => placeholder(),
        }
    })
    .into_any()
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

/// The page of a build, the one that compares two, or the one that opens a file.
#[allow(
    unsafe_code,
    reason = "the macro's calls into another chunk are extern"
)]
#[wasm_split::wasm_split(build, wasm_split_path = leptos::wasm_split, preload(load_build_chunk), fallible)]
fn build_chunk(route: Route) -> Result<AnyView, SplitLoaderError> {
    Ok(match route {
        Route::Build { build_id } => view! { <Build build_id=build_id /> }.into_any(),
        Route::Compare { build_id, .. } => view! { <ComparePage build_id=build_id /> }.into_any(),
        _ => view! { <FilePage /> }.into_any(),
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

/// Keeps the list of builds for the next visit.
#[allow(
    unsafe_code,
    reason = "the macro's calls into another chunk are extern"
)]
#[wasm_split::wasm_split(builds_part, wasm_split_path = leptos::wasm_split, fallible)]
fn keep_list_chunk(connection: Connection, cache: SessionCache) -> Result<(), SplitLoaderError> {
    keep_when_left(connection, cache);
    Ok(())
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
