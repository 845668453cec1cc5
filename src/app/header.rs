//! The header of every page.

use crate::i18n::{Locale, locale, set_locale};
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
            Route::Repositories { namespace, .. }
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
            namespace => Route::repositories(namespace),
        })
    };
    let connect = move || navigation.href(&Route::Connection { back: None });
    let over = expect_context::<OpenOverlay>().0;
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
                <a
                    href=connect
                    aria-current=current(|route| matches!(route, Route::Connection { .. }))
                >
                    {t_signal!(nav.connection)}
                </a>
            </nav>
            <button
                type="button"
                class="button shell-palette"
                aria-keyshortcuts="Control+K Meta+K"
                on:click=move |_| over.set(Some(Overlay::Palette))
            >
                {t_signal!(palette.button)}
                <kbd>"Ctrl K"</kbd>
            </button>
            // Shown in the language that it switches to.
            <button
                type="button"
                class="button language"
                lang=text_signal(move || match locale() {
                    Locale::en => "zh-CN",
                    Locale::zh => "en",
                })
                on:click=switch_language
            >
                {dynamic(move || match locale() {
                    Locale::en => "中文",
                    Locale::zh => "English",
                })}
            </button>
        </header>
    }
}
