//! The dialog that saves a build as a file: it says what will be in the file and what will not, shows the progress, and
//! says why it did not work.

use crate::api::{Build, BuildConfig, Timestamp};
use crate::i18n::numbers::number;
use crate::log_viewer::build_file::format::{Head, Secrets, file_name};
use crate::log_viewer::build_file::saving::compressed;
use crate::log_viewer::commands::LogCommands;
use crate::platform::files::save_blob;
use crate::platform::page;
use crate::query::Query;
use crate::reactive::{show, text_signal};
use crate::state::connection::{Connection, use_connection};
use crate::state::toasts::use_toasts;
use crate::ui::button::Button;
use crate::ui::dialog::Dialog;
use crate::ui::icon;
use crate::{t_signal, t_string};
use futures_util::future::{AbortHandle, abortable};
use leptos::prelude::*;

/// A build that is being saved. Copies share it.
#[derive(Clone, Copy)]
struct Saving {
    commands: LogCommands,
    build: Query<Build>,
    detail: Memo<Option<String>>,
    connection: Connection,
    is_busy: RwSignal<bool>,
    has_failed: RwSignal<bool>,
    /// The share of the log that is written, from 0 to 1.
    share: RwSignal<f64>,
}

/// The dialog, while it is wanted.
pub(crate) fn save_dialog(
    commands: LogCommands,
    build: Query<Build>,
    detail: Memo<Option<String>>,
) -> AnyView {
    let open = commands.save_wanted;
    let dialog = move || {
        view! {
            <Dialog open=open title=t_signal!(build_file.save)>
                {content(commands, build, detail)}
            </Dialog>
        }
        .into_any()
    };
    show(move || open.get(), dialog).into_any()
}

fn content(commands: LogCommands, build: Query<Build>, detail: Memo<Option<String>>) -> AnyView {
    let saving = Saving {
        commands,
        build,
        detail,
        connection: use_connection(),
        is_busy: RwSignal::new(false),
        has_failed: RwSignal::new(false),
        share: RwSignal::new(0.0),
    };
    let press = start(saving);
    let label = text_signal(move || match saving.is_busy.get() {
        true => t_string!(build_file.saving),
        false => t_string!(build_file.save_now),
    });
    let bar = move || {
        view! {
            <progress
                max="1"
                value=move || saving.share.get()
                aria-label=t_signal!(build_file.saving)
            ></progress>
        }
        .into_any()
    };
    let failure = || {
        view! {
            <div class="notice" data-kind="error" role="alert">
                {icon::icon(icon::WARNING)}
                <p class="notice-body">{t_signal!(build_file.not_saved)}</p>
            </div>
        }
        .into_any()
    };
    view! {
        <div class="save-build">
            <p>{t_signal!(build_file.what)}</p>
            <p>{text_signal(move || saving.log_text())}</p>
            <p class="quiet">{t_signal!(build_file.secrets)}</p>
            {show(move || saving.is_busy.get(), bar)}
            {show(move || saving.has_failed.get(), failure)}
        </div>
        <div class="form-actions">
            {Button::new(label).primary().busy(saving.is_busy).on_press(press)}
            {Button::new(t_signal!(form.cancel)).on_press(move || commands.save_wanted.set(false))}
        </div>
    }
    .into_any()
}

/// Returns what the button does. Closing the dialog stops it.
fn start(saving: Saving) -> impl Fn() {
    let toasts = use_toasts();
    let running = StoredValue::new(None::<AbortHandle>);
    on_cleanup(move || {
        if let Some(Some(handle)) = running.try_update_value(Option::take) {
            handle.abort();
        }
    });
    move || {
        saving.has_failed.set(false);
        saving.is_busy.set(true);
        let (save, handle) = abortable(saving.save());
        running.set_value(Some(handle));
        leptos::task::spawn_local(async move {
            // An error means that the dialog was closed.
            let Ok(saved) = save.await else { return };
            match saved {
                Some((name, true)) => {
                    toasts.done(t_signal!(build_file.saved, name = name.clone()), None);
                }
                Some((name, false)) => {
                    let said = t_signal!(build_file.saved_without_config, name = name.clone());
                    toasts.done(said, None);
                }
                None => saving.has_failed.set(true),
            }
            saving.is_busy.set(false);
            if !saving.has_failed.get_untracked() {
                saving.commands.save_wanted.set(false);
            }
        });
    }
}

impl Saving {
    /// Saves the file. Returns its name, and whether it has the build config. `None` if it could not be saved.
    async fn save(self) -> Option<(String, bool)> {
        let mut build = (*untrack(move || self.build.data())?).clone();
        build.detail = self.detail.get_untracked().or(build.detail);
        let config = self.config(&build).await;
        let token = self.connection.token_text();
        let secrets = Secrets::of(&build, config.as_ref(), token.as_deref());
        let now = Timestamp::from_millis(page::now_millis());
        let head = Head::new(
            &build,
            config.as_ref(),
            untrack(move || self.is_part()),
            now,
        );
        let file = compressed(self.commands.viewer, &head, &secrets, self.share).await?;
        let name = file_name(&build);
        save_blob(&name, &file).then_some((name, config.is_some()))
    }

    /// The build config of the repository, where the API gives it.
    async fn config(self, build: &Build) -> Option<BuildConfig> {
        let (namespace, name) = build.repository()?;
        let client = untrack(move || self.connection.client())?;
        let repository = client.repository(namespace, name).await.ok()?;
        repository.build_config
    }

    /// Returns true if the file will have only a part of the log. Tracked.
    fn is_part(self) -> bool {
        let viewer = self.commands.viewer;
        let is_running = !self.build.data().is_some_and(|build| build.is_finished());
        is_running
            || viewer.loading.get()
            || viewer.error.with(Option::is_some)
            || viewer.loaded.get() != (None, None)
    }

    fn log_text(self) -> String {
        let viewer = self.commands.viewer;
        let lines = number(viewer.counts.with(|counts| counts.lines));
        match (viewer.loaded.get(), self.is_part()) {
            ((None, None), false) => t_string!(build_file.whole_log, n = lines),
            ((None, None), true) => t_string!(build_file.log_so_far, n = lines),
            _ => t_string!(build_file.log_window, n = lines),
        }
    }
}
