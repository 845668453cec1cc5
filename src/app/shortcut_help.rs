//! The list of keyboard shortcuts.

use crate::t_signal;
use leptos::prelude::*;

pub(crate) fn keys(open: RwSignal<bool>) -> AnyView {
    let lines = [
        ("Ctrl K, ⌘ K", t_signal!(keys.palette)),
        ("g b", t_signal!(keys.builds)),
        ("g r", t_signal!(keys.repositories)),
        ("/", t_signal!(keys.filter)),
        ("j, k", t_signal!(keys.rows)),
        ("Enter", t_signal!(keys.open)),
        ("b", t_signal!(keys.build)),
        ("?", t_signal!(keys.list)),
        ("Esc", t_signal!(keys.close)),
    ];
    let log = [
        ("/", t_signal!(keys.log_search)),
        ("n, N", t_signal!(keys.log_matches)),
        ("g, G", t_signal!(keys.log_ends)),
        ("j, k, Space", t_signal!(keys.log_scroll)),
        ("f", t_signal!(keys.log_follow)),
        ("F", t_signal!(keys.log_failure)),
        ("w", t_signal!(keys.log_wrap)),
        ("t", t_signal!(keys.log_times)),
    ];
    let table = |lines: &[(&'static str, Signal<String>)]| -> Vec<AnyView> {
        lines
            .iter()
            .map(|(keys, what)| {
                view! {
                    <div>
                        <dt>
                            <kbd>{*keys}</kbd>
                        </dt>
                        <dd>{*what}</dd>
                    </div>
                }
                .into_any()
            })
            .collect()
    };
    view! {
        <dl class="keys">{table(&lines)}</dl>
        <h3>{t_signal!(keys.in_log)}</h3>
        <dl class="keys">{table(&log)}</dl>
        <div class="form-actions">
            {crate::ui::button::Button::new(t_signal!(keys.close)).on_press(move || open.set(false))}
        </div>
    }
    .into_any()
}
