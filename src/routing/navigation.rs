//! The browser's location and history, as [`Route`]s.
//!
//! Paths reach the address bar exactly as `routes` encodes them. A router that decodes them first could not tell
//! a repository named `new` from the page `new`.

use crate::platform::timer::sleep;
use crate::platform::{dom, page, site_files};
use crate::routing::routes::Route;
use leptos::ev;
use leptos::prelude::*;
use std::time::Duration;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, History, HtmlAnchorElement, MouseEvent, ScrollRestoration, Url};

/// A step away from a guarded page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Departure {
    /// To this URL.
    To(String),
    /// So many entries forward in the browser's history; negative: back.
    Through(i32),
}

/// A page's guard: it asks the user before the page is left.
#[derive(Clone, Copy)]
struct Guard {
    /// True while the page has something to lose.
    is_active: Signal<bool>,
    /// True while it would be lost by a reload too: no draft could be stored.
    is_unkept: Signal<bool>,
    /// The step that waits for the user's answer.
    pending: RwSignal<Option<Departure>>,
}

/// The browser's location. Provided once; copies share it.
#[derive(Clone, Copy)]
pub(crate) struct Navigation {
    /// The path without the base path, and the query.
    location: RwSignal<(String, String)>,
    base: StoredValue<String>,
    /// True after another page was opened, until its heading takes the focus.
    has_moved: StoredValue<bool>,
    guard: StoredValue<Option<Guard>>,
    /// The number of entries before the current one since the console was opened; kept in the entry's state.
    index: StoredValue<i32>,
    /// True while the browser goes back to a guarded page.
    is_returning: StoredValue<bool>,
    /// The scroll positions of pages that were left, by the index of their entry.
    scroll_positions: StoredValue<Vec<(i32, ScrollPosition)>>,
}

/// Scroll position and focus on a page that was left.
#[derive(Clone)]
struct ScrollPosition {
    /// CSS pixels from the top.
    top: f64,
    /// The `href` of the link that had the focus. Empty if none had.
    focused_href: String,
}

impl Navigation {
    /// Provides the navigation. Listens to clicks on links and to the browser's back and forward buttons.
    pub(crate) fn provide() -> Self {
        let base = page::base_path();
        let navigation = Self {
            location: RwSignal::new(read_location(&base)),
            base: StoredValue::new(base),
            has_moved: StoredValue::new(false),
            guard: StoredValue::new(None),
            index: StoredValue::new(0),
            is_returning: StoredValue::new(false),
            scroll_positions: StoredValue::default(),
        };
        provide_context(navigation);
        if let Some(history) = history() {
            // The browser would restore the position before the page has read its data. If this fails, pages
            // open at the top.
            let _ = history.set_scroll_restoration(ScrollRestoration::Manual);
        }
        match entry_index() {
            // The page was reloaded.
            Some(index) => navigation.index.set_value(index),
            None => mark_entry(0),
        }
        window_event_listener(ev::popstate, move |_| navigation.popped());
        window_event_listener(ev::click, move |event| navigation.follow(&event));
        navigation
    }

    /// The page at the current location; `None` for an unknown URL. Tracked.
    pub(crate) fn route(self) -> Option<Route> {
        self.location
            .with(|(path, query)| Route::parse(path, query))
    }

    /// The current path and query, without the base path. Tracked.
    pub(crate) fn current_path(self) -> String {
        self.location.with(|(path, query)| format!("{path}{query}"))
    }

    /// The query and fragment in the address bar, with their `?` and `#`, or empty. Not tracked.
    pub(crate) fn query_and_fragment(self) -> (String, String) {
        let location = window().location();
        let hash = location.hash().unwrap_or_default();
        (location.search().unwrap_or_default(), hash)
    }

    /// The `href` of a link to the same page with this query and fragment.
    pub(crate) fn same_page_href(self, query_and_fragment: &str) -> String {
        let path = window().location().pathname().unwrap_or_default();
        format!("{path}{query_and_fragment}")
    }

    /// Replaces query and fragment in the address bar, without a new entry in the history.
    pub(crate) fn replace_query_and_fragment(self, query_and_fragment: &str) {
        let url = self.same_page_href(query_and_fragment);
        let index = JsValue::from(self.index.get_value());
        if let Some(history) = history() {
            // Fails only after hundreds of calls a minute. The page itself does not depend on it.
            let _ = history.replace_state_with_url(&index, "", Some(&url));
        }
        self.reread();
    }

    /// Runs when query or fragment change by the address bar, back or forward. It ends with the component that is
    /// being built.
    pub(crate) fn on_location_change(self, run: impl Fn() + Clone + 'static) {
        let run_on_popstate = run.clone();
        let hash = window_event_listener(ev::hashchange, move |_| run());
        let popped = window_event_listener(ev::popstate, move |_| run_on_popstate());
        on_cleanup(move || {
            hash.remove();
            popped.remove();
        });
    }

    /// The `href` of a link to a page.
    pub(crate) fn href(self, route: &Route) -> String {
        self.base
            .with_value(|base| format!("{base}{}", route.path()))
    }

