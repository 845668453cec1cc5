//! The filters of the Builds page: a text field, and a chip for each of the others. A chip opens what its filter is
//! set with, which is loaded on demand; one that is set has a button that takes it off.

use crate::api::{CodeClient, Status};
use crate::components::builds::builds_part::{BuildsFilter, BuildsPart, builds_part};
use crate::components::builds::list::BuildsList;
use crate::i18n::api_words::{client_name, status_word};
use crate::platform::dom;
use crate::reactive::{effect, memo, show, text_signal};
use crate::routing::navigation::use_navigation;
use crate::routing::routes::{BuildsQuery, Route};
use crate::ui::icon;
use crate::ui::menu::Menu;
use crate::{t_signal, t_string};
use leptos::ev::SubmitEvent;
use leptos::prelude::*;

/// The filters.
pub(crate) fn filters(query: Memo<BuildsQuery>, list: BuildsList) -> AnyView {
    let chips = [
        BuildsFilter::Status,
        BuildsFilter::Namespace,
        BuildsFilter::Repository,
        BuildsFilter::Client,
        BuildsFilter::Days,
    ];
    view! {
        <form
            class="filters"
            role="search"
            aria-label=t_signal!(builds.filters)
            on:submit=|event: SubmitEvent| event.prevent_default()
        >
            {text_field(query)}
            {chips.map(|filter| chip(filter, query, list)).collect_view()}
        </form>
    }
    .into_any()
}

/// The text that a row must contain. It filters at each letter, without a history entry for each.
fn text_field(query: Memo<BuildsQuery>) -> AnyView {
    let navigation = use_navigation();
    let text = RwSignal::new(String::new());
    effect(move || {
        let current = query.with(|query| query.text.clone());
        // Keeps what is being typed: the URL has the text without a space at its end.
        if text.with_untracked(|text| text.trim() != current) {
            text.set(current);
        }
    });
    effect(move || {
        let text = text.get().trim().to_owned();
        let current = query.get_untracked();
        if text != current.text {
            let page = 1;
            navigation.replace(&Route::Builds(BuildsQuery {
                text,
                page,
                ..current
            }));
        }
    });
    view! {
        <span class="filter-text">
            {icon::icon(icon::SEARCH)}
            <input
                id="filter"
                type="text"
                autocomplete="off"
                autocapitalize="off"
                spellcheck="false"
                aria-label=t_signal!(builds.text)
                placeholder=t_signal!(builds.text_hint)
                prop:value=text
                on:input=move |event| text.set(event_target_value(&event))
            /> <kbd aria-hidden="true">"/"</kbd>
        </span>
    }
    .into_any()
}

fn chip(filter: BuildsFilter, query: Memo<BuildsQuery>, list: BuildsList) -> AnyView {
    let navigation = use_navigation();
    let value = memo(move || query.with(|query| value_of(query, filter)));
    let is_set = move || value.with(|value| !value.is_empty());
    let name = name_of(filter);
    let label = text_signal(move || match value.get() {
        value if value.is_empty() => name.get(),
        value => t_string!(
            builds.chip,
            name = name.get(),
            value = word_of(filter, value)
        ),
    });
    let id = match filter {
        BuildsFilter::Namespace => "by-namespace",
        BuildsFilter::Repository => "by-repository",
        BuildsFilter::Status => "by-status",
        BuildsFilter::Client => "by-client",
        BuildsFilter::Days => "by-days",
    };
    let remove = move |_| {
        let mut query = query.get_untracked();
        query.page = 1;
        set_value(&mut query, filter, String::new());
        navigation.go(&Route::Builds(query));
        // The button goes with the filter.
        dom::focus(&format!("#{id} .chip"));
    };
    let remove_button = move || {
        let name = t_signal!(builds.remove_filter, name = name.get());
        view! {
            <button
                type="button"
                class="chip is-set chip-remove"
                aria-label=name
                title=name
                on:click=remove
            >
                {icon::icon(icon::CROSS)}
            </button>
        }
        .into_any()
    };
    view! {
        <span class="filter-chip" id=id>
            {Menu::new(label)
                .chip(Signal::derive(is_set))
                .content(move || builds_part(BuildsPart::Filter(filter, query, list)))}
            {show(is_set, remove_button)}
        </span>
    }
    .into_any()
}

fn name_of(filter: BuildsFilter) -> Signal<String> {
    match filter {
        BuildsFilter::Namespace => t_signal!(builds.namespace),
        BuildsFilter::Repository => t_signal!(builds.repository),
        BuildsFilter::Status => t_signal!(builds.status),
        BuildsFilter::Client => t_signal!(builds.source),
        BuildsFilter::Days => t_signal!(builds.days),
    }
}

/// The filter's value in the URL; both days with a dash between them.
fn value_of(query: &BuildsQuery, filter: BuildsFilter) -> String {
    match filter {
        BuildsFilter::Namespace => query.namespace.clone(),
        BuildsFilter::Repository => query.repo.clone(),
        BuildsFilter::Status => query.status.clone(),
        BuildsFilter::Client => query.client.clone(),
        BuildsFilter::Days if query.from == query.to => query.from.clone(),
        BuildsFilter::Days => format!("{} – {}", query.from, query.to),
    }
}

fn word_of(filter: BuildsFilter, value: String) -> String {
    match filter {
        BuildsFilter::Status => status_word(&Status::from(&*value)),
        BuildsFilter::Client => client_name(&CodeClient::from(&*value)),
        _ => value,
    }
}

/// Sets the value of one filter. Any value takes both days off.
pub(crate) fn set_value(query: &mut BuildsQuery, filter: BuildsFilter, value: String) {
    let field = match filter {
        BuildsFilter::Namespace => &mut query.namespace,
        BuildsFilter::Repository => &mut query.repo,
        BuildsFilter::Status => &mut query.status,
        BuildsFilter::Client => &mut query.client,
        BuildsFilter::Days => {
            query.from.clear();
            query.to.clear();
            return;
        }
    };
    *field = value;
}
