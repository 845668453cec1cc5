//! Buttons that start a build: of the head of a tag's branch, or of one commit through a dialog.

use crate::reactive::text_signal;
use crate::state::overlay::{OpenOverlay, Overlay};
use crate::state::start_build::{AfterStart, BuildControl, BuildTarget, use_build_control};
use crate::ui::button::Button;
use crate::ui::icon;
use crate::{t_signal, t_string};
use leptos::prelude::*;

/// 'Build' and 'Build a commit…' for one image tag. Disabled, with the reason, when the tag is not known.
pub(crate) fn build_buttons(target: BuildTarget, after: AfterStart) -> AnyView {
    if !target.is_complete() {
        return view! {
            <div class="trigger">
                {Button::new(t_signal!(trigger.build))
                    .title(t_signal!(trigger.unknown))
                    .always_disabled()}
            </div>
        }
        .into_any();
    }
    let control = use_build_control();
    let image = Signal::stored(target.image());
    let target = StoredValue::new(target);
    let press = move || control.start_head(target.get_value(), after);
    // A table has these in each row: as primary buttons they would all ask for attention.
    let button = match after {
        AfterStart::Stay => build_button(control, image),
        AfterStart::Open => build_button(control, image).primary(),
        AfterStart::First => build_now_button(control, image).primary(),
    };
    let commit = (after != AfterStart::First).then(|| commit_button(control, image, target, after));
    view! { <div class="trigger button-group">{button.on_press(press)} {commit}</div> }.into_any()
}

/// The Build button of an image, `namespace/name:tag`. The caller adds what a press does.
pub(crate) fn build_button(control: BuildControl, image: Signal<String>) -> Button {
    Button::new(build_label(control.busy()))
        .icon(icon::PLAY)
        .name(t_signal!(trigger.build_image, image = image.get()))
        .busy(control.busy())
}

/// The Build button of an image that was not built yet.
fn build_now_button(control: BuildControl, image: Signal<String>) -> Button {
    Button::new(start_label(control.busy(), || t_string!(trigger.build_now)))
        .icon(icon::PLAY)
        .name(t_signal!(trigger.build_image_now, image = image.get()))
        .busy(control.busy())
}

/// The text of a Build button. It says so while the request is under way.
pub(crate) fn build_label(busy: Signal<bool>) -> Signal<String> {
    start_label(busy, || t_string!(trigger.build))
}

fn start_label(busy: Signal<bool>, idle: fn() -> &'static str) -> Signal<String> {
    text_signal(move || match busy.get() {
        true => t_string!(trigger.sending),
        false => idle(),
    })
}

fn commit_button(
    control: BuildControl,
    image: Signal<String>,
    target: StoredValue<BuildTarget>,
    after: AfterStart,
) -> AnyView {
    let overlay = expect_context::<OpenOverlay>().0;
    Button::new(t_signal!(trigger.commit))
        .name(t_signal!(trigger.commit_of, image = image.get()))
        .busy(control.busy())
        .on_press(move || overlay.set(Some(Overlay::Commit(target.get_value(), after))))
}
