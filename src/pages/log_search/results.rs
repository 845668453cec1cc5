//! The results: a build after the other, newest first, each with its lines.

use crate::components::builds::cells::source_ref;
use crate::components::builds::status_badge::status_badge;
use crate::components::time::relative_time;
use crate::i18n::words;
use crate::pages::log_search::needle::{FoundLine, FoundLines};
use crate::pages::log_search::run::{FoundBuild, SearchRun};
use crate::platform::dom;
use crate::reactive::{dynamic, for_each, memo};
use crate::routing::log_location::LogLocation;
use crate::routing::navigation::{Navigation, use_navigation};
use crate::routing::routes::Route;
use crate::t_signal;
use crate::ui::button::Button;
use leptos::prelude::*;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

/// The lines of a build that are shown at first.
const FIRST_LINES: usize = 5;

/// The list of builds with their lines.
pub(crate) fn results_list(run: SearchRun) -> AnyView {
    let results = memo(move || {
        let results = run.results().into_iter();
        results
            .map(|found| (key(&found), found))
            .collect::<Results>()
    });
    let keys = move || results.with(|results| results.0.iter().map(|(key, _)| *key).collect());
    let row = move |wanted| {
        let found = results.with_untracked(|results| {
            let mut found = results.0.iter();
            found
                .find(|(key, _)| *key == wanted)
                .map(|(_, found)| found.clone())
        });
        found.map(build_view).into_any()
    };
    view! {
        <ol class="found-builds" aria-label=t_signal!(log_search.results)>
            {for_each(keys, row)}
        </ol>
    }
    .into_any()
}

/// Results that are the same when their keys are.
#[derive(Clone)]
struct Results(Vec<(u64, FoundBuild)>);

impl FromIterator<(u64, FoundBuild)> for Results {
    fn from_iter<I: IntoIterator<Item = (u64, FoundBuild)>>(results: I) -> Self {
        Self(results.into_iter().collect())
    }
}

impl PartialEq for Results {
    fn eq(&self, other: &Self) -> bool {
        let keys = other.0.iter().map(|(key, _)| key);
        self.0.iter().map(|(key, _)| key).eq(keys)
    }
}

fn key(found: &FoundBuild) -> u64 {
    let mut hasher = DefaultHasher::new();
    (&found.build.build_id, found.search).hash(&mut hasher);
    hasher.finish()
}

fn build_view(found: FoundBuild) -> AnyView {
    let navigation = use_navigation();
    let build = found.build;
    let href = navigation.href(&Route::Build {
        build_id: build.build_id.clone(),
    });
    let time = build.created_at.or(build.started_at);
    let count = found.lines.count as u64;
    let id = StoredValue::new(build.build_id.clone());
    let lines = StoredValue::new(found.lines);
    let shown = RwSignal::new(FIRST_LINES);
    let line_rows = move || {
        let shown = shown.get();
        lines.with_value(|lines| {
            let shown = lines.lines.iter().take(shown);
            shown
                .map(|line| line_view(navigation, id, line))
                .collect::<Vec<_>>()
        })
    };
    let more = move || more_lines(navigation, id, shown, lines);
    view! {
        <li class="panel found-build">
            <div class="found-build-head">
                {status_badge(build.status.clone())} <a class="code strong" href=href>
                    {match build.docker_repo_tag.as_str() {
                        "" => build.image_reference(),
                        tag => tag.to_owned(),
                    }}
                </a> {source_ref(&build)} <span class="quiet">{time.map(relative_time)}</span>
                <span class="quiet number found-count">
                    {t_signal!(log_search.lines, n = words().number(count))}
                </span>
            </div>
            <ol class="found-lines">{dynamic(line_rows)}</ol>
            {dynamic(more)}
        </li>
    }
    .into_any()
}

/// The lines that are not shown: a button for those that are kept, and a link to the build for the others.
fn more_lines(
    navigation: Navigation,
    id: StoredValue<String>,
    shown: RwSignal<usize>,
    lines: StoredValue<Arc<FoundLines>>,
) -> Option<AnyView> {
    let (kept, count) = lines.with_value(|lines| (lines.lines.len(), lines.count));
    let hidden = count.saturating_sub(shown.get().min(kept)) as u64;
    let hidden = move || words().number(hidden);
    if shown.get() < kept {
        let press = move || {
            let first = lines.with_value(|lines| lines.lines.get(FIRST_LINES).cloned());
            shown.set(kept);
            // The button goes: the first line that it brought takes the focus.
            if let Some(first) = first {
                let href = line_href(navigation, id, first.line);
                request_animation_frame(move || {
                    dom::focus_link(&href);
                });
            }
        };
        let label = t_signal!(log_search.more, n = hidden());
        return Some(Button::new(label).quiet().on_press(press));
    }
    (kept < count).then(|| {
        let href = navigation.href(&Route::Build {
            build_id: id.get_value(),
        });
        let label = t_signal!(log_search.more_in_log, n = hidden());
        view! { <a href=href>{label}</a> }.into_any()
    })
}

fn line_href(navigation: Navigation, id: StoredValue<String>, line: usize) -> String {
    let number = line as u64 + 1;
    let place = LogLocation {
        lines: Some((number, number)),
        ..LogLocation::default()
    };
    let href = navigation.href(&Route::Build {
        build_id: id.get_value(),
    });
    href + &place.print()
}

/// A line with its number, as a link to it.
fn line_view(navigation: Navigation, id: StoredValue<String>, found: &FoundLine) -> AnyView {
    let pieces: Vec<AnyView> = found
        .excerpt
        .pieces()
        .into_iter()
        .map(|(text, is_match)| {
            let text = text.to_owned();
            match is_match {
                true => view! { <mark>{text}</mark> }.into_any(),
                false => text.into_any(),
            }
        })
        .collect();
    view! {
        <li>
            <a class="code found-line" href=line_href(navigation, id, found.line)>
                <span class="found-number">{words().number(found.line as u64 + 1)}</span>
                <span class="found-text">{pieces}</span>
            </a>
        </li>
    }
    .into_any()
}
