//! A list of builds as a page shows it: polled, read ahead, and without a row that moves while it is read.

use crate::api::{Build, Page};
use crate::client::{Client, Error};
use crate::components::builds::visible_rows::VisibleBuilds;
use crate::i18n::words;
use crate::platform::dom;
use crate::query::intervals::{IDLE_LIST, LIVE_LIST};
use crate::query::{Query, use_query};
use crate::reactive::{effect, memo, show};
use crate::state::connection::use_connection;
use crate::state::known_repositories::names;
use crate::state::session_cache::{BuildsPage, BuildsRequest, use_session_cache};
use crate::t_signal;
use crate::ui::button::Button;
use leptos::prelude::*;
use std::sync::Arc;

/// The furthest that the window may be scrolled, in CSS pixels, to count as being at its top.
const MAX_TOP_SCROLL: f64 = 8.0;

/// A list of builds. Copies share their state.
#[derive(Clone, Copy)]
pub(crate) struct BuildsList {
    pub query: Query<BuildsPage>,
    /// The page to show. The rows can still be those of another one.
    request: Memo<BuildsRequest>,
    shown: Memo<Option<ShownPage>>,
    /// How often the user asked to see all new builds.
    reveals: RwSignal<u32>,
    rows: Memo<Vec<Build>>,
    last_visit: RwSignal<u32>,
}

/// The rows of one page, and what they were made from.
#[derive(Clone, PartialEq)]
struct ShownPage {
    request: BuildsRequest,
    builds: VisibleBuilds,
    reveals: u32,
}

impl BuildsList {
    /// The rows in the API's order, after those that this browser has just started.
    pub(crate) fn rows(self) -> Memo<Vec<Build>> {
        self.rows
    }

    /// The API's last response, tracked.
    pub(crate) fn answer(self) -> Option<Arc<BuildsPage>> {
        self.query.data()
    }

    /// When the list was read, if it is that of the last visit: Unix milliseconds. Tracked.
    pub(crate) fn last_visit(self) -> Option<i64> {
        let is_first = self
            .request
            .with(|request| *request == BuildsRequest::first());
        let seconds = self.last_visit.get();
        (is_first && seconds > 0).then(|| i64::from(seconds) * 1000)
    }

    /// Returns true while the rows are those of another page or filter, tracked.
    pub(crate) fn is_stale(self) -> bool {
        let request = self.request.get();
        self.shown
            .with(|shown| shown.as_ref().is_some_and(|shown| shown.request != request))
    }

    /// The number of new builds that have no row yet, tracked.
    fn unseen(self) -> u64 {
        self.shown
            .with(|shown| shown.as_ref().map_or(0, |shown| shown.builds.unseen))
    }
}

/// Starts to poll a list of builds. Reads the next page ahead only while `reads_ahead` is true. Call it while a
/// component is being built.
pub(crate) fn use_builds(request: Memo<BuildsRequest>, reads_ahead: Signal<bool>) -> BuildsList {
    let cache = use_session_cache();
    let query = poll(request);
    keep_answers(query);
    read_ahead(query, request, reads_ahead);
    let reveals = RwSignal::new(0);
    let shown = shown_page(query, reveals);
    let rows = memo(move || {
        let mut rows = cache.started(&request.get());
        shown.with(|shown| {
            let shown = shown.iter().flat_map(|shown| &shown.builds.rows);
            for row in shown {
                rows.retain(|started| started.build_id != row.build_id);
                rows.push(row.clone());
            }
        });
        rows
    });
    BuildsList {
        query,
        request,
        shown,
        reveals,
        rows,
        last_visit: cache.last_visit,
    }
}

/// Reads the list, again and again, and at once when a build was started or may have been.
fn poll(request: Memo<BuildsRequest>) -> Query<BuildsPage> {
    let connection = use_connection();
    let cache = use_session_cache();
    let query = use_query(
        move || {
            let client = connection.client()?;
            let request = request.get();
            Some(Box::pin(async move {
                let number = cache.next_request_id();
                let page = read(&client, &request).await?;
                cache.note_answer(&request);
                let own = cache.resolve_started(number, &request);
                Ok(BuildsPage { request, page, own })
            }))
        },
        |answer: &BuildsPage| match answer.request.page <= 1 || answer.page.is_live() {
            true => LIVE_LIST,
            false => IDLE_LIST,
        },
    );
    // A cached page is shown at once, and read again.
    effect(move || {
        // That of the last visit comes when the address of the API is known.
        cache.last_visit.track();
        if let Some(answer) = cache.page(&request.get()) {
            query.seed((*answer).clone());
        }
    });
    Effect::new(move |before: Option<u32>| {
        let invalidations = cache.invalidations();
        if before.is_some_and(|before| before != invalidations) {
            query.refresh();
        }
        invalidations
    });
    effect(move || {
        if !cache.started(&request.get_untracked()).is_empty() {
            query.refresh();
        }
    });
    query
}

