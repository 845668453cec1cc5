//! The header of every page: navigation, the palette's button, and the language switch.
#![allow(
    unreachable_pub,
    reason = "#[component] makes a public struct of the props"
)]

use crate::i18n::{Locale, locale, other_locale, remember, set_locale, tag};
use crate::reactive::{dynamic, memo, text_signal};
use crate::routing::navigation::Navigation;
use crate::routing::routes::{BuildsQuery, InsightQuery, Route};
use crate::state::connection::Connection;
use crate::state::overlay::{OpenOverlay, Overlay};
use crate::t_signal;
use leptos::prelude::*;

#[component]
pub(crate) fn Header() -> impl IntoView {
    let navigation = expect_context::<Navigation>();
    let overlay = expect_context::<OpenOverlay>().0;
    let home = move || builds_href(navigation);
    view! {
        <header class="shell-header">
            <a class="brand" href=home aria-label="Slipway">
                <span class="brand-mark"></span>
                "Slipway"
            </a>
            {page_links(navigation)}
            <button
                type="button"
                class="button shell-palette"
                aria-keyshortcuts="Control+K Meta+K"
                on:click=move |_| overlay.set(Some(Overlay::Palette))
            >
                {t_signal!(palette.button)}
                <kbd>"Ctrl K"</kbd>
            </button>
            {language_button()}
        </header>
    }
}

fn builds_href(navigation: Navigation) -> String {
    navigation.href(&Route::Builds(BuildsQuery::default()))
}

/// The links to the three main pages. The repositories are those of the namespace that the current page is
/// about, or else of the one that the user works in.
fn page_links(navigation: Navigation) -> AnyView {
    let connection = expect_context::<Connection>();
    let current = move |is_current: fn(&Route) -> bool| {
        move || {
            navigation
                .route()
                .is_some_and(|route| is_current(&route))
                .then_some("page")
        }
    };
    let namespace = memo(move || match navigation.route() {
        Some(
            Route::Repositories { namespace, .. }
            | Route::Repository { namespace, .. }
            | Route::NewRepository { namespace }
            | Route::Config { namespace, .. }
            | Route::Insight(InsightQuery { namespace, .. }),
        ) => namespace,
        _ => connection.namespace(),
    });
    let builds = move || builds_href(navigation);
    let repositories = move || {
        navigation.href(&match namespace.get() {
            empty if empty.is_empty() => Route::Connection {
                back: Some(navigation.current_path()),
            },
            namespace => Route::repositories(namespace),
        })
    };
    let connect = move || navigation.href(&Route::Connection { back: None });
    view! {
        <nav class="shell-nav" aria-label=t_signal!(nav.label)>
            <a
                href=builds
                aria-current=current(|route| {
                    matches!(route, Route::Builds(_) | Route::Build { .. })
                })
            >
                {t_signal!(nav.builds)}
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
                {t_signal!(nav.repositories)}
            </a>
            <a href=connect aria-current=current(|route| matches!(route, Route::Connection { .. }))>
                {t_signal!(nav.connection)}
            </a>
        </nav>
    }
    .into_any()
}

/// The button that switches the language. Its text is in the language that it switches to.
fn language_button() -> AnyView {
    let switch = move |_| {
        let language = other_locale(untrack(locale));
        remember(language);
        set_locale(language);
    };
    view! {
        <button
            type="button"
            class="button language"
            lang=text_signal(move || tag(other_locale(locale())))
            on:click=switch
        >
            {dynamic(move || match other_locale(locale()) {
                Locale::zh => "中文",
                Locale::en => "English",
            })}
        </button>
    }
    .into_any()
}
