//! The overlays: palette, shortcut help and commit dialog.

use crate::app::palette::palette;
use crate::app::shortcut_help::shortcut_help;
use crate::components::builds::commit_dialog::commit_dialog;
use crate::reactive::effect;
use crate::state::overlay::{OpenOverlay, Overlay};
use crate::t_signal;
use crate::ui::dialog::Dialog;
use leptos::prelude::*;

/// Shows an overlay as a dialog.
pub(crate) fn overlay_dialog(overlay: Overlay) -> AnyView {
    let open_overlay = expect_context::<OpenOverlay>().0;
    let open = RwSignal::new(true);
    effect(move || {
        if !open.get() {
            open_overlay.set(None);
        }
    });
    match overlay {
        Overlay::Commit(target, after) => commit_dialog(open, target, after),
        Overlay::Palette => view! {
            <Dialog open=open title=t_signal!(palette.title)>
                {palette(open)}
            </Dialog>
        }
        .into_any(),
        Overlay::Shortcuts => view! {
            <Dialog open=open title=t_signal!(keys.title)>
                {shortcut_help(open)}
            </Dialog>
        }
        .into_any(),
    }
}