/// Keeps each response in the session's cache, and the names of its repositories for the palette.
fn keep_answers(query: Query<BuildsPage>) {
    let connection = use_connection();
    let cache = use_session_cache();
    effect(move || {
        let Some(answer) = query.data() else { return };
        let builds = answer.page.results.read.iter();
        let paths = builds.map(|build| build.docker_repo_path.as_str());
        names::record(&connection.address(), paths);
        cache.keep(answer);
    });
}

/// Reads the next page into the session's cache, once for each page that is shown.
fn read_ahead(query: Query<BuildsPage>, request: Memo<BuildsRequest>, reads_ahead: Signal<bool>) {
    let connection = use_connection();
    let cache = use_session_cache();
    let next = memo(move || {
        let answer = query.data()?;
        let has_next = answer.page.next.is_some() && answer.request == request.get();
        (has_next && reads_ahead.get()).then(|| BuildsRequest {
            page: answer.request.page.max(1) + 1,
            ..answer.request.clone()
        })
    });
    effect(move || {
        let Some((next, client)) = next.get().zip(untrack(move || connection.client())) else {
            return;
        };
        leptos::task::spawn_local(async move {
            // An error is shown when the page is opened.
            if let Ok(page) = read(&client, &next).await {
                cache.keep(Arc::new(BuildsPage {
                    request: next,
                    page,
                    own: Vec::new(),
                }));
            }
        });
    });
}

/// The rows to show: each response's, merged into the ones before it so that none moves under the reader.
fn shown_page(query: Query<BuildsPage>, reveals: RwSignal<u32>) -> Memo<Option<ShownPage>> {
    Memo::new(move |before: Option<&Option<ShownPage>>| {
        let before = before.and_then(Option::as_ref);
        let Some(answer) = query.data() else {
            return before.cloned();
        };
        let reveals = reveals.get();
        let slides = answer.request.page <= 1 && is_at_top();
        let builds = match before {
            Some(before) if before.request == answer.request && before.reveals == reveals => {
                before.builds.after(&answer.page, slides, &answer.own)
            }
            _ => VisibleBuilds::all(&answer.page),
        };
        Some(ShownPage {
            request: answer.request.clone(),
            builds,
            reveals,
        })
    })
}

/// Returns true if the window is at its top: the reader sees new builds come in there.
pub(crate) fn is_at_top() -> bool {
    window().scroll_y().unwrap_or(0.0) < MAX_TOP_SCROLL
}

/// Reads a page of builds.
///
/// # Errors
/// Any error of the call, after its retries.
pub(crate) async fn read(client: &Client, request: &BuildsRequest) -> Result<Page<Build>, Error> {
    let namespace = (!request.namespace.is_empty()).then_some(request.namespace.as_str());
    let repo = (!request.repo.is_empty()).then_some(request.repo.as_str());
    client.builds(namespace, repo, request.page.max(1)).await
}

/// A button that says how many new builds there are, and shows them. On any page but the first,
/// `to_first` goes there.
pub(crate) fn new_builds(list: BuildsList, to_first: Callback<()>) -> AnyView {
    let reveal = move || {
        if list.request.get_untracked().page > 1 {
            to_first.run(());
        } else {
            list.reveals.update(|reveals| *reveals += 1);
        }
    };
    new_builds_button(
        memo(move || list.unseen()),
        Callback::new(move |()| reveal()),
    )
}

/// The same for any number of builds that have no row yet.
pub(crate) fn new_builds_button(unseen: Memo<u64>, reveal: Callback<()>) -> AnyView {
    let press = move || {
        window().scroll_to_with_x_and_y(0.0, 0.0);
        reveal.run(());
        // The button is removed: the focus needs another element.
        dom::focus("#heading");
    };
    let button = move || {
        let text = t_signal!(builds.new, n = words().number(unseen.get()));
        Button::new(text).primary().on_press(press)
    };
    view! {
        <div class="new-builds" role="status">
            {show(move || unseen.get() > 0, button)}
        </div>
    }
    .into_any()
}
