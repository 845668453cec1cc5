//! The Settings page: the connection (the API's address, the namespace and the token, with a test of all three), language
//! and theme, and what this browser has stored.
#![allow(
    unreachable_pub,
    reason = "#[component] makes a public struct of the props"
)]

mod builders;
mod stored_data;
mod token_by_password;
mod unencrypted;

use crate::client::{Client, Error, Token};
use crate::components::appearance::{language_choice, theme_choice, times_choice};
use crate::components::error_notice::{Retry, error_notice};
use crate::components::page_heading::heading;
use crate::i18n::words;
use crate::pages::connection::builders::builders;
use crate::pages::connection::stored_data::stored_data;
use crate::pages::connection::token_by_password::token_by_password;
use crate::pages::connection::unencrypted::{unencrypted_host, unencrypted_notice};
use crate::platform::page;
use crate::reactive::{bool_signal, dynamic, effect, memo, show, text_signal};
use crate::routing::navigation::use_navigation;
use crate::routing::routes::{Route, safe_back};
use crate::state::connection::{Connection, use_connection};
use crate::ui::button::Button;
use crate::ui::icon;
use crate::ui::input::Input;
use crate::ui::notice::notice;
use crate::{t_signal, t_string};
use leptos::ev::SubmitEvent;
use leptos::prelude::*;

/// The state of the connection test.
#[derive(Clone, PartialEq)]
enum ConnectionTest {
    NotRun,
    Running,
    /// The API's number of builds in the namespace; and whether the token is valid for the namespace, where
    /// the API says so.
    Connected {
        count: u64,
        token_fits: Option<bool>,
    },
    Failed(Error),
}

/// The page's form. Copies share their signals.
#[derive(Clone, Copy)]
struct ConnectionForm {
    connection: Connection,
    /// Empty: the site's own address.
    address: RwSignal<String>,
    namespace: RwSignal<String>,
    /// A new token; empty keeps the current one.
    token: RwSignal<String>,
    remember: RwSignal<bool>,
    test: RwSignal<ConnectionTest>,
    address_problem: Memo<Option<String>>,
    is_token_wrong: Memo<bool>,
}

impl ConnectionForm {
    /// Fills the form in with the current connection.
    fn new() -> Self {
        let connection = use_connection();
        let address = RwSignal::new(String::new());
        let namespace = RwSignal::new(String::new());
        let token = RwSignal::new(String::new());
        // The site's configuration can arrive after the page.
        effect(move || {
            if connection.is_ready() {
                let current = connection.address();
                let is_default = current == connection.site_address();
                address.set(if is_default { String::new() } else { current });
                namespace.set(connection.namespace());
            }
        });
        Self {
            connection,
            address,
            namespace,
            token,
            remember: RwSignal::new(connection.remembers_token()),
            test: RwSignal::new(ConnectionTest::NotRun),
            address_problem: memo(move || address.with(|address| address_problem(address))),
            is_token_wrong: memo(move || {
                token.with(|token| !token.trim().is_empty() && Token::new(token).is_none())
            }),
        }
    }

    /// Saves what was typed, and tests it.
    fn save(self) {
        if self.address_problem.get_untracked().is_some() || self.is_token_wrong.get_untracked() {
            return;
        }
        let address = self.address.get_untracked();
        let address = address.trim().trim_end_matches('/').to_owned();
        self.connection
            .set_address((!address.is_empty()).then_some(address));
        self.connection
            .set_namespace(self.namespace.get_untracked().trim());
        if let Some(token) = Token::new(&self.token.get_untracked()) {
            self.connection
                .set_token(Some(token), self.remember.get_untracked());
            self.token.set(String::new());
        }
        self.run_test();
    }

    fn run_test(self) {
        let Some(client) = untrack(move || self.connection.client()) else {
            return;
        };
        self.test.set(ConnectionTest::Running);
        let namespace = self.namespace.get_untracked().trim().to_owned();
        let has_token = untrack(move || self.connection.has_token());
        leptos::task::spawn_local(async move {
            let result = test_connection(&client, &namespace, has_token).await;
            // The page may be gone.
            let _ = self.test.try_set(result);
        });
    }

