//! Where the API is, as whom, in which language and theme; and a test that says what it found.

use crate::api::{Error, Token};
use crate::app::{Theme, heading};
use crate::browser;
use crate::components::notice::{error_notice, notice};
use crate::connection::use_connection;
use crate::navigation::use_navigation;
use crate::routes::{Route, safe_back};
use crate::text::{Locale, locale, set_locale, words};
use crate::view::{effect, flag, live, part, when};
use crate::{tr, ts, tx};
use leptos::ev::SubmitEvent;
use leptos::prelude::*;

/// What the test found.
#[derive(Clone, PartialEq)]
enum Found {
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
    match browser::web_link(address) {
        Some((href, _)) if !href.contains(['?', '#', '@']) => None,
        _ => Some(tr!(connection.address_wrong).to_string()),
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
    let address = RwSignal::new(String::new());
    let namespace = RwSignal::new(String::new());
    let token = RwSignal::new(String::new());
    let remember = RwSignal::new(connection.remembers_token());
    let found = RwSignal::new(Found::Nothing);
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
    let address_wrong = Memo::new(move |_| address.with(|address| address_problem(address)));
    let token_wrong = Memo::new(move |_| {
        token.with(|token| !token.trim().is_empty() && Token::new(token).is_none())
    });
    let test = move || {
        let Some(client) = untrack(move || connection.client()) else {
            return;
        };
        found.set(Found::Asking);
        let namespace = namespace.get_untracked().trim().to_owned();
        let has_token = untrack(move || connection.has_token());
        leptos::task::spawn_local(async move {
            let asked = (!namespace.is_empty()).then_some(namespace.as_str());
            let result = match client.builds(asked, None, 1).await {
                Err(error) => Found::Failed(error),
                Ok(page) => {
                    let fits = match asked.filter(|_| has_token) {
                        // Optional: an API that does not offer it says nothing about the token.
                        Some(namespace) => client.profile(namespace).await.ok(),
                        None => None,
                    };
                    Found::Builds {
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
        Found::Nothing => ().into_any(),
        Found::Asking => notice("info", ts!(connection.testing)).into_any(),
        Found::Failed(error) => error_notice(ts!(connection.test), error, false, None).into_any(),
        Found::Builds { count, fits } => {
            let text = Signal::derive(move || {
                let count = words().number(count);
                match fits {
                    None => tr!(connection.works, count = count),
                    Some(true) => tr!(connection.works_token, count = count),
                    Some(false) => tr!(connection.token_unfit, count = count),
                }
            });
            let kind = if fits == Some(false) {
                "warning"
            } else {
                "success"
            };
            let back = back.clone();
            view! {
                {notice(kind, text)}
                {back
                    .map(|back| {
                        view! {
                            <button
                                type="button"
                                class="button"
                                data-kind="primary"
                                on:click=move |_| navigation.go_to(&back)
                            >
                                {tx!(connection.go_back)}
                            </button>
                        }
                    })}
            }
            .into_any()
        }
    };
    view! {
        {heading(ts!(connection.title))}
        <form
            class="form"
            on:submit=move |event: SubmitEvent| {
                event.prevent_default();
                save();
            }
        >
            <section class="form-section">
                <h2>{tx!(connection.api)}</h2>
                <div class="field">
                    <label class="field-label" for="address">
                        {tx!(connection.address)}
                    </label>
                    <input
                        type="url"
                        id="address"
                        class="code"
                        autocomplete="off"
                        spellcheck="false"
                        placeholder=live(move || {
                            let site = connection.site_address();
                            if site.is_empty() { browser::origin() } else { site }
                        })
                        prop:value=address
                        aria-invalid=live(move || address_wrong.get().is_some().to_string())
                        aria-describedby="address-hint address-problem"
                        on:input=move |event| address.set(event_target_value(&event))
                    />
                    <p class="field-hint" id="address-hint">
                        {tx!(connection.address_hint)}
                    </p>
                    <p class="field-problem" id="address-problem">
                        {address_wrong}
                    </p>
                </div>
                <div class="field">
                    <label class="field-label" for="namespace">
                        {tx!(connection.namespace)}
                    </label>
                    <input
                        type="text"
                        id="namespace"
                        class="code"
                        autocomplete="off"
                        autocapitalize="off"
                        spellcheck="false"
                        prop:value=namespace
                        aria-describedby="namespace-hint"
                        on:input=move |event| namespace.set(event_target_value(&event))
                    />
                    <p class="field-hint" id="namespace-hint">
                        {tx!(connection.namespace_hint)}
                    </p>
                </div>
                <div class="field">
                    <label class="field-label" for="token">
                        {tx!(connection.token)}
                    </label>
                    <input
                        type="password"
                        id="token"
                        class="code"
                        autocomplete="off"
                        spellcheck="false"
                        placeholder=live(move || {
                            if connection.has_token() {
                                tr!(connection.token_set)
                            } else {
                                tr!(connection.token_none)
                            }
                        })
                        prop:value=token
                        aria-invalid=live(move || token_wrong.get().to_string())
                        aria-describedby="token-hint token-problem"
                        on:input=move |event| token.set(event_target_value(&event))
                    />
                    <p class="field-hint" id="token-hint">
                        {tx!(connection.token_hint)}
                    </p>
                    <p class="field-problem" id="token-problem">
                        {part(move || token_wrong.get().then(|| tr!(connection.token_wrong)))}
                    </p>
                </div>
                <div class="field field-check">
                    <label>
                        <input
                            type="checkbox"
                            prop:checked=remember
                            on:change=move |event| remember.set(event_target_checked(&event))
                        />
                        {tx!(connection.remember)}
                    </label>
                    <p class="field-hint">{tx!(connection.remember_hint)}</p>
                </div>
            </section>
            <div role="status">{result}</div>
            <div class="form-actions">
                <button
                    type="submit"
                    class="button"
                    data-kind="primary"
                    disabled=flag(move || {
                        address_wrong.get().is_some() || token_wrong.get()
                            || found.get() == Found::Asking
                    })
                >
                    {tx!(connection.save)}
                </button>
                {when(move || connection.has_token(), move || view! { <button
                        type="button"
                        class="button"
                        on:click=move |_| {
                            connection.set_token(None, false);
                            found.set(Found::Nothing);
                        }
                    >
                        {tx!(connection.forget)}
                    </button> }.into_any())}
            </div>
        </form>
        <TokenByPassword />
        <Appearance />
    }
}

/// Gets a token for a name and a password, where the API offers it.
#[component]
fn TokenByPassword() -> impl IntoView {
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
    view! {
        <details class="section">
            <summary>{tx!(connection.by_password)}</summary>
            <form
                class="form"
                on:submit=move |event: SubmitEvent| {
                    event.prevent_default();
                    send();
                }
            >
                <label class="field">
                    <span class="field-label">{tx!(connection.username)}</span>
                    <input
                        type="text"
                        autocomplete="username"
                        required
                        prop:value=username
                        on:input=move |event| username.set(event_target_value(&event))
                    />
                </label>
                <label class="field">
                    <span class="field-label">{tx!(connection.password)}</span>
                    <input
                        type="password"
                        autocomplete="current-password"
                        required
                        prop:value=password
                        on:input=move |event| password.set(event_target_value(&event))
                    />
                    <span class="field-hint">{tx!(connection.password_hint)}</span>
                </label>
                {part(move || match error.get() {
                    Some(error) if error.is_not_offered() => {
                        notice("info", ts!(connection.no_password)).into_any()
                    }
                    Some(error) => {
                        error_notice(ts!(connection.by_password), error, false, None)
                            .into_any()
                    }
                    None => ().into_any(),
                })}
                {part(move || done.get().then(|| notice("success", ts!(connection.token_got))))}
                <div class="form-actions">
                    <button type="submit" class="button" disabled=sending>
                        {tx!(connection.get_token)}
                    </button>
                </div>
            </form>
        </details>
    }
}

#[component]
fn Appearance() -> impl IntoView {
    let theme = expect_context::<RwSignal<Theme>>();
    view! {
        <section class="form-section section">
            <h2>{tx!(connection.appearance)}</h2>
            <div class="field">
                <label class="field-label" for="language">
                    {tx!(connection.language)}
                </label>
                <select
                    id="language"
                    on:change=move |event| {
                        let chosen = match event_target_value(&event).as_str() {
                            "zh" => Locale::zh,
                            _ => Locale::en,
                        };
                        crate::text::remember(chosen);
                        set_locale(chosen);
                    }
                >
                    // Each language names itself, so that its readers find it.
                    <option value="en" lang="en" prop:selected=flag(move || locale() == Locale::en)>
                        "English"
                    </option>
                    <option value="zh" lang="zh-CN" prop:selected=flag(move || locale() == Locale::zh)>
                        "简体中文"
                    </option>
                </select>
            </div>
            <div class="field">
                <label class="field-label" for="theme">
                    {tx!(connection.theme)}
                </label>
                <select
                    id="theme"
                    on:change=move |event| theme.set(Theme::from(event_target_value(&event).as_str()))
                >
                    {[Theme::System, Theme::Light, Theme::Dark]
                        .into_iter()
                        .map(|option| {
                            view! {
                                <option
                                    value=option.as_str()
                                    prop:selected=flag(move || theme.get() == option)
                                >
                                    {part(move || option.word())}
                                </option>
                            }
                        })
                        .collect_view()}
                </select>
            </div>
        </section>
    }
}
