//! Where the reader is: the browser's history, as pages of `routes`.
//!
//! The paths of names that need encoding must reach the address bar as they were built; a router
//! that decodes them first would make `new` the repository and `new` the page one path.

use crate::platform::{dom, page};
use crate::routing::routes::Route;
use gloo_timers::future::TimeoutFuture;
use leptos::ev;
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, History, HtmlAnchorElement, MouseEvent, ScrollRestoration};

/// A step away from a page that asked to be asked first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Departure {
    /// To this URL.
    To(String),
    /// So many entries on in the browser's history; back is negative.
    Through(i32),
}

/// A page's wish to be asked before it is left.
#[derive(Clone, Copy)]
struct Guard {
    /// Whether it wants to be asked now.
    wants: Signal<bool>,
    asked: RwSignal<Option<Departure>>,
}

/// The browser's location, read and changed. Provided once; copies are the same thing.
#[derive(Clone, Copy)]
pub struct Navigation {
    /// Path without the base path, and query.
    location: RwSignal<(String, String)>,
    base: StoredValue<String>,
    /// Whether another page was opened whose heading has not been shown yet.
    moved: StoredValue<bool>,
    guard: StoredValue<Option<Guard>>,
    /// How many entries of this visit lie before the current one; kept in the entry's state.
    index: StoredValue<i32>,
    /// Whether the browser is on its way back to a page that wants to be asked.
    returning: StoredValue<bool>,
    /// Where the reader was on the pages of this visit, by the number of their entry.
    places: StoredValue<Vec<(i32, ScrollPosition)>>,
}

/// Where a reader was on a page that was left.
#[derive(Clone)]
struct ScrollPosition {
    /// CSS pixels from the top.
    scrolled: f64,
    /// The `href` of the link that had the focus; empty when none had.
    link: String,
}