    /// Opens a page, as a link does.
    pub(crate) fn go(self, route: &Route) {
        self.push(&self.href(route));
    }

    /// Opens a path of the console, given without the base path.
    pub(crate) fn go_to(self, path: &str) {
        let url = self.base.with_value(|base| format!("{base}{path}"));
        self.push(&url);
    }

    fn push(self, url: &str) {
        if !self.is_here(url) && !self.asks_first(Departure::To(url.to_owned())) {
            self.push_without_asking(url);
        }
    }

    /// Returns true if this URL is the page that is shown, in the same state: it gets no second entry.
    fn is_here(self, url: &str) -> bool {
        let Ok(to) = Url::new_with_base(url, &page::origin()) else {
            return false;
        };
        if window().location().href().ok() == Some(to.href()) {
            return true;
        }
        let path = to.pathname();
        let route = self
            .base
            .with_value(|base| Route::parse(path.strip_prefix(base.as_str())?, &to.search()));
        // Their query and fragment say more than the route.
        let has_place = matches!(
            route,
            None | Some(Route::Build { .. } | Route::Compare { .. } | Route::File)
        );
        !has_place && route == self.route_untracked()
    }

    /// Reloads the page, for the files of a new version of the console. The browser asks about unsent changes only if no
    /// draft of them is stored.
    ///
    /// # Errors
    ///
    /// If the site cannot be reached. Nothing has changed then.
    pub(crate) async fn reload(self) -> Result<(), site_files::NotReloaded> {
        let guard = self.guard.get_value();
        let is_kept = guard.is_some_and(|guard| guard.is_unkept.try_get_untracked() == Some(false));
        if is_kept {
            self.guard.set_value(None);
        }
        let reloaded = site_files::reload().await;
        if reloaded.is_err() {
            self.guard.set_value(guard);
        }
        reloaded
    }

