//! Canceling a build that waits or runs, and removing one that has ended: an optional call, offered where the API says
//! that the build is removable.

use crate::api::{Build, Status};
use crate::client::Error;
use crate::components::error_notice::{Retry, error_notice};
use crate::i18n::refusal_words::in_own_words;
use crate::platform::dom;
use crate::query::Query;
use crate::reactive::{dynamic, memo, show, text_signal};
use crate::routing::navigation::{Navigation, use_navigation};
use crate::routing::routes::{BuildsQuery, Route};
use crate::state::connection::{Connection, use_connection};
use crate::state::page_actions::PageAction;
use crate::state::session_cache::{SessionCache, use_session_cache};
use crate::state::toasts::{Toasts, use_toasts};
use crate::ui::button::Button;
use crate::ui::dialog::Dialog;
use crate::{t_signal, t_string};
use leptos::prelude::*;

/// What is done with a build. One call does both, by the state of the build.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wish {
    /// A build that waits or runs is ended.
    Cancel,
    /// A build that has ended is removed.
    Remove,
}

/// Cancels or removes the build of the page. Copies share their signals.
#[derive(Clone, Copy)]
pub(crate) struct Removal {
    build: Query<Build>,
    /// What can be done with the build; `None` if nothing is offered.
    offered: Memo<Option<Wish>>,
    /// True once the API has refused the call as one that it does not have.
    is_refused: RwSignal<bool>,
    /// What the dialog asks about, while `is_open`.
    wish: RwSignal<Wish>,
    is_open: RwSignal<bool>,
    /// True from the request on, until the build has ended or the request has failed.
    busy: RwSignal<bool>,
    error: RwSignal<Option<Error>>,
    connection: Connection,
    navigation: Navigation,
    cache: SessionCache,
    toasts: Toasts,
}

/// Returns what cancels or removes a build. Call it while a component is being built.
pub(crate) fn use_removal(build: Query<Build>) -> Removal {
    let is_refused = RwSignal::new(false);
    let offered = memo(move || {
        let build = build.data()?;
        let is_offered = build.is_removable == Some(true) && !is_refused.get();
        is_offered.then(|| match build.is_finished() {
            true => Wish::Remove,
            false => Wish::Cancel,
        })
    });
    Removal {
        build,
        offered,
        is_refused,
        wish: RwSignal::new(Wish::Cancel),
        is_open: RwSignal::new(false),
        busy: RwSignal::new(false),
        error: RwSignal::new(None),
        connection: use_connection(),
        navigation: use_navigation(),
        cache: use_session_cache(),
        toasts: use_toasts(),
    }
}

impl Removal {
    /// The button that cancels the build, while that can be done.
    pub(crate) fn cancel_button(self) -> AnyView {
        let button = move || {
            let label = text_signal(move || match self.busy.get() {
                true => t_string!(build.canceling),
                false => t_string!(build.cancel),
            });
            Button::new(label)
                .busy(self.busy)
                .on_press(move || self.begin(Wish::Cancel))
        };
        show(move || self.offered.get() == Some(Wish::Cancel), button).into_any()
    }

    /// The entry of the menu that removes the build, once that can be done.
    pub(crate) fn remove_button(self) -> AnyView {
        let button =
            move || Button::new(t_signal!(build.remove)).on_press(move || self.begin(Wish::Remove));
        show(move || self.offered.get() == Some(Wish::Remove), button).into_any()
    }

    /// The action for the palette. Tracked.
    pub(crate) fn action(self) -> Option<PageAction> {
        let wish = self.offered.get()?;
        let text = match wish {
            Wish::Cancel => t_signal!(build.cancel),
            Wish::Remove => t_signal!(build.remove),
        };
        Some(PageAction::new(text, move || self.begin(wish)))
    }

    /// The dialog that asks, while it is open.
    pub(crate) fn dialog(self) -> AnyView {
        show(move || self.is_open.get(), move || dialog(self)).into_any()
    }

    /// Asks, unless the build has not begun yet: then nothing is lost.
    fn begin(self, wish: Wish) {
        if self.busy.get_untracked() {
            return;
        }
        self.wish.set(wish);
        self.error.set(None);
        let status = untrack(move || self.build.data()).map(|build| build.status.clone());
        match (wish, status) {
            (Wish::Cancel, Some(Status::Waiting)) => self.submit(),
            _ => self.is_open.set(true),
        }
    }

