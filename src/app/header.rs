//! The header of every page: navigation, a sign while the API cannot be reached, the palette's button, and a menu with
//! language and theme.
#![allow(
    unreachable_pub,
    reason = "#[component] makes a public struct of the props"
)]

use crate::client::Contact;
use crate::i18n::{Locale, locale, remember, set_locale, words};
use crate::platform::page;
use crate::reactive::{bool_signal, dynamic, memo, text_signal};
use crate::routing::navigation::Navigation;
use crate::routing::routes::{BuildsQuery, InsightQuery, Route};
use crate::state::connection::Connection;
use crate::state::overlay::{OpenOverlay, Overlay};
use crate::state::theme::{Theme, use_theme};
use crate::ui::button::Button;
use crate::ui::icon;
use crate::ui::menu::Menu;
use crate::{t_signal, t_string};
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
                <span>"Slipway"</span>
            </a>
            {page_links(navigation)}
            {connection_sign()}
            <button
                type="button"
                class="button shell-palette"
                aria-keyshortcuts="Control+K Meta+K"
                on:click=move |_| overlay.set(Some(Overlay::Palette))
            >
                {icon::icon(icon::SEARCH)}
                <span>{t_signal!(palette.button)}</span>
                <kbd>"Ctrl K"</kbd>
            </button>
            {preferences_menu(navigation)}
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
            | Route::Insight(InsightQuery { namespace, .. })
            | Route::LogSearch { namespace, .. },
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
                    matches!(route, Route::Builds(_) | Route::Build { .. } | Route::Compare { .. })
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
                        | Route::LogSearch { .. }
                    )
                })
            >
                {t_signal!(nav.repositories)}
            </a>
            <a
                class="shell-wide"
                href=connect
                aria-current=current(|route| matches!(route, Route::Connection { .. }))
            >
                {t_signal!(nav.connection)}
            </a>
        </nav>
    }
    .into_any()
}

/// A sign that is there only while the device is offline or the API does not answer. Says so on every page, also where
/// older data is still shown.
fn connection_sign() -> AnyView {
    let connection = expect_context::<Connection>();
    let online = RwSignal::new(!page::is_offline());
    let changes = [
        window_event_listener_untyped("online", move |_| {
            online.set(true);
            connection.assume_reachable();
        }),
        window_event_listener_untyped("offline", move |_| online.set(false)),
    ];
    on_cleanup(move || changes.into_iter().for_each(|change| change.remove()));
    let sign = move || {
        let heard_at = match (connection.contact(), online.get()) {
            (Contact::Good, true) => return None,
            (Contact::Good, false) => None,
            (Contact::Lost { heard_at }, _) => heard_at,
        };
        let time = heard_at.map(|at| words().moment(at, page::now_millis()));
        let mut text = match online.get() {
            false => t_string!(nav.offline),
            true => t_string!(nav.unreachable),
        }
        .to_owned();
        if let Some(time) = &time {
            text = format!("{text} · {}", t_string!(builds.as_of, time = time));
        }
        // A phone shows the time alone.
        let name = text.clone();
        let view = view! {
            <span class="badge" data-status="other" title=name>
                {icon::icon(icon::OFFLINE)}
                <span class="shell-narrow">{time}</span>
                <span>{text}</span>
            </span>
        };
        Some(view)
    };
    view! {
        <span class="shell-sign" role="status">
            {dynamic(sign)}
        </span>
    }
    .into_any()
}

/// The menu with language, theme and help, and on a phone the link to the settings.
fn preferences_menu(navigation: Navigation) -> AnyView {
    let overlay = expect_context::<OpenOverlay>().0;
    let content = move || {
        let settings = text_signal(move || navigation.href(&Route::Connection { back: None }));
        let file = text_signal(move || navigation.href(&Route::File));
        view! {
            <span class="shell-narrow">
                {Button::new(t_signal!(nav.connection)).link(settings)}
            </span>
            <span class="menu-title">{t_signal!(nav.language)}</span>
            {[Locale::en, Locale::zh].map(language_choice).into_iter().collect_view()}
            <span class="menu-title">{t_signal!(nav.theme)}</span>
            {[Theme::System, Theme::Light, Theme::Dark]
                .map(theme_choice)
                .into_iter()
                .collect_view()}
            <span class="menu-title">{t_signal!(nav.help)}</span>
            {Button::new(t_signal!(build_file.open)).link(file)}
            <span class="for-keys">
                {Button::new(t_signal!(keys.title))
                    .on_press(move || overlay.set(Some(Overlay::Shortcuts)))}
            </span>
        }
        .into_any()
    };
    Menu::of_icon(icon::SETTINGS, t_signal!(nav.preferences)).content(content)
}

/// The button of a language. Each is named in itself, so that its speakers find it.
fn language_choice(language: Locale) -> AnyView {
    let name = match language {
        Locale::en => "English",
        Locale::zh => "中文",
    };
    Button::new(Signal::stored(name.to_owned()))
        .pressed(bool_signal(move || locale() == language))
        .on_press(move || {
            remember(language);
            set_locale(language);
        })
}

fn theme_choice(choice: Theme) -> AnyView {
    let theme = use_theme();
    Button::new(text_signal(move || choice.word()))
        .pressed(bool_signal(move || theme.get() == choice))
        .on_press(move || theme.set(choice))
}
