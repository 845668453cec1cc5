//! The last pushes that the server was told of, or has found: what they started, or why they started nothing.

use crate::api::{Delivery, DeliveryState, PushResult, PushVia, PushedRef, TagResult, Webhook};
use crate::components::time::relative_time;
use crate::i18n::format::short_commit;
use crate::query::Query;
use crate::reactive::{dynamic, memo, show, text_signal};
use crate::routing::navigation::use_navigation;
use crate::routing::routes::Route;
use crate::{t_signal, t_string};
use leptos::prelude::*;

/// The last pushes: the newest one, and those before it behind a press.
pub(crate) fn last_pushes(webhook: Query<Webhook>) -> AnyView {
    let deliveries = memo(move || {
        let webhook = webhook.data();
        webhook.map_or_else(Vec::new, |webhook| webhook.deliveries.clone())
    });
    let newest = memo(move || deliveries.with(|deliveries| deliveries.first().cloned()));
    let earlier = memo(move || {
        deliveries.with(|deliveries| deliveries.iter().skip(1).cloned().collect::<Vec<_>>())
    });
    let count = move || earlier.with(Vec::len);
    let list = move || {
        let summary = text_signal(move || t_string!(push.earlier, n = count()));
        view! {
            <details class="pushes">
                <summary>{summary}</summary>
                <ul class="plain-list">
                    {dynamic(move || earlier.get().iter().map(delivery).collect_view())}
                </ul>
            </details>
        }
        .into_any()
    };
    let first = move || {
        view! {
            <h3>{t_signal!(push.last)}</h3>
            <ul class="plain-list">{dynamic(move || Some(delivery(&newest.get()?)))}</ul>
        }
        .into_any()
    };
    view! {
        {show(move || newest.with(Option::is_some), first)}
        {show(move || count() > 0, list)}
    }
    .into_any()
}

fn delivery(delivery: &Delivery) -> AnyView {
    let time = delivery.received_at.map(|time| {
        view! {
            {relative_time(time)}
            " · "
        }
    });
    let via = delivery.via.clone();
    let via = text_signal(move || via_words(&via));
    let (state, reason) = (delivery.state.clone(), delivery.reason.clone());
    let has_words = state != DeliveryState::Done;
    let words = text_signal(move || state_words(&state, &reason));
    let words = has_words.then(|| view! { <p>{words}</p> });
    let refs = delivery.refs.iter().map(pushed_ref).collect_view();
    let more = delivery.more_refs;
    let more =
        (more > 0).then(|| view! { <p class="quiet">{t_signal!(push.more_refs, n = more)}</p> });
    view! {
        <li class="push">
            <p class="quiet">{time} {via}</p>
            {words}
            {refs}
            {more}
        </li>
    }
    .into_any()
}

/// A branch or tag with its commit, and what came of it for each tag config.
fn pushed_ref(pushed: &PushedRef) -> AnyView {
    let commit = pushed
        .commit
        .as_deref()
        .map(short_commit)
        .unwrap_or_default();
    let commit = (!commit.is_empty()).then(|| format!(" {commit}"));
    let name = pushed.code_repo_type_value.clone();
    let results = match (pushed.results.is_empty(), pushed.is_removed) {
        (false, _) => pushed.results.iter().map(result).collect_view().into_any(),
        (true, false) => view! { <li>{t_signal!(push.no_row)}</li> }.into_any(),
        (true, true) => view! { <li>{t_signal!(push.removed)}</li> }.into_any(),
    };
    view! {
        <p>
            <span class="code">{name}</span>
            <span class="code quiet">{commit}</span>
        </p>
        <ul class="push-results">{results}</ul>
    }
    .into_any()
}

fn result(row: &TagResult) -> AnyView {
    let navigation = use_navigation();
    let result = row.result.clone();
    let words = text_signal(move || result_words(&result));
    let words = match row.build_id.clone() {
        Some(build_id) => {
            let href = navigation.href(&Route::Build { build_id });
            view! { <a href=href>{words}</a> }.into_any()
        }
        None => words.into_any(),
    };
    view! {
        <li>
            <span class="code">{row.docker_repo_tag.clone()}</span>
            ": "
            {words}
        </li>
    }
    .into_any()
}

fn via_words(via: &PushVia) -> String {
    match via {
        PushVia::Git => t_string!(push.via_git).to_owned(),
        PushVia::Poll => t_string!(push.via_poll).to_owned(),
        other => t_string!(push.via_webhook, host = other.as_str()),
    }
}

fn state_words(state: &DeliveryState, reason: &str) -> String {
    let text = match state {
        DeliveryState::Pending => t_string!(push.pending),
        DeliveryState::Ping => t_string!(push.ping),
        DeliveryState::NotAPush => return t_string!(push.not_a_push, event = reason),
        DeliveryState::WrongSecret => t_string!(push.wrong_secret),
        DeliveryState::Unreadable => t_string!(push.unreadable),
        DeliveryState::Failed => return t_string!(push.failed, reason = reason),
        DeliveryState::Done => "",
        DeliveryState::Other(text) => return text.clone(),
    };
    text.to_owned()
}

fn result_words(result: &PushResult) -> String {
    let text = match result {
        PushResult::Started => t_string!(push.started),
        PushResult::Skipped => t_string!(push.skipped),
        PushResult::Known => t_string!(push.known),
        PushResult::Inactive => t_string!(push.inactive),
        PushResult::QueueFull => t_string!(push.queue_full),
        PushResult::VersionTag => t_string!(push.version_tag),
        PushResult::Missing => t_string!(push.missing),
        PushResult::Changed => t_string!(push.changed),
        PushResult::Other(text) => return text.clone(),
    };
    text.to_owned()
}