impl Navigation {
    /// Reads the location, and listens to links and to the browser's back and forward buttons.
    pub fn provide() -> Self {
        let base = page::base_path();
        let navigation = Self {
            location: RwSignal::new(read_location(&base)),
            base: StoredValue::new(base),
            moved: StoredValue::new(false),
            guard: StoredValue::new(None),
            index: StoredValue::new(0),
            returning: StoredValue::new(false),
            places: StoredValue::default(),
        };
        provide_context(navigation);
        if let Some(history) = history() {
            // The browser's own way looks once, before the page has read what it shows. A browser that
            // does not take this comes back to the top.
            let _ = history.set_scroll_restoration(ScrollRestoration::Manual);
        }
        match entry_index() {
            // A reload in the middle of a visit.
            Some(index) => navigation.index.set_value(index),
            None => mark_entry(0),
        }
        window_event_listener(ev::popstate, move |_| navigation.popped());
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

    /// The current query and fragment, as the address bar says; empty, or with their `?` and `#`.
    pub fn place(self) -> (String, String) {
        let location = window().location();
        let hash = location.hash().unwrap_or_default();
        (location.search().unwrap_or_default(), hash)
    }

    /// What a link to a place on this page has as its `href`: a query and a fragment behind its path.
    pub fn place_href(self, place: &str) -> String {
        let path = window().location().pathname().unwrap_or_default();
        format!("{path}{place}")
    }

    /// Says in the address bar where on this page the reader is, without a new entry in the history.
    pub fn replace_place(self, place: &str) {
        let index = JsValue::from(self.index.get_value());
        if let Some(history) = history() {
            // Refused only when it is called hundreds of times a minute: the page is right all the same.
            let _ = history.replace_state_with_url(&index, "", Some(&self.place_href(place)));
        }
        self.reread();
    }

    /// Runs when the reader goes to another place on this page, by the address bar, back or forward.
    pub fn on_place(self, run: impl Fn() + Clone + 'static) {
        let other = run.clone();
        let hash = window_event_listener(ev::hashchange, move |_| run());
        let popped = window_event_listener(ev::popstate, move |_| other());
        on_cleanup(move || {
            hash.remove();
            popped.remove();
        });
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
        if !self.asks(Departure::To(url.to_owned())) {
            self.push_unasked(url);
        }
    }

    /// Changes what the current entry says of the page: no step that back would undo.
    pub fn replace(self, route: &Route) {
        let url = self.href(route);
        let index = JsValue::from(self.index.get_value());
        let replaced = history().is_some_and(|history| {
            history
                .replace_state_with_url(&index, "", Some(&url))
                .is_ok()
        });
        if replaced {
            self.reread();
        }
    }

    fn push_unasked(self, url: &str) {
        self.keep_place(self.index.get_value());
        let index = self.index.get_value() + 1;
        let pushed = history().is_some_and(|history| {
            history
                .push_state_with_url(&JsValue::from(index), "", Some(url))
                .is_ok()
        });
        if !pushed {
            return;
        }
        self.index.set_value(index);
        let before = self.route_untracked();
        let other = self.reread();
        let turned = match (before, self.route_untracked()) {
            (Some(Route::Builds(before)), Some(Route::Builds(now))) => before.page != now.page,
            (
                Some(Route::Repositories { page: before, .. }),
                Some(Route::Repositories { page: now, .. }),
            ) => before != now,
            _ => false,
        };
        if other || turned {
            window().scroll_to_with_x_and_y(0.0, 0.0);
        }
    }

    /// Asks the page whether it may be left, where it wants that. The answer comes with `depart`.
    fn asks(self, departure: Departure) -> bool {
        let guard = self.guard.get_value();
        let guard = guard.filter(|guard| guard.wants.try_get_untracked() == Some(true));
        if let Some(guard) = guard {
            guard.asked.set(Some(departure));
        }
        guard.is_some()
    }

    /// The browser went back or forward, or to a place on the page.
    fn popped(self) {
        if self.returning.get_value() {
            self.returning.set_value(false);
            return;
        }
        let before = self.index.get_value();
        let Some(index) = entry_index() else {
            // A place on a page, which the browser went to by itself.
            self.index.set_value(before + 1);
            mark_entry(before + 1);
            self.reread();
            return;
        };
        self.keep_place(before);
        let step = index - before;
        let here = self.base.with_value(|base| read_location(base));
        let leaves = self.location.with_untracked(|location| *location != here);
        if step != 0 && leaves && self.asks(Departure::Through(step)) {
            // The address bar is there already: it comes back until the user has answered.
            self.returning.set_value(true);
            go_through(-step);
            return;
        }
        self.index.set_value(index);
        self.reread();
        let place = self.places.with_value(|places| {
            let found = places.iter().find(|(of, _)| *of == index);
            found.map(|(_, place)| place.clone())
        });
        if let Some(place) = place {
            leptos::task::spawn_local(self.come_back(index, place));
        }
    }

    fn keep_place(self, index: i32) {
        let link = document()
            .active_element()
            .and_then(|element| element.get_attribute("href"));
        let place = ScrollPosition {
            scrolled: window().scroll_y().unwrap_or(0.0),
            link: link.unwrap_or_default(),
        };
        self.places.update_value(|places| {
            // Entries after this one are gone once another page follows it.
            places.retain(|(of, _)| *of != index);
            places.push((index, place));
        });
    }

    /// Puts the reader where they were, once the page has what it had there; gives up when it does not
    /// come, or when the reader moves or goes on.
    async fn come_back(self, index: i32, place: ScrollPosition) {
        const PATIENCE: u32 = 40;
        const STEP: u32 = 50;
        let top = window().scroll_y().unwrap_or(0.0);
        for _ in 0..PATIENCE {
            let page = document().document_element();
            let height = page.map_or(0, |page| page.scroll_height() - page.client_height());
            let moved = window().scroll_y().unwrap_or(0.0) != top;
            if moved || self.index.try_get_value() != Some(index) {
                return;
            }
            if f64::from(height) >= place.scrolled
                && (place.link.is_empty() || dom::focus_link(&place.link))
            {
                window().scroll_to_with_x_and_y(0.0, place.scrolled);
                return;
            }
            TimeoutFuture::new(STEP).await;
        }
    }

    /// Asks to be asked before this page is left while `wants` holds, in the console and on closing
    /// the tab. What is asked within the console stands in the signal until it is answered: with
    /// `depart`, or by setting it to `None`.
    pub fn guard(self, wants: Signal<bool>) -> RwSignal<Option<Departure>> {
        let asked = RwSignal::new(None);
        self.guard.set_value(Some(Guard { wants, asked }));
        let closing = window_event_listener(ev::beforeunload, move |event| {
            if wants.try_get_untracked() == Some(true) {
                event.prevent_default();
            }
        });
        on_cleanup(move || {
            closing.remove();
            // The next page may have put its own in the place of this one.
            self.guard.update_value(|guard| {
                if guard.is_some_and(|guard| guard.asked == asked) {
                    *guard = None;
                }
            });
        });
        asked
    }

    /// Leaves without asking.
    pub fn depart(self, departure: &Departure) {
        self.guard.set_value(None);
        match departure {
            Departure::To(url) => self.push_unasked(url),
            Departure::Through(step) => go_through(*step),
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
        // The page's base would take it to another page: a place is looked for on this one.
        let href = link.get_attribute("href").unwrap_or_default();
        if href.starts_with('#') {
            event.prevent_default();
            dom::focus(&href);
            return;
        }
        let inside = self.base.with_value(|base| {
            let path = link.pathname();
            path == *base || path.starts_with(&format!("{base}/"))
        });
        let elsewhere = !link.target().is_empty() || link.has_attribute("download");
        // A link with a fragment leads to a place on this page, which the browser knows to find.
        if link.origin() != page::origin() || !inside || elsewhere || !link.hash().is_empty() {
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

fn history() -> Option<History> {
    window().history().ok()
}

fn go_through(step: i32) {
    if let Some(history) = history() {
        // Fails only for a page that is no longer shown.
        let _ = history.go_with_delta(step);
    }
}

/// The number that this visit gave to the current entry of the history; `None` for one that the
/// browser made by itself.
fn entry_index() -> Option<i32> {
    let state = history()?.state().ok()?;
    state.as_f64().map(|index| index as i32)
}

fn mark_entry(index: i32) {
    if let Some(history) = history() {
        // Without it, going back from unsaved changes is not asked about; nothing else is lost.
        let _ = history.replace_state(&JsValue::from(index), "");
    }
}

fn read_location(base: &str) -> (String, String) {
    let location = window().location();
    let path = location.pathname().unwrap_or_default();
    let inner = path.strip_prefix(base).unwrap_or(&path);
    (inner.to_owned(), location.search().unwrap_or_default())
}
