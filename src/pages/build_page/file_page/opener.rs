//! Opens files: the one that is shown, and why the last one could not be opened.

use crate::log_viewer::build_file::log_file::LogFile;
use crate::log_viewer::build_file::unpack::Problem;
use crate::platform::dom;
use crate::routing::navigation::{Navigation, use_navigation};
use crate::ui::file_input::file_button;
use leptos::prelude::*;
use std::cell::RefCell;
use web_sys::File;

/// The kinds of files that the picker offers first.
const ACCEPTED: &str = ".gz,.json,.log,.txt,application/gzip,application/json,text/plain";

thread_local! {
    /// The file opened last, for the way back from another page.
    static LAST_FILE: RefCell<Option<LogFile>> = const { RefCell::new(None) };
}

/// Opens files. Copies share it.
#[derive(Clone, Copy)]
pub(crate) struct Opener {
    pub(crate) navigation: Navigation,
    pub(crate) file: RwSignal<Option<LogFile>, LocalStorage>,
    /// The name of the last file, if it could not be opened, and why.
    pub(crate) problem: RwSignal<Option<(String, Problem)>>,
    pub(crate) is_busy: RwSignal<bool>,
    /// The number of files that were to be opened. The last one counts.
    attempts: StoredValue<u32>,
}

impl Opener {
    pub(crate) fn new() -> Self {
        Self {
            navigation: use_navigation(),
            file: RwSignal::new_local(LAST_FILE.with_borrow(Clone::clone)),
            problem: RwSignal::new(None),
            is_busy: RwSignal::new(false),
            attempts: StoredValue::new(0),
        }
    }

    /// Opens a file. What is shown stays if that fails.
    pub(crate) fn open(self, file: File) {
        self.problem.set(None);
        self.is_busy.set(true);
        let attempt = self.attempts.get_value() + 1;
        self.attempts.set_value(attempt);
        leptos::task::spawn_local(async move {
            let name = file.name();
            let opened = LogFile::open(file).await;
            // The page may be gone, or the user may have chosen another file.
            if self.attempts.try_get_value() != Some(attempt) {
                return;
            }
            self.is_busy.set(false);
            match opened {
                Ok(file) => self.show(file),
                Err(problem) => self.problem.set(Some((name, problem))),
            }
        });
    }

    fn show(self, file: LogFile) {
        if self.file.with_untracked(Option::is_some) {
            // The link was to a place in the file before.
            self.navigation.replace_query_and_fragment("");
        }
        LAST_FILE.set(Some(file.clone()));
        self.file.set(Some(file));
        // The button that was pressed is gone.
        request_animation_frame(|| {
            dom::focus("#heading");
        });
    }

    /// The button that chooses a file.
    pub(crate) fn button(self, label: Signal<String>) -> AnyView {
        file_button(label, ACCEPTED, move |file| self.open(file))
    }
}
