//! The hint below 'Email build results': whether the server sends any.

use crate::query::schedule::Pace;
use crate::query::use_query;
use crate::reactive::text_signal;
use crate::state::connection::use_connection;
use crate::t_string;
use leptos::prelude::*;

/// Says that no mail is sent about the namespace, where the API says so; empty otherwise.
pub(crate) fn mail_hint(namespace: StoredValue<String>) -> Signal<String> {
    let connection = use_connection();
    let profile = use_query(
        move || {
            let client = connection.client()?;
            let namespace = namespace.get_value();
            Some(Box::pin(async move { client.profile(&namespace).await }))
        },
        |_| Pace::Never,
    );
    text_signal(move || {
        let profile = profile.data();
        match profile.and_then(|profile| profile.is_email_available) {
            Some(false) => t_string!(create.no_email, namespace = namespace.get_value()),
            _ => String::new(),
        }
    })
}