    /// The other machine that the token would be sent to without encryption: the one that was typed, or the one in use.
    fn exposing_host(self) -> Memo<Option<String>> {
        let connection = self.connection;
        memo(move || {
            let is_typed = self.token.with(|token| !token.trim().is_empty());
            let in_use = || unencrypted_host(&connection.address());
            let typed = || match self.address.get().trim() {
                "" => unencrypted_host(&connection.site_address()),
                address => unencrypted_host(address),
            };
            let next = is_typed.then(typed).flatten();
            next.or_else(|| connection.has_token().then(in_use).flatten())
        })
    }

    /// Forgets the current token.
    fn forget_token(self) {
        self.connection.set_token(None, false);
        self.test.set(ConnectionTest::NotRun);
    }
}

/// Counts the namespace's builds (empty: all builds), and checks the token against the namespace.
async fn test_connection(client: &Client, namespace: &str, has_token: bool) -> ConnectionTest {
    let namespace = (!namespace.is_empty()).then_some(namespace);
    let page = match client.builds(namespace, None, 1).await {
        Ok(page) => page,
        Err(error) => return ConnectionTest::Failed(error),
    };
    let token_fits = match namespace.filter(|_| has_token) {
        // An optional call: an API that does not offer it says nothing about the token.
        Some(namespace) => client
            .profile(namespace)
            .await
            .ok()
            .map(|profile| profile.is_available),
        None => None,
    };
    ConnectionTest::Connected {
        count: page.count,
        token_fits,
    }
}

/// Returns the problem with a typed address, if it has one.
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

/// The Settings page.
#[component]
pub(crate) fn ConnectionPage() -> impl IntoView {
    let navigation = use_navigation();
    let form = ConnectionForm::new();
    let connection = form.connection;
    let back = match untrack(move || navigation.route()) {
        Some(Route::Connection { back }) => back.and_then(|back| safe_back(&back)),
        _ => None,
    };
    let was_sent_here = back.is_some();
    let file = Signal::stored(navigation.href(&Route::File));
    let needs_namespace =
        move || was_sent_here && connection.is_ready() && connection.namespace().is_empty();
    view! {
        <div class="page-head">{heading(t_signal!(connection.title))}</div>
        {show(
            needs_namespace,
            || notice("info", t_signal!(connection.choose_namespace)).into_any(),
        )}
        <div class="settings">
            <div class="settings-column">
                {connection_form(form, StoredValue::new(back))} {token_by_password()}
            </div>
            <div class="settings-column">
                <section class="settings-part">
                    <h2>{t_signal!(connection.appearance)}</h2>
                    <div class="field-pair">{language_choice()} {theme_choice()}</div>
                    <div class="field-pair">{times_choice()}</div>
                </section>
                <section class="settings-part">
                    <h2>{t_signal!(build_file.without_api)}</h2>
                    <p>{t_signal!(build_file.without_api_what)}</p>
                    <div class="form-actions">
                        {Button::new(t_signal!(build_file.open)).link(file)}
                    </div>
                </section>
                {stored_data()}
            </div>
            {builders()}
        </div>
    }
}

