//! The Build button of a row in the tag config editor.

use crate::forms::rows::editor::RowBeside;
use crate::forms::rows::row::RowState;
use crate::i18n::api_words::{api_words, error_words};
use crate::i18n::refusal_words::in_own_words;
use crate::reactive::{bool_signal, dynamic, memo, text_signal};
use crate::routing::navigation::use_navigation;
use crate::routing::routes::Route;
use crate::state::start_build::{BuildStartError, BuildTarget, StartResult, use_build_control};
use crate::ui::icon;
use crate::{t_signal, t_string};
use leptos::prelude::*;

/// Builds the row's tag once the row is saved, and shows the result in the row.
pub(crate) fn row_build(path: StoredValue<(String, String)>, row: RowState) -> RowBeside {
    let control = use_build_control();
    let result = RwSignal::new(None::<StartResult>);
    let unsaved = memo(move || row.with(|row| !row.is_saved()));
    let tag = memo(move || row.with(|row| row.values.docker_repo_tag.clone()));
    let target = move || {
        let (namespace, repo_name) = path.get_value();
        BuildTarget {
            namespace,
            repo_name,
            tag: tag.get(),
            commit: String::new(),
        }
    };
    // True once the user wanted to build the row before it was saved.
    let is_refused = RwSignal::new(false);
    let press = move |_| {
        result.set(None);
        is_refused.set(unsaved.get_untracked());
        if unsaved.get_untracked() || control.busy().get_untracked() {
            return;
        }
        control.start(untrack(target), None, move |_, started| {
            result.set(Some(started));
        });
    };
    let image = text_signal(move || target().image());
    let title = text_signal(move || match unsaved.get() {
        true => t_string!(config.save_first).to_owned(),
        false => t_string!(trigger.build_image, image = image.get()),
    });
    let busy = control.busy();
    let is_off = bool_signal(move || unsaved.get() || busy.get());
    // Not `disabled`: a press says why nothing is built, and a touch shows no tooltip.
    let button = view! {
        <button
            type="button"
            class="button only-icon"
            data-kind="quiet"
            aria-label=text_signal(move || t_string!(trigger.build_image, image = image.get()))
            title=title
            aria-disabled=move || is_off.get().then_some("true")
            on:click=press
        >
            {icon::icon(icon::PLAY)}
        </button>
    }
    .into_any();
    let result = view! {
        <p class="build-result" role="status">
            {dynamic(move || match is_refused.get() && unsaved.get() {
                true => {
                    Some(
                        view! { <span class="field-warning">{t_signal!(config.save_first)}</span> }
                            .into_any(),
                    )
                }
                false => result.get().map(result_view),
            })}
        </p>
    }
    .into_any();
    RowBeside { button, result }
}

/// A link to the started build, or what went wrong.
fn result_view(result: StartResult) -> AnyView {
    match result {
        Ok(build) => {
            let href = use_navigation().href(&Route::Build {
                build_id: build.build_id,
            });
            view! { <a href=href>{t_signal!(config.build_started)}</a> }.into_any()
        }
        Err(BuildStartError { error, in_doubt }) => {
            let action =
                text_signal(move || t_string!(error.failed, what = t_string!(trigger.starting)));
            let details = text_signal(move || {
                let mut details =
                    vec![error_words(&error), api_words(&in_own_words(error.clone()))];
                if in_doubt {
                    details.push(t_string!(trigger.in_doubt).to_owned());
                }
                details.join(" ")
            });
            view! { <span class="field-problem">{action} ": " {details}</span> }.into_any()
        }
    }
}
