//! The entries of the palette, and the search in them.

use crate::api::{Build, Status};
use crate::i18n::api_words::status_word;
use crate::i18n::{Locale, locale, other_locale, remember, set_locale, words};
use crate::routing::navigation::{Navigation, use_navigation};
use crate::routing::routes::{BuildsQuery, Route};
use crate::state::clock::use_clock;
use crate::state::connection::use_connection;
use crate::state::known_repositories;
use crate::state::page_actions::PageActions;
use crate::state::session_cache::use_session_cache;
use crate::state::theme::{Theme, use_theme};
use crate::{t_signal, t_string};
use leptos::prelude::*;
use std::cmp::Reverse;

/// The most entries that the palette shows.
const MAX_SHOWN_ENTRIES: usize = 50;

/// The shortest text that may be the id of a build that this browser has not read.
const MIN_BUILD_ID_CHARS: usize = 6;

/// A text of the console in both languages, so that the search finds it in either.
macro_rules! both {
    ($($key:ident).+) => {
        format!(
            "{} {}",
            leptos_i18n::td_string!(Locale::en, $($key).+),
            leptos_i18n::td_string!(Locale::zh, $($key).+),
        )
    };
}

/// An entry of the palette.
#[derive(Clone)]
pub(super) struct Entry {
    /// Its kind in words: action, page, setting, repository or build.
    pub(super) kind: Signal<String>,
    pub(super) text: String,
    /// More about it, such as a build's state and age.
    pub(super) detail: String,
    /// The state of a build.
    pub(super) status: Option<Status>,
    /// More text that the search finds, such as a commit.
    keywords: String,
    /// The id of a build. Empty for other kinds.
    build_id: String,
    pub(super) run: Callback<()>,
}

impl Entry {
    pub(super) fn new(kind: Signal<String>, text: String, run: Callback<()>) -> Self {
        Self {
            kind,
            text,
            detail: String::new(),
            status: None,
            keywords: String::new(),
            build_id: String::new(),
            run,
        }
    }
}

/// All entries: the actions of the current page, pages, settings, repositories and builds.
pub(super) fn all_entries() -> Vec<Entry> {
    let navigation = use_navigation();
    let actions = expect_context::<PageActions>().all().into_iter();
    let mut entries: Vec<Entry> = actions
        .map(|action| {
            let text = action.text.get_untracked();
            Entry {
                detail: action.detail,
                ..Entry::new(t_signal!(palette.action), text, action.run)
            }
        })
        .collect();
    entries.extend(pages(navigation));
    entries.extend(settings());
    entries.extend(repositories(navigation));
    entries.extend(builds(navigation));
    entries
}

/// A callback that opens a page.
pub(super) fn open_route(navigation: Navigation, route: Route) -> Callback<()> {
    Callback::new(move |()| navigation.go(&route))
}

fn pages(navigation: Navigation) -> Vec<Entry> {
    let page = |text: String, keywords: String, route: Route| Entry {
        keywords,
        ..Entry::new(t_signal!(palette.page), text, open_route(navigation, route))
    };
    let mut entries = vec![page(
        t_string!(nav.builds).to_owned(),
        both!(nav.builds),
        Route::Builds(BuildsQuery::default()),
    )];
    let connection = use_connection();
    let namespace = untrack(|| connection.namespace());
    if !namespace.is_empty() {
        entries.push(page(
            t_string!(repositories.title, namespace = namespace),
            both!(nav.repositories),
            Route::repositories(namespace.clone()),
        ));
        entries.push(page(
            t_string!(create.title_in, namespace = namespace),
            both!(repositories.new),
            Route::NewRepository { namespace },
        ));
    }
    entries.push(page(
        t_string!(build_file.open).to_owned(),
        both!(build_file.open),
        Route::File,
    ));
    // The page had the name of its first section before.
    entries.push(page(
        t_string!(nav.connection).to_owned(),
        format!("{} {}", both!(nav.connection), both!(connection.connection)),
        Route::Connection { back: None },
    ));
    entries
}

/// The settings of the console itself: language and theme.
fn settings() -> Vec<Entry> {
    let theme = use_theme();
    let entry = |text: String, run| Entry::new(t_signal!(palette.setting), text, run);
    let language = other_locale(untrack(locale));
    let switch_language = Callback::new(move |()| {
        remember(language);
        set_locale(language);
    });
    let mut entries = vec![entry("中文 / English".to_owned(), switch_language)];
    entries.extend([Theme::System, Theme::Light, Theme::Dark].map(|choice| {
        let text = t_string!(palette.theme_is, theme = choice.word());
        entry(text, Callback::new(move |()| theme.set(choice)))
    }));
    entries
}

fn repositories(navigation: Navigation) -> impl Iterator<Item = Entry> {
    let connection = use_connection();
    let known = known_repositories::list(&untrack(|| connection.address()));
    known.into_iter().map(move |known| {
        let text = format!("{}/{}", known.namespace, known.name);
        let route = Route::Repository {
            namespace: known.namespace,
            name: known.name,
        };
        let open = open_route(navigation, route);
        Entry::new(t_signal!(palette.repository), text, open)
    })
}

