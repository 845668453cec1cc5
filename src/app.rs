//! The shell around every page: header, navigation, title, announcements; and which page is shown.

pub mod build_watcher;
pub mod header;
pub mod lazy;
pub mod mount;
pub mod overlays;
pub mod palette;
pub mod shortcut_help;
pub mod shortcuts;

use crate::app::header::Header;
use crate::app::lazy::{overlay_of_site, part_of_site, preload_build_page, start_watching};
use crate::client::site_config::site_config;
use crate::components::page_heading::PageTitle;
use crate::components::toast_region::toast_region;
use crate::pages::builds::Builds;
use crate::platform::page;
use crate::reactive::{dynamic, effect};
use crate::routing::navigation::Navigation;
use crate::routing::routes::Route;
use crate::state::clock::Clock;
use crate::state::connection::Connection;
use crate::state::overlay::OpenOverlay;
use crate::state::page_actions::PageActions;
use crate::state::session_cache::SessionCache;
use crate::state::theme::provide_theme;
use crate::state::toasts::Toasts;
use crate::state::watched_builds::BuildWatchlist;
use crate::t_signal;
use leptos::prelude::*;

/// The console.
#[component]
pub fn App() -> impl IntoView {
    let navigation = Navigation::provide();
    let connection = Connection::provide();
    Clock::provide(connection.clock());
    PageActions::provide();
    let visit = SessionCache::provide();
    let toasts = Toasts::provide();
    let watch = BuildWatchlist::provide();
    let over = RwSignal::new(None);
    provide_context(OpenOverlay(over));
    shortcuts::listen(navigation, connection, over);
    let PageTitle { title, announced } = PageTitle::provide();
    provide_theme();
    leptos::task::spawn_local(async move {
        connection.set_site(site_config(&page::base_path()).await);
    });

    // What one user of one API sees is not for another.
    let client = Memo::new(move |_| connection.client());
    effect(move || {
        client.track();
        visit.clear();
    });
    effect(move || {
        if watch.try_start_polling() {
            start_watching(watch, connection, navigation);
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

    // A change of filters or page number keeps the page and what is on it.
    let page = Memo::new(move |before: Option<&Option<Route>>| {
        let now = navigation.route();
        match (before.and_then(Option::as_ref), &now) {
            (Some(before), Some(now)) if before.same_page(now) => Some(before.clone()),
            _ => now,
        }
    });
    let view = move || match page.get() {
        Some(Route::Builds(_)) => view! { <Builds on_first_rows=preload_build_page /> }.into_any(),
        other => part_of_site(other),
    };
    view! {
        <a class="skip-link" href="#heading">
            {t_signal!(nav.skip)}
        </a>
        <Header />
        <main class="page">{view}</main>
        {toast_region(toasts)}
        {dynamic(move || over.get().map(overlay_of_site))}
        <div class="visually-hidden" aria-live="polite">
            {announced}
        </div>
    }
}
