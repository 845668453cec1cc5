//! Looks through all builds of a list for those that fit the filters that the API does not have: two pages at a time,
//! until the page that is shown is full. It can be stopped and resumed. What was read is kept for the visit.

use crate::api::{Build, Page};
use crate::client::{Client, Error};
use crate::components::builds::list::{is_at_top, read};
use crate::components::builds::scan::{Found, Scan};
use crate::components::error_notice::{Retry, error_notice};
use crate::i18n::words;
use crate::platform::timer::sleep;
use crate::platform::{dom, page};
use crate::query::intervals::LIVE_SCAN;
use crate::reactive::{dynamic, effect, memo, show, text_signal};
use crate::routing::routes::BuildsQuery;
use crate::state::connection::{Connection, use_connection};
use crate::state::scanned_builds::{BuildFilter, FittingPage, NextPages, ScannedBuilds};
use crate::state::session_cache::{BuildsRequest, SessionCache, use_session_cache};
use crate::ui::button::Button;
use crate::{t_signal, t_string};
use futures_util::future::{AbortHandle, abortable, join};
use leptos::ev;
use leptos::prelude::*;

/// A search that is under way. Copies share their state.
#[derive(Clone, Copy)]
struct Reader {
    scan: Scan,
    connection: Connection,
    cache: SessionCache,
    /// The first page of the list that is looked through.
    list: Memo<BuildsRequest>,
    filter: Memo<BuildFilter>,
    /// Counts what was added to the list.
    version: RwSignal<u32>,
    /// The pages to read now.
    next: RwSignal<Option<(BuildsRequest, NextPages)>>,
    is_hidden: RwSignal<bool>,
    error: RwSignal<Option<Error>>,
    /// The builds that were looked at, and all that there are.
    progress: RwSignal<(u64, u64)>,
    abort: StoredValue<Option<AbortHandle>>,
    /// True while the next page with an unfinished build is waited for or read.
    is_following: StoredValue<bool>,
    /// The last of these pages.
    last_live: StoredValue<u64>,
    /// The query and the reveals that are shown, and the id of the newest build then: later ones are only counted.
    top: StoredValue<Option<(BuildsQuery, u32, String)>>,
}

/// Starts the search, and shows how far it is. It ends with this view.
pub(crate) fn scan_view(scan: Scan) -> AnyView {
    let reader = Reader::new(scan);
    reader.follow_list();
    reader.follow_live_pages();
    reader.forget_on_change();
    // What was found, for the table; and what to read next.
    effect(move || reader.look());
    effect(move || reader.read_next());
    on_cleanup(move || reader.abort());
    let on_visibility = window_event_listener(ev::visibilitychange, move |_| {
        reader.is_hidden.set(page::is_hidden());
    });
    on_cleanup(move || {
        on_visibility.remove();
        let _ = scan.found.try_set(None);
        let _ = scan.is_stopped.try_set(false);
    });
    reader.view()
}

impl Reader {
    fn new(scan: Scan) -> Self {
        let query = scan.query;
        Self {
            scan,
            connection: use_connection(),
            cache: use_session_cache(),
            list: memo(move || {
                query.with(|query| BuildsRequest {
                    namespace: query.namespace.clone(),
                    repo: query.repo.clone(),
                    page: 1,
                })
            }),
            filter: memo(move || query.with(filter_of)),
            version: RwSignal::new(0),
            next: RwSignal::new(None),
            is_hidden: RwSignal::new(page::is_hidden()),
            error: RwSignal::new(None),
            progress: RwSignal::new((0, 0)),
            abort: StoredValue::new(None),
            is_following: StoredValue::new(false),
            last_live: StoredValue::new(1),
            top: StoredValue::new(None),
        }
    }

    /// Changes what was read of the list.
    fn update(self, list: &BuildsRequest, change: impl FnOnce(&mut ScannedBuilds)) {
        let mut scan = self.cache.take_scan(list);
        change(&mut scan);
        self.cache.keep_scan(list.clone(), scan);
        let _ = self.version.try_update(|version| *version += 1);
    }

    /// Adds each answer for the list's first page.
    fn follow_list(self) {
        effect(move || {
            let Some(answer) = self.scan.list.answer() else {
                return;
            };
            let list = self.list.get();
            if answer.request != list {
                return;
            }
            if !answer.own.is_empty() {
                // The user started a build and saw its row at the top, where it is now.
                self.top.set_value(None);
            }
            self.update(&list, |scan| scan.add_first(&answer.page));
        });
    }

