//! The dialog that builds one commit of a tag.

use crate::api::grammar::is_commit;
use crate::components::builds::build_buttons::build_label;
use crate::components::builds::tag_words::tag_words;
use crate::components::error_notice::{Retry, error_notice};
use crate::reactive::{bool_signal, dynamic};
use crate::state::start_build::{AfterStart, BuildStartError, BuildTarget, use_build_control};
use crate::ui::button::Button;
use crate::ui::dialog::Dialog;
use crate::ui::input::Input;
use crate::{t_signal, t_string};
use leptos::prelude::*;

/// Asks for the commit and builds it. Says what the tag has now, and if this build takes it back to older code. Offers the target's own commit, if it has one.
pub(crate) fn commit_dialog(
    open: RwSignal<bool>,
    target: BuildTarget,
    after: AfterStart,
) -> AnyView {
    let control = use_build_control();
    let error = RwSignal::new(None::<BuildStartError>);
    let commit = RwSignal::new(target.commit.clone());
    let hint = match target.commit.is_empty() {
        true => t_signal!(trigger.commit_hint),
        false => t_signal!(trigger.same_commit_hint),
    };
    let image = Signal::stored(target.image());
    let target = StoredValue::new(target);
    let is_invalid = move || {
        let commit = commit.get();
        let commit = commit.trim();
        !commit.is_empty() && !is_commit(commit)
    };
    let submit = move || {
        if untrack(is_invalid) {
            return;
        }
        error.set(None);
        let commit = commit.get_untracked().trim().to_ascii_lowercase();
        let commit = (!commit.is_empty()).then_some(commit);
        control.start(
            target.get_value(),
            commit,
            move |target, result| match result {
                Ok(_) => {
                    // The dialog goes first: the report may open another page.
                    let _ = open.try_set(false);
                    control.report(&target, result, after);
                }
                Err(failure) => error.set(Some(failure)),
            },
        );
    };
    let problem = move || {
        let BuildStartError { error, in_doubt } = error.get()?;
        let action = t_signal!(trigger.starting_image, image = image.get());
        Some(view! {
            {error_notice(action, error, false, Retry::Never)}
            {in_doubt.then(|| view! { <p>{t_signal!(trigger.in_doubt)}</p> })}
        })
    };
    view! {
        <Dialog open=open title=t_signal!(trigger.commit_of, image = image.get())>
            <form
                class="form"
                on:submit=move |event| {
                    event.prevent_default();
                    submit();
                }
            >
                {Input::new(t_signal!(trigger.commit_id), commit)
                    .hint(hint)
                    .problem(move || {
                        is_invalid().then(|| t_string!(trigger.commit_wrong).to_owned())
                    })
                    .view()}
                {tag_words(target, commit)}
                {dynamic(problem)}
                <div class="form-actions">
                    {Button::new(build_label(control.busy()))
                        .primary()
                        .busy(control.busy())
                        .disabled(bool_signal(is_invalid))
                        .submit()}
                    {Button::new(t_signal!(form.cancel)).on_press(move || open.set(false))}
                </div>
            </form>
        </Dialog>
    }
    .into_any()
}
