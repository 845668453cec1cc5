//! The color theme: light or dark.

use crate::platform::storage::{Keep, store, stored};
use crate::t_string;
use leptos::prelude::*;

/// A color theme.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Theme {
    /// As the system is set.
    System,
    Light,
    Dark,
}

impl Theme {
    /// The stored value.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// Its name in the current language.
    pub fn word(self) -> &'static str {
        match self {
            Self::System => t_string!(theme.system),
            Self::Light => t_string!(theme.light),
            Self::Dark => t_string!(theme.dark),
        }
    }
}

impl From<&str> for Theme {
    fn from(text: &str) -> Self {
        match text {
            "light" => Self::Light,
            "dark" => Self::Dark,
            _ => Self::System,
        }
    }
}

/// The theme that the user has chosen. Provided once; copies share it.
#[derive(Clone, Copy)]
pub struct ChosenTheme(RwSignal<u32>);

impl ChosenTheme {
    /// Provides the theme that this browser keeps.
    pub(crate) fn provide() {
        let theme = Theme::from(stored(Keep::Device, "theme").unwrap_or_default().as_str());
        provide_context(Self(RwSignal::new(theme as u32)));
    }

    /// Tracked.
    pub(crate) fn get(self) -> Theme {
        match self.0.get() {
            1 => Theme::Light,
            2 => Theme::Dark,
            _ => Theme::System,
        }
    }

    /// Stores the theme, and applies it to the page.
    pub(crate) fn set(self, theme: Theme) {
        self.0.set(theme as u32);
        let stored_value = (theme != Theme::System).then(|| theme.as_str());
        store(Keep::Device, "theme", stored_value);
        if let Some(root) = document().document_element() {
            // Both succeed for a valid name.
            let _ = match stored_value {
                Some(value) => root.set_attribute("data-theme", value),
                None => root.remove_attribute("data-theme"),
            };
        }
    }
}

/// The theme of this console. Call it while a component is being built.
pub(crate) fn use_theme() -> ChosenTheme {
    expect_context()
}
