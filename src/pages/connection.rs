//! Where the API is, as whom, in which language and theme; and a test that says what it found.

use crate::client::{Error, Token};
use crate::components::error_notice::error_notice;
use crate::components::page_heading::heading;
use crate::i18n::{Locale, locale, set_locale, words};
use crate::platform::page;
use crate::reactive::{bool_signal, dynamic, effect, memo, show, text_signal};
use crate::routing::navigation::use_navigation;
use crate::routing::routes::{Route, safe_back};
use crate::state::connection::use_connection;
use crate::state::theme::Theme;
use crate::ui::button::Button;
use crate::ui::input::{Input, select};
use crate::ui::notice::notice;
use crate::{t_signal, t_string};
use leptos::ev::SubmitEvent;
use leptos::prelude::*;

/// What the test found.
#[derive(Clone, PartialEq)]
enum ConnectionTest {
    Nothing,
    Asking,
    /// How many builds the API has for the namespace, and whether the token fits it (where asked).
    Builds {
        count: u64,
        fits: Option<bool>,
    },
    Failed(Error),
}

/// What is wrong with a typed address.
fn address_problem(address: &str) -> Option<String> {
    let address = address.trim();
    if address.is_empty() {
        return None;
    }
    match page::web_link(address) {
        Some((href, _)) if !href.contains(['?', '#', '@']) => None,
        _ => Some(t_string!(connection.address_wrong).to_string()),
    }
}

/// The Connection page.
#[component]
pub fn ConnectionPage() -> impl IntoView {
    let navigation = use_navigation();
    let connection = use_connection();
    let back = match untrack(move || navigation.route()) {
        Some(Route::Connection { back }) => back.and_then(|back| safe_back(&back)),
        _ => None,
    };
    let sent_here = back.is_some();
    let address = RwSignal::new(String::new());
    let namespace = RwSignal::new(String::new());
    let token = RwSignal::new(String::new());
    let remember = RwSignal::new(connection.remembers_token());
    let found = RwSignal::new(ConnectionTest::Nothing);
    // The site's configuration can arrive after the page.
    effect(move || {
        if connection.is_ready() {
            let own = connection.address();
            address.set(if own == connection.site_address() {
                String::new()
            } else {
                own
            });
            namespace.set(connection.namespace());
        }
    });
    let address_wrong = memo(move || address.with(|address| address_problem(address)));
    let token_wrong =
        memo(move || token.with(|token| !token.trim().is_empty() && Token::new(token).is_none()));
    let test = move || {
        let Some(client) = untrack(move || connection.client()) else {
            return;
        };
        found.set(ConnectionTest::Asking);
        let namespace = namespace.get_untracked().trim().to_owned();
        let has_token = untrack(move || connection.has_token());
        leptos::task::spawn_local(async move {
            let asked = (!namespace.is_empty()).then_some(namespace.as_str());
            let result = match client.builds(asked, None, 1).await {
                Err(error) => ConnectionTest::Failed(error),
                Ok(page) => {
                    let fits = match asked.filter(|_| has_token) {
                        // Optional: an API that does not offer it says nothing about the token.
                        Some(namespace) => client.profile(namespace).await.ok(),
                        None => None,
                    };
                    ConnectionTest::Builds {
                        count: page.count,
                        fits,
                    }
                }
            };
            let _ = found.try_set(result);
        });
    };
    let save = move || {
        if address_wrong.get_untracked().is_some() || token_wrong.get_untracked() {
            return;
        }
        let typed = address
            .get_untracked()
            .trim()
            .trim_end_matches('/')
            .to_owned();
        connection.set_address((!typed.is_empty()).then_some(typed));
        connection.set_namespace(namespace.get_untracked().trim());
        if let Some(new) = Token::new(&token.get_untracked()) {
            connection.set_token(Some(new), remember.get_untracked());
            token.set(String::new());
        }
        test();
    };
    let result = move || match found.get() {
        ConnectionTest::Nothing => ().into_any(),
        ConnectionTest::Asking => notice("info", t_signal!(connection.testing)).into_any(),
        ConnectionTest::Failed(error) => {
            error_notice(t_signal!(connection.test), error, false, None)
        }
        ConnectionTest::Builds { count, fits } => {
            let text = text_signal(move || {
                let count = words().number(count);
                match fits {
                    None => t_string!(connection.works, count = count),
                    Some(true) => t_string!(connection.works_token, count = count),
                    Some(false) => t_string!(connection.token_unfit, count = count),
                }
            });
            let kind = if fits == Some(false) {
                "warning"
            } else {
                "success"
            };
            let back = back.clone().map(|back| {
                let go = move || navigation.go_to(&back);
                Button::new(t_signal!(connection.go_back))
                    .primary()
                    .on_press(go)
            });
            view! {
                {notice(kind, text)}
                {back}
            }
            .into_any()
        }
    };
    let address_input = Input::new(t_signal!(connection.address), address)
        .placeholder(text_signal(move || match connection.site_address() {
            site if site.is_empty() => page::origin(),
            site => site,
        }))
        .hint(t_signal!(connection.address_hint))
        .problem(move || address_wrong.get())
        .view();
    let token_input = Input::new(t_signal!(connection.token), token)
        .password("off")
        .placeholder(text_signal(move || match connection.has_token() {
            true => t_string!(connection.token_set),
            false => t_string!(connection.token_none),
        }))
        .hint(t_signal!(connection.token_hint))
        .problem(move || {
            token_wrong
                .get()
                .then(|| t_string!(connection.token_wrong).to_owned())
        })
        .view();
    let blocked = bool_signal(move || address_wrong.get().is_some() || token_wrong.get());
    let asking = bool_signal(move || found.get() == ConnectionTest::Asking);
    let forget = move || {
        Button::new(t_signal!(connection.forget)).on_press(move || {
            connection.set_token(None, false);
            found.set(ConnectionTest::Nothing);
        })
    };
    let chooses = move || sent_here && connection.is_ready() && connection.namespace().is_empty();
    view! {
        {heading(t_signal!(connection.title))}
        {show(chooses, || notice("info", t_signal!(connection.choose_namespace)).into_any())}
        <form
            class="form"
            on:submit=move |event: SubmitEvent| {
                event.prevent_default();
                save();
            }
        >
            <section class="form-section">
                <h2>{t_signal!(connection.api)}</h2>
                {address_input}
                {Input::new(t_signal!(connection.namespace), namespace)
                    .hint(t_signal!(connection.namespace_hint))
                    .view()}
                {token_input}
                <div class="field field-check">
                    <label>
                        <input
                            type="checkbox"
                            prop:checked=remember
                            on:change=move |event| remember.set(event_target_checked(&event))
                        />
                        {t_signal!(connection.remember)}
                    </label>
                    <p class="field-hint">{t_signal!(connection.remember_hint)}</p>
                </div>
            </section>
            <div role="status">{dynamic(result)}</div>
            <div class="form-actions">
                {Button::new(t_signal!(connection.save))
                    .primary()
                    .busy(asking)
                    .disabled(blocked)
                    .submit()} {show(move || connection.has_token(), forget)}
            </div>
        </form>
        {token_by_password()}
        {appearance()}
    }
}

