//! The search bar: field, options, buttons and results.

use crate::i18n::numbers::number;
use crate::log::QueryErrorKind;
use crate::log_viewer::commands::LogCommands;
use crate::log_viewer::search::{LogSearch, SearchResults};
use crate::reactive::{bool_signal, text_signal};
use crate::ui::button::Button;
use crate::ui::input::select;
use crate::{t_signal, t_string};
use leptos::prelude::*;

/// The choices of how many lines to show around each match.
const CONTEXTS: [usize; 4] = [0, 2, 5, 20];

/// The search bar.
pub(crate) fn search_bar(commands: LogCommands) -> AnyView {
    let search = commands.search;
    let has_matches = bool_signal(move || {
        search
            .results
            .with(|results| results.active && results.lines > 0)
    });
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
        <div class="log-search" role="search">
            <input
                type="search"
                class="code"
                aria-label=t_signal!(log.search)
                placeholder=t_signal!(log.search)
                autocomplete="off"
                autocapitalize="off"
                spellcheck="false"
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
            {options(search)}
            {Button::new(Signal::stored("↑".to_owned()))
                .name(t_signal!(log.previous))
                .title(t_signal!(log.previous))
                .disabled(bool_signal(move || !has_matches.get()))
                .on_press(move || search.previous())}
            {Button::new(Signal::stored("↓".to_owned()))
                .name(t_signal!(log.next))
                .title(t_signal!(log.next))
                .disabled(bool_signal(move || !has_matches.get()))
                .on_press(move || search.next())}
            <span id="log-matches" class="quiet log-matches" role="status">
                {text_signal(move || results_text(&search.results.get()))}
            </span>
            {only_matches(commands)}
        </div>
    }
    .into_any()
}

/// The options: match case, whole words, regular expression.
fn options(search: LogSearch) -> AnyView {
    let query = search.query;
    view! {
        {Button::new(Signal::stored("Aa".to_owned()))
            .name(t_signal!(log.case))
            .title(t_signal!(log.case))
            .pressed(bool_signal(move || query.with(|query| query.match_case)))
            .on_press(move || search.set_query(|query| query.match_case = !query.match_case))}
        {Button::new(Signal::stored("W".to_owned()))
            .name(t_signal!(log.word))
            .title(t_signal!(log.word))
            .pressed(bool_signal(move || query.with(|query| query.whole_word)))
            .on_press(move || search.set_query(|query| query.whole_word = !query.whole_word))}
        {Button::new(Signal::stored(".*".to_owned()))
            .name(t_signal!(log.regex))
            .title(t_signal!(log.regex))
            .pressed(bool_signal(move || query.with(|query| query.regex)))
            .on_press(move || search.set_query(|query| query.regex = !query.regex))}
    }
    .into_any()
}

/// The choice between all lines and only matches with lines around them.
fn only_matches(commands: LogCommands) -> AnyView {
    let mut choices = vec![(String::new(), t_signal!(log.all_lines))];
    for lines in CONTEXTS {
        let word = match lines {
            0 => t_signal!(log.only_matches),
            _ => t_signal!(log.with_context, n = lines),
        };
        choices.push((lines.to_string(), word));
    }
    let chosen = move || {
        let context = commands.search.context.get();
        context.map(|lines| lines.to_string()).unwrap_or_default()
    };
    let choose = move |value: String| {
        let context = value.parse().ok();
        commands.search.show_only_matches(context);
    };
    select(t_signal!(log.shown), choices, chosen, choose)
}

/// The results, or the error of the query, in words.
fn results_text(results: &SearchResults) -> String {
    if let Some(error) = results.error {
        return match error {
            QueryErrorKind::Empty => "",
            QueryErrorKind::Group => t_string!(log.wrong_group),
            QueryErrorKind::Class => t_string!(log.wrong_class),
            QueryErrorKind::Repetition => t_string!(log.wrong_repetition),
            QueryErrorKind::Escape => t_string!(log.wrong_escape),
            QueryErrorKind::Unsupported => t_string!(log.wrong_unsupported),
            QueryErrorKind::TooLarge => t_string!(log.wrong_large),
        }
        .to_owned();
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
