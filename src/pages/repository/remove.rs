//! Removing a repository, after its name was typed.

use crate::client::Error;
use crate::components::error_notice::{Retry, error_notice};
use crate::i18n::refusal_words::in_own_words;
use crate::reactive::{bool_signal, dynamic, show};
use crate::routing::navigation::{Navigation, use_navigation};
use crate::routing::routes::Route;
use crate::state::connection::{Connection, use_connection};
use crate::state::known_repositories;
use crate::t_signal;
use crate::ui::button::Button;
use crate::ui::dialog::Dialog;
use crate::ui::input::Input;
use leptos::prelude::*;

/// The dialog's state. Copies share their signals.
#[derive(Clone, Copy)]
pub(crate) struct RemoveForm {
    connection: Connection,
    navigation: Navigation,
    path: StoredValue<(String, String)>,
    is_open: RwSignal<bool>,
    typed_name: RwSignal<String>,
    busy: RwSignal<bool>,
    error: RwSignal<Option<Error>>,
}

impl RemoveForm {
    /// Opens the dialog.
    pub(crate) fn open(self) {
        self.typed_name.set(String::new());
        self.error.set(None);
        self.is_open.set(true);
    }

    /// Returns true when the repository's name was typed, tracked.
    fn is_confirmed(self) -> bool {
        self.path
            .with_value(|(_, name)| self.typed_name.with(|typed| typed == name))
    }

    /// The dialog, while it is open.
    pub(crate) fn view(self) -> AnyView {
        show(move || self.is_open.get(), move || dialog(self)).into_any()
    }

    fn submit(self) {
        let Some(client) = untrack(move || self.connection.client()) else {
            return;
        };
        if self.busy.get_untracked() || !untrack(move || self.is_confirmed()) {
            return;
        }
        self.busy.set(true);
        self.error.set(None);
        let (namespace, name) = self.path.get_value();
        leptos::task::spawn_local(async move {
            let result = client.delete_repository(&namespace, &name).await;
            if self.busy.try_set(false).is_some() {
                return; // The page is gone.
            }
            match result {
                Ok(()) => {
                    let address = untrack(move || self.connection.address());
                    known_repositories::remove(&address, &namespace, &name);
                    self.navigation.go(&Route::repositories(namespace));
                }
                Err(error) => self.error.set(Some(in_own_words(error))),
            }
        });
    }
}

/// Returns what removes the repository. Call it while a component is being built.
pub(crate) fn use_remove_form(path: StoredValue<(String, String)>) -> RemoveForm {
    RemoveForm {
        connection: use_connection(),
        navigation: use_navigation(),
        path,
        is_open: RwSignal::new(false),
        typed_name: RwSignal::new(String::new()),
        busy: RwSignal::new(false),
        error: RwSignal::new(None),
    }
}

fn dialog(form: RemoveForm) -> AnyView {
    let (namespace, name) = form.path.get_value();
    let path = format!("{namespace}/{name}");
    let error = move || {
        let error = form.error.get()?;
        Some(error_notice(
            t_signal!(remove.removing),
            error,
            false,
            Retry::Never,
        ))
    };
    view! {
        <Dialog open=form.is_open title=t_signal!(remove.title, path = path)>
            <form
                class="form"
                on:submit=move |event| {
                    event.prevent_default();
                    form.submit();
                }
            >
                <p>{t_signal!(remove.text)}</p>
                {Input::new(t_signal!(remove.type_name, name = name.clone()), form.typed_name)
                    .view()}
                {dynamic(error)}
                <div class="form-actions">
                    {Button::new(t_signal!(remove.button))
                        .danger()
                        .busy(form.busy)
                        .disabled(bool_signal(move || !form.is_confirmed()))
                        .submit()}
                    {Button::new(t_signal!(form.cancel)).on_press(move || form.is_open.set(false))}
                </div>
            </form>
        </Dialog>
    }
    .into_any()
}
