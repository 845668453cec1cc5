//! Building one commit of a tag: the dialog that asks for it.

use crate::api::grammar::is_commit;
use crate::client::Error;
use crate::components::error_notice::error_notice;
use crate::reactive::{bool_signal, dynamic, text_signal};
use crate::state::start_build::{AfterStart, BuildTarget, use_build_starter};
use crate::ui::button::Button;
use crate::ui::dialog::Dialog;
use crate::ui::input::Input;
use crate::{t_signal, t_string};
use leptos::prelude::*;

/// The dialog. Offers the target's own commit, where it has one.
pub fn commit_dialog(open: RwSignal<bool>, target: BuildTarget, after: AfterStart) -> AnyView {
    let starter = use_build_starter();
    let sending = RwSignal::new(false);
    let error = RwSignal::new(None::<Error>);
    let commit = RwSignal::new(target.commit.clone());
    let hint = match target.commit.is_empty() {
        true => t_signal!(trigger.commit_hint),
        false => t_signal!(trigger.same_commit_hint),
    };
    let name = StoredValue::new(target.image());
    let target = StoredValue::new(target);
    let wrong = move || {
        let commit = commit.get();
        let commit = commit.trim();
        !commit.is_empty() && !is_commit(commit)
    };
    let send = move || {
        if sending.get_untracked() || untrack(wrong) {
            return;
        }
        sending.set(true);
        error.set(None);
        let commit = commit.get_untracked().trim().to_ascii_lowercase();
        let commit = (!commit.is_empty()).then_some(commit);
        let told = target.get_value();
        let request = told.request(commit);
        leptos::task::spawn_local(async move {
            let is_here = move || sending.try_get_untracked().is_some();
            let opens = move || after != AfterStart::Stay && is_here();
            match starter.start(request, opens).await {
                Ok(()) => drop(open.try_set(false)),
                Err(failure) if is_here() => error.set(Some(failure)),
                Err(failure) => starter.failed(told, failure),
            }
            let _ = sending.try_set(false);
        });
    };
    let problem = move || {
        let what = t_signal!(trigger.starting_image, image = name.get_value());
        Some(error_notice(what, error.get()?, false, None))
    };
    let label = text_signal(move || match sending.get() {
        true => t_string!(trigger.sending),
        false => t_string!(trigger.build),
    });
    view! {
        <Dialog open=open title=t_signal!(trigger.commit_of, image = name.get_value())>
            <form
                class="form"
                on:submit=move |event| {
                    event.prevent_default();
                    send();
                }
            >
                {Input::new(t_signal!(trigger.commit_id), commit)
                    .hint(hint)
                    .problem(move || wrong().then(|| t_string!(trigger.commit_wrong).to_owned()))
                    .view()}
                {dynamic(problem)}
                <div class="form-actions">
                    {Button::new(label).primary().busy(sending).disabled(bool_signal(wrong)).submit()}
                    {Button::new(t_signal!(form.cancel)).on_press(move || open.set(false))}
                </div>
            </form>
        </Dialog>
    }
    .into_any()
}
