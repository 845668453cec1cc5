//! The filters of the Builds page: those that the API applies, and those that look at the loaded rows.

use crate::api::{CodeClient, Status};
use crate::components::builds::list::BuildsList;
use crate::i18n::api_words::{client_name, status_word};
use crate::i18n::words;
use crate::reactive::{dynamic, effect, memo, show, text_signal};
use crate::routing::navigation::use_navigation;
use crate::routing::routes::{BuildsQuery, Route};
use crate::t_signal;
use crate::ui::button::Button;
use crate::ui::input::{Input, select};
use leptos::ev::SubmitEvent;
use leptos::prelude::*;

/// The filters. The API applies namespace and repository, once the user leaves the field or submits; the
/// others look at the loaded rows as the user types.
pub(crate) fn filters(query: Memo<BuildsQuery>, list: BuildsList) -> AnyView {
    let navigation = use_navigation();
    let namespace = RwSignal::new(String::new());
    let repo = RwSignal::new(String::new());
    let text = RwSignal::new(String::new());
    effect(move || {
        query.with(|query| {
            namespace.set(query.namespace.clone());
            repo.set(query.repo.clone());
            // Keeps what is being typed: the URL has the text without a space at its end.
            if text.with_untracked(|text| text.trim() != query.text) {
                text.set(query.text.clone());
            }
        });
    });
    let apply = move || {
        let query = query.get_untracked();
        navigation.go(&Route::Builds(BuildsQuery {
            namespace: namespace.get_untracked().trim().to_owned(),
            repo: repo.get_untracked().trim().to_owned(),
            page: 1,
            ..query
        }));
    };
    // Filters at each letter, without a history entry for each.
    effect(move || {
        let text = text.get().trim().to_owned();
        let current = query.get_untracked();
        if text != current.text {
            navigation.replace(&Route::Builds(BuildsQuery { text, ..current }));
        }
    });
    view! {
        <form
            class="filters"
            role="search"
            aria-label=t_signal!(builds.filters)
            on:submit=move |event: SubmitEvent| {
                event.prevent_default();
                apply();
            }
        >
            {Input::new(t_signal!(builds.namespace), namespace)
                .placeholder(t_signal!(builds.all_namespaces))
                .on_change(apply)}
            {Input::new(t_signal!(builds.repository), repo).on_change(apply)}
            {status_select(query, list)}
            {client_select(query, list)}
            {Input::new(t_signal!(builds.text), text).id("filter").prose("off").view()}
            {Button::new(t_signal!(builds.apply)).submit()}
        </form>
    }
    .into_any()
}

/// Selects a status: one that the reference names, one that a row has, or the one in the URL.
fn status_select(query: Memo<BuildsQuery>, list: BuildsList) -> AnyView {
    let navigation = use_navigation();
    let statuses = memo(move || {
        let mut statuses = vec![
            Status::Waiting,
            Status::InProgress,
            Status::Succeeded,
            Status::Failed,
        ];
        statuses.extend(query.with(|query| non_empty(&query.status).map(Status::from)));
        list.rows()
            .with(|rows| statuses.extend(rows.iter().map(|row| row.status.clone())));
        distinct(statuses)
    });
    let view = move || {
        let mut options = vec![(String::new(), t_signal!(builds.any_status))];
        options.extend(statuses.get().into_iter().map(|status| {
            let value = status.to_string();
            (value, text_signal(move || status_word(&status)))
        }));
        select(
            t_signal!(builds.status),
            options,
            move || query.with(|query| query.status.clone()),
            move |status| {
                let query = query.get_untracked();
                navigation.go(&Route::Builds(BuildsQuery { status, ..query }));
            },
        )
    };
    dynamic(view).into_any()
}

/// Selects a source client: one that a row has, or the one in the URL.
fn client_select(query: Memo<BuildsQuery>, list: BuildsList) -> AnyView {
    let navigation = use_navigation();
    let clients = memo(move || {
        let in_url = query.with(|query| non_empty(&query.client).map(CodeClient::from));
        let mut clients: Vec<CodeClient> = in_url.into_iter().collect();
        list.rows()
            .with(|rows| clients.extend(rows.iter().map(|row| row.code_repo_client.clone())));
        distinct(clients)
    });
    let view = move || {
        let mut options = vec![(String::new(), t_signal!(builds.any_client))];
        options.extend(clients.get().into_iter().map(|client| {
            let value = client.to_string();
            (value, text_signal(move || client_name(&client)))
        }));
        select(
            t_signal!(builds.client),
            options,
            move || query.with(|query| query.client.clone()),
            move |client| {
                let query = query.get_untracked();
                navigation.go(&Route::Builds(BuildsQuery { client, ..query }));
            },
        )
    };
    dynamic(view).into_any()
}

fn non_empty(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}

/// Removes repetitions and the default value, which means 'none'.
fn distinct<T: Clone + PartialEq + Default>(all: Vec<T>) -> Vec<T> {
    let mut distinct: Vec<T> = Vec::new();
    for value in all {
        if value != T::default() && !distinct.contains(&value) {
            distinct.push(value);
        }
    }
    distinct
}

/// Says how many of the loaded rows match, while a filter looks at them.
pub(crate) fn filtered_note(
    query: Memo<BuildsQuery>,
    list: BuildsList,
    matching: Memo<usize>,
) -> AnyView {
    let is_filtered = move || {
        query.with(|query| {
            let local = [&query.status, &query.client, &query.text];
            local.iter().any(|filter| !filter.is_empty())
        })
    };
    let rows = memo(move || list.rows().with(Vec::len));
    let note = t_signal!(
        builds.fit,
        fit = words().number(matching.get() as u64),
        rows = words().number(rows.get() as u64),
        page = words().number(query.with(|query| query.page.max(1)))
    );
    view! {
        <div role="status">
            {show(is_filtered, move || view! { <p class="quiet">{note}</p> }.into_any())}
        </div>
    }
    .into_any()
}