    /// Reads the pages again, one at a time, that have a build which is not finished.
    fn follow_live_pages(self) {
        effect(move || {
            self.version.track();
            let list = self.list.get();
            if self.is_hidden.get()
                || self.is_following.get_value()
                || self.live_page(&list).is_none()
            {
                return;
            }
            self.is_following.set_value(true);
            leptos::task::spawn_local(async move {
                sleep(LIVE_SCAN).await;
                self.read_live_page().await;
            });
        });
    }

    fn live_page(self, list: &BuildsRequest) -> Option<u64> {
        let scan = self.cache.take_scan(list);
        let page = scan.live_page(self.last_live.get_value());
        self.cache.keep_scan(list.clone(), scan);
        page
    }

    async fn read_live_page(self) {
        // The user may have left the page or chosen another list meanwhile.
        let Some(list) = self.list.try_get_untracked() else {
            return;
        };
        let client = untrack(move || self.connection.client());
        let is_hidden = self.is_hidden.get_untracked();
        let number = self.live_page(&list).filter(|_| !is_hidden);
        if let Some((number, client)) = number.zip(client) {
            self.last_live.set_value(number);
            // If it fails, its turn comes again.
            if let Ok(page) = read_page(&client, &list, number).await {
                self.update(&list, |scan| scan.add(number, &page));
            }
        }
        if self
            .is_following
            .try_update_value(|is| *is = false)
            .is_some()
        {
            self.version.update(|version| *version += 1);
        }
    }

    /// A stop and an error belong to what was searched for.
    fn forget_on_change(self) {
        Effect::new(move |before: Option<(BuildsRequest, BuildFilter)>| {
            let now = (self.list.get(), self.filter.get());
            if before.is_some_and(|before| before != now) {
                self.go_on();
            }
            now
        });
    }

    fn go_on(self) {
        self.error.set(None);
        // The search reads at once, or `look` finds that there is nothing to read: the button stays until then.
        if self.scan.is_stopped.get_untracked() {
            self.scan.found.update(|found| {
                if let Some(found) = found {
                    found.is_reading = true;
                }
            });
        }
        self.scan.is_stopped.set(false);
    }

    /// Looks at what was read: the rows to show, and the pages to read next.
    fn look(self) {
        self.version.track();
        let (list, filter, query) = (self.list.get(), self.filter.get(), self.scan.query.get());
        let reveals = self.scan.reveals.get();
        let number = query.page.max(1);
        let may_read = !self.scan.is_stopped.get()
            && !self.is_hidden.get()
            && self.error.with(Option::is_none);
        let scan = self.cache.take_scan(&list);
        let top = self.top(&query, reveals, &scan);
        let mut page = scan.page(&filter, number, top.as_deref());
        let next = scan.next_pages(&filter, number, page.fitting);
        let is_complete = scan.is_complete(&filter);
        let progress = (scan.looked_at(), scan.count());
        self.add_started(&mut page, &scan, &filter, number);
        let has_begun = progress.1 > 0 || is_complete;
        self.cache.keep_scan(list.clone(), scan);
        self.progress.set(progress);
        let found = Found {
            rows: page.rows,
            fitting: page.fitting,
            unseen: page.unseen,
            is_complete,
            is_reading: next.is_some() && may_read,
        };
        self.scan.found.set(has_begun.then_some(found));
        let next = next.filter(|_| may_read).map(|pages| (list, pages));
        if self.next.with_untracked(|before| *before != next) {
            self.next.set(next);
        }
    }

    /// The newest build on the pages. It stays while the user reads: what is newer would move the rows.
    fn top(self, query: &BuildsQuery, reveals: u32, scan: &ScannedBuilds) -> Option<String> {
        let newest = scan.newest()?.to_owned();
        let kept = self.top.get_value().filter(|(before, count, top)| {
            let slides = query.page <= 1 && is_at_top();
            before == query && *count == reveals && scan.has(top) && !slides
        });
        let top = kept.map_or(newest, |(_, _, top)| top);
        self.top
            .set_value(Some((query.clone(), reveals, top.clone())));
        Some(top)
    }

    /// Adds the builds that this browser has started and that the list does not have yet.
    fn add_started(
        self,
        page: &mut FittingPage,
        scan: &ScannedBuilds,
        filter: &BuildFilter,
        number: u64,
    ) {
        let started = self.cache.started(&self.list.get());
        if number == 1 {
            let own = started.into_iter();
            let own = own.filter(|build| filter.fits(build) && !scan.has(&build.build_id));
            page.rows.splice(0..0, own);
        }
    }

