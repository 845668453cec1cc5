//! The field to go to a line, a range of lines or a time.

use crate::log_viewer::commands::LogCommands;
use crate::log_viewer::layout::times::{local_offset, next_at, time_of_day};
use crate::reactive::{effect, text_signal};
use crate::{t_signal, t_string};
use leptos::html;
use leptos::prelude::*;

/// The field. Enter goes to the line or time, and closes the menu.
pub(crate) fn go_to_field(commands: LogCommands) -> AnyView {
    let text = RwSignal::new(String::new());
    let is_invalid = RwSignal::new(false);
    let field = NodeRef::<html::Input>::new();
    // The key for it opens the menu first.
    effect(move || {
        if commands.go_to_wanted.get()
            && let Some(field) = field.get()
        {
            commands.go_to_wanted.set(false);
            request_animation_frame(move || {
                let _ = field.focus();
            });
        }
    });
    let go = move || {
        let found = go_to(commands, &text.get_untracked()).is_some();
        is_invalid.set(!found);
        if found {
            text.set(String::new());
            commands.close_more_menu();
            commands.focus_log();
        }
    };
    view! {
        <label class="field">
            <span class="field-label">{t_signal!(log.go_to)}</span>
            <input
                type="text"
                class="code"
                node_ref=field
                inputmode="numeric"
                autocomplete="off"
                placeholder="120, 120-140, 12:30:05"
                prop:value=text
                aria-invalid=text_signal(move || is_invalid.get().to_string())
                aria-describedby="log-go-to-problem"
                on:input=move |event| {
                    is_invalid.set(false);
                    text.set(event_target_value(&event));
                }
                on:keydown=move |event| {
                    if event.key() == "Enter" {
                        event.prevent_default();
                        go();
                    }
                }
            />
        </label>
        <p class="field-problem" id="log-go-to-problem" role="status">
            {text_signal(move || match is_invalid.get() {
                true => t_string!(log.no_such_place),
                false => "",
            })}
        </p>
    }
    .into_any()
}

/// Goes to `120`, `120-140`, `8:05` or `08:05:09`. Returns `None` if the log has no such line or time.
fn go_to(commands: LogCommands, text: &str) -> Option<()> {
    let text = text.trim();
    let lines = commands.viewer.counts.get_untracked().lines;
    if let Some(time) = time_of_day(text) {
        let line = line_at(commands, time).filter(|line| *line < lines)?;
        commands.go_to(line);
        return Some(());
    }
    let index = |text: &str| {
        let number = text.trim().trim_start_matches('L').parse::<usize>().ok()?;
        number.checked_sub(1).filter(|line| *line < lines)
    };
    match text.split_once(['-', '–']) {
        Some((first, last)) => {
            let (first, last) = index(first).zip(index(last))?;
            let (first, last) = (first.min(last), first.max(last));
            commands.selection.select(Some((first, last)));
            commands.go_to(first);
        }
        None => {
            let line = index(text)?;
            commands.selection.select_line(line);
            commands.go_to(line);
        }
    }
    Some(())
}

/// The first line at or after a time of day, in seconds from midnight. `None` if no line has a time.
fn line_at(commands: LogCommands, time: i64) -> Option<usize> {
    let utc = commands
        .viewer
        .options
        .with_untracked(|options| options.utc);
    let line = commands.viewer.with_model(|model| {
        let first = model.log.first_time()?;
        let offset = if utc { 0 } else { local_offset(first) };
        Some(model.log.line_at_time(next_at(first, time, offset)))
    });
    line.flatten()
}
