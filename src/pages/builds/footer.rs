//! The foot of the Builds page: which of the builds are shown, and the way to newer and older ones.

use crate::api::page::PAGE_SIZE;
use crate::components::builds::list::BuildsList;
use crate::components::builds::scan::Scan;
use crate::i18n::words;
use crate::reactive::{show, text_signal};
use crate::routing::navigation::use_navigation;
use crate::routing::routes::{BuildsQuery, Route};
use crate::t_string;
use crate::ui::table::{PagerStep, builds_pager};
use leptos::prelude::*;

/// The builds that the page is one of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Extent {
    /// All of them, as far as is known.
    count: u64,
    /// False while more may be found.
    is_all: bool,
}

impl Extent {
    /// The first and last build on a page, counted from 1.
    fn on_page(self, page: u64) -> (u64, u64) {
        let before = page.saturating_sub(1).saturating_mul(PAGE_SIZE);
        (
            before.saturating_add(1),
            self.count.min(before.saturating_add(PAGE_SIZE)),
        )
    }

    /// Returns true if there is a page after this one, or may be.
    fn has_next(self, page: u64) -> bool {
        let full = page.saturating_mul(PAGE_SIZE);
        self.count > full || !self.is_all && self.count == full
    }
}

/// The foot. Nothing while the page has no builds.
pub(crate) fn footer(query: Memo<BuildsQuery>, list: BuildsList, scan: Scan) -> AnyView {
    let navigation = use_navigation();
    let page = move || query.with(|query| query.page.max(1));
    let extent = move || {
        let extent = match query.with(BuildsQuery::is_narrowed) {
            true => scan.found.with(|found| {
                let found = found.as_ref()?;
                Some(Extent {
                    count: found.fitting,
                    is_all: found.is_complete,
                })
            }),
            false => list.answer().map(|answer| Extent {
                count: answer.page.count,
                is_all: true,
            }),
        };
        extent.filter(|extent| extent.count > 0)
    };
    let to = move |page: u64| {
        let query = query.get();
        PagerStep::To(navigation.href(&Route::Builds(BuildsQuery { page, ..query })))
    };
    let newer = move || match page() {
        1 => PagerStep::None,
        page => to(page - 1),
    };
    let older = move || match extent() {
        Some(extent) if extent.has_next(page()) => to(page() + 1),
        _ => PagerStep::None,
    };
    let label = text_signal(move || {
        if list.is_stale() {
            return t_string!(builds.turning, page = words().number(page()));
        }
        let Some(extent) = extent() else {
            return String::new();
        };
        let number = |number| words().number(number);
        let (first, last) = extent.on_page(page());
        let (first, last, of) = (number(first), number(last), number(extent.count));
        match extent.is_all {
            true => t_string!(builds.range, first = first, last = last, of = of),
            false => t_string!(builds.range_yet, first = first, last = last, of = of),
        }
    });
    let pager = move || builds_pager(label, newer, older);
    show(move || extent().is_some(), pager).into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_says_which_builds_it_has() {
        let extent = |count, is_all| Extent { count, is_all };
        assert_eq!(extent(214, true).on_page(1), (1, 20));
        assert_eq!(extent(214, true).on_page(11), (201, 214));
        assert!(extent(214, true).has_next(10) && !extent(214, true).has_next(11));
        assert!(!extent(20, true).has_next(1) && extent(20, false).has_next(1));
        assert!(!extent(19, false).has_next(1));
        assert_eq!(extent(1, true).on_page(u64::MAX).1, 1);
    }
}
