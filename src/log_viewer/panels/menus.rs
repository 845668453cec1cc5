//! The menus of the log: levels, the window of time, everything that is seldom needed.

use crate::i18n::numbers::number;
use crate::log::EscapeMode;
use crate::log_viewer::commands::LogCommands;
use crate::log_viewer::layout::times::{local_offset, stamp};
use crate::log_viewer::view_state::LogViewer;
use crate::reactive::{bool_signal, dynamic, memo, show, text_signal};
use crate::ui::button::Button;
use crate::ui::copy::copy_button;
use crate::{t_signal, t_string};
use leptos::html;
use leptos::prelude::*;

/// The most levels that can be chosen; a log with more has invented them.
const MOST_LEVELS: usize = 20;

/// A button below which something opens.
fn menu(label: Signal<String>, inside: impl Fn() -> AnyView + Send + Sync + 'static) -> AnyView {
    let open = RwSignal::new(false);
    let place = NodeRef::<html::Details>::new();
    let close = move || {
        if let Some(place) = place.get_untracked() {
            place.set_open(false);
        }
    };
    view! {
        <details
            class="log-menu"
            node_ref=place
            on:toggle=move |_| {
                open.set(place.get_untracked().is_some_and(|place| place.open()));
            }
            on:focusout=move |event| {
                let to = event.related_target();
                let to = to.and_then(|to| wasm_bindgen::JsCast::dyn_into::<web_sys::Node>(to).ok());
                let inside = place.get_untracked().is_some_and(|place| place.contains(to.as_ref()));
                // What was pressed and takes no focus is inside as well.
                if !inside && to.is_some() {
                    close();
                }
            }
            on:keydown=move |event| {
                if event.key() == "Escape" && open.get_untracked() {
                    event.prevent_default();
                    event.stop_propagation();
                    close();
                    if let Some(place) = place.get_untracked()
                        && let Ok(Some(summary)) = place.query_selector("summary")
                        && let Ok(summary) = wasm_bindgen::JsCast::dyn_into::<web_sys::HtmlElement>(summary)
                    {
                        let _ = summary.focus();
                    }
                }
            }
        >
            <summary class="button">{label}</summary>
            <div class="log-menu-inside">{show(move || open.get(), inside)}</div>
        </details>
    }
    .into_any()
}

fn check(label: Signal<String>, checked: Signal<bool>, change: impl Fn() + 'static) -> AnyView {
    view! {
        <label class="check">
            <input type="checkbox" prop:checked=checked on:change=move |_| change() />
            <span>{label}</span>
        </label>
    }
    .into_any()
}

/// Which levels are shown, with how many lines each has.
pub fn levels(view: LogViewer) -> AnyView {
    let count = memo(move || {
        view.counts.track();
        let levels = view.read(|core| core.log.levels().len()).unwrap_or(0);
        levels.min(MOST_LEVELS)
    });
    let hidden = move || view.filter.with(|filter| filter.hidden_levels.len());
    let label = text_signal(move || match hidden() {
        0 => t_string!(log.levels).to_owned(),
        hidden => t_string!(log.levels_hidden, n = hidden),
    });
    let inside = move || {
        dynamic(move || {
            (0..count.get())
                .map(|level| one_level(view, level as u8))
                .collect_view()
        })
        .into_any()
    };
    menu(label, inside)
}

fn one_level(view: LogViewer, number_of: u8) -> Option<AnyView> {
    let level = memo(move || {
        view.counts.track();
        let level = view.read(|core| {
            let level = core.log.levels().get(usize::from(number_of))?;
            Some((level.name.clone(), level.lines))
        });
        level.flatten().unwrap_or_default()
    });
    let any = untrack(move || level.with(|(_, lines)| *lines > 0)) || number_of > 0;
    let label = text_signal(move || {
        let (name, lines) = level.get();
        let name = if name.is_empty() {
            t_string!(log.no_level).to_owned()
        } else {
            name
        };
        format!("{name} ({})", number(lines))
    });
    let shown = bool_signal(move || {
        view.filter
            .with(|filter| !filter.hidden_levels.contains(&number_of))
    });
    any.then(|| {
        check(label, shown, move || {
            view.set_filter(|filter| {
                if !filter.hidden_levels.remove(&number_of) {
                    filter.hidden_levels.insert(number_of);
                }
            });
        })
    })
}

/// From when to when the log is asked for.
pub fn window_menu(tools: LogCommands) -> AnyView {
    let view = tools.view;
    let utc = move || view.look.with_untracked(|look| look.utc);
    let written = move |time: Option<i64>| {
        let time = time.map(|time| {
            let offset = if utc() { 0 } else { local_offset(time) };
            stamp(time.saturating_add(offset), 0)
        });
        time.unwrap_or_default().trim_end_matches('Z').to_owned()
    };
    let inside = move || {
        let (start, end) = view.window.get_untracked();
        let times = view.counts.with_untracked(|counts| counts.times);
        let from = RwSignal::new(written(start.or(times.map(|(first, _)| first))));
        let to = RwSignal::new(written(end.or(times.map(|(_, last)| last))));
        let wrong = RwSignal::new(false);
        let apply = move || {
            let read = |text: String| crate::log_viewer::layout::times::read_local(&text, utc());
            let (from, to) = (read(from.get_untracked()), read(to.get_untracked()));
            let turned = from.zip(to).is_some_and(|(from, to)| to < from);
            wrong.set(turned);
            if !turned {
                tools.selection.set_window(from, to);
            }
        };
        view! {
            {moment(t_signal!(log.window_from), from)}
            {moment(t_signal!(log.window_to), to)}
            <p class="field-problem" role="status">
                {text_signal(move || match wrong.get() {
                    true => t_string!(log.window_wrong).to_owned(),
                    false => String::new(),
                })}
            </p>
            {Button::new(t_signal!(log.window_apply)).primary().on_press(apply)}
            {Button::new(t_signal!(log.window_whole))
                .disabled(bool_signal(move || view.window.get() == (None, None)))
                .on_press(move || tools.selection.set_window(None, None))}
        }
        .into_any()
    };
    menu(t_signal!(log.window), inside)
}

fn moment(label: Signal<String>, value: RwSignal<String>) -> AnyView {
    view! {
        <label class="field">
            <span class="field-label">{label}</span>
            <input
                type="datetime-local"
                step="1"
                prop:value=value
                on:input=move |event| value.set(event_target_value(&event))
            />
        </label>
    }
    .into_any()
}

/// Everything that is seldom needed.
pub fn more(tools: LogCommands, build_id: StoredValue<String>) -> AnyView {
    let view = tools.view;
    let inside = move || {
        let whole = text_signal(move || tools.selection.whole_text());
        view! {
            {check(
                t_signal!(log.utc),
                bool_signal(move || view.look.with(|look| look.utc)),
                move || tools.toggle_utc(),
            )}
            {check(
                t_signal!(log.controls),
                bool_signal(move || view.look.with(|look| look.mode == EscapeMode::Show)),
                move || tools.toggle_controls(),
            )}
            {Button::new(t_signal!(log.download))
                .on_press(move || crate::log_viewer::download::save(view, build_id.get_value()))}
            <span class="log-copy-all">{t_signal!(log.copy_all)} {copy_button(whole, t_signal!(log.title))}</span>
            {Button::new(t_signal!(log.failure)).on_press(move || tools.go_to_failure())}
        }
        .into_any()
    };
    menu(t_signal!(log.more_tools), inside)
}
