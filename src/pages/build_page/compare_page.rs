//! The page that compares the logs of two builds: their steps side by side, and the lines that only one of them has.
#![allow(
    unreachable_pub,
    reason = "#[component] makes a public struct of the props"
)]

mod comparing;
mod lines;
mod picker;
mod steps_table;

use crate::api::Build as BuildData;
use crate::client::Error;
use crate::components::breadcrumbs::{namespace_crumb, path_heading, repository_crumb};
use crate::components::builds::history::bar_title;
use crate::components::builds::status_badge::status_badge;
use crate::components::error_notice::{Retry, load_error_with};
use crate::components::page_heading::heading;
use crate::i18n::format::short_commit;
use crate::i18n::numbers::number;
use crate::pages::build_page::compare_page::comparing::{Compared, Comparing};
use crate::pages::build_page::compare_page::lines::{Side, line_groups};
use crate::pages::build_page::compare_page::picker::picker;
use crate::pages::build_page::compare_page::steps_table::steps_table;
use crate::pages::build_page::siblings::use_siblings;
use crate::pages::build_page::use_build;
use crate::query::intervals::LIVE_BUILD;
use crate::query::schedule::Pace;
use crate::query::{Query, use_query};
use crate::reactive::{dynamic, memo, show, text_signal};
use crate::routing::navigation::use_navigation;
use crate::routing::routes::Route;
use crate::state::clock::use_clock;
use crate::state::connection::use_connection;
use crate::ui::notice::{notice, skeleton};
use crate::{t_signal, t_string};
use leptos::prelude::*;
use std::rc::Rc;

/// The page. What a build is compared with is in the URL.
#[component]
pub(crate) fn ComparePage(build_id: String) -> impl IntoView {
    let id = StoredValue::new(build_id);
    let build = use_build(id);
    let repository = memo(move || {
        let build = build.data()?;
        let (namespace, name) = build.repository()?;
        Some((namespace.to_owned(), name.to_owned()))
    });
    let is_finished = memo(move || build.data().is_some_and(|build| build.is_finished()));
    let siblings = use_siblings(id, repository, is_finished);
    let navigation = use_navigation();
    let chosen = Memo::new(
        move |before: Option<&Option<String>>| match navigation.route() {
            Some(Route::Compare { other, .. }) => other,
            // The user is leaving.
            _ => before.cloned().flatten(),
        },
    );
    let other_id = memo(move || {
        let success = || siblings.data()?.success.clone();
        chosen.get().or_else(|| Some(success()?.build_id))
    });
    let other = use_other(other_id);
    let comparing = Comparing::new(other, build);
    let has_no_success = move || {
        chosen.with(Option::is_none) && siblings.data().is_some_and(|found| found.success.is_none())
    };
    let retry = Callback::new(move |()| {
        build.refresh();
        siblings.refresh();
        other.refresh();
        comparing.retry();
    });
    let error = Signal::derive(move || {
        let of_siblings = siblings
            .error()
            .get()
            .filter(|_| other_id.with(Option::is_none));
        let errors = [build.error().get(), of_siblings, other.error().get()];
        errors
            .into_iter()
            .flatten()
            .next()
            .or_else(|| comparing.error.get())
    });
    view! {
        <div class="compare-page">
            <div class="page-head">{head(build)}</div>
            {picker(build, repository, chosen, other)}
            <div class="compare-builds">
                {build_card(t_signal!(compare.other), other)}
                {build_card(t_signal!(compare.this), build)}
            </div>
            {load_error_with(
                t_signal!(compare.loading),
                move || error.get(),
                Signal::stored(false),
                Retry::ByUser(retry),
            )}
            {show(
                has_no_success,
                || {
                    view! {
                        <div class="empty">
                            <p>{t_signal!(compare.no_success)}</p>
                        </div>
                    }
                        .into_any()
                },
            )}
            {dynamic(move || content(comparing, error, has_no_success()))}
        </div>
    }
}

