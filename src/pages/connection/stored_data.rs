//! The user's work that this browser has stored, and a button to remove it.

use crate::platform::storage::{Keep, remove_shared, store, stored_keys};
use crate::reactive::{show, text_signal};
use crate::state::last_list;
use crate::state::session_cache::SessionCache;
use crate::ui::button::Button;
use crate::ui::dialog::Dialog;
use crate::{t_signal, t_string};
use leptos::prelude::*;

/// The beginnings of the keys under which repositories, drafts and the last list of builds are stored.
const PREFIXES: [&str; 4] = ["seen.", "names.", "draft/", last_list::KEY];

/// The section that says what is stored, with a button that removes it. The button is always there: what the service
/// worker has kept is not seen from here.
pub(crate) fn stored_data() -> AnyView {
    let is_done = RwSignal::new(false);
    let is_open = RwSignal::new(false);
    let session_cache = expect_context::<SessionCache>();
    let said = text_signal(move || match is_done.get() {
        true => t_string!(connection.stored_gone),
        false => "",
    });
    let forget = move || {
        let keys = PREFIXES.into_iter();
        for key in keys.flat_map(|prefix| stored_keys(Keep::Device, prefix)) {
            store(Keep::Device, &key, None);
        }
        PREFIXES.into_iter().for_each(remove_shared);
        // Else it would be stored again when the page is left.
        session_cache.clear();
        last_list::forget();
        is_done.set(true);
        is_open.set(false);
    };
    let dialog = move || {
        view! {
            <Dialog open=is_open title=t_signal!(connection.stored_forget)>
                <p>{t_signal!(connection.stored_sure)}</p>
                <div class="form-actions">
                    {Button::new(t_signal!(connection.stored_forget)).danger().on_press(forget)}
                    {Button::new(t_signal!(form.cancel)).on_press(move || is_open.set(false))}
                </div>
            </Dialog>
        }
        .into_any()
    };
    view! {
        <section class="settings-part">
            <h2>{t_signal!(connection.stored)}</h2>
            <p>{t_signal!(connection.stored_what)}</p>
            <div class="form-actions">
                {Button::new(t_signal!(connection.stored_forget))
                    .on_press(move || is_open.set(true))} <span class="quiet" role="status">
                    {said}
                </span>
            </div>
            {show(move || is_open.get(), dialog)}
        </section>
    }
    .into_any()
}
