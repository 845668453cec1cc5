//! What lies over the page at a key: the palette, which goes to or does anything by its name, and the list
//! of keys.

use crate::i18n::{Locale, locale, remember, set_locale};
use crate::reactive::{dynamic, effect, memo, text_signal};
use crate::routing::navigation::use_navigation;
use crate::routing::routes::{BuildsQuery, Route};
use crate::state::connection::use_connection;
use crate::state::known_repositories;
use crate::state::page_actions::PageActions;
use crate::state::session_cache::use_session_cache;
use crate::state::theme::Theme;
use crate::{t_signal, t_string};
use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;

/// The most lines that the palette offers at one time.
const MOST: usize = 50;

/// The shortest text that is taken for the id of a build that is not known.
const SHORTEST_ID: usize = 6;

/// One line of the palette.
#[derive(Clone)]
struct Entry {
    /// What kind of thing it is, in words.
    kind: Signal<String>,
    text: String,
    /// More that it is found by, such as a commit.
    found_by: String,
    /// A build's id; empty for anything else.
    id: String,
    run: Callback<()>,
}

fn entries() -> Vec<Entry> {
    let navigation = use_navigation();
    let connection = use_connection();
    let go = |route: Route| Callback::new(move |()| navigation.go(&route));
    let page = |text: String, route: Route| Entry {
        kind: t_signal!(palette.page),
        text,
        found_by: String::new(),
        id: String::new(),
        run: go(route),
    };
    let mut entries: Vec<Entry> = expect_context::<PageActions>()
        .all()
        .into_iter()
        .map(|action| Entry {
            kind: t_signal!(palette.action),
            text: action.text.get_untracked(),
            found_by: String::new(),
            id: String::new(),
            run: action.run,
        })
        .collect();
    entries.push(page(
        t_string!(nav.builds).to_owned(),
        Route::Builds(BuildsQuery::default()),
    ));
    let namespace = untrack(|| connection.namespace());
    if !namespace.is_empty() {
        entries.push(page(
            t_string!(repositories.title, namespace = namespace),
            Route::repositories(namespace.as_str()),
        ));
        entries.push(page(
            t_string!(create.title_in, namespace = namespace),
            Route::NewRepository { namespace },
        ));
    }
    entries.push(page(
        t_string!(nav.connection).to_owned(),
        Route::Connection { back: None },
    ));
    entries.extend(settings());
    let seen = known_repositories::list(&untrack(|| connection.address()));
    entries.extend(seen.into_iter().map(|seen| Entry {
        kind: t_signal!(palette.repository),
        text: format!("{}/{}", seen.namespace, seen.name),
        found_by: String::new(),
        id: String::new(),
        run: go(Route::Repository {
            namespace: seen.namespace,
            name: seen.name,
        }),
    }));
    entries.extend(
        use_session_cache()
            .all_builds()
            .into_iter()
            .map(|build| Entry {
                kind: t_signal!(palette.build),
                text: format!("{} · {}", build.image_reference(), build.build_id),
                found_by: build.code_head_commit.unwrap_or_default(),
                id: build.build_id.clone(),
                run: go(Route::Build {
                    build_id: build.build_id,
                }),
            }),
    );
    entries
}

/// What changes the console itself.
fn settings() -> Vec<Entry> {
    let theme = expect_context::<RwSignal<Theme>>();
    let entry = |text: String, run: Callback<()>| Entry {
        kind: t_signal!(palette.setting),
        text,
        found_by: String::new(),
        id: String::new(),
        run,
    };
    let other = match untrack(locale) {
        Locale::en => Locale::zh,
        Locale::zh => Locale::en,
    };
    let switch = Callback::new(move |()| {
        remember(other);
        set_locale(other);
    });
    let mut entries = vec![entry("中文 / English".to_owned(), switch)];
    entries.extend([Theme::System, Theme::Light, Theme::Dark].map(|one| {
        let text = t_string!(palette.theme_is, theme = one.word());
        entry(text, Callback::new(move |()| theme.set(one)))
    }));
    entries
}

/// The entries that hold every word of what is typed, those that begin with it first.
///
/// How many there are is told too: no more than `MOST` are shown.
fn fitting(entries: &[Entry], typed: &str) -> (Vec<usize>, usize) {
    let typed = typed.trim().to_ascii_lowercase();
    let words: Vec<&str> = typed.split_whitespace().collect();
    let mut found: Vec<(bool, usize)> = entries
        .iter()
        .enumerate()
        .filter_map(|(index, entry)| {
            let text = format!("{} {}", entry.text, entry.found_by).to_ascii_lowercase();
            let fits = words.iter().all(|word| text.contains(word));
            fits.then(|| (!text.starts_with(&typed), index))
        })
        .collect();
    found.sort_unstable();
    let count = found.len();
    found.truncate(MOST);
    (found.into_iter().map(|(_, index)| index).collect(), count)
}