    fn submit(self) {
        let build = untrack(move || self.build.data());
        let client = untrack(move || self.connection.client());
        let (Some(build), Some(client), false) = (build, client, self.busy.get_untracked()) else {
            return;
        };
        let wish = self.wish.get_untracked();
        if wish == Wish::Cancel && build.is_finished() {
            // It has ended while the dialog was open: the same request would remove it.
            self.is_open.set(false);
            return;
        }
        self.busy.set(true);
        self.error.set(None);
        leptos::task::spawn_local(async move {
            let result = client.remove_build(&build.build_id, &build.status).await;
            // The page may have been left.
            if self.busy.is_disposed() {
                return;
            }
            match (result, wish) {
                (Ok(()), Wish::Cancel) => self.canceled(),
                (Ok(()), Wish::Remove) => self.removed(&build),
                (Err(error), _) => self.failed(error),
            }
        });
    }

    /// Follows the build to its end.
    fn canceled(self) {
        self.is_open.set(false);
        self.build.refresh();
    }

    fn removed(self, build: &Build) {
        self.is_open.set(false);
        // The lists that were read before have it.
        self.cache.clear();
        let image = build.image_reference();
        self.toasts
            .done(t_signal!(build.removed, image = image), None);
        let list = match build.repository() {
            Some((namespace, name)) => {
                BuildsQuery::of_repository(namespace.to_owned(), name.to_owned())
            }
            None => BuildsQuery::default(),
        };
        self.navigation.go(&Route::Builds(list));
    }

    fn failed(self, error: Error) {
        self.busy.set(false);
        // The build may be another one by now, or may have ended all the same.
        self.build.refresh();
        if error.is_not_offered() {
            self.is_open.set(false);
            self.is_refused.set(true);
            self.toasts.warn(t_signal!(build.cant_cancel));
        } else if self.is_open.get_untracked() {
            self.error.set(Some(in_own_words(error)));
        } else {
            let text = t_signal!(build.canceling_failed);
            let nothing = Signal::stored(String::new());
            self.toasts.failed(text, in_own_words(error), nothing);
        }
    }

    /// Takes the focus from the button that goes with the end of the build. Call it while the page is being built.
    pub(crate) fn keep_focus(self) {
        let is_there = memo(move || self.offered.get() == Some(Wish::Cancel));
        crate::reactive::effect(move || {
            if is_there.get() || !self.busy.get_untracked() {
                return;
            }
            self.busy.set(false);
            request_animation_frame(|| {
                if dom::is_focus_lost() {
                    dom::focus("h1");
                }
            });
        });
    }
}

fn dialog(removal: Removal) -> AnyView {
    let is_cancel = move || removal.wish.get() == Wish::Cancel;
    let choose = move |cancel: Signal<String>, remove: Signal<String>| {
        text_signal(move || match is_cancel() {
            true => cancel.get(),
            false => remove.get(),
        })
    };
    let title = choose(t_signal!(build.cancel_title), t_signal!(build.remove_title));
    let text = choose(t_signal!(build.cancel_text), t_signal!(build.remove_text));
    let button = choose(t_signal!(build.cancel), t_signal!(build.remove_now));
    let back = choose(t_signal!(build.keep), t_signal!(form.cancel));
    let failed = choose(
        t_signal!(build.canceling_failed),
        t_signal!(build.removing_failed),
    );
    let image = memo(move || {
        let build = removal.build.data();
        build
            .map(|build| build.image_reference())
            .unwrap_or_default()
    });
    let error = move || {
        let error = removal.error.get()?;
        Some(error_notice(failed, error, false, Retry::Never))
    };
    view! {
        <Dialog open=removal.is_open title=title>
            <p class="code">{move || image.get()}</p>
            <p>{text}</p>
            {dynamic(error)}
            <div class="form-actions">
                {Button::new(button).danger().busy(removal.busy).on_press(move || removal.submit())}
                {Button::new(back).on_press(move || removal.is_open.set(false))}
            </div>
        </Dialog>
    }
    .into_any()
}