    /// Replaces the current entry of the history, without a new one.
    pub(crate) fn replace(self, route: &Route) {
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

    fn push_without_asking(self, url: &str) {
        self.save_scroll_position(self.index.get_value());
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
        let is_other_page = self.reread();
        let is_other_list_page = match (before, self.route_untracked()) {
            (Some(Route::Builds(before)), Some(Route::Builds(now))) => before.page != now.page,
            (
                Some(Route::Repositories { page: before, .. }),
                Some(Route::Repositories { page: now, .. }),
            ) => before != now,
            _ => false,
        };
        if is_other_page || is_other_list_page {
            window().scroll_to_with_x_and_y(0.0, 0.0);
        }
        if is_other_list_page {
            // The pager's link is drawn again for the new page, and the focus would go with it.
            dom::focus("#heading");
        }
    }

    /// Lets the page's guard ask the user, if it is active. Returns true if it asks: `depart` follows if the user
    /// agrees.
    fn asks_first(self, departure: Departure) -> bool {
        let guard = self.guard.get_value();
        let guard = guard.filter(|guard| guard.is_active.try_get_untracked() == Some(true));
        if let Some(guard) = guard {
            guard.pending.set(Some(departure));
        }
        guard.is_some()
    }

    /// Handles back, forward, and a click on a link to a fragment.
    fn popped(self) {
        if self.is_returning.get_value() {
            self.is_returning.set_value(false);
            return;
        }
        let before = self.index.get_value();
        let Some(index) = entry_index() else {
            // The browser itself followed a link to a fragment.
            self.index.set_value(before + 1);
            mark_entry(before + 1);
            self.reread();
            return;
        };
        self.save_scroll_position(before);
        let step = index - before;
        let current = self.base.with_value(|base| read_location(base));
        let is_leaving = self
            .location
            .with_untracked(|location| *location != current);
        if step != 0 && is_leaving && self.asks_first(Departure::Through(step)) {
            // The address bar has changed already: go back to the guarded page until the user has answered.
            self.is_returning.set_value(true);
            go_through(-step);
            return;
        }
        self.index.set_value(index);
        self.reread();
        let position = self.scroll_positions.with_value(|positions| {
            let found = positions.iter().find(|(entry, _)| *entry == index);
            found.map(|(_, position)| position.clone())
        });
        if let Some(position) = position {
            leptos::task::spawn_local(self.restore_scroll_position(index, position));
        }
    }

    /// Saves scroll position and focus for the entry with this index.
    fn save_scroll_position(self, index: i32) {
        let focused_href = document()
            .active_element()
            .and_then(|element| element.get_attribute("href"));
        let position = ScrollPosition {
            top: window().scroll_y().unwrap_or(0.0),
            focused_href: focused_href.unwrap_or_default(),
        };
        self.scroll_positions.update_value(|positions| {
            positions.retain(|(entry, _)| *entry != index);
            positions.push((index, position));
        });
    }

    /// Restores scroll position and focus once the page has enough content. Gives up after some time, or when the
    /// user scrolls or leaves the page.
    async fn restore_scroll_position(self, index: i32, position: ScrollPosition) {
        const RESTORE_INTERVAL: Duration = Duration::from_millis(50);
        const MAX_RESTORE_ATTEMPTS: u32 = 40;
        let top = window().scroll_y().unwrap_or(0.0);
        for _ in 0..MAX_RESTORE_ATTEMPTS {
            let page = document().document_element();
            let height = page.map_or(0, |page| page.scroll_height() - page.client_height());
            let has_scrolled = window().scroll_y().unwrap_or(0.0) != top;
            if has_scrolled || self.index.try_get_value() != Some(index) {
                return;
            }
            // The height is a whole number, the position is not.
            if f64::from(height) + 1.0 > position.top
                && (position.focused_href.is_empty() || dom::focus_link(&position.focused_href))
            {
                window().scroll_to_with_x_and_y(0.0, position.top);
                return;
            }
            sleep(RESTORE_INTERVAL).await;
        }
    }

    /// Guards the page of the component that is being built: while `is_active`, leaving it or closing the tab asks
    /// the user first. `is_unkept`: no draft of it could be stored. Returns the step that waits for an answer. Answer
    /// yes with `depart`, no by setting it to `None`.
    pub(crate) fn guard(
        self,
        is_active: Signal<bool>,
        is_unkept: Signal<bool>,
    ) -> RwSignal<Option<Departure>> {
        let pending = RwSignal::new(None);
        self.guard.set_value(Some(Guard {
            is_active,
            is_unkept,
            pending,
        }));
        let closing = window_event_listener(ev::beforeunload, move |event| {
            let is_guarded = self.guard.try_with_value(Option::is_some) == Some(true);
            if is_guarded && is_active.try_get_untracked() == Some(true) {
                event.prevent_default();
            }
        });
        on_cleanup(move || {
            closing.remove();
            // The next page may have set its own guard already.
            self.guard.update_value(|guard| {
                if guard.is_some_and(|guard| guard.pending == pending) {
                    *guard = None;
                }
            });
        });
        pending
    }

    /// Leaves the page without asking.
    pub(crate) fn depart(self, departure: &Departure) {
        self.guard.set_value(None);
        match departure {
            Departure::To(url) => self.push_without_asking(url),
            Departure::Through(step) => go_through(*step),
        }
    }

    /// Returns true once after another page was opened within the console: its heading takes the focus then. The
    /// browser itself announces the first page.
    pub(crate) fn take_moved(self) -> bool {
        self.has_moved
            .try_update_value(std::mem::take)
            .unwrap_or_default()
    }

    /// Makes the next heading that is built take the focus, as after a change of the page.
    pub(crate) fn mark_moved(self) {
        self.has_moved.set_value(true);
    }

    fn route_untracked(self) -> Option<Route> {
        self.location
            .with_untracked(|(path, query)| Route::parse(path, query))
    }

    /// Reads the address bar. Returns true if it is another page.
    fn reread(self) -> bool {
        let now = self.base.with_value(|base| read_location(base));
        let before = self.route_untracked();
        let is_other_page = match (before, Route::parse(&now.0, &now.1)) {
            (Some(before), Some(after)) => !before.same_page(&after),
            (before, after) => before != after,
        };
        if is_other_page {
            self.has_moved.set_value(true);
        }
        if self.location.with_untracked(|location| *location != now) {
            self.location.set(now);
        }
        is_other_page
    }

    /// Opens the page of a link that was clicked, without a reload, if it is a page of the console.
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
        // `<base>` would make this a link to another page.
        let href = link.get_attribute("href").unwrap_or_default();
        if href.starts_with('#') {
            event.prevent_default();
            dom::focus(&href);
            return;
        }
        let is_console_page = self.base.with_value(|base| {
            let path = link.pathname();
            path == *base || path.starts_with(&format!("{base}/"))
        });
        let is_special = !link.target().is_empty() || link.has_attribute("download");
        // The browser itself follows a link with a fragment.
        if link.origin() != page::origin()
            || !is_console_page
            || is_special
            || !link.hash().is_empty()
        {
            return;
        }
        event.prevent_default();
        self.push(&link.href());
    }
}

/// The navigation of this console. Call it while a component is being built.
pub(crate) fn use_navigation() -> Navigation {
    expect_context()
}

fn history() -> Option<History> {
    window().history().ok()
}

fn go_through(step: i32) {
    if let Some(history) = history() {
        // Fails only if the page is no longer shown.
        let _ = history.go_with_delta(step);
    }
}

/// The index of the current entry of the history; `None` if the browser made the entry.
fn entry_index() -> Option<i32> {
    let state = history()?.state().ok()?;
    state.as_f64().map(|index| index as i32)
}

fn mark_entry(index: i32) {
    if let Some(history) = history() {
        // If this fails, going back does not ask about unsaved changes.
        let _ = history.replace_state(&JsValue::from(index), "");
    }
}

fn read_location(base: &str) -> (String, String) {
    let location = window().location();
    let path = location.pathname().unwrap_or_default();
    let inner = path.strip_prefix(base).unwrap_or(&path);
    (inner.to_owned(), location.search().unwrap_or_default())
}
