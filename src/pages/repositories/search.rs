//! The search over a namespace's repositories. The API has none: its pages are read, two at a time, and each one is
//! looked at.

use crate::api::{Page, Repository};
use crate::components::error_notice::{Retry, load_error_with};
use crate::components::paged_reader::{PagedReader, reading_progress};
use crate::i18n::words;
use crate::pages::repositories::place::Place;
use crate::pages::repositories::repository_row::RepositoryRow;
use crate::platform::dom;
use crate::query::Query;
use crate::reactive::{bool_signal, dynamic, effect, memo, text_signal};
use crate::routing::navigation::use_navigation;
use crate::routing::routes::Route;
use crate::ui::button::Button;
use crate::{t_signal, t_string};
use leptos::prelude::*;
use std::collections::HashSet;

/// The rows to show. Copies share their state.
#[derive(Clone, Copy)]
pub(crate) struct SearchedRows {
    /// `None` until they are known.
    pub(crate) rows: Memo<Option<Vec<RepositoryRow>>>,
    /// True while there is a text to search for.
    pub(crate) is_searching: Signal<bool>,
    /// True while the rows are those of all pages.
    is_over_pages: Signal<bool>,
    reader: PagedReader<Repository>,
}

impl SearchedRows {
    /// True if no more pages are being read. Tracked.
    pub(crate) fn has_ended(self) -> bool {
        !self.is_over_pages.get() || !self.reader.state().is_reading.get()
    }
}

/// Filters the listed rows by the text in the URL. Where the API has more pages, all of them are read.
pub(crate) fn use_search(
    namespace: StoredValue<String>,
    place: Memo<Place>,
    list: Query<Page<Repository>>,
    listed: Memo<Option<Vec<RepositoryRow>>>,
) -> SearchedRows {
    let reader = PagedReader::new(
        move |client, page| {
            let namespace = namespace.get_value();
            Box::pin(async move { client.repositories(&namespace, page).await })
        },
        |_| false,
    );
    let text = memo(move || place.with(|place| place.text.trim().to_owned()));
    let is_searching = bool_signal(move || text.with(|text| !text.is_empty()));
    let has_pages = memo(move || {
        let page = list.data();
        page.is_some_and(|page| page.next.is_some() || page.previous.is_some())
    });
    let is_over_pages = bool_signal(move || is_searching.get() && has_pages.get());
    let needs_pages = memo(move || is_over_pages.get());
    effect(move || match needs_pages.get() {
        true => reader.resume(),
        false => reader.state().stop(),
    });
    let rows = memo(move || {
        let text = text.get();
        if !is_over_pages.get() {
            let mut rows = listed.get()?;
            rows.retain(|row| row.matches(&text));
            return Some(rows);
        }
        Some(reader.with_pages(|pages| {
            let mut seen = HashSet::new();
            let rows = pages.values().flatten().map(RepositoryRow::of);
            rows.filter(|row| row.matches(&text) && seen.insert(row.name.clone()))
                .collect()
        }))
    });
    SearchedRows {
        rows,
        is_searching,
        is_over_pages,
        reader,
    }
}

/// The field with the text to search for. Each letter filters, without a history entry for each.
pub(crate) fn search_field(namespace: StoredValue<String>, place: Memo<Place>) -> AnyView {
    let navigation = use_navigation();
    let typed = RwSignal::new(String::new());
    effect(move || {
        // Keeps what is being typed: the URL has the text without a space at its end.
        place.with(|place| {
            if typed.with_untracked(|typed| typed.trim() != place.text) {
                typed.set(place.text.clone());
            }
        });
    });
    let search = move |text: String| {
        let is_new = place.with_untracked(|place| place.text != text.trim());
        let trimmed = text.trim().to_owned();
        typed.set(text);
        if is_new {
            navigation.replace(&Route::Repositories {
                namespace: namespace.get_value(),
                page: 1,
                text: trimmed,
            });
        }
    };
    view! {
        <input
            type="search"
            id="filter"
            class="search-field"
            aria-label=t_signal!(repositories.search)
            placeholder=t_signal!(repositories.search)
            autocomplete="off"
            autocapitalize="off"
            spellcheck="false"
            prop:value=typed
            on:input=move |event| search(event_target_value(&event))
        />
    }
    .into_any()
}

/// Says that nothing matches, and takes the text off.
pub(crate) fn no_match(namespace: StoredValue<String>) -> AnyView {
    let navigation = use_navigation();
    let clear = move || {
        navigation.replace(&Route::repositories(namespace.get_value()));
        // The button is removed: the focus needs another element.
        dom::focus("#filter");
    };
    view! {
        <div class="empty">
            <p>{t_signal!(repositories.none_found)}</p>
            {Button::new(t_signal!(repositories.clear_search)).on_press(clear)}
        </div>
    }
    .into_any()
}

/// The number of repositories that match, and how far the search over several pages has come.
pub(crate) fn search_note(search: SearchedRows) -> AnyView {
    let reader = search.reader;
    let found = text_signal(move || {
        let count = search.rows.with(|rows| rows.as_ref().map(Vec::len));
        match count.filter(|_| search.is_searching.get()) {
            Some(count) => t_string!(repositories.found, n = words().number(count as u64)),
            None => String::new(),
        }
    });
    let progress = move || {
        search.is_over_pages.get().then(|| {
            view! {
                {reading_progress(reader.state(), Callback::new(move |()| reader.resume()))}
                {load_error_with(
                    t_signal!(repositories.loading),
                    move || reader.state().error.get(),
                    bool_signal(|| true),
                    Retry::ByUser(Callback::new(move |()| reader.resume())),
                )}
            }
        })
    };
    view! {
        <p class="quiet" role="status">
            {found}
        </p>
        {dynamic(progress)}
    }
    .into_any()
}
