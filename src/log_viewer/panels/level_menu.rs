//! The menu to hide lines by their level.

use crate::i18n::numbers::number;
use crate::log_viewer::panels::checkbox::checkbox;
use crate::log_viewer::view_state::LogViewer;
use crate::reactive::{bool_signal, dynamic, memo, text_signal};
use crate::t_string;
use crate::ui::menu::Menu;
use leptos::prelude::*;

/// The maximum number of levels in the menu. No real log has more.
const MAX_LEVELS: usize = 20;

/// The menu. Its button says how many levels are hidden.
pub(crate) fn level_menu(viewer: LogViewer) -> AnyView {
    let label =
        text_signal(
            move || match viewer.filter.with(|filter| filter.hidden_levels.len()) {
                0 => t_string!(log.levels).to_owned(),
                hidden => t_string!(log.levels_hidden, n = hidden),
            },
        );
    Menu::new(label)
        .quiet()
        .content(move || level_choices(viewer))
}

/// A checkbox for each level, with the number of its lines.
pub(crate) fn level_choices(viewer: LogViewer) -> AnyView {
    // Those that have lines: the first level is that of entries without one, which the log need not have.
    let shown = memo(move || {
        viewer.counts.track();
        let levels = viewer.with_model(|model| {
            let levels = model.log.levels().iter().enumerate().take(MAX_LEVELS);
            let shown = levels.filter(|(_, level)| level.lines > 0);
            shown.map(|(number, _)| number as u8).collect::<Vec<_>>()
        });
        levels.unwrap_or_default()
    });
    dynamic(move || {
        let levels = shown.get().into_iter();
        levels
            .map(|level| level_checkbox(viewer, level))
            .collect_view()
    })
    .into_any()
}

/// The checkbox of a level.
fn level_checkbox(viewer: LogViewer, level_number: u8) -> AnyView {
    let level = memo(move || {
        viewer.counts.track();
        let level = viewer.with_model(|model| {
            let level = model.log.levels().get(usize::from(level_number))?;
            Some((level.name.clone(), level.lines))
        });
        level.flatten().unwrap_or_default()
    });
    let label = text_signal(move || {
        let (name, lines) = level.get();
        let name = if name.is_empty() {
            t_string!(log.no_level).to_owned()
        } else {
            name
        };
        format!("{name} ({})", number(lines))
    });
    let is_shown = bool_signal(move || {
        viewer
            .filter
            .with(|filter| !filter.hidden_levels.contains(&level_number))
    });
    let toggle = move || {
        viewer.set_filter(|filter| {
            if !filter.hidden_levels.remove(&level_number) {
                filter.hidden_levels.insert(level_number);
            }
        });
    };
    checkbox(label, is_shown, toggle)
}
