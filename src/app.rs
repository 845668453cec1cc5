//! The composition root: the shell around every page, the context that pages use, and the choice of the page.

mod build_watcher;
mod header;
mod lazy;
pub mod mount;
mod overlays;
mod palette;
mod shortcut_help;
mod shortcuts;
mod toast_place;

use crate::app::header::Header;
use crate::app::lazy::{
    lazy_builds_part, lazy_overlay, lazy_page, load_behind_first_rows, start_build_watcher,
    start_placing_toasts,
};
use crate::client::site_config::site_config;
use crate::components::builds::builds_part::set_builds_part_loader;
use crate::components::page_heading::PageTitle;
use crate::components::toast_region::toast_region;
use crate::pages::builds::Builds;
use crate::platform::page;
use crate::reactive::{dynamic, effect, memo};
use crate::routing::navigation::Navigation;
use crate::routing::routes::Route;
use crate::state::clock::Clock;
use crate::state::connection::Connection;
use crate::state::last_list;
use crate::state::overlay::OpenOverlay;
use crate::state::page_actions::PageActions;
use crate::state::session_cache::SessionCache;
use crate::state::theme::ChosenTheme;
use crate::state::toasts::Toasts;
use crate::state::watched_builds::BuildWatchlist;
use crate::t_signal;
use leptos::prelude::*;

/// The console.
#[component]
pub(crate) fn App() -> impl IntoView {
    let navigation = Navigation::provide();
    let connection = Connection::provide();
    Clock::provide(connection.clock(), connection.reachability());
    PageActions::provide();
    let session_cache = SessionCache::provide();
    let toasts = Toasts::provide();
    let watchlist = BuildWatchlist::provide();
    let overlay = RwSignal::new(None);
    provide_context(OpenOverlay(overlay));
    shortcuts::listen(navigation, connection, overlay);
    let PageTitle { title, announced } = PageTitle::provide();
    ChosenTheme::provide();
    set_builds_part_loader(lazy_builds_part);
    leptos::task::spawn_local(async move {
        connection.set_site(site_config(&page::base_path()).await);
    });

    let client = Memo::new(move |_| connection.client());
    Effect::new(move |was_known: Option<bool>| {
        let is_known = client.with(Option::is_some);
        if is_known && was_known != Some(true) {
            last_list::restore(connection, session_cache);
        } else if is_known {
            // Another API or user may not see the same builds.
            session_cache.clear();
            last_list::forget();
        }
        is_known
    });
    let has_toasts = memo(move || toasts.has_any());
    effect(move || {
        if has_toasts.get() {
            start_placing_toasts(toasts);
        }
    });
    effect(move || {
        if watchlist.try_start_polling() {
            start_build_watcher(watchlist, connection, navigation);
        }
    });
    effect(move || {
        let name = title.get();
        document().set_title(&if name.is_empty() {
            "Slipway".to_owned()
        } else {
            format!("{name} · Slipway")
        });
    });

    // A change of filters or of the page number in a list keeps the page.
    let page = Memo::new(move |before: Option<&Option<Route>>| {
        let now = navigation.route();
        match (before.and_then(Option::as_ref), &now) {
            (Some(before), Some(now)) if before.same_page(now) => Some(before.clone()),
            _ => now,
        }
    });
    let view = move || match page.get() {
        Some(Route::Builds(_)) => {
            view! { <Builds on_first_rows=load_behind_first_rows /> }.into_any()
        }
        route => lazy_page(route),
    };
    view! {
        <a class="skip-link" href="#heading">
            {t_signal!(nav.skip)}
        </a>
        <Header />
        <main class="page">{view}</main>
        {toast_region(toasts)}
        {dynamic(move || overlay.get().map(lazy_overlay))}
        <div class="visually-hidden" aria-live="polite">
            {announced}
        </div>
    }
}
