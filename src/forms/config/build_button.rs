//! The Build button of a row in the tag config editor.

use crate::api::TriggerBuild;
use crate::client::Error;
use crate::forms::model::preview::image_reference;
use crate::forms::rows::row::RowState;
use crate::i18n::api_words::{api_words, error_words};
use crate::reactive::{dynamic, memo, text_signal};
use crate::routing::navigation::use_navigation;
use crate::routing::routes::Route;
use crate::state::connection::use_connection;
use crate::ui::button::Button;
use crate::ui::icon;
use crate::{t_signal, t_string};
use leptos::prelude::*;

/// Builds the row's tag, once the row is saved; what came of it is told beside the button.
pub fn build_button(path: StoredValue<(String, String)>, row: RowState) -> AnyView {
    let connection = use_connection();
    let navigation = use_navigation();
    let busy = RwSignal::new(false);
    let failed = RwSignal::new(None::<Error>);
    let started = RwSignal::new(None::<String>);
    let unsaved = memo(move || row.with(|row| !row.is_saved()));
    let tag = memo(move || row.with(|row| row.image_tag.clone()));
    let image = move || {
        let (namespace, name) = path.get_value();
        image_reference(&namespace, &name, &tag.get())
    };
    let press = move || {
        let Some(client) = untrack(move || connection.client()) else {
            return;
        };
        busy.set(true);
        failed.set(None);
        started.set(None);
        let (namespace, repo_name) = path.get_value();
        let request = TriggerBuild {
            namespace,
            repo_name,
            tag: tag.get_untracked(),
            code_commit_id: None,
        };
        leptos::task::spawn_local(async move {
            let answer = client.trigger_build(&request).await;
            if busy.try_set(false).is_some() {
                return; // The page has gone; the build is in the table.
            }
            match answer {
                Ok(build) => started.set(Some(build.build_id)),
                Err(error) => failed.set(Some(error)),
            }
        });
    };
    let label = text_signal(move || match busy.get() {
        true => t_string!(trigger.sending),
        false => t_string!(trigger.build),
    });
    let why = text_signal(move || match unsaved.get() {
        true => t_string!(config.save_first),
        false => "",
    });
    let came = move || {
        if let Some(build_id) = started.get() {
            let href = navigation.href(&Route::Build { build_id });
            return view! { <a href=href>{t_signal!(config.build_started)}</a> }.into_any();
        }
        let Some(error) = failed.get() else {
            return ().into_any();
        };
        let what = text_signal(move || t_string!(error.failed, what = t_string!(trigger.starting)));
        let details = text_signal(move || {
            let words = [error_words(&error), api_words(&error)];
            words.join(" ")
        });
        view! { <span class="field-problem">{what} ": " {details}</span> }.into_any()
    };
    view! {
        {Button::new(label)
            .icon(icon::PLAY)
            .name(t_signal!(trigger.build_image, image = image()))
            .title(why)
            .disabled(unsaved)
            .busy(busy)
            .on_press(press)}
        <span class="build-said quiet">{why}</span>
        <span class="build-said" role="status">
            {dynamic(came)}
        </span>
    }
    .into_any()
}