pub(crate) fn palette(open: RwSignal<bool>) -> AnyView {
    let navigation = use_navigation();
    let typed = RwSignal::new(String::new());
    let chosen = RwSignal::new(0usize);
    let known = StoredValue::new(entries());
    let shown = memo(move || {
        let typed = typed.get();
        let (known_ones, all) = known.with_value(|entries| fitting(entries, &typed));
        let id = typed.trim().to_owned();
        // Every example of an id has hex digits and dashes. One that is known stands in the list.
        let is_id = id.len() >= SHORTEST_ID
            && id
                .chars()
                .all(|char| char.is_ascii_hexdigit() || char == '-')
            && known.with_value(|entries| entries.iter().all(|entry| entry.id != id));
        (known_ones, is_id.then_some(id), all)
    });
    let count = move || shown.with(|(known, id, _)| known.len() + usize::from(id.is_some()));
    effect(move || {
        typed.track();
        chosen.set(0);
    });
    let run = move |index: usize| {
        let run = shown.with_untracked(|(ones, id, _)| match ones.get(index) {
            Some(entry) => known.with_value(|entries| entries.get(*entry).map(|entry| entry.run)),
            None => id.clone().map(|build_id| {
                Callback::new(move |()| {
                    navigation.go(&Route::Build {
                        build_id: build_id.clone(),
                    });
                })
            }),
        });
        // Closed first: the focus goes back, and then to where this leads.
        open.set(false);
        if let Some(run) = run {
            run.run(());
        }
    };
    let on_key = move |event: KeyboardEvent| {
        let count = count();
        let here = chosen.get_untracked();
        let next = match event.key().as_str() {
            "ArrowDown" => (here + 1).min(count.saturating_sub(1)),
            "ArrowUp" => here.saturating_sub(1),
            "Enter" if !event.is_composing() => {
                event.prevent_default();
                if count > 0 {
                    run(here);
                }
                return;
            }
            _ => return,
        };
        event.prevent_default();
        chosen.set(next);
    };
    let input = NodeRef::<html::Input>::new();
    let line = move |index: usize, kind: Signal<String>, text: String| {
        let item = NodeRef::<html::Li>::new();
        effect(move || {
            if let (true, Some(item)) = (chosen.get() == index, item.get()) {
                item.scroll_into_view_with_scroll_into_view_options(&nearest());
            }
        });
        view! {
            <li
                node_ref=item
                id=format!("palette-{index}")
                role="option"
                aria-selected=move || (chosen.get() == index).to_string()
                on:click=move |_| run(index)
            >
                <span>{text}</span>
                <span class="quiet">{kind}</span>
            </li>
        }
        .into_any()
    };
    let lines = move || {
        let (ones, id, _) = shown.get();
        let mut lines: Vec<AnyView> = ones
            .iter()
            .enumerate()
            .filter_map(|(index, entry)| {
                let entry = known.with_value(|entries| entries.get(*entry).cloned())?;
                Some(line(index, entry.kind, entry.text))
            })
            .collect();
        if let Some(id) = id {
            lines.push(line(
                lines.len(),
                t_signal!(palette.build),
                t_string!(palette.open_build, id = id),
            ));
        }
        lines
    };
    view! {
        <input
            node_ref=input
            type="text"
            class="palette-input"
            role="combobox"
            aria-label=t_signal!(palette.label)
            aria-expanded="true"
            aria-controls="palette-list"
            aria-autocomplete="list"
            aria-activedescendant=move || (count() > 0).then(|| format!("palette-{}", chosen.get()))
            placeholder=t_signal!(palette.label)
            autocomplete="off"
            autocapitalize="off"
            spellcheck="false"
            autofocus
            prop:value=typed
            on:input=move |event| typed.set(event_target_value(&event))
            on:keydown=on_key
        />
        <ul id="palette-list" class="palette-list" role="listbox" aria-label=t_signal!(palette.title)>
            {dynamic(lines)}
        </ul>
        <p class="quiet" role="status">
            {text_signal(move || match count() {
                0 => t_string!(palette.none).to_owned(),
                n => t_string!(palette.found, n = n.max(shown.with(|(_, _, all)| *all))),
            })}
        </p>
    }
    .into_any()
}

fn nearest() -> web_sys::ScrollIntoViewOptions {
    let options = web_sys::ScrollIntoViewOptions::new();
    options.set_block(web_sys::ScrollLogicalPosition::Nearest);
    options
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(text: &str) -> Entry {
        Entry {
            kind: Signal::stored(String::new()),
            text: text.to_owned(),
            found_by: "abc".to_owned(),
            id: String::new(),
            run: Callback::new(|()| ()),
        }
    }

    #[test]
    fn all_words_must_fit_and_a_beginning_comes_first() {
        let owner = Owner::new();
        owner.with(|| {
            let entries = ["Build team/app:latest", "team/app", "Team of others"].map(entry);
            assert_eq!(fitting(&entries, "team").0, [1, 2, 0]);
            assert_eq!(fitting(&entries, " latest  BUILD ").0, [0]);
            assert_eq!(fitting(&entries, "abc"), (vec![0, 1, 2], 3));
            assert_eq!(fitting(&entries, "nothing").1, 0);
            assert_eq!(fitting(&entries, "").1, 3);
        });
    }
}
