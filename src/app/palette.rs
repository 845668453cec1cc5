//! The command palette: finds pages, repositories, builds, settings and the page's actions by name, and builds by their
//! state.

mod entries;

use crate::app::palette::entries::{Entry, Matches, all_entries, open_route};
use crate::components::builds::status_badge::status_icon;
use crate::reactive::{dynamic, effect, memo, text_signal};
use crate::routing::navigation::{Navigation, use_navigation};
use crate::routing::routes::Route;
use crate::state::connection::use_connection;
use crate::state::session_cache::{BuildsPage, BuildsRequest, use_session_cache};
use crate::{t_signal, t_string};
use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;
use leptos::reactive::computed::ScopedFuture;
use std::sync::Arc;

/// The content of the palette's dialog. `open` closes it.
pub(crate) fn palette(open: RwSignal<bool>) -> AnyView {
    let typed = RwSignal::new(String::new());
    let entries = RwSignal::new(all_entries());
    let palette = Palette {
        open,
        navigation: use_navigation(),
        entries,
        typed,
        matches: memo(move || {
            let typed = typed.get();
            entries.with(|entries| Matches::find(entries, &typed))
        }),
        selected: RwSignal::new(0),
        is_reading: RwSignal::new(false),
    };
    effect(move || {
        palette.typed.track();
        palette.selected.set(0);
    });
    palette.read_builds();
    palette.view()
}

/// The state of an open palette.
#[derive(Clone, Copy)]
struct Palette {
    open: RwSignal<bool>,
    navigation: Navigation,
    entries: RwSignal<Vec<Entry>>,
    typed: RwSignal<String>,
    matches: Memo<Matches>,
    /// The index of the line that Enter runs.
    selected: RwSignal<usize>,
    /// True while builds are read.
    is_reading: RwSignal<bool>,
}

impl Palette {
    /// Reads the first page of builds, if no builds have been read since the console was opened.
    fn read_builds(self) {
        let cache = use_session_cache();
        let connection = use_connection();
        let Some(client) = untrack(move || connection.client()) else {
            return;
        };
        if !cache.all_builds().is_empty() {
            return;
        }
        self.is_reading.set(true);
        // The entries find their context in the owner of this view.
        let read = ScopedFuture::new(async move {
            // Without an answer, the palette has its other entries.
            if let Ok(page) = client.builds(None, None, 1).await {
                cache.keep(Arc::new(BuildsPage {
                    request: BuildsRequest {
                        page: 1,
                        ..BuildsRequest::default()
                    },
                    page,
                    own: Vec::new(),
                }));
                let _ = self.entries.try_set(all_entries());
            }
            let _ = self.is_reading.try_set(false);
        });
        leptos::task::spawn_local(read);
    }

    /// The number of lines. Tracked.
    fn line_count(self) -> usize {
        self.matches.with(Matches::shown)
    }

    /// Closes the palette and runs a line.
    fn run(self, index: usize) {
        let (entry, build_id) = self.matches.with_untracked(|matches| {
            let entry = matches.entries.get(index).copied();
            (entry, matches.build_id.clone())
        });
        let run = match entry {
            Some(entry) => self
                .entries
                .with_untracked(|entries| entries.get(entry).map(|entry| entry.run)),
            None => build_id.map(|build_id| open_route(self.navigation, Route::Build { build_id })),
        };
        // Closed first: closing moves the focus back, and the action may move it on.
        self.open.set(false);
        if let Some(run) = run {
            run.run(());
        }
    }

    fn on_key(self, event: &KeyboardEvent) {
        let count = self.line_count();
        let selected = self.selected.get_untracked();
        let next = match event.key().as_str() {
            "ArrowDown" => (selected + 1).min(count.saturating_sub(1)),
            "ArrowUp" => selected.saturating_sub(1),
            "Enter" if !event.is_composing() => {
                event.prevent_default();
                if count > 0 {
                    self.run(selected);
                }
                return;
            }
            _ => return,
        };
        event.prevent_default();
        self.selected.set(next);
    }

    fn lines(self) -> Vec<AnyView> {
        let matches = self.matches.get();
        let mut lines: Vec<AnyView> = matches
            .entries
            .iter()
            .enumerate()
            .filter_map(|(index, entry)| {
                let entry = self
                    .entries
                    .with_untracked(|all| all.get(*entry).cloned())?;
                Some(self.line(index, entry))
            })
            .collect();
        if let Some(id) = matches.build_id {
            let text = t_string!(palette.open_build, id = id);
            let route = Route::Build { build_id: id };
            let open = open_route(self.navigation, route);
            let entry = Entry::new(t_signal!(palette.build), text, open);
            lines.push(self.line(lines.len(), entry));
        }
        lines
    }

    fn line(self, index: usize, entry: Entry) -> AnyView {
        let item = NodeRef::<html::Li>::new();
        let is_selected = move || self.selected.get() == index;
        effect(move || {
            if let (true, Some(item)) = (is_selected(), item.get()) {
                item.scroll_into_view_with_scroll_into_view_options(&nearest());
            }
        });
        view! {
            <li
                node_ref=item
                id=format!("palette-{index}")
                role="option"
                aria-selected=move || is_selected().to_string()
                on:click=move |_| self.run(index)
            >
                <span class="palette-icon">{entry.status.map(status_icon)}</span>
                <span class="palette-text">{entry.text}</span>
                <span class="palette-detail">{entry.detail}</span>
                <span class="quiet">{entry.kind}</span>
            </li>
        }
        .into_any()
    }

    fn view(self) -> AnyView {
        let active_line = move || {
            let has_lines = self.line_count() > 0;
            has_lines.then(|| format!("palette-{}", self.selected.get()))
        };
        view! {
            <input
                type="text"
                class="palette-input"
                role="combobox"
                aria-label=t_signal!(palette.label)
                aria-expanded="true"
                aria-controls="palette-list"
                aria-autocomplete="list"
                aria-activedescendant=active_line
                placeholder=t_signal!(palette.label)
                autocomplete="off"
                autocapitalize="off"
                spellcheck="false"
                autofocus
                prop:value=self.typed
                on:input=move |event| self.typed.set(event_target_value(&event))
                on:keydown=move |event| self.on_key(&event)
            />
            <ul
                id="palette-list"
                class="palette-list"
                role="listbox"
                aria-label=t_signal!(palette.title)
            >
                {dynamic(move || self.lines())}
            </ul>
            <p class="quiet" role="status">
                {text_signal(move || match self.matches.with(Matches::total) {
                    _ if self.is_reading.get() => t_string!(palette.reading).to_owned(),
                    0 => t_string!(palette.none).to_owned(),
                    n => t_string!(palette.found, n = n),
                })}
            </p>
        }
        .into_any()
    }
}

fn nearest() -> web_sys::ScrollIntoViewOptions {
    let options = web_sys::ScrollIntoViewOptions::new();
    options.set_block(web_sys::ScrollLogicalPosition::Nearest);
    options
}
