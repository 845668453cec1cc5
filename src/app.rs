//! The shell around every page: header, navigation, title, announcements; and which page is shown.

pub mod build_watcher;

use crate::client::site_config::site_config;
use crate::components::page_heading::PageTitle;
use crate::components::toast_region::toast_region;
use crate::i18n::{Locale, locale, set_locale};
use crate::pages::builds::Builds;
use crate::pages::later::{overlay_of_site, part_of_site, start_watching};
use crate::platform::page;
use crate::reactive::{effect, live, memo, part};
use crate::routing::navigation::Navigation;
use crate::routing::routes::{BuildsQuery, InsightQuery, Route};
use crate::state::clock::Clock;
use crate::state::connection::Connection;
use crate::state::overlay::{Over, Overlay};
use crate::state::page_actions::Actions;
use crate::state::session_cache::Visit;
use crate::state::theme::{Theme, provide_theme};
use crate::state::toasts::Toasts;
use crate::state::watched_builds::Watch;
use crate::{keys, ts};
use leptos::prelude::*;

impl From<&str> for Theme {
    fn from(text: &str) -> Self {
        match text {
            "light" => Self::Light,
            "dark" => Self::Dark,
            _ => Self::System,
        }
    }
}

/// The console.
#[component]
pub fn App() -> impl IntoView {
    let navigation = Navigation::provide();
    let connection = Connection::provide();
    Clock::provide(connection.clock());
    Actions::provide();
    let visit = Visit::provide();
    let toasts = Toasts::provide();
    let watch = Watch::provide();
    let over = RwSignal::new(None);
    provide_context(Over(over));
    keys::listen(navigation, connection, over);
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
        if watch.begins() {
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
        Some(Route::Builds(_)) => view! { <Builds /> }.into_any(),
        other => part_of_site(other),
    };
    view! {
        <a class="skip-link" href="#heading">
            {ts!(nav.skip)}
        </a>
        <Header />
        <main class="page">{view}</main>
        {toast_region(toasts)}
        {part(move || over.get().map(overlay_of_site))}
        <div class="visually-hidden" aria-live="polite">
            {announced}
        </div>
    }
}

#[component]
fn Header() -> impl IntoView {
    let navigation = expect_context::<Navigation>();
    let connection = expect_context::<Connection>();
    let current = move |is: fn(&Route) -> bool| {
        move || {
            navigation
                .route()
                .is_some_and(|route| is(&route))
                .then_some("page")
        }
    };
    let builds = move || navigation.href(&Route::Builds(BuildsQuery::default()));
    let namespace = memo(move || match navigation.route() {
        Some(
            Route::Repositories { namespace }
            | Route::Repository { namespace, .. }
            | Route::NewRepository { namespace }
            | Route::Config { namespace, .. }
            | Route::Insight(InsightQuery { namespace, .. }),
        ) => namespace,
        _ => connection.namespace(),
    });
    let repositories = move || {
        navigation.href(&match namespace.get() {
            empty if empty.is_empty() => Route::Connection {
                back: Some(navigation.here()),
            },
            namespace => Route::Repositories { namespace },
        })
    };
    let connect = move || navigation.href(&Route::Connection { back: None });
    let over = expect_context::<Over>().0;
    let switch_language = move |_| {
        let other = match untrack(locale) {
            Locale::en => Locale::zh,
            Locale::zh => Locale::en,
        };
        crate::i18n::remember(other);
        set_locale(other);
    };
    view! {
        <header class="shell-header">
            <a class="brand" href=builds aria-label="Slipway">
                <span class="brand-mark"></span>
                "Slipway"
            </a>
            <nav class="shell-nav" aria-label=ts!(nav.label)>
                <a
                    href=builds
                    aria-current=current(|route| {
                        matches!(route, Route::Builds(_) | Route::Build { .. })
                    })
                >
                    {ts!(nav.builds)}
                </a>
                <a
                    href=repositories
                    aria-current=current(|route| {
                        matches!(
                            route,
                            Route::Repositories { .. }
                            | Route::Repository { .. }
                            | Route::NewRepository { .. }
                            | Route::Config { .. }
                            | Route::Insight(_)
                        )
                    })
                >
                    {ts!(nav.repositories)}
                </a>
                <a
                    href=connect
                    aria-current=current(|route| matches!(route, Route::Connection { .. }))
                >
                    {ts!(nav.connection)}
                </a>
            </nav>
            <button
                type="button"
                class="button shell-palette"
                aria-keyshortcuts="Control+K Meta+K"
                on:click=move |_| over.set(Some(Overlay::Palette))
            >
                {ts!(palette.button)}
                <kbd>"Ctrl K"</kbd>
            </button>
            // Shown in the language that it switches to.
            <button
                type="button"
                class="button language"
                lang=live(move || match locale() {
                    Locale::en => "zh-CN",
                    Locale::zh => "en",
                })
                on:click=switch_language
            >
                {part(move || match locale() {
                    Locale::en => "中文",
                    Locale::zh => "English",
                })}
            </button>
        </header>
    }
}
