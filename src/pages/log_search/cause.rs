//! The cause of a failure that is searched: the line of the log, its build, and whether only that line or all failures
//! of its kind are wanted.

use crate::components::error_notice::{Retry, error_notice};
use crate::components::time::relative_time;
use crate::i18n::failure_words::failure_words;
use crate::i18n::words;
use crate::pages::log_search::form::Go;
use crate::pages::log_search::run::{SearchRun, SearchedCause, Wanted};
use crate::reactive::{dynamic, memo, show, text_signal};
use crate::routing::log_location::LogLocation;
use crate::routing::log_search::LogSearchQuery;
use crate::routing::navigation::use_navigation;
use crate::routing::routes::Route;
use crate::t_signal;
use crate::ui::button::Button;
use crate::ui::input::select;
use crate::ui::notice::{notice, skeleton};
use leptos::prelude::*;

/// The values of the choice between the same line and the same kind.
const LINE: &str = "line";
const KIND: &str = "kind";

/// The cause that is searched, or why it is not known.
pub(crate) fn cause_panel(run: SearchRun, go: Go) -> AnyView {
    let content = move || {
        // Data that is read again stays.
        if let Some(searched) = run.cause.get() {
            return cause_view(&searched);
        }
        match run.wanted.get() {
            Wanted::Unread(error) => {
                let retry = Retry::ByUser(Callback::new(move |()| run.retry_cause()));
                error_notice(t_signal!(log_search.reading_cause), error, false, retry)
            }
            Wanted::NoCause => notice("info", t_signal!(log_search.no_cause)).into_any(),
            _ => skeleton(2).into_any(),
        }
    };
    let to_text = move || {
        let text = run
            .cause
            .get_untracked()
            .map(|searched| searched.cause.text);
        go.run(LogSearchQuery {
            text: text.unwrap_or_default(),
            cause: String::new(),
            same_kind: false,
            ..run.query.get_untracked()
        });
    };
    let query = run.query;
    let same_kind = memo(move || query.with(|query| query.same_kind));
    let options = vec![
        (LINE.to_owned(), t_signal!(log_search.same_line)),
        (KIND.to_owned(), t_signal!(log_search.same_kind)),
    ];
    let choose = move |chosen: String| {
        go.run(LogSearchQuery {
            same_kind: chosen == KIND,
            ..query.get_untracked()
        });
    };
    let chosen = move || if same_kind.get() { KIND } else { LINE }.to_owned();
    view! {
        <section class="searched-cause" aria-label=t_signal!(log_search.cause)>
            {dynamic(content)}
            <div class="inline-fields">
                {select(t_signal!(log_search.look_for), options, chosen, choose)}
                {Button::new(t_signal!(log_search.to_text)).on_press(to_text)}
                {show(
                    move || !same_kind.get(),
                    || {
                        view! { <span class="quiet">{t_signal!(log_search.may_differ)}</span> }
                            .into_any()
                    },
                )}
            </div>
        </section>
    }
    .into_any()
}

fn cause_view(searched: &SearchedCause) -> AnyView {
    let navigation = use_navigation();
    let build = &searched.build;
    let kind = searched.cause.kind;
    let line = searched.cause.line as u64 + 1;
    let href = navigation.href(&Route::Build {
        build_id: build.build_id.clone(),
    });
    let place = LogLocation {
        lines: Some((line, line)),
        ..LogLocation::default()
    };
    let line_href = format!("{href}{}", place.print());
    let time = build.created_at.or(build.started_at);
    view! {
        <p>
            <b>{text_signal(move || failure_words(kind))}</b>
            " · "
            <a class="code" href=href>
                {build.image_reference()}
            </a>
            " "
            <span class="quiet">{time.map(relative_time)}</span>
        </p>
        <a class="code found-line" href=line_href>
            <span class="found-number">{words().number(line)}</span>
            <span class="found-text">{searched.cause.text.clone()}</span>
        </a>
    }
    .into_any()
}
