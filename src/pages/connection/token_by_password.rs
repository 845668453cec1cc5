//! Getting a token by name and password (an optional call).

use crate::client::Error;
use crate::components::error_notice::{Retry, error_notice};
use crate::pages::connection::unencrypted::{unencrypted_host, unencrypted_notice};
use crate::reactive::{bool_signal, dynamic, memo};
use crate::state::connection::use_connection;
use crate::t_signal;
use crate::ui::button::Button;
use crate::ui::input::Input;
use crate::ui::notice::notice;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;

/// The section that gets a token by name and password. Says so when the API does not offer that.
pub(crate) fn token_by_password() -> AnyView {
    let connection = use_connection();
    let username = RwSignal::new(String::new());
    let password = RwSignal::new(String::new());
    let sending = RwSignal::new(false);
    let error = RwSignal::new(None::<Error>);
    let is_done = RwSignal::new(false);
    let submit = move || {
        let Some(client) = untrack(move || connection.client()) else {
            return;
        };
        if sending.get_untracked() {
            return;
        }
        sending.set(true);
        error.set(None);
        is_done.set(false);
        let (name, secret) = (username.get_untracked(), password.get_untracked());
        leptos::task::spawn_local(async move {
            let result = client.generate_api_token(name.trim(), &secret).await;
            if sending.try_set(false).is_some() {
                return;
            }
            match result {
                Ok(token) => {
                    connection.set_token(Some(token), false);
                    password.set(String::new());
                    is_done.set(true);
                }
                Err(failure) => error.set(Some(failure)),
            }
        });
    };
    let message = move || match error.get() {
        Some(error) if error.is_not_offered() => {
            Some(notice("info", t_signal!(connection.no_password)).into_any())
        }
        Some(error) => Some(error_notice(
            t_signal!(connection.getting_token),
            error,
            false,
            Retry::Never,
        )),
        None => is_done
            .get()
            .then(|| notice("success", t_signal!(connection.token_got)).into_any()),
    };
    let incomplete = bool_signal(move || {
        sending.get() || username.with(String::is_empty) || password.with(String::is_empty)
    });
    let host = memo(move || unencrypted_host(&connection.address()));
    view! {
        <details class="settings-part">
            <summary>{t_signal!(connection.by_password)}</summary>
            <form
                class="form"
                on:submit=move |event: SubmitEvent| {
                    event.prevent_default();
                    submit();
                }
            >
                {Input::new(t_signal!(connection.username), username).prose("username").view()}
                {Input::new(t_signal!(connection.password), password)
                    .password("current-password")
                    .hint(t_signal!(connection.password_hint))
                    .view()}
                {unencrypted_notice(host, true)}
                {dynamic(message)}
                <div class="form-actions">
                    {Button::new(t_signal!(connection.get_token)).disabled(incomplete).submit()}
                </div>
            </form>
        </details>
    }
    .into_any()
}
