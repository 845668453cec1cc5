//! Every keyboard shortcut of the console. The key handlers (`app/shortcuts.rs`, `log_viewer/shortcuts.rs`)
//! and the help (`app/shortcut_help.rs`) are made from these two lists. The rows of a form have a list of
//! their own (`forms/rows/row_keys.rs`), because it is part of the forms' chunk. The keys that scroll any page scroll the
//! log too (`log_viewer/shortcuts.rs`).

use crate::t_string;

/// An action of the console, available on every page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ConsoleAction {
    OpenPalette,
    GoToBuilds,
    GoToRepositories,
    FocusFilter,
    NextRow,
    PreviousRow,
    OpenRow,
    StartBuild,
    ShowShortcuts,
    CloseDialog,
}

/// An action of the log viewer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LogAction {
    Search,
    /// Opens the search with its text selected.
    Find,
    SelectAll,
    Copy,
    NextMatch,
    PreviousMatch,
    Start,
    End,
    LineDown,
    LineUp,
    PageDown,
    PageUp,
    ToggleFollow,
    FirstFailure,
    NextError,
    PreviousError,
    GoToLine,
    ToggleWrap,
    NextTimeFormat,
    Escape,
}

/// The key that must be held, or pressed before, together with another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Modifier {
    None,
    Shift,
    /// Ctrl or ⌘; in the log ⌘ on Apple's devices, and Ctrl elsewhere.
    Ctrl,
    /// `g`, pressed shortly before.
    AfterG,
}

/// Where the focus must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    /// Anywhere on the page, except in a form field.
    Page,
    /// In the log.
    Log,
}

/// A key and its action.
#[derive(Debug)]
pub(crate) struct Binding<A> {
    pub(crate) modifier: Modifier,
    /// `KeyboardEvent.key`.
    pub(crate) key: &'static str,
    pub(crate) scope: Scope,
    pub(crate) action: A,
}

/// One line of the help: keys with a common description.
#[derive(Debug)]
pub(crate) struct Shortcut<A: 'static> {
    /// The keys as the help shows them. Empty: not part of the help.
    pub(crate) label: &'static str,
    pub(crate) bindings: &'static [Binding<A>],
}

const fn binding<A>(modifier: Modifier, key: &'static str, scope: Scope, action: A) -> Binding<A> {
    Binding {
        modifier,
        key,
        scope,
        action,
    }
}

const fn on_page<A>(key: &'static str, action: A) -> Binding<A> {
    binding(Modifier::None, key, Scope::Page, action)
}

const fn in_log(key: &'static str, action: LogAction) -> Binding<LogAction> {
    binding(Modifier::None, key, Scope::Log, action)
}

const fn after_g(key: &'static str, action: ConsoleAction) -> Binding<ConsoleAction> {
    binding(Modifier::AfterG, key, Scope::Page, action)
}

/// The shortcuts of every page.
pub(crate) static CONSOLE_SHORTCUTS: [Shortcut<ConsoleAction>; 9] = {
    use ConsoleAction::*;
    [
        Shortcut {
            label: "Ctrl K, ⌘ K",
            bindings: &[binding(Modifier::Ctrl, "k", Scope::Page, OpenPalette)],
        },
        Shortcut {
            label: "g b",
            bindings: &[after_g("b", GoToBuilds)],
        },
        Shortcut {
            label: "g r",
            bindings: &[after_g("r", GoToRepositories)],
        },
        Shortcut {
            label: "/",
            bindings: &[on_page("/", FocusFilter)],
        },
        Shortcut {
            label: "j, k",
            bindings: &[on_page("j", NextRow), on_page("k", PreviousRow)],
        },
        Shortcut {
            label: "Enter",
            bindings: &[on_page("Enter", OpenRow)],
        },
        Shortcut {
            label: "b",
            bindings: &[on_page("b", StartBuild)],
        },
        Shortcut {
            label: "?",
            bindings: &[on_page("?", ShowShortcuts)],
        },
        Shortcut {
            label: "Esc",
            bindings: &[on_page("Escape", CloseDialog)],
        },
    ]
};

/// The shortcuts of the log viewer.
pub(crate) static LOG_SHORTCUTS: [Shortcut<LogAction>; 14] = {
    use LogAction::*;
    [
        Shortcut {
            label: "/",
            bindings: &[on_page("/", Search)],
        },
        Shortcut {
            label: "Ctrl F, ⌘ F",
            bindings: &[binding(Modifier::Ctrl, "f", Scope::Page, Find)],
        },
        Shortcut {
            label: "n, N",
            bindings: &[on_page("n", NextMatch), on_page("N", PreviousMatch)],
        },
        Shortcut {
            label: "g, G",
            bindings: &[
                in_log("g", Start),
                in_log("Home", Start),
                on_page("G", End),
                in_log("End", End),
            ],
        },
        Shortcut {
            label: "j, k, Space",
            bindings: &[
                on_page("j", LineDown),
                on_page("k", LineUp),
                in_log(" ", PageDown),
                binding(Modifier::Shift, " ", Scope::Log, PageUp),
            ],
        },
        Shortcut {
            label: "f",
            bindings: &[on_page("f", ToggleFollow)],
        },
        Shortcut {
            label: "F",
            bindings: &[on_page("F", FirstFailure)],
        },
        Shortcut {
            label: "e, E",
            bindings: &[on_page("e", NextError), on_page("E", PreviousError)],
        },
        Shortcut {
            label: "l",
            bindings: &[on_page("l", GoToLine)],
        },
        Shortcut {
            label: "Ctrl A, ⌘ A",
            bindings: &[binding(Modifier::Ctrl, "a", Scope::Log, SelectAll)],
        },
        Shortcut {
            label: "Ctrl C, ⌘ C",
            bindings: &[binding(Modifier::Ctrl, "c", Scope::Log, Copy)],
        },
        Shortcut {
            label: "w",
            bindings: &[on_page("w", ToggleWrap)],
        },
        Shortcut {
            label: "t",
            bindings: &[on_page("t", NextTimeFormat)],
        },
        Shortcut {
            // The help lists Esc once, among the console's shortcuts.
            label: "",
            bindings: &[in_log("Escape", Escape)],
        },
    ]
};

