//! The form: a text to look for, and in which builds.

use crate::i18n::words;
use crate::log::QueryErrorKind;
use crate::log_viewer::query_words::query_error_words;
use crate::pages::log_search::run::{SearchRun, Wanted};
use crate::reactive::{bool_signal, effect};
use crate::routing::log_search::LogSearchQuery;
use crate::t_signal;
use crate::ui::button::Button;
use crate::ui::input::{Input, select};
use leptos::prelude::*;

/// The numbers of last builds that the user can choose; besides all.
pub(crate) const LAST_CHOICES: [u64; 2] = [20, 100];

/// Goes to the page of another search in this repository.
pub(crate) type Go = Callback<LogSearchQuery>;

/// The text, its options and the builds.
pub(crate) fn search_form(run: SearchRun, go: Go) -> AnyView {
    let query = run.query;
    let text = RwSignal::new(String::new());
    effect(move || text.set(query.with(|query| query.text.clone())));
    let change = move |change: &dyn Fn(&mut LogSearchQuery)| {
        let mut query = query.get_untracked();
        query.text = text.get_untracked();
        change(&mut query);
        go.run(query);
    };
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        change(&|_| ());
    };
    let problem = move || match run.wanted.get() {
        Wanted::Wrong(kind) if kind != QueryErrorKind::Empty => {
            Some(query_error_words(kind).to_owned())
        }
        _ => None,
    };
    let options = vec![
        option(
            "Aa",
            t_signal!(log.case),
            query,
            |query| &mut query.match_case,
            change,
        ),
        option(
            "W",
            t_signal!(log.word),
            query,
            |query| &mut query.whole_word,
            change,
        ),
        option(
            ".*",
            t_signal!(log.regex),
            query,
            |query| &mut query.regex,
            change,
        ),
    ];
    view! {
        <form class="log-search" role="search" on:submit=submit>
            {Input::new(t_signal!(log_search.text), text).problem(problem).view()}
            <span class="log-search-options">{options}</span>
            {Button::new(t_signal!(log_search.search)).primary().submit()}
        </form>
    }
    .into_any()
}

type Flag = fn(&mut LogSearchQuery) -> &mut bool;

/// A switch of the search, as in the log's own search.
fn option(
    sign: &str,
    name: Signal<String>,
    query: Memo<LogSearchQuery>,
    flag: Flag,
    change: impl Fn(&dyn Fn(&mut LogSearchQuery)) + 'static,
) -> AnyView {
    Button::new(Signal::stored(sign.to_owned()))
        .quiet()
        .name(name)
        .title(name)
        .pressed(bool_signal(move || *flag(&mut query.get())))
        .on_press(move || {
            change(&|query| {
                let flag = flag(query);
                *flag = !*flag;
            });
        })
}

/// The choice of the builds to search.
pub(crate) fn builds_choice(run: SearchRun, go: Go) -> AnyView {
    let query = run.query;
    let change = move |change: &dyn Fn(&mut LogSearchQuery)| {
        let mut query = query.get_untracked();
        change(&mut query);
        go.run(query);
    };
    let mut choices: Vec<(String, Signal<String>)> = LAST_CHOICES
        .iter()
        .map(|n| {
            let text = t_signal!(insight.last, n = words().number(*n));
            (n.to_string(), text)
        })
        .collect();
    choices.push(("all".to_owned(), t_signal!(insight.all)));
    let chosen = move || {
        let last = query.with(|query| query.last);
        last.map_or_else(|| "all".to_owned(), |last| last.to_string())
    };
    view! {
        <div class="inline-fields">
            {select(
                t_signal!(insight.which),
                choices,
                chosen,
                move |last| change(&|query| query.last = last.parse().ok()),
            )} <label class="inline-check">
                <input
                    type="checkbox"
                    prop:checked=move || query.with(|query| query.only_failed)
                    on:change=move |event| {
                        let only_failed = event_target_checked(&event);
                        change(&|query| query.only_failed = only_failed);
                    }
                />
                {t_signal!(log_search.only_failed)}
            </label>
        </div>
    }
    .into_any()
}