/// `back` is the path of the page that sent the user here.
fn connection_form(form: ConnectionForm, back: StoredValue<Option<String>>) -> AnyView {
    let connection = form.connection;
    let is_blocked =
        bool_signal(move || form.address_problem.get().is_some() || form.is_token_wrong.get());
    let is_testing = bool_signal(move || form.test.get() == ConnectionTest::Running);
    let forget =
        move || Button::new(t_signal!(connection.forget)).on_press(move || form.forget_token());
    let failure = move || match form.test.get() {
        ConnectionTest::Failed(error) => Some(error_notice(
            t_signal!(connection.test),
            error,
            false,
            Retry::Never,
        )),
        _ => None,
    };
    view! {
        <form
            class="settings-part"
            on:submit=move |event: SubmitEvent| {
                event.prevent_default();
                form.save();
            }
        >
            <h2>{t_signal!(connection.connection)}</h2>
            {fields(form)}
            {unencrypted_notice(form.exposing_host(), false)}
            <div class="form-actions">
                {Button::new(t_signal!(connection.save))
                    .primary()
                    .busy(is_testing)
                    .disabled(is_blocked)
                    .submit()} {show(move || connection.has_token(), forget)}
            </div>
            // What is in here announces itself. An alert has its own way to do that.
            <div class="settings-result" role="status">
                {dynamic(move || result(form.test.get()))}
            </div>
            {dynamic(failure)}
            {dynamic(move || way_back(&form.test.get(), back))}
        </form>
    }
    .into_any()
}

fn fields(form: ConnectionForm) -> AnyView {
    let connection = form.connection;
    let default_address = text_signal(move || match connection.site_address() {
        site if site.is_empty() => page::origin(),
        site => site,
    });
    let token_state = text_signal(move || match connection.has_token() {
        true => t_string!(connection.token_set),
        false => t_string!(connection.token_none),
    });
    let token_problem = move || {
        let problem = t_string!(connection.token_wrong);
        form.is_token_wrong.get().then(|| problem.to_owned())
    };
    view! {
        {Input::new(t_signal!(connection.address), form.address)
            .placeholder(default_address)
            .hint(t_signal!(connection.address_hint))
            .problem(move || form.address_problem.get())
            .view()}
        {Input::new(t_signal!(connection.namespace), form.namespace)
            .hint(t_signal!(connection.namespace_hint))
            .view()}
        {Input::new(t_signal!(connection.token), form.token)
            .password("off")
            .placeholder(token_state)
            .hint(t_signal!(connection.token_hint))
            .problem(token_problem)
            .view()}
        <div class="field field-check">
            <label>
                <input
                    type="checkbox"
                    prop:checked=form.remember
                    on:change=move |event| form.remember.set(event_target_checked(&event))
                />
                {t_signal!(connection.remember)}
            </label>
            <p class="field-hint">{t_signal!(connection.remember_hint)}</p>
        </div>
    }
    .into_any()
}

/// The progress or the result of the test; nothing after an error, which is shown apart.
fn result(test: ConnectionTest) -> Option<AnyView> {
    let (kind, text) = match test {
        ConnectionTest::NotRun | ConnectionTest::Failed(_) => return None,
        ConnectionTest::Running => ("info", t_signal!(connection.testing)),
        ConnectionTest::Connected { count, token_fits } => {
            let kind = match token_fits {
                Some(false) => "warning",
                _ => "success",
            };
            let text = text_signal(move || {
                let count = words().number(count);
                match token_fits {
                    None => t_string!(connection.works, count = count),
                    Some(true) => t_string!(connection.works_token, count = count),
                    Some(false) => t_string!(connection.token_unfit, count = count),
                }
            });
            (kind, text)
        }
    };
    let shape = match kind {
        "info" => icon::CLOCK,
        "success" => icon::CHECK,
        _ => icon::WARNING,
    };
    let view = view! {
        <div class="notice" data-kind=kind>
            {icon::icon(shape)}
            <p class="notice-body">{text}</p>
        </div>
    };
    Some(view.into_any())
}

/// Once connected, leads back to the page that sent the user here.
fn way_back(test: &ConnectionTest, back: StoredValue<Option<String>>) -> Option<AnyView> {
    let navigation = use_navigation();
    if !matches!(test, ConnectionTest::Connected { .. }) {
        return None;
    }
    let back = back.get_value()?;
    let button = Button::new(t_signal!(connection.go_back))
        .primary()
        .on_press(move || navigation.go_to(&back));
    Some(view! { <div>{button}</div> }.into_any())
}
