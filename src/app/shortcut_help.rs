//! The help: the list of keyboard shortcuts.

use crate::reactive::text_signal;
use crate::state::shortcuts::{
    CONSOLE_SHORTCUTS, ConsoleAction, LOG_SHORTCUTS, LogAction, Shortcut,
};
use crate::t_signal;
use crate::ui::button::Button;
use leptos::prelude::*;

/// The content of the help dialog. `open` closes it.
pub(crate) fn shortcut_help(open: RwSignal<bool>) -> AnyView {
    view! {
        <dl class="keys">{lines(&CONSOLE_SHORTCUTS, ConsoleAction::help)}</dl>
        <h3>{t_signal!(keys.in_log)}</h3>
        <dl class="keys">{lines(&LOG_SHORTCUTS, LogAction::help)}</dl>
        <div class="form-actions">
            {Button::new(t_signal!(keys.close)).on_press(move || open.set(false))}
        </div>
    }
    .into_any()
}

fn lines<A: Copy + Send + Sync>(
    shortcuts: &'static [Shortcut<A>],
    help: fn(A) -> &'static str,
) -> Vec<AnyView> {
    let shown = shortcuts
        .iter()
        .filter(|shortcut| !shortcut.label.is_empty());
    shown
        .filter_map(|shortcut| Some((shortcut.label, shortcut.bindings.first()?.action)))
        .map(|(keys, action)| line(keys, text_signal(move || help(action))))
        .collect()
}

fn line(keys: &'static str, help: Signal<String>) -> AnyView {
    view! {
        <div>
            <dt>
                <kbd>{keys}</kbd>
            </dt>
            <dd>{help}</dd>
        </div>
    }
    .into_any()
}
