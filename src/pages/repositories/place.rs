//! The part of the URL that says what the page shows: the page number and the search.

use crate::routing::navigation::use_navigation;
use crate::routing::routes::Route;
use leptos::prelude::*;

/// The page number and the search.
#[derive(Clone, PartialEq)]
pub(crate) struct Place {
    /// Counted from 1.
    pub(crate) page: u64,
    /// Empty: all repositories.
    pub(crate) text: String,
}

/// The place in the URL. Keeps its value while another page is opened.
pub(crate) fn use_place() -> Memo<Place> {
    let navigation = use_navigation();
    Memo::new(move |before: Option<&Place>| match navigation.route() {
        Some(Route::Repositories { page, text, .. }) => Place {
            page: page.max(1),
            text,
        },
        _ => before.cloned().unwrap_or(Place {
            page: 1,
            text: String::new(),
        }),
    })
}
