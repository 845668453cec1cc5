//! Starting a build: of a tag's head at a press, or of one commit through a dialog.

use super::button::Button;
use super::dialog::Dialog;
use super::icon;
use super::input::Input;
use super::notice::error_notice;
use crate::api::{Error, TriggerBuild};
use crate::connection::use_connection;
use crate::forms::rules::is_commit;
use crate::navigation::use_navigation;
use crate::routes::Route;
use crate::view::{flag, live, part, when};
use crate::{tr, ts};
use leptos::prelude::*;

/// 'Build' and 'Build a commit' for one image tag. After success the build's page is shown.
#[component]
pub fn TriggerButtons(
    namespace: String,
    repo_name: String,
    tag: String,
    /// Only 'Build now', for the first build.
    #[prop(optional)]
    now: bool,
) -> impl IntoView {
    let connection = use_connection();
    let navigation = use_navigation();
    let sending = RwSignal::new(false);
    let error = RwSignal::new(None::<Error>);
    let open = RwSignal::new(false);
    let commit = RwSignal::new(String::new());
    let image = format!("{namespace}/{repo_name}:{tag}");
    let request = StoredValue::new(TriggerBuild {
        namespace,
        repo_name,
        tag,
        code_commit_id: None,
    });

    let send = move |code_commit_id: Option<String>| {
        let Some(client) = untrack(move || connection.client()) else {
            return;
        };
        if sending.get_untracked() {
            return;
        }
        sending.set(true);
        error.set(None);
        let request = TriggerBuild {
            code_commit_id,
            ..request.get_value()
        };
        leptos::task::spawn_local(async move {
            let answer = client.trigger_build(&request).await;
            if sending.try_set(false).is_some() {
                return; // The page has gone; the build is in the table.
            }
            match answer {
                Ok(build) => {
                    open.set(false);
                    navigation.go(&Route::Build {
                        build_id: build.build_id,
                    });
                }
                Err(failure) => error.set(Some(failure)),
            }
        });
    };
    let send_commit = move || {
        let commit = commit.get_untracked().trim().to_ascii_lowercase();
        if commit.is_empty() {
            send(None);
        } else if is_commit(&commit) {
            send(Some(commit));
        }
    };
    let wrong = move || {
        let commit = commit.get();
        let commit = commit.trim();
        !commit.is_empty() && !is_commit(commit)
    };
    let problem = move || {
        let error = error.get()?;
        Some(error_notice(ts!(trigger.starting), error, false, None))
    };
    let name = StoredValue::new(image);
    let label = live(move || match sending.get() {
        true => tr!(trigger.sending),
        false if now => tr!(trigger.build_now),
        false => tr!(trigger.build),
    });
    let own_name = live(move || match now {
        true => tr!(trigger.build_image_now, image = name.get_value()),
        false => tr!(trigger.build_image, image = name.get_value()),
    });
    let title = ts!(trigger.commit_of, image = name.get_value());
    let dialog = move || {
        view! {
            <Dialog open=open title=title>
                <form
                    class="form"
                    on:submit=move |event| {
                        event.prevent_default();
                        send_commit();
                    }
                >
                    {Input::new(ts!(trigger.commit_id), commit)
                        .hint(ts!(trigger.commit_hint))
                        .problem(move || wrong().then(|| tr!(trigger.commit_wrong).to_owned()))
                        .view()}
                    {part(problem)}
                    <div class="form-actions">
                        {Button::new(label).primary().busy(sending).disabled(flag(wrong)).submit()}
                        {Button::new(ts!(form.cancel)).on_press(move || open.set(false))}
                    </div>
                </form>
            </Dialog>
        }
        .into_any()
    };
    view! {
        <div class="trigger">
            <div class="button-group">
                {Button::new(label)
                    .primary()
                    .icon(icon::PLAY)
                    .name(own_name)
                    .busy(sending)
                    .on_press(move || send(None))}
                {(!now)
                    .then(|| {
                        Button::new(ts!(trigger.commit))
                            .name(title)
                            .busy(sending)
                            .on_press(move || {
                                error.set(None);
                                open.set(true);
                            })
                    })}
            </div>
            {part(move || (!open.get()).then(problem))}
            {when(move || open.get(), dialog)}
        </div>
    }
}