    /// Reads the next pages, instead of those that are read now.
    fn read_next(self) {
        let next = self.next.get();
        self.abort();
        let client = untrack(move || self.connection.client());
        let Some(((list, pages), client)) = next.zip(client) else {
            return;
        };
        let (run, handle) = abortable(self.read(client, list, pages));
        self.abort.set_value(Some(handle));
        leptos::task::spawn_local(async move {
            // Err means that it was aborted.
            let _ = run.await;
        });
    }

    fn abort(self) {
        if let Some(Some(handle)) = self.abort.try_update_value(Option::take) {
            handle.abort();
        }
    }

    async fn read(self, client: Client, list: BuildsRequest, (first, second): NextPages) {
        let other = async {
            match second {
                Some(number) => Some((number, read_page(&client, &list, number).await)),
                None => None,
            }
        };
        let (one, other) = join(read_page(&client, &list, first), other).await;
        let answers = [Some((first, one)), other].into_iter().flatten();
        let mut failure = None;
        self.update(&list, |scan| {
            for (number, answer) in answers {
                match answer {
                    // After a failure there would be a gap.
                    Ok(page) if failure.is_none() => scan.add(number, &page),
                    Ok(_) => {}
                    // Builds were removed meanwhile: the list ends before this page.
                    Err(error) if error.status() == Some(404) => scan.end(),
                    Err(error) => failure = failure.take().or(Some(error)),
                }
            }
        });
        let _ = self.error.try_set(failure);
    }

    /// The progress of the search while it runs or is stopped, and its error.
    fn view(self) -> AnyView {
        let found = self.scan.found;
        let is_complete =
            memo(move || found.with(|found| found.as_ref().is_some_and(|f| f.is_complete)));
        let is_reading =
            memo(move || found.with(|found| found.as_ref().is_none_or(|f| f.is_reading)));
        let said = text_signal(move || {
            let fitting = found.with(|found| found.as_ref().map_or(0, |found| found.fitting));
            match is_reading.get() {
                true => String::new(),
                false => t_string!(builds.found, n = words().number(fitting)),
            }
        });
        let is_under_way = move || {
            let is = !is_complete.get() && (is_reading.get() || self.scan.is_stopped.get());
            // The button goes when nothing is left to stop: the focus needs another element.
            if !is && dom::has_focus(".scan button") {
                dom::focus("#heading");
            }
            is
        };
        let error = move || {
            let retry = Retry::ByUser(Callback::new(move |()| self.go_on()));
            let error = self.error.get()?;
            Some(error_notice(t_signal!(builds.looking), error, true, retry))
        };
        view! {
            {show(is_under_way, move || self.progress_view())}
            <span class="visually-hidden" role="status">
                {said}
            </span>
            {dynamic(error)}
        }
        .into_any()
    }

    /// The progress of the search, with the button that stops it and lets it go on.
    fn progress_view(self) -> AnyView {
        let is_stopped = self.scan.is_stopped;
        let text = text_signal(move || {
            let (looked, of) = self.progress.get();
            let (looked, of) = (words().number(looked), words().number(of));
            t_string!(builds.looked_at, n = looked, of = of)
        });
        let label = text_signal(move || match is_stopped.get() {
            true => t_string!(builds.go_on),
            false => t_string!(builds.stop),
        });
        let press = move || match is_stopped.get_untracked() {
            true => self.go_on(),
            false => is_stopped.set(true),
        };
        view! {
            <div class="scan">
                {self.bar()} <span class="number quiet">{text}</span>
                {Button::new(label).quiet().on_press(press)}
            </div>
        }
        .into_any()
    }

    fn bar(self) -> AnyView {
        view! {
            <progress
                max=move || self.progress.get().1.max(1)
                value=move || self.progress.get().0
                aria-label=t_signal!(builds.looking)
            ></progress>
        }
        .into_any()
    }
}

async fn read_page(client: &Client, list: &BuildsRequest, page: u64) -> Result<Page<Build>, Error> {
    let request = BuildsRequest {
        page,
        ..list.clone()
    };
    read(client, &request).await
}

/// The query's filters that the API does not have. Days begin and end in the user's time zone.
fn filter_of(query: &BuildsQuery) -> BuildFilter {
    BuildFilter {
        status: query.status.clone(),
        client: query.client.clone(),
        text: query.text.trim().to_lowercase(),
        since: page::day_start(&query.from, 0),
        before: page::day_start(&query.to, 1),
    }
}
