//! Changes in the source since the last success of a build's tag.

use crate::api::Build;
use crate::i18n::format::short_commit;
use crate::pages::build_page::compare::compare_url;
use crate::pages::build_page::siblings::{MAX_SIBLING_PAGES, Siblings};
use crate::query::Query;
use crate::reactive::{dynamic, memo, show};
use crate::routing::navigation::use_navigation;
use crate::routing::routes::Route;
use crate::t_signal;
use crate::ui::external_link::external_link;
use crate::ui::fact::fact;
use leptos::prelude::*;

/// The changes since the last success of the tag.
#[derive(Debug, Clone, PartialEq)]
enum Changes {
    /// No earlier build of the tag succeeded, or none of those that were searched.
    NoSuccess {
        is_complete: bool,
    },
    SameCommit,
    Commits {
        /// Both short commits.
        range: String,
        /// The page that compares them, if the source's host is known to have one.
        url: Option<String>,
    },
}

impl Changes {
    /// `None` if the API does not say which commits were built.
    fn of(build: &Build, siblings: &Siblings) -> Option<Self> {
        let new = commit_of(build)?;
        let Some(success) = &siblings.success else {
            return Some(Self::NoSuccess {
                is_complete: siblings.is_complete,
            });
        };
        let old = commit_of(success)?;
        if old == new {
            return Some(Self::SameCommit);
        }
        Some(Self::Commits {
            range: format!("{}…{}", short_commit(old), short_commit(new)),
            url: compare_url(
                &build.code_repo_client,
                &build.code_repo_path.shown(),
                old,
                new,
            ),
        })
    }
}

fn commit_of(build: &Build) -> Option<&str> {
    let commit = build.code_head_commit.as_deref();
    commit.filter(|commit| !commit.is_empty())
}

fn changes(build: Query<Build>, siblings: Query<Siblings>) -> Memo<Option<Changes>> {
    memo(move || Changes::of(&*build.data()?, &*siblings.data()?))
}

/// The changes in a few words, with a link to the page that compares the commits.
pub(crate) fn short_changes(build: Query<Build>, siblings: Query<Siblings>) -> AnyView {
    let changes = changes(build, siblings);
    let view = move || {
        let text = match changes.get()? {
            Changes::NoSuccess { is_complete } => view! { <span title=no_success(is_complete)>{t_signal!(build.never_succeeded)}</span> }
            .into_any(),
            Changes::SameCommit => t_signal!(build.unchanged).into_any(),
            Changes::Commits { range, url } => view! {
                {t_signal!(build.changed)}
                <span class="code">{external_link(range, url.as_deref())}</span>
            }
            .into_any(),
        };
        Some(view! {
            <li>
                <span>{text}</span>
            </li>
        })
    };
    dynamic(view).into_any()
}

/// The changes as a fact, with a link to the last successful build too.
pub(crate) fn changes_fact(build: Query<Build>, siblings: Query<Siblings>) -> AnyView {
    let navigation = use_navigation();
    let changes = changes(build, siblings);
    let success = memo(move || {
        let success = siblings.data()?.success.clone()?;
        Some(navigation.href(&Route::Build {
            build_id: success.build_id,
        }))
    });
    let text = move || {
        Some(match changes.get()? {
            Changes::NoSuccess { is_complete } => no_success(is_complete).into_any(),
            Changes::SameCommit => t_signal!(build.same_commit).into_any(),
            Changes::Commits { range, url } => {
                let no_compare = url
                    .is_none()
                    .then(|| view! { <span class="quiet">{t_signal!(build.no_compare)}</span> });
                view! {
                    <span class="code">{external_link(range, url.as_deref())}</span>
                    " "
                    {no_compare}
                }
                .into_any()
            }
        })
    };
    let link = move || {
        let href = success.get()?;
        Some(view! { <a href=href>{t_signal!(build.last_success)}</a> })
    };
    let value = move || {
        let value = view! {
            {dynamic(text)}
            " "
            {dynamic(link)}
        };
        fact(t_signal!(build.changes), value.into_any())
    };
    let is_known = move || changes.with(Option::is_some) || success.with(Option::is_some);
    show(is_known, value).into_any()
}

fn no_success(is_complete: bool) -> Signal<String> {
    match is_complete {
        true => t_signal!(build.no_success),
        false => t_signal!(
            build.no_success_near,
            n = MAX_SIBLING_PAGES * crate::api::page::PAGE_SIZE
        ),
    }
}
