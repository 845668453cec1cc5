//! The last builds of a repository.

use crate::client::Error;
use crate::components::builds::list::{BuildsList, new_builds};
use crate::components::builds::table::repository_builds_table;
use crate::components::error_notice::load_error;
use crate::i18n::words;
use crate::reactive::{show, show_or, text_signal};
use crate::routing::navigation::use_navigation;
use crate::routing::routes::{BuildsQuery, Route};
use crate::t_signal;
use crate::ui::notice::skeleton;
use leptos::prelude::*;

/// The section with the last builds. `shown_error` is the error that the page shows above it.
pub(crate) fn last_builds(
    path: StoredValue<(String, String)>,
    list: BuildsList,
    shown_error: Signal<Option<Error>>,
) -> AnyView {
    let navigation = use_navigation();
    let rows = list.rows();
    let has_rows = list.query.has_data();
    // When both reads fail, one notice is enough.
    let builds_error = move || match shown_error.get() {
        None => list.query.error().get(),
        Some(_) => None,
    };
    let all_builds = text_signal(move || {
        let (namespace, repo) = path.get_value();
        navigation.href(&Route::Builds(BuildsQuery::of_repository(namespace, repo)))
    });
    let count = move || list.answer().map_or(0, |answer| answer.page.count);
    let all = move || {
        let text = t_signal!(repository.all_builds, n = words().number(count()));
        view! { <a href=all_builds>{text}</a> }.into_any()
    };
    let table = move || repository_builds_table(rows.into(), t_signal!(repository.last_builds));
    let empty = || view! { <p class="empty">{t_signal!(repository.no_builds)}</p> }.into_any();
    let loaded =
        move || show_or(move || rows.with(|rows| !rows.is_empty()), table, empty).into_any();
    let has_failed = move || list.query.error().with(Option::is_some);
    let loading = move || (!has_failed()).then(|| skeleton(3)).into_any();
    // Without builds and without an error of its own, the section would be a heading alone.
    let is_bare = move || !has_rows.get() && has_failed() && builds_error().is_none();
    view! {
        <section class="section" hidden=is_bare>
            <div class="page-head">
                <h2>{t_signal!(builds.title)}</h2>
                <span class="page-actions">{show(move || count() > 0, all)}</span>
            </div>
            {new_builds(list, Callback::new(|()| ()))}
            {load_error(
                t_signal!(builds.loading),
                builds_error,
                has_rows,
                move || list.query.refresh(),
            )}
            {show_or(move || has_rows.get(), loaded, loading)}
        </section>
    }
    .into_any()
}