/// The build that is compared with.
fn use_other(id: Memo<Option<String>>) -> Query<BuildData> {
    let connection = use_connection();
    use_query(
        move || {
            let client = connection.client()?;
            let id = id.get()?;
            Some(Box::pin(async move { client.build(&id).await }))
        },
        |build: &BuildData| match build.is_finished() {
            true => Pace::Never,
            false => LIVE_BUILD,
        },
    )
}

fn head(build: Query<BuildData>) -> AnyView {
    let image = memo(move || {
        let build = build.data()?;
        let (namespace, name) = build.repository()?;
        let image = build.image_reference();
        Some((namespace.to_owned(), name.to_owned(), image))
    });
    let head = move || match image.get() {
        Some((namespace, name, image)) => {
            let crumbs = vec![
                namespace_crumb(&namespace),
                repository_crumb(&namespace, &name),
            ];
            let title = t_signal!(compare.title_of, image = image);
            path_heading(title, crumbs, t_signal!(compare.title))
        }
        None => heading(t_signal!(compare.title)),
    };
    dynamic(head).into_any()
}

/// A build in a line, with a link to its page.
fn build_card(label: Signal<String>, build: Query<BuildData>) -> AnyView {
    let navigation = use_navigation();
    let clock = use_clock();
    let card = move || {
        let build = build.data()?;
        let href = navigation.href(&Route::Build {
            build_id: build.build_id.clone(),
        });
        let commit = build.code_head_commit.clone().unwrap_or_default();
        let shown = build.clone();
        let when = text_signal(move || bar_title(&shown, clock.now()));
        Some(view! {
            {status_badge(build.status.clone())}
            <a class="code" href=href>
                {build.image_reference()}
            </a>
            {(!commit.is_empty())
                .then(|| {
                    view! { <span class="code quiet">{short_commit(&commit).to_owned()}</span> }
                })}
            <span class="quiet">{when}</span>
        })
    };
    view! {
        <section class="compare-build" aria-label=label>
            <h2>{label}</h2>
            {dynamic(card)}
        </section>
    }
    .into_any()
}

/// The comparison, or how far it is.
fn content(
    comparing: Comparing,
    error: Signal<Option<Error>>,
    has_no_success: bool,
) -> Option<AnyView> {
    if let Some(compared) = comparing.result.get() {
        return Some(result(&compared));
    }
    if has_no_success || error.with(Option::is_some) {
        return None;
    }
    let text = text_signal(move || match comparing.read.get() {
        2 => t_string!(compare.comparing).to_owned(),
        read => t_string!(logs.read_of, n = number(read), of = number(2)),
    });
    Some(
        view! {
            <div class="compare-progress">
                <progress
                    max="2"
                    value=move || comparing.read.get().to_string()
                    aria-label=t_signal!(logs.reading)
                ></progress>
                <span class="quiet" role="status">
                    {text}
                </span>
            </div>
            {skeleton(5)}
        }
        .into_any(),
    )
}

fn result(compared: &Rc<Compared>) -> AnyView {
    let comparison = &compared.comparison;
    let is_same = comparison.new_lines().is_empty() && comparison.gone_lines().is_empty();
    let lines = match is_same {
        true => view! { <p class="empty">{t_signal!(compare.nothing)}</p> }.into_any(),
        false => view! {
            {cached_note(compared)}
            {line_groups(compared, Side::New)}
            {line_groups(compared, Side::Old)}
        }
        .into_any(),
    };
    view! {
        {steps_table(compared)}
        {lines}
    }
    .into_any()
}

/// Says that what a step of the other build would have printed is not in its log.
fn cached_note(compared: &Compared) -> Option<AnyView> {
    let count = compared.steps_cached_only_before();
    let text = t_signal!(compare.cached_note, n = number(count));
    (count > 0).then(|| notice("info", text).into_any())
}
