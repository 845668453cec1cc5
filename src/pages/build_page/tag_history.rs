//! The builds of the same tag around this one: as bars, and the older and the newer one as arrows.

use crate::api::Build;
use crate::components::builds::history::{bar, bar_heights, bar_title};
use crate::pages::build_page::siblings::Siblings;
use crate::query::Query;
use crate::reactive::{dynamic, for_each, memo, text_signal};
use crate::routing::navigation::use_navigation;
use crate::routing::routes::Route;
use crate::state::clock::use_clock;
use crate::ui::button::Button;
use crate::ui::icon;
use crate::ui::icon::Icon;
use crate::{t_signal, t_string};
use leptos::prelude::*;
use std::hash::{DefaultHasher, Hash, Hasher};

// The bars stand in the order of time, so the older build is to the left.
const TO_OLDER: Icon = icon::NEWER;
const TO_NEWER: Icon = icon::OLDER;

/// The bars and the arrows. They have their place from the start: nothing moves when the builds arrive.
pub(crate) fn tag_history(build: Query<Build>, siblings: Query<Siblings>) -> AnyView {
    view! {
        <nav class="tag-history" aria-label=t_signal!(build.history)>
            {bars(build, siblings)}
            <span class="neighbours">
                {neighbour(
                    siblings,
                    t_signal!(build.older),
                    t_signal!(build.no_older),
                    TO_OLDER,
                    |siblings| siblings.previous.clone(),
                )}
                {neighbour(
                    siblings,
                    t_signal!(build.newer),
                    t_signal!(build.no_newer),
                    TO_NEWER,
                    |siblings| siblings.next.clone(),
                )}
            </span>
        </nav>
    }
    .into_any()
}

/// A build with the height of its bar, in CSS pixels.
type Bar = (Build, i64);

fn bars(build: Query<Build>, siblings: Query<Siblings>) -> AnyView {
    let bars = memo(move || {
        let siblings = siblings.data()?;
        let mut builds = siblings.around.clone();
        // This build is read more often than the list.
        if let Some(build) = build.data()
            && let Some(own) = builds.iter_mut().find(|own| own.build_id == build.build_id)
        {
            *own = (*build).clone();
        }
        let heights = bar_heights(&builds);
        let bars: Vec<Bar> = builds.into_iter().zip(heights).rev().collect();
        Some(bars)
    });
    let keys = move || {
        let bars = bars.get().unwrap_or_default();
        bars.iter().map(|(build, _)| key(build)).collect()
    };
    let own = memo(move || build.data().map(|build| build.build_id.clone()));
    let link = move |wanted: u64| {
        let found = memo(move || {
            let bars = bars.get()?;
            bars.into_iter().find(|(build, _)| key(build) == wanted)
        });
        bar_link(found, own)
    };
    view! { <ol class="history-links">{for_each(keys, link)}</ol> }.into_any()
}

fn key(build: &Build) -> u64 {
    let mut hasher = DefaultHasher::new();
    build.build_id.hash(&mut hasher);
    hasher.finish()
}

fn bar_link(found: Memo<Option<Bar>>, own: Memo<Option<String>>) -> AnyView {
    let navigation = use_navigation();
    let clock = use_clock();
    let id = found.get_untracked().map(|(build, _)| build.build_id);
    let id = StoredValue::new(id.unwrap_or_default());
    let is_own = memo(move || own.get().as_ref() == Some(&id.get_value()));
    let title = memo(move || {
        let title = found
            .get()
            .map(|(build, _)| bar_title(&build, clock.now()))
            .unwrap_or_default();
        match is_own.get() {
            true => t_string!(build.this_build, title = title),
            false => title,
        }
    });
    let href = navigation.href(&Route::Build {
        build_id: id.get_value(),
    });
    view! {
        <li>
            <a
                href=href
                aria-label=title
                title=title
                aria-current=move || is_own.get().then_some("page")
            >
                {dynamic(move || found.get().map(|(build, height)| bar(&build, height)))}
            </a>
        </li>
    }
    .into_any()
}

/// The arrow to a neighbour, or a disabled one that says why.
fn neighbour(
    siblings: Query<Siblings>,
    label: Signal<String>,
    none: Signal<String>,
    arrow: Icon,
    pick: fn(&Siblings) -> Option<Build>,
) -> AnyView {
    let navigation = use_navigation();
    let clock = use_clock();
    let found = memo(move || pick(&*siblings.data()?));
    let id = memo(move || found.get().map(|build| build.build_id));
    let title = memo(move || {
        let title = found.get().map(|build| bar_title(&build, clock.now()));
        t_string!(
            words.fact,
            name = label.get(),
            value = title.unwrap_or_default()
        )
    });
    let error = siblings.error();
    let why = text_signal(move || match (siblings.data(), error.get()) {
        (Some(_), _) => none.get(),
        (None, Some(_)) => t_string!(build.history_unread).to_owned(),
        (None, None) => t_string!(state.loading).to_owned(),
    });
    let arrow = move || {
        let button = Button::new(label).quiet();
        match id.get() {
            Some(build_id) => button
                .name(title.into())
                .title(title.into())
                .only_icon(arrow)
                .link(Signal::stored(navigation.href(&Route::Build { build_id }))),
            None => button.title(why).only_icon(arrow).always_disabled(),
        }
    };
    dynamic(arrow).into_any()
}