/// Gets a token for a name and a password, where the API offers it.
fn token_by_password() -> AnyView {
    let connection = use_connection();
    let username = RwSignal::new(String::new());
    let password = RwSignal::new(String::new());
    let sending = RwSignal::new(false);
    let error = RwSignal::new(None::<Error>);
    let done = RwSignal::new(false);
    let send = move || {
        let Some(client) = untrack(move || connection.client()) else {
            return;
        };
        if sending.get_untracked() {
            return;
        }
        sending.set(true);
        error.set(None);
        done.set(false);
        let (name, word) = (username.get_untracked(), password.get_untracked());
        leptos::task::spawn_local(async move {
            let answer = client.generate_api_token(name.trim(), &word).await;
            if sending.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(token) => {
                    connection.set_token(Some(token), false);
                    password.set(String::new());
                    done.set(true);
                }
                Err(failure) => error.set(Some(failure)),
            }
        });
    };
    let said = move || match error.get() {
        Some(error) if error.is_not_offered() => {
            Some(notice("info", t_signal!(connection.no_password)).into_any())
        }
        Some(error) => Some(error_notice(
            t_signal!(connection.getting_token),
            error,
            false,
            None,
        )),
        None => done
            .get()
            .then(|| notice("success", t_signal!(connection.token_got)).into_any()),
    };
    let incomplete = bool_signal(move || {
        sending.get() || username.with(String::is_empty) || password.with(String::is_empty)
    });
    view! {
        <details class="section">
            <summary>{t_signal!(connection.by_password)}</summary>
            <form
                class="form"
                on:submit=move |event: SubmitEvent| {
                    event.prevent_default();
                    send();
                }
            >
                {Input::new(t_signal!(connection.username), username).prose("username").view()}
                {Input::new(t_signal!(connection.password), password)
                    .password("current-password")
                    .hint(t_signal!(connection.password_hint))
                    .view()}
                {dynamic(said)}
                <div class="form-actions">
                    {Button::new(t_signal!(connection.get_token)).disabled(incomplete).submit()}
                </div>
            </form>
        </details>
    }
    .into_any()
}

fn appearance() -> AnyView {
    let theme = expect_context::<RwSignal<Theme>>();
    // Each language names itself, so that its readers find it.
    let languages = vec![
        ("en".to_owned(), Signal::stored("English".to_owned())),
        ("zh".to_owned(), Signal::stored("简体中文".to_owned())),
    ];
    let themes = [Theme::System, Theme::Light, Theme::Dark]
        .into_iter()
        .map(|theme| (theme.as_str().to_owned(), text_signal(move || theme.word())))
        .collect();
    let chosen = || match locale() {
        Locale::en => "en".to_owned(),
        Locale::zh => "zh".to_owned(),
    };
    let choose_language = |language: String| {
        let language = if language == "zh" {
            Locale::zh
        } else {
            Locale::en
        };
        crate::i18n::remember(language);
        set_locale(language);
    };
    view! {
        <section class="form-section section">
            <h2>{t_signal!(connection.appearance)}</h2>
            {select(t_signal!(connection.language), languages, chosen, choose_language)}
            {select(
                t_signal!(connection.theme),
                themes,
                move || theme.get().as_str().to_owned(),
                move |chosen| theme.set(Theme::from(chosen.as_str())),
            )}
        </section>
    }
    .into_any()
}