/// Finds the binding of a key.
pub(crate) fn find_binding<A>(
    shortcuts: &'static [Shortcut<A>],
    modifier: Modifier,
    key: &str,
) -> Option<&'static Binding<A>> {
    shortcuts
        .iter()
        .flat_map(|shortcut| shortcut.bindings)
        .find(|binding| binding.modifier == modifier && binding.key == key)
}

// Functions rather than fields of the lists: the main chunk holds the lists, and a function pointer in
// them would keep the texts of the help there too.

impl ConsoleAction {
    /// Its description in the help.
    pub(crate) fn help(self) -> &'static str {
        match self {
            Self::OpenPalette => t_string!(keys.palette),
            Self::GoToBuilds => t_string!(keys.builds),
            Self::GoToRepositories => t_string!(keys.repositories),
            Self::FocusFilter => t_string!(keys.filter),
            Self::NextRow | Self::PreviousRow => t_string!(keys.rows),
            Self::OpenRow => t_string!(keys.open),
            Self::StartBuild => t_string!(keys.build),
            Self::ShowShortcuts => t_string!(keys.list),
            Self::CloseDialog => t_string!(keys.close),
        }
    }
}

impl LogAction {
    /// Its description in the help.
    pub(crate) fn help(self) -> &'static str {
        match self {
            Self::Search => t_string!(keys.log_search),
            Self::Find => t_string!(keys.log_find),
            Self::SelectAll => t_string!(keys.log_select_all),
            Self::Copy => t_string!(keys.log_copy),
            Self::NextMatch | Self::PreviousMatch => t_string!(keys.log_matches),
            Self::Start | Self::End => t_string!(keys.log_ends),
            Self::LineDown | Self::LineUp | Self::PageDown | Self::PageUp => {
                t_string!(keys.log_scroll)
            }
            Self::ToggleFollow => t_string!(keys.log_follow),
            Self::FirstFailure => t_string!(keys.log_failure),
            Self::NextError | Self::PreviousError => t_string!(keys.log_errors),
            Self::GoToLine => t_string!(keys.log_line),
            Self::ToggleWrap => t_string!(keys.log_wrap),
            Self::NextTimeFormat => t_string!(keys.log_times),
            Self::Escape => t_string!(keys.close),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys<A>(shortcuts: &[Shortcut<A>]) -> Vec<String> {
        shortcuts
            .iter()
            .flat_map(|shortcut| shortcut.bindings)
            .map(|binding| format!("{:?} {}", binding.modifier, binding.key))
            .collect()
    }

    fn assert_no_duplicates(mut keys: Vec<String>) {
        keys.sort();
        assert!(keys.windows(2).all(|two| two[0] != two[1]), "{keys:?}");
    }

    #[test]
    fn no_key_has_two_actions() {
        assert_no_duplicates(keys(&CONSOLE_SHORTCUTS));
        assert_no_duplicates(keys(&LOG_SHORTCUTS));
    }

    #[test]
    fn every_key_finds_its_own_action() {
        for binding in LOG_SHORTCUTS.iter().flat_map(|shortcut| shortcut.bindings) {
            let found = find_binding(&LOG_SHORTCUTS, binding.modifier, binding.key);
            assert_eq!(
                found.map(|found| found.action),
                Some(binding.action),
                "{binding:?}"
            );
        }
        assert!(find_binding(&LOG_SHORTCUTS, Modifier::None, "x").is_none());
        assert!(find_binding(&CONSOLE_SHORTCUTS, Modifier::None, "r").is_none());
    }

    #[test]
    fn every_key_that_the_help_shows_is_bound() {
        let is_bound = |keys: &[String], name: &str| {
            let with_ctrl = name.strip_prefix("Ctrl ").or(name.strip_prefix("⌘ "));
            let name = match name {
                "Space" => " ".to_owned(),
                "Esc" => "Escape".to_owned(),
                name => name.to_owned(),
            };
            match with_ctrl {
                Some(letter) => keys.contains(&format!("Ctrl {}", letter.to_lowercase())),
                None => keys.iter().any(|key| key.ends_with(&format!(" {name}"))),
            }
        };
        let console = keys(&CONSOLE_SHORTCUTS);
        for name in ["b", "r", "/", "j", "k", "Enter", "?", "Esc"] {
            assert!(is_bound(&console, name), "{name}");
        }
        for shortcut in LOG_SHORTCUTS
            .iter()
            .filter(|shortcut| !shortcut.label.is_empty())
        {
            for name in shortcut.label.split(", ") {
                assert!(is_bound(&keys(&LOG_SHORTCUTS), name), "{name}");
            }
        }
    }
}
