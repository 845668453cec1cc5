//! Starting a build: of a tag's head at a press, or of one commit through a dialog.

use crate::reactive::text_signal;
use crate::state::overlay::{OpenOverlay, Overlay};
use crate::state::start_build::{AfterStart, BuildTarget, use_build_starter};
use crate::ui::button::Button;
use crate::ui::icon;
use crate::{t_signal, t_string};
use leptos::prelude::*;

/// 'Build' and 'At a commit' for one image tag. Where it is not known which, says so.
pub fn trigger_buttons(target: BuildTarget, after: AfterStart) -> AnyView {
    if !target.is_whole() {
        return view! {
            <div class="trigger">
                {Button::new(t_signal!(trigger.build)).title(t_signal!(trigger.unknown)).never()}
            </div>
        }
        .into_any();
    }
    let starter = use_build_starter();
    let over = expect_context::<OpenOverlay>().0;
    let sending = RwSignal::new(false);
    let name = StoredValue::new(target.image());
    let target = StoredValue::new(target);
    let send = move || {
        if sending.get_untracked() {
            return;
        }
        sending.set(true);
        let request = target.with_value(|target| target.request(None));
        leptos::task::spawn_local(async move {
            // The page, or the row, may go meanwhile; what came of it is told all the same.
            let opens = move || after != AfterStart::Stay && sending.try_get_untracked().is_some();
            if let Err(error) = starter.start(request, opens).await {
                starter.failed(target.try_get_value().unwrap_or_default(), error);
            }
            let _ = sending.try_set(false);
        });
    };
    let now = after == AfterStart::First;
    let label = text_signal(move || match sending.get() {
        true => t_string!(trigger.sending),
        false if now => t_string!(trigger.build_now),
        false => t_string!(trigger.build),
    });
    let own_name = text_signal(move || match now {
        true => t_string!(trigger.build_image_now, image = name.get_value()),
        false => t_string!(trigger.build_image, image = name.get_value()),
    });
    let at_commit = move || {
        Button::new(t_signal!(trigger.commit))
            .name(t_signal!(trigger.commit_of, image = name.get_value()))
            .busy(sending)
            .on_press(move || over.set(Some(Overlay::Commit(target.get_value(), after))))
    };
    // In a table each row has one: many of the loudest would say nothing.
    let button = match after {
        AfterStart::Stay => Button::new(label),
        AfterStart::Open | AfterStart::First => Button::new(label).primary(),
    };
    view! {
        <div class="trigger button-group">
            {button
                .icon(icon::PLAY)
                .name(own_name)
                .busy(sending)
                .on_press(send)} {(!now).then(at_commit)}
        </div>
    }
    .into_any()
}
