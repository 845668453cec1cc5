//! Changes in the source since the last success of a build's tag.

use crate::api::Build;
use crate::i18n::format::short_commit;
use crate::pages::build_page::compare::compare_url;
use crate::pages::build_page::siblings::{MAX_SIBLING_PAGES, Siblings};
use crate::query::Query;
use crate::reactive::dynamic;
use crate::routing::navigation::use_navigation;
use crate::routing::routes::Route;
use crate::t_signal;
use crate::ui::external_link::external_link;
use crate::ui::fact::fact;
use leptos::prelude::*;

/// The commits since the last success of the tag, as a link to the page that compares them.
pub(crate) fn changes(build: &Build, siblings: Query<Siblings>) -> AnyView {
    let navigation = use_navigation();
    let build = StoredValue::new(build.clone());
    let view = move || {
        let siblings = siblings.data()?;
        let build = build.get_value();
        let new = build
            .code_head_commit
            .clone()
            .filter(|commit| !commit.is_empty())?;
        let Some(success) = &siblings.success else {
            let text = match siblings.is_complete {
                true => t_signal!(build.no_success),
                false => t_signal!(
                    build.no_success_near,
                    n = MAX_SIBLING_PAGES * crate::api::page::PAGE_SIZE
                ),
            };
            return Some(text.into_any());
        };
        let old = success
            .code_head_commit
            .clone()
            .filter(|commit| !commit.is_empty())?;
        if old == new {
            return Some(t_signal!(build.same_commit).into_any());
        }
        let href = navigation.href(&Route::Build {
            build_id: success.build_id.clone(),
        });
        let range = format!("{}…{}", short_commit(&old), short_commit(&new));
        let url = compare_url(&build.code_repo_client, &build.code_repo_path, &old, &new);
        let no_compare = url
            .is_none()
            .then(|| view! { <span class="quiet">{t_signal!(build.no_compare)}</span> });
        Some(
            view! {
                <span class="code">{external_link(range, url.as_deref())}</span>
                {no_compare}
                <a href=href>{t_signal!(build.last_success)}</a>
            }
            .into_any(),
        )
    };
    fact(t_signal!(build.changes), dynamic(view).into_any())
}