/// The builds that this browser has read, the newest first.
fn builds(navigation: Navigation) -> Vec<Entry> {
    let now = untrack(|| use_clock().now());
    let mut builds = use_session_cache().all_builds();
    builds.sort_by_key(|build| Reverse(build.created_at.or(build.started_at)));
    let builds = builds.into_iter();
    builds
        .map(|build| build_entry(navigation, build, now))
        .collect()
}

/// A build by its image, state and age.
fn build_entry(navigation: Navigation, build: Build, now: i64) -> Entry {
    let time = build.created_at.or(build.started_at);
    let mut detail = vec![status_word(&build.status)];
    detail.extend(time.map(|time| words().relative(time.millis(), now)));
    let status = match &build.status {
        Status::Waiting => both!(status.waiting),
        Status::InProgress => both!(status.in_progress),
        Status::Succeeded => both!(status.succeeded),
        Status::Failed => both!(status.failed),
        Status::Canceled => both!(status.canceled),
        Status::Other(text) => text.clone(),
    };
    let commit = build.code_head_commit.as_deref().unwrap_or_default();
    let version = build.version_tag().unwrap_or_default();
    let route = Route::Build {
        build_id: build.build_id.clone(),
    };
    Entry {
        detail: detail.join(" · "),
        keywords: format!("{status} {} {commit} {version}", build.build_id),
        build_id: build.build_id.clone(),
        status: Some(build.status.clone()),
        ..Entry::new(
            t_signal!(palette.build),
            build.image_reference(),
            open_route(navigation, route),
        )
    }
}

/// The result of a search in the palette.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Matches {
    /// Indices of the entries to show, at most [`MAX_SHOWN_ENTRIES`].
    pub(super) entries: Vec<usize>,
    /// The text that was typed, if it may be the id of a build without an entry.
    pub(super) build_id: Option<String>,
    /// The number of all entries that match.
    total: usize,
}

impl Matches {
    /// Finds the entries that contain every word of the text. Those that begin with the text come first.
    pub(super) fn find(entries: &[Entry], typed: &str) -> Self {
        let typed = typed.trim();
        let lower = typed.to_ascii_lowercase();
        let words: Vec<&str> = lower.split_whitespace().collect();
        let mut found: Vec<(bool, usize)> = entries
            .iter()
            .enumerate()
            .filter_map(|(index, entry)| {
                let text = format!("{} {} {}", entry.text, entry.detail, entry.keywords);
                let text = text.to_ascii_lowercase();
                let is_match = words.iter().all(|word| text.contains(word));
                is_match.then(|| (!text.starts_with(&lower), index))
            })
            .collect();
        found.sort_unstable();
        let total = found.len();
        found.truncate(MAX_SHOWN_ENTRIES);
        Self {
            entries: found.into_iter().map(|(_, index)| index).collect(),
            build_id: may_be_build_id(typed, entries).then(|| typed.to_owned()),
            total,
        }
    }

    /// The number of lines to show.
    pub(super) fn shown(&self) -> usize {
        self.entries.len() + usize::from(self.build_id.is_some())
    }

    /// The number of lines without a limit.
    pub(super) fn total(&self) -> usize {
        self.total.max(self.shown())
    }
}

/// Returns true if the text looks like a build id (hex digits and dashes) and no entry has it.
fn may_be_build_id(text: &str, entries: &[Entry]) -> bool {
    text.len() >= MIN_BUILD_ID_CHARS
        && text
            .chars()
            .all(|char| char.is_ascii_hexdigit() || char == '-')
        && entries.iter().all(|entry| entry.build_id != text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(text: &str) -> Entry {
        Entry {
            keywords: "abc".to_owned(),
            ..Entry::new(
                Signal::stored(String::new()),
                text.to_owned(),
                Callback::new(|()| ()),
            )
        }
    }

    #[test]
    fn all_words_must_match_and_a_beginning_comes_first() {
        let owner = Owner::new();
        owner.with(|| {
            let entries = ["Build team/app:latest", "team/app", "Team of others"].map(entry);
            let found = |typed: &str| Matches::find(&entries, typed);
            assert_eq!(found("team").entries, [1, 2, 0]);
            assert_eq!(found(" latest  BUILD ").entries, [0]);
            assert_eq!(found("abc").entries, [0, 1, 2]);
            assert_eq!(found("abc").total(), 3);
            assert_eq!(found("nothing").total(), 0);
            assert_eq!(found("").total(), 3);
        });
    }

    #[test]
    fn a_text_like_a_build_id_is_offered_unless_an_entry_has_it() {
        let owner = Owner::new();
        owner.with(|| {
            let mut known = entry("team/app · 0123abcd");
            known.build_id = "0123abcd".to_owned();
            let build_id =
                |typed: &str| Matches::find(std::slice::from_ref(&known), typed).build_id;
            assert_eq!(build_id(" 0123-ab "), Some("0123-ab".to_owned()));
            assert_eq!(build_id("0123abcd"), None);
            assert_eq!(build_id("0123"), None);
            assert_eq!(build_id("0123xyz"), None);
        });
    }
}
