//! The actions of a build's row: Build, and a menu of the others. What they do is loaded on demand.

use crate::api::Build;
use crate::components::builds::builds_part::{BuildAgain, BuildsPart, builds_part};
use crate::reactive::{dynamic, memo, show};
use crate::state::start_build::BuildTarget;
use crate::t_signal;
use crate::ui::button::Button;
use crate::ui::icon;
use crate::ui::menu::Menu;
use leptos::prelude::*;

/// The buttons of a row.
pub(crate) fn row_actions(build: Memo<Build>) -> AnyView {
    // The commit becomes known later. That must not build the buttons again, of which one may have the focus.
    let image = memo(move || build.with(Build::image_reference));
    let is_known = memo(move || build.with(|build| BuildTarget::of(build).is_complete()));
    let name = t_signal!(trigger.more_of, image = image.get());
    view! {
        <span class="trigger">{dynamic(move || build_button(build, image, is_known.get()))}</span>
        {Menu::of_icon(icon::MORE, name).content(move || builds_part(BuildsPart::RowMenu(build)))}
    }
    .into_any()
}

/// The Build button. Disabled, with the reason, when the tag is not known.
fn build_button(build: Memo<Build>, image: Memo<String>, is_known: bool) -> AnyView {
    let name = t_signal!(trigger.build_image, image = image.get());
    let button = Button::new(name).quiet().only_icon(icon::PLAY);
    if !is_known {
        return button.title(t_signal!(trigger.unknown)).always_disabled();
    }
    let again = BuildAgain {
        build,
        presses: RwSignal::new(0),
        busy: RwSignal::new(false),
    };
    let press = move || again.presses.update(|presses| *presses += 1);
    view! {
        {button.busy(again.busy).on_press(press)}
        {show(move || again.presses.get() > 0, move || builds_part(BuildsPart::BuildAgain(again)))}
    }
    .into_any()
}
