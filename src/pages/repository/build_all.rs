//! Building all tags of a repository, one after another, and what became of each.

use crate::client::Error;
use crate::i18n::api_words::{api_words, error_words};
use crate::platform::dom;
use crate::reactive::{dynamic, show, show_or, text_signal};
use crate::routing::navigation::use_navigation;
use crate::routing::routes::Route;
use crate::state::start_build::{
    AfterStart, BuildStartError, BuildStarter, BuildTarget, StartResult, use_build_starter,
};
use crate::ui::button::Button;
use crate::{t_signal, t_string};
use leptos::prelude::*;

/// The outcome of one tag.
#[derive(Clone, PartialEq)]
enum TagOutcome {
    /// Its request was not sent yet.
    Waiting,
    /// Its build with this id has started.
    Started(String),
    /// It was not started, or that is in doubt.
    Failed(BuildStartError),
    /// Its request will not be sent.
    NotSent,
}

/// A run over all tags. Copies share their state.
#[derive(Clone, Copy)]
pub(crate) struct BuildAll {
    starter: BuildStarter,
    /// The tags in their order; empty: no run.
    tags: RwSignal<Vec<(String, TagOutcome)>>,
    is_running: RwSignal<bool>,
}

/// Returns what builds all tags. Call it while a component is being built.
pub(crate) fn use_build_all() -> BuildAll {
    BuildAll {
        starter: use_build_starter(),
        tags: RwSignal::new(Vec::new()),
        is_running: RwSignal::new(false),
    }
}

impl BuildAll {
    /// True while requests are being sent.
    pub(crate) fn is_running(self) -> Signal<bool> {
        self.is_running.into()
    }

    /// Starts the run, unless one is under way.
    pub(crate) fn start(self, targets: Vec<BuildTarget>) {
        if self.is_running.get_untracked() {
            return;
        }
        let tags = targets.iter();
        let tags = tags.map(|target| (target.tag.clone(), TagOutcome::Waiting));
        self.tags.set(tags.collect());
        let is_sent = self
            .starter
            .start_each(targets, move |target, result| self.note(target, result));
        self.is_running.set(is_sent);
        // The menu closes, and gives the focus back to its button, before the panel is there.
        request_animation_frame(|| {
            dom::focus(".build-all");
            dom::scroll_near(".build-all");
        });
    }

    /// Notes a result. Returns true if the run goes on.
    fn note(self, target: &BuildTarget, result: StartResult) -> bool {
        let Some(is_running) = self.is_running.try_get_untracked() else {
            // The page is gone: what was asked for is still done, and said elsewhere.
            self.starter.report(target, result, AfterStart::Stay);
            return true;
        };
        // Without an answer, the next request has none either.
        let is_cut = matches!(&result, Err(failure) if !matches!(failure.error, Error::Refused(_)));
        let outcome = match result {
            Ok(build) => TagOutcome::Started(build.build_id),
            Err(failure) => TagOutcome::Failed(failure),
        };
        self.tags.update(|tags| {
            if let Some(tag) = tags.iter_mut().find(|(tag, _)| *tag == target.tag) {
                tag.1 = outcome;
            }
        });
        let is_waiting = |tags: &Vec<(String, TagOutcome)>| {
            tags.iter()
                .any(|(_, outcome)| *outcome == TagOutcome::Waiting)
        };
        let goes_on = is_running && !is_cut && self.tags.with_untracked(is_waiting);
        if !goes_on {
            self.stop();
        }
        goes_on
    }

    /// Sends no more requests. The one under way cannot be taken back.
    fn stop(self) {
        self.is_running.set(false);
        self.tags.update(|tags| {
            for (_, outcome) in tags {
                if *outcome == TagOutcome::Waiting {
                    *outcome = TagOutcome::NotSent;
                }
            }
        });
    }

    /// The panel that reports the run; nothing before one.
    pub(crate) fn view(self) -> AnyView {
        show(
            move || self.tags.with(|tags| !tags.is_empty()),
            move || self.panel(),
        )
        .into_any()
    }

    fn panel(self) -> AnyView {
        let said = text_signal(move || {
            let of = self.tags.with(Vec::len);
            let started = self.tags.with(|tags| {
                let started = tags.iter();
                started
                    .filter(|(_, outcome)| matches!(outcome, TagOutcome::Started(_)))
                    .count()
            });
            t_string!(build_all.started, n = started, of = of)
        });
        let close = move || {
            self.tags.set(Vec::new());
            // The button is removed: the focus needs another element.
            dom::focus("#heading");
        };
        let stop = move || {
            Button::new(t_signal!(build_all.stop)).on_press(move || {
                self.stop();
                dom::focus("#heading");
            })
        };
        let close = move || Button::new(t_signal!(build_all.close)).on_press(close);
        let lines = move || -> Vec<AnyView> {
            let tags = self.tags.get().into_iter();
            tags.map(|(tag, outcome)| line(tag, outcome)).collect()
        };
        view! {
            <section class="panel build-all" tabindex="-1" aria-label=t_signal!(build_all.title)>
                <div class="page-head">
                    <h2>{t_signal!(build_all.title)}</h2>
                    <span role="status">{said}</span>
                    <span class="page-actions">
                        {show_or(move || self.is_running.get(), stop, close)}
                    </span>
                </div>
                <ul>{dynamic(lines)}</ul>
            </section>
        }
        .into_any()
    }
}

/// A tag, and what became of it.
fn line(tag: String, outcome: TagOutcome) -> AnyView {
    let navigation = use_navigation();
    let said = match outcome {
        TagOutcome::Waiting => t_signal!(build_all.waiting).into_any(),
        TagOutcome::NotSent => t_signal!(build_all.not_sent).into_any(),
        TagOutcome::Started(build_id) => {
            let href = navigation.href(&Route::Build { build_id });
            view! {
                {t_signal!(build_all.is_started)}
                " "
                <a href=href>{t_signal!(trigger.open)}</a>
            }
            .into_any()
        }
        TagOutcome::Failed(BuildStartError { error, in_doubt }) => {
            let said = api_words(&error);
            let why = text_signal(move || {
                let action = t_string!(trigger.starting);
                t_string!(error.failed_why, what = action, why = error_words(&error))
            });
            let doubt = in_doubt.then(|| t_signal!(trigger.in_doubt));
            view! { <span class="build-all-failed">{why} " " {said} " " {doubt}</span> }.into_any()
        }
    };
    view! {
        <li>
            <span class="code strong">{tag}</span>
            " "
            {said}
        </li>
    }
    .into_any()
}
