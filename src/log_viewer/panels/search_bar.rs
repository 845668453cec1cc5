//! The search: its field, its options, what was found.

use crate::i18n::numbers::number;
use crate::log::QueryErrorKind;
use crate::log_viewer::commands::LogCommands;
use crate::log_viewer::search::{LogSearch, SearchResults};
use crate::reactive::{bool_signal, text_signal};
use crate::ui::button::Button;
use crate::ui::input::select;
use crate::{t_signal, t_string};
use leptos::prelude::*;

/// How many lines of context can be shown with each match.
const CONTEXTS: [usize; 4] = [0, 2, 5, 20];

/// The search's field and buttons.
pub fn search_bar(tools: LogCommands) -> AnyView {
    let finder = tools.finder;
    let active = bool_signal(move || finder.found.with(|found| found.active && found.lines > 0));
    let keys = move |event: web_sys::KeyboardEvent| {
        if event.key() == "Enter" {
            event.prevent_default();
            match event.shift_key() {
                true => finder.previous(),
                false => finder.next(),
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
                prop:value=text_signal(move || finder.query.with(|query| query.text.clone()))
                aria-invalid=text_signal(move || {
                    finder.found.with(|found| found.error.is_some()).to_string()
                })
                aria-describedby="log-matches"
                on:input=move |event| {
                    let text = event_target_value(&event);
                    finder.look_for(|query| query.text = text);
                }
                on:keydown=keys
            />
            {options(finder)}
            {Button::new(Signal::stored("↑".to_owned()))
                .name(t_signal!(log.previous))
                .title(t_signal!(log.previous))
                .disabled(bool_signal(move || !active.get()))
                .on_press(move || finder.previous())}
            {Button::new(Signal::stored("↓".to_owned()))
                .name(t_signal!(log.next))
                .title(t_signal!(log.next))
                .disabled(bool_signal(move || !active.get()))
                .on_press(move || finder.next())}
            <span id="log-matches" class="quiet log-matches" role="status">
                {text_signal(move || said(&finder.found.get()))}
            </span>
            {only_matches(tools)}
        </div>
    }
    .into_any()
}

/// Case, whole words, regular expression.
fn options(finder: LogSearch) -> AnyView {
    let query = finder.query;
    view! {
        {Button::new(Signal::stored("Aa".to_owned()))
            .name(t_signal!(log.case))
            .title(t_signal!(log.case))
            .pressed(bool_signal(move || query.with(|query| query.match_case)))
            .on_press(move || finder.look_for(|query| query.match_case = !query.match_case))}
        {Button::new(Signal::stored("W".to_owned()))
            .name(t_signal!(log.word))
            .title(t_signal!(log.word))
            .pressed(bool_signal(move || query.with(|query| query.whole_word)))
            .on_press(move || finder.look_for(|query| query.whole_word = !query.whole_word))}
        {Button::new(Signal::stored(".*".to_owned()))
            .name(t_signal!(log.regex))
            .title(t_signal!(log.regex))
            .pressed(bool_signal(move || query.with(|query| query.regex)))
            .on_press(move || finder.look_for(|query| query.regex = !query.regex))}
    }
    .into_any()
}

/// All lines, or only the matches with lines around them.
fn only_matches(tools: LogCommands) -> AnyView {
    let mut choices = vec![(String::new(), t_signal!(log.all_lines))];
    for lines in CONTEXTS {
        let word = match lines {
            0 => t_signal!(log.only_matches),
            _ => t_signal!(log.with_context, n = lines),
        };
        choices.push((lines.to_string(), word));
    }
    let chosen = move || {
        let context = tools.finder.context.get();
        context.map(|lines| lines.to_string()).unwrap_or_default()
    };
    let choose = move |value: String| {
        let context = value.parse().ok();
        tools.finder.show_only(context);
    };
    select(t_signal!(log.shown), choices, chosen, choose)
}

/// What was found, or what is wrong.
fn said(found: &SearchResults) -> String {
    if let Some(error) = found.error {
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
    if !found.active {
        return String::new();
    }
    let lines = number(found.lines);
    match (found.done, found.at) {
        (false, _) => t_string!(log.searching, n = lines),
        (true, _) if found.lines == 0 => t_string!(log.nothing_found).to_owned(),
        (true, Some(at)) => t_string!(log.found_at, at = number(at + 1), n = lines),
        (true, None) => t_string!(log.found, n = lines),
    }
}
