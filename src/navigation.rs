//! Where the reader is: the browser's history, as pages of `routes`.
//!
//! The paths of names that need encoding must reach the address bar as they were built; a router
//! that decodes them first would make `new` the repository and `new` the page one path.

use crate::browser;
use crate::routes::Route;
use leptos::ev;
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, HtmlAnchorElement, MouseEvent};

/// The browser's location, read and changed. Provided once; copies are the same thing.
#[derive(Clone, Copy)]
pub struct Navigation {
    /// Path without the base path, and query.
    location: RwSignal<(String, String)>,
    base: StoredValue<String>,
    /// Whether another page was opened whose heading has not been shown yet.
    moved: StoredValue<bool>,
}

impl Navigation {
    /// Reads the location, and listens to links and to the browser's back and forward buttons.
    pub fn provide() -> Self {
        let base = browser::base_path();
        let navigation = Self {
            location: RwSignal::new(read_location(&base)),
            base: StoredValue::new(base),
            moved: StoredValue::new(false),
        };
        provide_context(navigation);
        window_event_listener(ev::popstate, move |_| {
            navigation.reread();
        });
        window_event_listener(ev::click, move |event| navigation.follow(&event));
        navigation
    }

    /// The page at the current location, tracked; `None` when there is no such page.
    pub fn route(self) -> Option<Route> {
        self.location
            .with(|(path, query)| Route::parse(path, query))
    }

    /// The current path and query, without the base path.
    pub fn here(self) -> String {
        self.location.with(|(path, query)| format!("{path}{query}"))
    }

    /// What a link to the page has as its `href`.
    pub fn href(self, route: &Route) -> String {
        self.base
            .with_value(|base| format!("{base}{}", route.path()))
    }

    /// Goes to a page, as a link does.
    pub fn go(self, route: &Route) {
        self.push(&self.href(route));
    }

    /// Goes to a path of the console, without the base path.
    pub fn go_to(self, path: &str) {
        let url = self.base.with_value(|base| format!("{base}{path}"));
        self.push(&url);
    }

    fn push(self, url: &str) {
        let pushed = window()
            .history()
            .and_then(|history| history.push_state_with_url(&JsValue::NULL, "", Some(url)));
        if pushed.is_ok() && self.reread() {
            window().scroll_to_with_x_and_y(0.0, 0.0);
        }
    }

    /// Whether the page that now shows its heading was opened by a step within the console: the focus
    /// goes to it then, once. The first page of a visit is the browser's to announce.
    pub fn take_moved(self) -> bool {
        self.moved
            .try_update_value(std::mem::take)
            .unwrap_or_default()
    }

    fn route_untracked(self) -> Option<Route> {
        self.location
            .with_untracked(|(path, query)| Route::parse(path, query))
    }

    /// Takes what the address bar says; answers whether that is another page.
    fn reread(self) -> bool {
        let now = self.base.with_value(|base| read_location(base));
        let before = self.route_untracked();
        let other = match (before, Route::parse(&now.0, &now.1)) {
            (Some(before), Some(after)) => !before.same_page(&after),
            (before, after) => before != after,
        };
        if other {
            self.moved.set_value(true);
        }
        if self.location.with_untracked(|location| *location != now) {
            self.location.set(now);
        }
        other
    }

    /// Follows a plain click on a link to a page of the console without loading it anew.
    fn follow(self, event: &MouseEvent) {
        let modified = event.meta_key() || event.ctrl_key() || event.shift_key() || event.alt_key();
        if event.default_prevented() || event.button() != 0 || modified {
            return;
        }
        let link = event
            .target()
            .and_then(|target| target.dyn_into::<Element>().ok())
            .and_then(|target| target.closest("a[href]").ok().flatten())
            .and_then(|link| link.dyn_into::<HtmlAnchorElement>().ok());
        let Some(link) = link else { return };
        let inside = self.base.with_value(|base| {
            let path = link.pathname();
            path == *base || path.starts_with(&format!("{base}/"))
        });
        let elsewhere = !link.target().is_empty() || link.has_attribute("download");
        // A link with a fragment leads to a place on this page, which the browser knows to find.
        if link.origin() != browser::origin() || !inside || elsewhere || !link.hash().is_empty() {
            return;
        }
        event.prevent_default();
        self.push(&link.href());
    }
}

/// The navigation of this console. Call it while a component is being built.
pub fn use_navigation() -> Navigation {
    expect_context()
}

fn read_location(base: &str) -> (String, String) {
    let location = window().location();
    let path = location.pathname().unwrap_or_default();
    let inner = path.strip_prefix(base).unwrap_or(&path);
    (inner.to_owned(), location.search().unwrap_or_default())
}
