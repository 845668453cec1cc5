//! Removing a repository.

use crate::client::Error;
use crate::components::error_notice::error_notice;
use crate::reactive::{bool_signal, dynamic, show};
use crate::routing::navigation::use_navigation;
use crate::routing::routes::Route;
use crate::state::connection::use_connection;
use crate::state::known_repositories;
use crate::t_signal;
use crate::ui::button::Button;
use crate::ui::dialog::Dialog;
use crate::ui::icon;
use crate::ui::input::Input;
use leptos::prelude::*;

/// Removing the repository, where the API offers it.
pub fn remove(path: StoredValue<(String, String)>) -> AnyView {
    let navigation = use_navigation();
    let connection = use_connection();
    let open = RwSignal::new(false);
    let typed = RwSignal::new(String::new());
    let sending = RwSignal::new(false);
    let error = RwSignal::new(None::<Error>);
    let matches = move || path.with_value(|(_, name)| typed.with(|typed| typed == name));
    let send = move || {
        let Some(client) = untrack(move || connection.client()) else {
            return;
        };
        if sending.get_untracked() || !untrack(matches) {
            return;
        }
        sending.set(true);
        error.set(None);
        let (namespace, name) = path.get_value();
        leptos::task::spawn_local(async move {
            let answer = client.delete_repository(&namespace, &name).await;
            if sending.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(()) => {
                    known_repositories::forget(
                        &untrack(move || connection.address()),
                        &namespace,
                        &name,
                    );
                    navigation.go(&Route::repositories(namespace));
                }
                Err(failure) => error.set(Some(failure)),
            }
        });
    };
    let title = t_signal!(
        remove.title,
        path = path.with_value(|(namespace, name)| format!("{namespace}/{name}"))
    );
    let label = t_signal!(
        remove.type_name,
        name = path.with_value(|(_, name)| name.clone())
    );
    let dialog = move || {
        view! {
            <Dialog open=open title=title>
                <form
                    class="form"
                    on:submit=move |event| {
                        event.prevent_default();
                        send();
                    }
                >
                    <p>{t_signal!(remove.text)}</p>
                    {Input::new(label, typed).view()}
                    {dynamic(move || {
                        let error = error.get()?;
                        Some(error_notice(t_signal!(remove.removing), error, false, None))
                    })}
                    <div class="form-actions">
                        {Button::new(t_signal!(remove.button))
                            .danger()
                            .busy(sending)
                            .disabled(bool_signal(move || !matches()))
                            .submit()}
                        {Button::new(t_signal!(form.cancel)).on_press(move || open.set(false))}
                    </div>
                </form>
            </Dialog>
        }
        .into_any()
    };
    view! {
        <section class="section danger-zone">
            {Button::new(t_signal!(remove.button))
                .danger()
                .icon(icon::TRASH)
                .on_press(move || {
                    typed.set(String::new());
                    error.set(None);
                    open.set(true);
                })} {show(move || open.get(), dialog)}
        </section>
    }
    .into_any()
}
