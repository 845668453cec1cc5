//! What went wrong, told where it matters: what failed, the status, the API's own words, Retry.

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

/// An error's place on the page. `what` was being done ('Loading builds'); `stale` says that older data
/// is still shown beside it; without `retry` there is no Retry.
pub fn error_notice(
    what: Signal<String>,
    error: Error,
    stale: bool,
    retry: Option<Callback<()>>,
) -> AnyView {
    let navigation = use_navigation();
    let connection = use_connection();
    // On the Connection page itself there is nowhere to go.
    let here = untrack(move || navigation.route());
    let offer_connection = !matches!(here, Some(Route::Connection { .. }));
    let unauthorized = error.status() == Some(401);
    let status = error.status();
    // What is read for a page is read again by itself.
    let goes_on = retry.is_some() && error.may_recover();
    let said = api_words(&error);
    let unreachable = matches!(error, Error::Unreachable);
    let address = move || match connection.address() {
        address if address.is_empty() => page::origin(),
        address => address,
    };
    let connect = move || {
        navigation.href(&Route::Connection {
            back: Some(navigation.here()),
        })
    };
    view! {
        <div class="notice" data-kind="error" role="alert">
            {icon::icon(icon::WARNING)}
            <div class="notice-body">
                <p class="notice-title">
                    {text_signal(move || t_string!(error.failed_why, what = what.get(), why = error_words(&error)))}
                    {status
                        .map(|status| {
                            view! { <span class="code">{format!(" HTTP {status}")}</span> }
                        })}
                </p>
                {unreachable
                    .then(|| {
                        view! {
                            <p>{t_signal!(error.address)} " " <span class="code">{address}</span></p>
                        }
                    })}
                {(!said.is_empty()).then(|| view! { <p class="notice-said">{said.clone()}</p> })}
                {goes_on
                    .then(|| {
                        let text = if stale { t_signal!(error.stale) } else { t_signal!(error.goes_on) };
                        view! { <p>{text}</p> }
                    })}
            </div>
            <div class="notice-actions">
                {(offer_connection && (unauthorized || unreachable))
                    .then(|| Button::new(t_signal!(nav.connection)).link(text_signal(connect)))}
                {retry
                    .map(|retry| { Button::new(t_signal!(error.retry)).on_press(move || retry.run(())) })}
            </div>
        </div>
    }
    .into_any()
}

/// The place of a read's error on the page: nothing while there is none.
pub fn load_error(
    what: Signal<String>,
    error: Signal<Option<Error>>,
    has_data: Signal<bool>,
    retry: impl Fn() + Send + Sync + 'static,
) -> AnyView {
    let retry = Callback::new(move |()| retry());
    dynamic(move || {
        let error = error.get()?;
        Some(error_notice(what, error, has_data.get(), Some(retry)))
    })
    .into_any()
}
