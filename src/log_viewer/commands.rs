//! What can be done with the log, for buttons and keys alike.

use crate::i18n::numbers::number;
use crate::log::EscapeMode;
use crate::log_viewer::layout::times::TimeKind;
use crate::log_viewer::search::LogSearch;
use crate::log_viewer::selection::Selection;
use crate::log_viewer::view_state::LogViewer;
use crate::platform::dom::focus;
use crate::platform::storage::{Keep, store};
use crate::t_string;
use leptos::prelude::*;

/// The log, its search and its selection. A copy is the same.
#[derive(Clone, Copy)]
pub struct LogCommands {
    pub view: LogViewer,
    pub finder: LogSearch,
    pub selection: Selection,
    /// Whether the log fills the window.
    pub full: RwSignal<bool>,
    /// Whether the list of sections is shown.
    pub listed: RwSignal<bool>,
}

impl LogCommands {
    /// Puts the focus where a search is typed.
    pub fn focus_search(self) {
        focus(".log-search input[type=search]");
    }

    /// Puts the focus on the log itself.
    pub fn focus_log(self) {
        focus(".log-frame");
    }

    /// Leaves what is open; `false` where nothing is.
    pub fn escape(self, is_field: bool) -> bool {
        if is_field {
            self.focus_log();
        } else if self.full.get_untracked() {
            self.full.set(false);
        } else if self.selection.lines().is_some() {
            self.selection.select(None);
        } else {
            return false;
        }
        true
    }

    pub fn toggle_follow(self) {
        match self.view.follow.get_untracked() {
            true => self.view.let_go(),
            false => self.view.follow_end(),
        }
    }

    pub fn toggle_wrap(self) {
        let wrap = !self.view.look.with_untracked(|look| look.wrap);
        store(Keep::Device, "log.wrap", wrap.then_some("yes"));
        self.view.set_look(|look| look.wrap = wrap);
    }

    pub fn set_times(self, times: TimeKind) {
        store(Keep::Device, "log.times", Some(times.name()));
        self.view.set_look(|look| look.times = times);
    }

    /// Goes on to the next kind of times.
    pub fn next_times(self) {
        let times = self.view.look.with_untracked(|look| look.times);
        self.set_times(times.next());
    }

    pub fn toggle_utc(self) {
        let utc = !self.view.look.with_untracked(|look| look.utc);
        store(Keep::Device, "log.utc", utc.then_some("yes"));
        self.view.set_look(|look| look.utc = utc);
    }

    /// Shows escapes and controls, or what they do.
    pub fn toggle_controls(self) {
        self.view.set_look(|look| {
            look.mode = match look.mode {
                EscapeMode::Interpret => EscapeMode::Show,
                EscapeMode::Show => EscapeMode::Interpret,
            };
        });
    }

    /// Goes to the step that failed: to its last line, which says why.
    pub fn go_to_failure(self) {
        let last = self.view.read(|core| {
            let sections = core.log.steps();
            let failed = sections.list().get(sections.failing()?)?;
            Some(failed.last)
        });
        match last.flatten() {
            Some(line) => self.go_to(line),
            None => self.say(t_string!(log.no_failure).to_owned()),
        }
    }

    /// Folds a step, or opens it.
    pub fn fold(self, section: usize) {
        self.view.set_filter(|filter| {
            if !filter.folded.remove(&section) {
                filter.folded.insert(section);
            }
        });
    }

    /// Folds all steps, or opens all.
    pub fn fold_all(self, fold: bool) {
        let all = self.view.counts.with_untracked(|counts| counts.sections);
        self.view.set_filter(|filter| {
            filter.folded = if fold {
                (0..all).collect()
            } else {
                Default::default()
            };
        });
    }

    /// Has a screen reader say something.
    pub fn say(self, text: String) {
        self.view.announced.set(text);
    }

    /// Goes to a line, counted from 0, and says so.
    pub fn go_to(self, line: usize) {
        self.view.set_look(|look| look.current = Some(line));
        self.view.go_to(line);
        let text = self
            .view
            .read(|core| core.log.plain(line).chars().take(200).collect::<String>());
        let of = self.view.counts.get_untracked().lines;
        let place = t_string!(log.position, line = number(line + 1), of = number(of));
        self.view
            .announced
            .set(format!("{place}: {}", text.unwrap_or_default()));
    }
}
