//! A list of builds as a page shows it: kept fresh, without a row that moves from under the reader's eyes.

use crate::api::{Build, Page};
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

/// How far the window may be scrolled, in CSS pixels, for the reader to be at the top.
const TOP: f64 = 8.0;

/// A list of builds. A copy is the same list.
#[derive(Clone, Copy)]
pub struct BuildsList {
    pub query: Query<BuildsPage>,
    /// What it should show; what it shows may still be another page.
    asked: Memo<BuildsRequest>,
    shown: RwSignal<Option<(BuildsRequest, VisibleBuilds)>>,
    rows: Memo<Vec<Build>>,
}

impl BuildsList {
    /// The rows in the API's order, what this browser has just started before them.
    pub fn rows(self) -> Memo<Vec<Build>> {
        self.rows
    }

    /// What was read last, tracked.
    pub fn answer(self) -> Option<Arc<BuildsPage>> {
        self.query.data()
    }

    /// Whether the rows are still those of another page or filter, tracked.
    pub fn is_turning(self) -> bool {
        let asked = self.asked.get();
        self.shown
            .with(|shown| shown.as_ref().is_some_and(|(of, _)| *of != asked))
    }

    /// How many builds have come and wait to be shown, tracked.
    fn waiting(self) -> u64 {
        self.shown
            .with(|shown| shown.as_ref().map_or(0, |(_, shown)| shown.waiting))
    }

    /// Shows what has come.
    fn show_all(self) {
        if let Some(answer) = untrack(|| self.query.data()) {
            let all = VisibleBuilds::all(&answer.page);
            self.shown.set(Some((answer.asked.clone(), all)));
        }
    }
}

/// Starts to read a list of builds.
pub fn use_builds(asked: Memo<BuildsRequest>) -> BuildsList {
    let connection = use_connection();
    let visit = use_session_cache();
    let query = use_query(
        move || {
            let client = connection.client()?;
            let asked = asked.get();
            Some(Box::pin(async move {
                let number = visit.ask();
                let page = read(&client, &asked).await?;
                let own = visit.answered(number, &asked);
                Ok(BuildsPage { asked, page, own })
            }))
        },
        |answer: &BuildsPage| {
            if answer.page.is_live() {
                LIVE_LIST
            } else {
                IDLE_LIST
            }
        },
    );
    // A page that this visit has seen stands at once, and is read again.
    effect(move || {
        if let Some(answer) = visit.page(&asked.get()) {
            query.seed((*answer).clone());
        }
    });
    let shown = RwSignal::new(None::<(BuildsRequest, VisibleBuilds)>);
    effect(move || {
        let Some(answer) = query.data() else { return };
        let at_top = window().scroll_y().unwrap_or(0.0) < TOP;
        let slides = answer.asked.page <= 1 && at_top;
        let page = &answer.page;
        shown.update(|shown| match shown {
            Some((of, rows)) if *of == answer.asked => {
                *rows = rows.after(page, slides, &answer.own);
            }
            _ => *shown = Some((answer.asked.clone(), VisibleBuilds::all(page))),
        });
        let paths = page
            .results
            .read
            .iter()
            .map(|build| build.docker_repo_path.as_str());
        names::note(&connection.address(), paths);
        visit.keep(answer);
    });
    // The next page is read ahead, once for each page that is looked at.
    let next = memo(move || {
        let answer = query.data()?;
        let more = answer.page.next.is_some() && answer.asked == asked.get();
        more.then(|| BuildsRequest {
            page: answer.asked.page.max(1) + 1,
            ..answer.asked.clone()
        })
    });
    effect(move || {
        let Some((next, client)) = next.get().zip(untrack(move || connection.client())) else {
            return;
        };
        leptos::task::spawn_local(async move {
            // Should it fail, that is told when the page is opened.
            if let Ok(page) = read(&client, &next).await {
                visit.keep(Arc::new(BuildsPage {
                    asked: next,
                    page,
                    own: Vec::new(),
                }));
            }
        });
    });
    let rows = memo(move || {
        let mut rows = visit.started(&asked.get());
        shown.with(|shown| {
            let shown = shown.iter().flat_map(|(_, shown)| &shown.rows);
            for row in shown {
                rows.retain(|started| started.build_id != row.build_id);
                rows.push(row.clone());
            }
        });
        rows
    });
    // What was started, or may have been, is asked for at once.
    Effect::new(move |before: Option<u32>| {
        let looks = visit.looks();
        if before.is_some_and(|before| before != looks) {
            query.refresh();
        }
        looks
    });
    effect(move || {
        if !visit.started(&untrack(move || asked.get())).is_empty() {
            query.refresh();
        }
    });
    BuildsList {
        query,
        asked,
        shown,
        rows,
    }
}

async fn read(
    client: &crate::client::Client,
    asked: &BuildsRequest,
) -> Result<Page<Build>, crate::client::Error> {
    let namespace = (!asked.namespace.is_empty()).then_some(asked.namespace.as_str());
    let repo = (!asked.repo.is_empty()).then_some(asked.repo.as_str());
    client.builds(namespace, repo, asked.page.max(1)).await
}

/// Says how many builds have come, and shows them at a press. On another page than the first that is
/// done by `to_first`.
pub fn new_builds(list: BuildsList, to_first: Callback<()>) -> AnyView {
    let show_all = move || {
        window().scroll_to_with_x_and_y(0.0, 0.0);
        if list.asked.get_untracked().page > 1 {
            to_first.run(());
        } else {
            list.show_all();
        }
        // The button goes with what it was for.
        dom::focus("#heading");
    };
    let button = move || {
        let text = t_signal!(builds.new, n = words().number(list.waiting()));
        Button::new(text).primary().on_press(show_all)
    };
    view! {
        <div class="new-builds" role="status">
            {show(move || list.waiting() > 0, button)}
        </div>
    }
    .into_any()
}
