//! 'Build again', and the menu of what else can be done with a build.

use crate::api::Build;
use crate::client::Client;
use crate::components::builds::tag_now::{Move, read_move};
use crate::i18n::format::short_commit;
use crate::pages::build_page::copy_and_say::copy_and_say;
use crate::pages::build_page::notify_button::notify_button;
use crate::pages::build_page::removal::Removal;
use crate::query::Query;
use crate::reactive::{bool_signal, dynamic, memo, show_or, text_signal};
use crate::routing::navigation::use_navigation;
use crate::routing::routes::Route;
use crate::state::connection::use_connection;
use crate::state::overlay::{OpenOverlay, Overlay};
use crate::state::session_cache::use_session_cache;
use crate::state::start_build::{AfterStart, BuildControl, BuildTarget, use_build_control};
use crate::state::toasts::use_toasts;
use crate::ui::button::Button;
use crate::ui::icon;
use crate::ui::menu::Menu;
use crate::{t_signal, t_string};
use leptos::prelude::*;

/// The button with its menu, after the one that cancels the build. Disabled, with the reason, when the API does not say
/// what was built.
pub(crate) fn build_again(
    build: Query<Build>,
    target: Memo<Option<BuildTarget>>,
    removal: Removal,
) -> AnyView {
    let is_complete =
        move || target.with(|target| target.as_ref().is_some_and(BuildTarget::is_complete));
    let disabled = || {
        Button::new(t_signal!(build.again))
            .icon(icon::PLAY)
            .title(t_signal!(trigger.unknown))
            .always_disabled()
    };
    let part = show_or(
        is_complete,
        move || split_button(build, target, removal),
        disabled,
    );
    view! { <div class="build-again">{removal.cancel_button()} {part}</div> }.into_any()
}

fn split_button(
    build: Query<Build>,
    target: Memo<Option<BuildTarget>>,
    removal: Removal,
) -> AnyView {
    let control = use_build_control();
    let same = SameCommit {
        control,
        is_reading: RwSignal::new(false),
    };
    let busy = bool_signal(move || same.is_busy());
    let image = text_signal(move || {
        target
            .get()
            .map(|target| target.image())
            .unwrap_or_default()
    });
    let source_ref = memo(move || build.data().map(|build| build.code_repo_type_value.clone()));
    let label = text_signal(move || match busy.get() {
        true => t_string!(trigger.sending),
        false => t_string!(build.again),
    });
    let press = move || {
        if let Some(target) = target.get_untracked() {
            control.start_head(target, AfterStart::Open);
        }
    };
    let menu = move || menu(build, target, same, image, removal);
    view! {
        <span class="split-button">
            {Button::new(label)
                .primary()
                .icon(icon::PLAY)
                .name(t_signal!(build.again_of, image = image.get()))
                .title(t_signal!(build.again_title, source = source_ref.get().unwrap_or_default()))
                .busy(busy)
                .on_press(press)}
            {Menu::of_icon(icon::DOWN, t_signal!(build.other_actions)).primary().content(menu)}
        </span>
    }
    .into_any()
}

fn menu(
    build: Query<Build>,
    target: Memo<Option<BuildTarget>>,
    same: SameCommit,
    image: Signal<String>,
    removal: Removal,
) -> AnyView {
    let overlay = expect_context::<OpenOverlay>().0;
    let connection = use_connection();
    let pull = memo(move || build.data()?.pull_command(&connection.registry()));
    let ask_commit = move || {
        if let Some(target) = target.get_untracked() {
            overlay.set(Some(Overlay::Commit(target, AfterStart::Open)));
        }
    };
    view! {
        {same_commit_button(target, same)}
        {Button::new(t_signal!(trigger.commit))
            .name(t_signal!(trigger.commit_of, image = image.get()))
            .busy(bool_signal(move || same.is_busy()))
            .on_press(ask_commit)}
        {dynamic(move || pull.get().map(copy_pull_button))}
        {compare_link(build)}
        {notify_button(memo(move || build.data().is_some_and(|build| !build.is_finished())))}
        {removal.remove_button()}
    }
    .into_any()
}

/// Opens the page that compares this build with another one.
fn compare_link(build: Query<Build>) -> AnyView {
    let navigation = use_navigation();
    let href = text_signal(move || {
        navigation.href(&Route::Compare {
            build_id: build
                .data()
                .map(|build| build.build_id.clone())
                .unwrap_or_default(),
            other: None,
        })
    });
    Button::new(t_signal!(compare.with_another)).link(href)
}

/// Builds the commit of this build once more. Disabled, with the reason, while that is not known.
fn same_commit_button(target: Memo<Option<BuildTarget>>, same: SameCommit) -> AnyView {
    let overlay = expect_context::<OpenOverlay>().0;
    let (connection, cache) = (use_connection(), use_session_cache());
    let commit = memo(move || target.get().map(|target| target.commit).unwrap_or_default());
    let label = text_signal(move || match commit.get() {
        commit if commit.is_empty() => t_string!(build.again_same).to_owned(),
        commit => t_string!(build.again_commit, commit = short_commit(&commit)),
    });
    let title = text_signal(move || match commit.get() {
        commit if commit.is_empty() => t_string!(build.commit_unknown).to_owned(),
        commit => commit,
    });
    let press = move || {
        if let Some(target) = target.get_untracked() {
            let client = untrack(move || connection.client());
            same.press(target, client, cache.all_builds(), overlay);
        }
    };
    Button::new(label)
        .title(title)
        .disabled(bool_signal(move || commit.with(String::is_empty)))
        .busy(bool_signal(move || same.is_busy()))
        .on_press(press)
}

/// Builds the commit of a build once more. Copies are the same control.
#[derive(Clone, Copy)]
struct SameCommit {
    control: BuildControl,
    /// True while the list of builds is read.
    is_reading: RwSignal<bool>,
}

impl SameCommit {
    /// True while something is read or sent, tracked.
    fn is_busy(self) -> bool {
        self.is_reading.get() || self.control.busy().get()
    }

    /// Starts a build of the target's own commit, and opens it. If that takes the tag back to older code, a dialog says
    /// so first. `before` are the builds that this browser has read before.
    fn press(
        self,
        target: BuildTarget,
        client: Option<Client>,
        before: Vec<Build>,
        overlay: RwSignal<Option<Overlay>>,
    ) {
        let (Some(client), false) = (client, untrack(move || self.is_busy())) else {
            return;
        };
        self.is_reading.set(true);
        leptos::task::spawn_local(async move {
            let building = read_move(&client, &target, before).await;
            // The page may have been left.
            if self.is_reading.try_set(false).is_some() {
                return;
            }
            match building {
                Move::Back(_) => overlay.set(Some(Overlay::Commit(target, AfterStart::Open))),
                Move::Forward | Move::Unknown => self.start(target),
            }
        });
    }

    fn start(self, target: BuildTarget) {
        let (control, commit) = (self.control, target.commit.clone());
        control.start(target, Some(commit), move |target, result| {
            control.report(&target, result, AfterStart::Open);
        });
    }
}

/// Copies the command that pulls the image, which its tooltip shows. The menu is gone by then, so a toast says how it
/// went.
fn copy_pull_button(command: String) -> AnyView {
    let toasts = use_toasts();
    Button::new(t_signal!(copy.label, what = t_string!(build.pull_command)))
        .title(Signal::stored(command.clone()))
        .on_press(move || copy_and_say(command.clone(), toasts))
}
