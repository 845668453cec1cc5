//! The commands of the log, for buttons and keys alike.

use crate::i18n::numbers::number;
use crate::log::EscapeMode;
use crate::log_viewer::layout::times::TimeKind;
use crate::log_viewer::search::LogSearch;
use crate::log_viewer::selection::Selection;
use crate::log_viewer::source::LogSource;
use crate::log_viewer::view_state::LogViewer;
use crate::platform::dom::{focus, has_focus};
use crate::platform::storage::{Keep, store};
use crate::platform::timer::sleep;
use crate::t_string;
use leptos::prelude::*;
use std::time::Duration;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, HtmlInputElement};

/// The maximum length of a line that is announced to screen readers, in characters.
pub(crate) const MAX_ANNOUNCED_CHARS: usize = 200;

/// How long a message is shown over the lines.
const MESSAGE_DURATION: Duration = Duration::from_secs(3);

/// The log with its search and selection. A handle: copies refer to the same log.
#[derive(Clone, Copy)]
pub(crate) struct LogCommands {
    pub(crate) viewer: LogViewer,
    pub(crate) source: LogSource,
    pub(crate) search: LogSearch,
    pub(crate) selection: Selection,
    /// True while the log fills the window.
    pub(crate) full_screen: RwSignal<bool>,
    /// True to show the list of steps beside the log, where there is room for it.
    pub(crate) steps_shown: RwSignal<bool>,
    /// The index of the step that is in view.
    pub(crate) current_step: Memo<Option<usize>>,
    /// A message that is shown over the lines for a moment.
    pub(crate) message: RwSignal<String>,
    /// True until the field that goes to a line has taken the focus.
    pub(crate) go_to_wanted: RwSignal<bool>,
    /// True while the dialog that saves the build as a file is open.
    pub(crate) save_wanted: RwSignal<bool>,
    /// True while a tap on a line extends the selection.
    pub(crate) extends_by_tap: RwSignal<bool>,
    /// True while the bar of the selection is above the lines, not below.
    pub(crate) bar_above: RwSignal<bool>,
    /// True while a long text is copied.
    pub(crate) is_copying: StoredValue<bool>,
}

impl LogCommands {
    /// Focuses the search field.
    pub(crate) fn focus_search(self) {
        focus(".log-find input");
    }

    /// Focuses the search field and selects its text. Returns false if the field has the focus already: then the
    /// browser's own search is wanted.
    pub(crate) fn find(self) -> bool {
        const FIELD: &str = ".log-find input";
        if has_focus(FIELD) {
            return false;
        }
        self.focus_search();
        if let Some(field) = find(FIELD) {
            field.unchecked_into::<HtmlInputElement>().select();
        }
        has_focus(FIELD)
    }

    /// Focuses the log.
    pub(crate) fn focus_log(self) {
        focus(".log-frame");
    }

    /// Opens the menu of more tools, and focuses the field that goes to a line.
    pub(crate) fn show_go_to(self) {
        self.go_to_wanted.set(true);
        if !more_menu().is_some_and(|menu| is_open(&menu))
            && let Some(button) = find(".log-tools-more button")
        {
            button.click();
        }
    }

    /// Closes the menu of more tools.
    pub(crate) fn close_more_menu(self) {
        if let Some(menu) = more_menu() {
            // Fails only if it is closed already.
            let _ = menu.hide_popover();
        }
    }

    /// Fills the window with the log, or stops.
    pub(crate) fn toggle_full_screen(self) {
        self.full_screen.update(|full| *full = !*full);
    }

    /// Shows the list of steps, or hides it. Remembers the choice on this device.
    pub(crate) fn toggle_steps(self) {
        let shown = !self.steps_shown.get_untracked();
        let name = if shown { "shown" } else { "hidden" };
        store(Keep::Device, "log.steps", Some(name));
        self.steps_shown.set(shown);
    }

    /// Handles Escape: leaves a field, full screen or the selection. Returns false if there is nothing to
    /// leave.
    pub(crate) fn escape(self, is_field: bool) -> bool {
        if is_field {
            self.focus_log();
        } else if self.full_screen.get_untracked() {
            self.full_screen.set(false);
        } else if self.selection.lines().is_some() {
            self.clear_selection();
        } else {
            return false;
        }
        true
    }

    /// Follows the end of the log, or stops.
    pub(crate) fn toggle_follow(self) {
        self.viewer.toggle_follow();
    }

    /// Wraps long lines, or stops. Remembers the choice on this device.
    pub(crate) fn toggle_wrap(self) {
        let wrap = !self.viewer.options.with_untracked(|options| options.wrap);
        let name = if wrap { "yes" } else { "no" };
        store(Keep::Device, "log.wrap", Some(name));
        self.viewer.set_options(|options| options.wrap = wrap);
    }

    /// Chooses the time shown before each line. Remembers the choice on this device.
    pub(crate) fn set_times(self, times: TimeKind) {
        store(Keep::Device, "log.times", Some(times.name()));
        self.viewer.set_options(|options| options.times = times);
    }

    /// Chooses the next kind of time.
    pub(crate) fn next_times(self) {
        let times = self.viewer.options.with_untracked(|options| options.times);
        self.set_times(times.next());
    }

