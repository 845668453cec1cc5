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

/// Provides the theme as a signal. A change is stored and applied to the page.
pub(crate) fn provide_theme() {
    let theme = RwSignal::new(Theme::from(
        stored(Keep::Device, "theme").unwrap_or_default().as_str(),
    ));
    provide_context(theme);
    Effect::new(move |before: Option<()>| {
        let theme = theme.get();
        if before.is_none() {
            return; // boot.js has applied the stored theme.
        }
        let stored_value = (theme != Theme::System).then(|| theme.as_str());
        store(Keep::Device, "theme", stored_value);
        if let Some(root) = document().document_element() {
            // Both succeed for a valid name.
            let _ = match stored_value {
                Some(value) => root.set_attribute("data-theme", value),
                None => root.remove_attribute("data-theme"),
            };
        }
    });
}
