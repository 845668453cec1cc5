//! The builders of the API (an optional call): where images are built, and how much each of them has to do.

use crate::api::{BuilderInfo, BuilderState};
use crate::i18n::numbers::size;
use crate::i18n::words;
use crate::query::intervals::BUILDERS;
use crate::query::use_query;
use crate::reactive::{dynamic, show, text_signal};
use crate::state::clock::use_clock;
use crate::state::connection::use_connection;
use crate::ui::icon;
use crate::ui::table::{cell, head};
use crate::{t_signal, t_string};
use leptos::prelude::*;

/// The section with the builders; nothing where the API does not offer them.
pub(crate) fn builders() -> AnyView {
    let connection = use_connection();
    let list = use_query(
        move || {
            let client = connection.client()?;
            Some(Box::pin(async move { client.builders().await }))
        },
        |_| BUILDERS,
    );
    let rows = move || {
        let page = list.data()?;
        Some(page.results.read.iter().map(row).collect_view())
    };
    let section = move || {
        view! {
            <section class="settings-part settings-wide">
                <h2>{t_signal!(builders.title)}</h2>
                <p>{t_signal!(builders.what)}</p>
                // The region can be scrolled by keys.
                <div
                    class="table-scroll"
                    role="region"
                    aria-label=t_signal!(builders.title)
                    tabindex="0"
                >
                    <table class="table">
                        <caption class="visually-hidden">{t_signal!(builders.title)}</caption>
                        <thead>
                            <tr>
                                {head(t_signal!(builders.name))} {head(t_signal!(builders.state))}
                                {head(t_signal!(builders.slots))} {head(t_signal!(builders.node))}
                                {head(t_signal!(builders.disk))}
                            </tr>
                        </thead>
                        <tbody>{dynamic(rows)}</tbody>
                    </table>
                </div>
            </section>
        }
        .into_any()
    };
    let has_data = list.has_data();
    show(move || has_data.get(), section).into_any()
}

fn row(builder: &BuilderInfo) -> AnyView {
    let name = view! { <span class="code">{builder.name.clone()}</span> };
    let node = builder.node.clone().unwrap_or_default();
    let (running, slots) = (builder.running, builder.slots);
    let builds = text_signal(move || {
        let (running, slots) = (words().number(running), words().number(slots));
        t_string!(builders.running, running = running, slots = slots)
    });
    let disk = builder.disk;
    // None fills nothing at all: it says that it does not know.
    let used = disk.used.filter(|used| *used > 0);
    let (disk_free, checked_at) = (disk.free, disk.checked_at);
    let disk = text_signal(move || match (used, disk_free) {
        (Some(used), _) => t_string!(builders.used, size = size(used)),
        (None, Some(free)) => t_string!(builders.free, size = size(free)),
        (None, None) => String::new(),
    });
    let is_known = used.or(disk_free).is_some();
    let checked = checked_at.filter(|_| is_known).map(|time| {
        let clock = use_clock();
        let text = text_signal(move || {
            let age = words().relative(time.millis(), clock.now());
            t_string!(builders.checked, time = age)
        });
        let at = text_signal(move || words().absolute(time.millis(), false));
        view! {
            <div class="quiet" title=at>
                {text}
            </div>
        }
    });
    let disk = view! {
        {disk}
        {checked}
    };
    view! {
        <tr>
            {cell(t_signal!(builders.name), name.into_any())}
            {cell(t_signal!(builders.state), state(builder.state.clone()))}
            {cell(t_signal!(builders.slots), builds.into_any())}
            {cell(t_signal!(builders.node), view! { <span class="code">{node}</span> }.into_any())}
            {cell(t_signal!(builders.disk), disk.into_any())}
        </tr>
    }
    .into_any()
}

/// A builder's state, in words and as an icon.
fn state(state: BuilderState) -> AnyView {
    let shape = match state {
        BuilderState::Ready => icon::CHECK,
        BuilderState::Unreachable => icon::WARNING,
        BuilderState::Starting | BuilderState::Other(_) => icon::CLOCK,
    };
    let word = text_signal(move || match &state {
        BuilderState::Ready => t_string!(builders.ready).to_owned(),
        BuilderState::Unreachable => t_string!(builders.unreachable).to_owned(),
        BuilderState::Starting => t_string!(builders.starting).to_owned(),
        BuilderState::Other(text) => text.clone(),
    });
    view! { <span class="builder-state">{icon::icon(shape)} {word}</span> }.into_any()
}
