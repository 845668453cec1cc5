//! An error on the page: what failed, the HTTP status, the API's own message, and Retry.

use crate::client::Error;
use crate::i18n::api_words::{api_words, error_words};
use crate::platform::page;
use crate::reactive::{dynamic, text_signal};
use crate::routing::navigation::use_navigation;
use crate::routing::routes::Route;
use crate::state::connection::use_connection;
use crate::ui::button::Button;
use crate::ui::icon;
use crate::{t_signal, t_string};
use leptos::prelude::*;

/// The next attempt after an error.
#[derive(Clone, Copy)]
pub(crate) enum Retry {
    /// Nothing, and there is no Retry button.
    Never,
    /// The user can press Retry, which runs this.
    ByUser(Callback<()>),
    /// A query reads again by itself while the failure may pass. The user can press Retry too.
    Automatic(Callback<()>),
}

/// An error on the page. `action` is what failed ('Loading builds'); `stale` says that older data is still
/// shown.
pub(crate) fn error_notice(
    action: Signal<String>,
    error: Error,
    stale: bool,
    retry: Retry,
) -> AnyView {
    let navigation = use_navigation();
    let connection = use_connection();
    let current = untrack(move || navigation.route());
    let on_connection_page = matches!(current, Some(Route::Connection { .. }));
    let unauthorized = error.status() == Some(401);
    let status = error.status();
    let is_retrying = matches!(retry, Retry::Automatic(_)) && error.may_recover();
    let retry = match retry {
        Retry::Never => None,
        Retry::ByUser(retry) | Retry::Automatic(retry) => Some(retry),
    };
    let api_message = api_words(&error);
    let unreachable = matches!(error, Error::Unreachable { .. });
    let address = move || match connection.address() {
        address if address.is_empty() => page::origin(),
        address => address,
    };
    let connection_href = move || {
        navigation.href(&Route::Connection {
            back: Some(navigation.current_path()),
        })
    };
    view! {
        <div class="notice" data-kind="error" role="alert">
            {icon::icon(icon::WARNING)}
            <div class="notice-body">
                <p class="notice-title">
                    {text_signal(move || {
                        t_string!(error.failed_why, what = action.get(), why = error_words(&error))
                    })}
                    {status
                        .map(|status| {
                            view! { <span class="code">{format!(" HTTP {status}")}</span> }
                        })}
                </p>
                {unreachable
                    .then(|| {
                        view! {
                            <p>{t_signal!(error.address)} <span class="code">{address}</span></p>
                        }
                    })}
                {(!api_message.is_empty())
                    .then(|| view! { <p class="notice-said">{api_message.clone()}</p> })}
                {is_retrying
                    .then(|| {
                        let text = if stale {
                            t_signal!(error.stale)
                        } else {
                            t_signal!(error.goes_on)
                        };
                        view! { <p>{text}</p> }
                    })}
            </div>
            <div class="notice-actions">
                {(!on_connection_page && (unauthorized || unreachable))
                    .then(|| {
                        Button::new(t_signal!(nav.connection)).link(text_signal(connection_href))
                    })}
                {retry
                    .map(|retry| {
                        Button::new(t_signal!(error.retry)).on_press(move || retry.run(()))
                    })}
            </div>
        </div>
    }
    .into_any()
}

/// The error of a query, which retries by itself; nothing while there is none.
pub(crate) fn load_error(
    action: Signal<String>,
    error: impl Fn() -> Option<Error> + Send + Sync + 'static,
    has_data: Signal<bool>,
    retry: impl Fn() + Send + Sync + 'static,
) -> AnyView {
    let retry = Retry::Automatic(Callback::new(move |()| retry()));
    load_error_with(action, error, has_data, retry)
}

/// The error of something that is loaded; nothing while there is none.
///
/// A function, because a signal of errors would be one more type: 3 kB.
pub(crate) fn load_error_with(
    action: Signal<String>,
    error: impl Fn() -> Option<Error> + Send + Sync + 'static,
    has_data: Signal<bool>,
    retry: Retry,
) -> AnyView {
    dynamic(move || {
        let error = error()?;
        Some(error_notice(action, error, has_data.get(), retry))
    })
    .into_any()
}
