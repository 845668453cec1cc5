//! What can be done with selected lines; and going to a line, a range or a time.

use crate::i18n::numbers::number;
use crate::log::export::Format;
use crate::log_viewer::commands::LogCommands;
use crate::log_viewer::layout::times::{local_offset, next_at, time_of_day};
use crate::log_viewer::selection::Selection;
use crate::platform::clipboard;
use crate::reactive::{show, text_signal};
use crate::ui::button::Button;
use crate::{t_signal, t_string};
use leptos::prelude::*;

/// The bar of the selection, while there is one.
pub fn selection_bar(tools: LogCommands) -> AnyView {
    let view = tools.view;
    let any = move || view.look.with(|look| look.selected.is_some());
    show(any, move || bar(tools)).into_any()
}

fn bar(tools: LogCommands) -> AnyView {
    let (view, selection) = (tools.view, tools.selection);
    let lines = text_signal(move || {
        let (first, last) = view.look.with(|look| look.selected).unwrap_or_default();
        let lines = view.counts.with(|counts| counts.lines);
        // By a link to a line of another log, or of one that had more.
        if first >= lines && !view.loading.get() {
            return t_string!(log.no_line, n = number(first + 1), of = number(lines));
        }
        let (first, last) = (number(first + 1), number(last + 1));
        match first == last {
            true => t_string!(log.line, n = first),
            false => t_string!(log.range, first = first, last = last),
        }
    });
    let with_times = RwSignal::new(false);
    // Shown beside the buttons; a screen reader hears it from the log.
    let said = RwSignal::new(String::new());
    let copy = move |label, format| {
        Button::new(label).on_press(move || {
            copy(
                tools,
                said,
                selection.text(format, with_times.get_untracked()),
            )
        })
    };
    view! {
        <div class="log-selection" role="group" aria-label=t_signal!(log.selection)>
            <span class="strong">{lines}</span>
            {copy(t_signal!(log.copy), Format::Text)}
            {copy(t_signal!(log.copy_markdown), Format::Markdown)}
            {Button::new(t_signal!(log.copy_times))
                .pressed(with_times)
                .on_press(move || with_times.update(|with| *with = !*with))}
            {Button::new(t_signal!(log.copy_link)).on_press(move || copy_link(tools, said))}
            {Button::new(t_signal!(log.print)).on_press(move || crate::log_viewer::print::print(selection))}
            {Button::new(t_signal!(log.window_selected)).on_press(move || only(selection))}
            {Button::new(t_signal!(log.clear))
                .on_press(move || {
                    selection.select(None);
                    tools.focus_log();
                })}
            <span class="quiet" aria-hidden="true">
                {said}
            </span>
        </div>
    }
    .into_any()
}

fn copy(tools: LogCommands, shown: RwSignal<String>, text: String) {
    const STAYS: u32 = 2_000;
    leptos::task::spawn_local(async move {
        let said = match clipboard::copy(&text).await {
            true => t_string!(copy.done),
            false => t_string!(copy.refused),
        };
        tools.say(said.to_owned());
        let _ = shown.try_set(said.to_owned());
        gloo_timers::future::TimeoutFuture::new(STAYS).await;
        let _ = shown.try_set(String::new());
    });
}

fn copy_link(tools: LogCommands, said: RwSignal<String>) {
    let link = window().location().href().unwrap_or_default();
    copy(tools, said, link);
}

/// Asks the API for the time of the selected lines alone.
fn only(selection: Selection) {
    let Some((first, last)) = selection.lines() else {
        return;
    };
    let times = selection.view.read(|core| {
        let last = last.min(core.log.len().saturating_sub(1));
        (core.log.near_time(first), core.log.near_time(last))
    });
    if let Some((start, end)) = times {
        selection.set_window(start, end);
    }
}

/// Where a line, a range or a time is typed.
pub fn go_to_field(tools: LogCommands) -> AnyView {
    let text = RwSignal::new(String::new());
    let wrong = RwSignal::new(false);
    let go = move || {
        let there = go_to(tools, &text.get_untracked());
        wrong.set(!there);
        if there {
            text.set(String::new());
            tools.focus_log();
        } else {
            tools.say(t_string!(log.no_such_place).to_owned());
        }
    };
    view! {
        <input
            type="text"
            class="code log-go"
            inputmode="numeric"
            autocomplete="off"
            aria-label=t_signal!(log.go_to)
            title=t_signal!(log.go_to)
            placeholder=t_signal!(log.go_to_short)
            prop:value=text
            aria-invalid=text_signal(move || wrong.get().to_string())
            on:input=move |event| {
                wrong.set(false);
                text.set(event_target_value(&event));
            }
            on:keydown=move |event| {
                if event.key() == "Enter" {
                    event.prevent_default();
                    go();
                }
            }
        />
    }
    .into_any()
}

/// Goes to what is typed: `120`, `120-140`, `8:05` or `08:05:09`. `false` where that is nowhere.
fn go_to(tools: LogCommands, text: &str) -> bool {
    let text = text.trim();
    let lines = tools.view.counts.get_untracked().lines;
    if let Some(time) = time_of_day(text) {
        let utc = tools.view.look.with_untracked(|look| look.utc);
        let line = tools.view.read(|core| {
            let first = core.log.first_time()?;
            let offset = if utc { 0 } else { local_offset(first) };
            Some(core.log.line_at_time(next_at(first, time, offset)))
        });
        return match line.flatten().filter(|line| *line < lines) {
            Some(line) => {
                tools.go_to(line);
                true
            }
            None => false,
        };
    }
    let index = |text: &str| {
        let number = text.trim().trim_start_matches('L').parse::<usize>().ok()?;
        number.checked_sub(1).filter(|line| *line < lines)
    };
    match text.split_once(['-', '–']) {
        Some((first, last)) => {
            let Some((first, last)) = index(first).zip(index(last)) else {
                return false;
            };
            let (first, last) = (first.min(last), first.max(last));
            tools.selection.select(Some((first, last)));
            tools.go_to(first);
        }
        None => {
            let Some(line) = index(text) else {
                return false;
            };
            tools.selection.press_only(line);
            tools.go_to(line);
        }
    }
    true
}
