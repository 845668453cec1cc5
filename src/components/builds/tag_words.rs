//! Words for the commit that an image tag has now, and for the effect of building another one.

use crate::api::Build;
use crate::api::grammar::is_commit;
use crate::components::builds::tag_now::{KnownBuilds, Move, read_page};
use crate::i18n::format::short_commit;
use crate::i18n::words;
use crate::reactive::{dynamic, effect, memo, show, text_signal};
use crate::state::clock::use_clock;
use crate::state::connection::use_connection;
use crate::state::session_cache::use_session_cache;
use crate::state::start_build::BuildTarget;
use crate::ui::icon;
use crate::{t_signal, t_string};
use leptos::prelude::*;

/// The words for the target's tag and the commit that was typed, as far as the list of builds tells. They keep their
/// place while the list is read: the buttons below do not move.
pub(crate) fn tag_words(target: StoredValue<BuildTarget>, typed: RwSignal<String>) -> AnyView {
    let commit = memo(move || typed.with(|typed| typed.trim().to_ascii_lowercase()));
    let known = known_builds(target, commit);
    let image = Signal::stored(target.with_value(BuildTarget::image));
    let now = memo(move || known.with(|known| known.now().cloned()));
    let building = memo(move || match commit.with(|commit| is_commit(commit)) {
        true => commit.with(|commit| known.with(|known| known.building(commit))),
        false => Move::Forward,
    });
    let clock = use_clock();
    let age = move |build: &Build, ended: bool| {
        let time = build.ended_at.filter(|_| ended).or(build.created_at);
        time.map(|time| words().relative(time.millis(), clock.now()))
            .unwrap_or_default()
    };
    let has_now = text_signal(move || {
        let Some(now) = now.get() else {
            return String::new();
        };
        let (image, age) = (image.get(), age(&now, true));
        match now.code_head_commit.as_deref().unwrap_or_default() {
            "" => t_string!(trigger.tag_age, image = image, age = age),
            commit => t_string!(
                trigger.tag_now,
                image = image,
                commit = short_commit(commit),
                age = age
            ),
        }
    });
    let goes_back = move || {
        let Move::Back(build) = building.get() else {
            return ().into_any();
        };
        let text = text_signal(move || {
            let commit = build.code_head_commit.as_deref().unwrap_or_default();
            let commit = short_commit(commit);
            t_string!(
                trigger.goes_back,
                image = image.get(),
                commit = commit,
                age = age(&build, false)
            )
        });
        view! { <p class="field-warning">{icon::icon(icon::WARNING)} {text}</p> }.into_any()
    };
    let may_go_back = move || {
        let text = t_signal!(
            trigger.may_go_back,
            image = image.get(),
            commit = commit.with(|commit| short_commit(commit).to_owned())
        );
        view! { <p>{text}</p> }.into_any()
    };
    let is_unknown = move || building.get() == Move::Unknown;
    view! {
        <div class="tag-now" role="status">
            <p>{has_now}</p>
            {dynamic(goes_back)}
            {show(is_unknown, may_go_back)}
        </div>
    }
    .into_any()
}

/// Reads the list of builds until what the tag has is known and, if it can be found, when the commit was built.
fn known_builds(target: StoredValue<BuildTarget>, commit: Memo<String>) -> RwSignal<KnownBuilds> {
    let connection = use_connection();
    let before = use_session_cache().all_builds();
    let known = RwSignal::new(target.with_value(|target| KnownBuilds::new(target, before)));
    let is_reading = StoredValue::new(false);
    effect(move || {
        commit.track();
        let Some(client) = untrack(move || connection.client()) else {
            return;
        };
        if is_reading.get_value() {
            return;
        }
        is_reading.set_value(true);
        leptos::task::spawn_local(async move {
            // The dialog may be closed meanwhile.
            while let (Some(commit), Some(target)) =
                (commit.try_get_untracked(), target.try_get_value())
                && let Some(page) = known
                    .try_with_untracked(|known| known.page_for(&commit))
                    .flatten()
            {
                let page = read_page(&client, &target, page).await;
                let _ = known.try_update(|known| known.add(page));
            }
            is_reading.try_set_value(false);
        });
    });
    known
}
