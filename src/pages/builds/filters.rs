//! The filters of the builds table: what the API is asked for, and what of its rows is shown.

use crate::api::Status;
use crate::components::builds::list::BuildsList;
use crate::i18n::api_words::{client_name, status_word};
use crate::i18n::words;
use crate::reactive::{dynamic, effect, memo, show, text_signal};
use crate::routing::navigation::use_navigation;
use crate::routing::routes::{BuildsQuery, Route};
use crate::state::connection::use_connection;
use crate::t_signal;
use crate::ui::button::Button;
use crate::ui::input::{Input, select};
use leptos::ev::SubmitEvent;
use leptos::prelude::*;

/// The filters. Namespace and repository are asked of the API when the user is done with them; the others
/// look at the rows that are loaded.
pub fn filters(query: Memo<BuildsQuery>, list: BuildsList) -> AnyView {
    let navigation = use_navigation();
    let connection = use_connection();
    let namespace = RwSignal::new(String::new());
    let repo = RwSignal::new(String::new());
    let text = RwSignal::new(String::new());
    effect(move || {
        query.with(|query| {
            namespace.set(query.namespace.clone());
            repo.set(query.repo.clone());
            // Not under the user's hands: a space at the end is still being typed.
            if text.with_untracked(|text| text.trim() != query.text) {
                text.set(query.text.clone());
            }
        });
    });
    let go = move |change: &dyn Fn(&mut BuildsQuery)| {
        let mut query = query.get_untracked();
        change(&mut query);
        navigation.go(&Route::Builds(query));
    };
    let apply = move || {
        go(&|query| {
            query.namespace = namespace.get_untracked().trim().to_owned();
            query.repo = repo.get_untracked().trim().to_owned();
            query.page = 1;
        });
    };
    // Each letter of it looks through the rows at once, and is no step that back would undo.
    effect(move || {
        let text = text.get().trim().to_owned();
        let now = query.get_untracked();
        if text != now.text {
            navigation.replace(&Route::Builds(BuildsQuery { text, ..now }));
        }
    });
    let statuses = memo(move || {
        let mut all = vec![
            Status::Waiting,
            Status::InProgress,
            Status::Succeeded,
            Status::Failed,
        ];
        all.extend(query.with(|query| some(&query.status).map(Status::from)));
        list.rows()
            .with(|rows| all.extend(rows.iter().map(|row| row.status.clone())));
        distinct(all)
    });
    let clients = memo(move || {
        let mut all: Vec<_> = query
            .with(|query| some(&query.client).map(Into::into))
            .into_iter()
            .collect();
        list.rows().with(|rows| {
            all.extend(rows.iter().map(|row| row.code_repo_client.clone()));
        });
        distinct(all)
    });
    let status_select = move || {
        let mut options = vec![(String::new(), t_signal!(builds.any_status))];
        let named = statuses.get().into_iter();
        options.extend(named.map(|one| (one.to_string(), text_signal(move || status_word(&one)))));
        select(
            t_signal!(builds.status),
            options,
            move || query.with(|query| query.status.clone()),
            move |status| go(&|query| query.status.clone_from(&status)),
        )
    };
    let client_select = move || {
        let mut options = vec![(String::new(), t_signal!(builds.any_client))];
        let named = clients.get().into_iter();
        options.extend(named.map(|one| (one.to_string(), text_signal(move || client_name(&one)))));
        select(
            t_signal!(builds.client),
            options,
            move || query.with(|query| query.client.clone()),
            move |client| go(&|query| query.client.clone_from(&client)),
        )
    };
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
                .placeholder(text_signal(move || connection.namespace()))
                .on_change(apply)}
            {Input::new(t_signal!(builds.repository), repo).on_change(apply)} {dynamic(status_select)}
            {dynamic(client_select)} {Input::new(t_signal!(builds.text), text).id("filter").prose("off").view()}
            {Button::new(t_signal!(builds.apply)).submit()}
        </form>
    }
    .into_any()
}

fn some(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}

/// Each once, without the one that stands for none.
fn distinct<T: Clone + PartialEq + Default>(all: Vec<T>) -> Vec<T> {
    let mut once: Vec<T> = Vec::new();
    for one in all {
        if one != T::default() && !once.contains(&one) {
            once.push(one);
        }
    }
    once
}

/// Says which rows the filters on the page look at, and how many fit.
pub fn filtered_note(query: Memo<BuildsQuery>, list: BuildsList, fit: Memo<usize>) -> AnyView {
    let filters = move || {
        query.with(|query| {
            let local = [&query.status, &query.client, &query.text];
            local.iter().any(|filter| !filter.is_empty())
        })
    };
    let rows = memo(move || list.rows().with(Vec::len));
    let said = t_signal!(
        builds.fit,
        fit = words().number(fit.get() as u64),
        rows = words().number(rows.get() as u64),
        page = words().number(query.with(|query| query.page.max(1)))
    );
    view! {
        <div role="status">
            {show(filters, move || view! { <p class="quiet">{said}</p> }.into_any())}
        </div>
    }
    .into_any()
}
