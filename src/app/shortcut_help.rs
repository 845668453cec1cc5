//! The list of keyboard shortcuts.

use crate::ts;
use leptos::prelude::*;

pub(crate) fn keys(open: RwSignal<bool>) -> AnyView {
    let lines = [
        ("Ctrl K, ⌘ K", ts!(keys.palette)),
        ("g b", ts!(keys.builds)),
        ("g r", ts!(keys.repositories)),
        ("/", ts!(keys.filter)),
        ("j, k", ts!(keys.rows)),
        ("Enter", ts!(keys.open)),
        ("b", ts!(keys.build)),
        ("?", ts!(keys.list)),
        ("Esc", ts!(keys.close)),
    ];
    let log = [
        ("/", ts!(keys.log_search)),
        ("n, N", ts!(keys.log_matches)),
        ("g, G", ts!(keys.log_ends)),
        ("j, k, Space", ts!(keys.log_scroll)),
        ("f", ts!(keys.log_follow)),
        ("F", ts!(keys.log_failure)),
        ("w", ts!(keys.log_wrap)),
        ("t", ts!(keys.log_times)),
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
        <h3>{ts!(keys.in_log)}</h3>
        <dl class="keys">{table(&log)}</dl>
        <div class="form-actions">
            {crate::ui::button::Button::new(ts!(keys.close)).on_press(move || open.set(false))}
        </div>
    }
    .into_any()
}