    /// Shows times in UTC, or in the user's time zone. Remembers the choice on this device.
    pub(crate) fn toggle_utc(self) {
        let utc = !self.viewer.options.with_untracked(|options| options.utc);
        store(Keep::Device, "log.utc", utc.then_some("yes"));
        self.viewer.set_options(|options| options.utc = utc);
    }

    /// Shows escapes and control characters, or interprets them.
    pub(crate) fn toggle_escapes(self) {
        self.viewer.set_options(|options| {
            options.escapes = match options.escapes {
                EscapeMode::Interpret => EscapeMode::Show,
                EscapeMode::Show => EscapeMode::Interpret,
            };
        });
    }

    /// Goes to the line that says why the build failed; if none does, to the last line of the step that failed.
    pub(crate) fn go_to_failure(self) {
        let line = self.viewer.with_model(|model| {
            let steps = model.log.steps();
            let last = || Some(steps.list().get(steps.failing()?)?.last);
            model.cause.or_else(last)
        });
        match line.flatten() {
            Some(line) => self.go_to(line),
            None => self.tell(t_string!(log.no_failure)),
        }
    }

    /// Folds or unfolds a step, by its index.
    pub(crate) fn toggle_fold(self, step: usize) {
        self.viewer.set_filter(|filter| {
            if !filter.folded.remove(&step) {
                filter.folded.insert(step);
            }
        });
    }

    /// Folds repeated lines, or stops. Remembers the choice on this device.
    pub(crate) fn toggle_fold_repeats(self) {
        let fold = !(self.viewer.filter).with_untracked(|filter| filter.fold_repeats);
        store(Keep::Device, "log.repeats", fold.then_some("folded"));
        self.viewer.set_filter(|filter| {
            filter.fold_repeats = fold;
            filter.unfolded.clear();
        });
    }

    /// Folds or unfolds a run of repeated lines, by its first line.
    pub(crate) fn toggle_repeats(self, first: u32) {
        self.viewer.set_filter(|filter| {
            if !filter.unfolded.remove(&first) {
                filter.unfolded.insert(first);
            }
        });
        let run = self.viewer.with_model(|model| {
            let run = model.repeats.of_line(first as usize)?;
            Some((run.lines(), model.filter.unfolded.contains(&first)))
        });
        if let Some((lines, is_unfolded)) = run.flatten() {
            let n = number(lines);
            self.announce(match is_unfolded {
                true => t_string!(repeats.unfolded, n = n),
                false => t_string!(repeats.folded, n = n),
            });
        }
    }

    /// Folds or unfolds all steps.
    pub(crate) fn fold_all(self, fold: bool) {
        let steps = self.viewer.counts.with_untracked(|counts| counts.steps);
        self.viewer.set_filter(|filter| {
            filter.folded = if fold {
                (0..steps).collect()
            } else {
                Default::default()
            };
        });
    }

    /// Shows a text over the lines until another one is told, and lets screen readers announce it.
    pub(crate) fn tell_until_done(self, text: String) {
        let _ = self.message.try_set(text.clone());
        self.announce(text);
    }

    /// Lets screen readers announce a text.
    pub(crate) fn announce(self, text: String) {
        let _ = self.viewer.announced.try_set(text);
    }

    /// Shows a text over the lines for a moment, and lets screen readers announce it.
    pub(crate) fn tell(self, text: &str) {
        self.announce(text.to_owned());
        let _ = self.message.try_set(text.to_owned());
        let told = text.to_owned();
        leptos::task::spawn_local(async move {
            sleep(MESSAGE_DURATION).await;
            if self.message.try_get_untracked().as_ref() == Some(&told) {
                self.message.set(String::new());
            }
        });
    }

    /// Goes to the first line of a step, by its index.
    pub(crate) fn go_to_step(self, step: usize) {
        let first = self.viewer.with_model(|model| {
            let step = model.log.steps().list().get(step)?;
            Some(step.first)
        });
        if let Some(line) = first.flatten() {
            self.go_to_place(line, true);
        }
    }

    /// Goes to a line, counted from 0, and announces it.
    pub(crate) fn go_to(self, line: usize) {
        self.go_to_place(line, false);
    }

    fn go_to_place(self, line: usize, at_top: bool) {
        self.viewer
            .set_options(|options| options.current_line = Some(line));
        self.viewer.go_to_place(line, at_top);
        let text = self.viewer.with_model(|model| {
            let text = model.log.plain(line);
            text.chars().take(MAX_ANNOUNCED_CHARS).collect::<String>()
        });
        let of = self.viewer.counts.get_untracked().lines;
        let position = t_string!(log.position, line = number(line + 1), of = number(of));
        let text = text.unwrap_or_default();
        self.announce(t_string!(words.fact, name = position, value = text));
    }
}

fn find(selector: &str) -> Option<HtmlElement> {
    let element = document().query_selector(selector).ok().flatten()?;
    element.dyn_into().ok()
}

fn more_menu() -> Option<HtmlElement> {
    find(".log-tools-more .menu-popover")
}

fn is_open(popover: &HtmlElement) -> bool {
    popover.matches(":popover-open").unwrap_or(false)
}
