//! The search field, with its options, results and buttons inside.

use crate::i18n::numbers::number;
use crate::log_viewer::commands::LogCommands;
use crate::log_viewer::query_words::query_error_words;
use crate::log_viewer::search::{LogSearch, SearchResults};
use crate::reactive::{bool_signal, show, text_signal};
use crate::ui::button::Button;
use crate::ui::icon;
use crate::ui::icon::Icon;
use crate::{t_signal, t_string};
use leptos::prelude::*;

const UP: Icon = Icon("M4 10l4-4 4 4");

/// The field. The results and what goes through them are shown only while there is a query.
pub(crate) fn search_field(commands: LogCommands) -> AnyView {
    let search = commands.search;
    let has_query = move || search.query.with(|query| !query.text.is_empty());
    let on_keydown = move |event: web_sys::KeyboardEvent| {
        if event.key() == "Enter" {
            event.prevent_default();
            match event.shift_key() {
                true => search.previous(),
                false => search.next(),
            }
        }
    };
    view! {
        <div class="log-find" role="search" data-query=text_signal(move || has_query().to_string())>
            {icon::icon(icon::SEARCH)}
            <input
                type="search"
                class="code"
                aria-label=t_signal!(log.search)
                placeholder=t_signal!(log.search)
                autocomplete="off"
                autocapitalize="off"
                spellcheck="false"
                enterkeyhint="search"
                prop:value=text_signal(move || search.query.with(|query| query.text.clone()))
                aria-invalid=text_signal(move || {
                    search.results.with(|results| results.error.is_some()).to_string()
                })
                aria-describedby="log-matches"
                on:input=move |event| {
                    let text = event_target_value(&event);
                    search.set_query(|query| query.text = text);
                }
                on:keydown=on_keydown
            />
            <span
                id="log-matches"
                class="log-matches"
                role="status"
                data-wrong=text_signal(move || {
                    search.results.with(|results| results.error.is_some()).to_string()
                })
            >
                {text_signal(move || results_text(&search.results.get()))}
            </span>
            {show(has_query, move || through_matches(commands))}
            <span class="log-find-options">{options(search)}</span>
        </div>
    }
    .into_any()
}

/// The buttons to the match before and after, and to leave the search.
fn through_matches(commands: LogCommands) -> AnyView {
    let search = commands.search;
    let has_no_match = bool_signal(move || search.results.with(|results| results.lines == 0));
    let clear = move || {
        search.set_query(|query| query.text.clear());
        commands.focus_search();
    };
    view! {
        {Button::new(t_signal!(log.previous))
            .only_icon(UP)
            .quiet()
            .disabled(has_no_match)
            .on_press(move || search.previous())}
        {Button::new(t_signal!(log.next))
            .only_icon(icon::DOWN)
            .quiet()
            .disabled(has_no_match)
            .on_press(move || search.next())}
        {Button::new(t_signal!(log.clear_search)).only_icon(icon::CROSS).quiet().on_press(clear)}
    }
    .into_any()
}

/// The options: match case, whole words, regular expression.
fn options(search: LogSearch) -> AnyView {
    let query = search.query;
    view! {
        {Button::new(Signal::stored("Aa".to_owned()))
            .quiet()
            .name(t_signal!(log.case))
            .title(t_signal!(log.case))
            .pressed(bool_signal(move || query.with(|query| query.match_case)))
            .on_press(move || search.set_query(|query| query.match_case = !query.match_case))}
        {Button::new(Signal::stored("W".to_owned()))
            .quiet()
            .name(t_signal!(log.word))
            .title(t_signal!(log.word))
            .pressed(bool_signal(move || query.with(|query| query.whole_word)))
            .on_press(move || search.set_query(|query| query.whole_word = !query.whole_word))}
        {Button::new(Signal::stored(".*".to_owned()))
            .quiet()
            .name(t_signal!(log.regex))
            .title(t_signal!(log.regex))
            .pressed(bool_signal(move || query.with(|query| query.regex)))
            .on_press(move || search.set_query(|query| query.regex = !query.regex))}
    }
    .into_any()
}

/// The results, or the error of the query, in words.
fn results_text(results: &SearchResults) -> String {
    if let Some(error) = results.error {
        return query_error_words(error).to_owned();
    }
    if !results.active {
        return String::new();
    }
    let lines = number(results.lines);
    match (results.done, results.current) {
        (false, _) => t_string!(log.searching, n = lines),
        (true, _) if results.lines == 0 => t_string!(log.nothing_found).to_owned(),
        (true, Some(at)) => t_string!(log.found_at, at = number(at + 1), n = lines),
        (true, None) => t_string!(log.found, n = lines),
    }
}
