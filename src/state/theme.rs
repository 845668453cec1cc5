//! Light or dark.

use crate::platform::storage::{Keep, store, stored};
use crate::t_string;
use leptos::prelude::*;

/// Light, dark, or what the system says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Theme {
    System,
    Light,
    Dark,
}

impl Theme {
    /// The value under which it is kept.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// Its name for the user.
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

/// Provides the theme as a signal; a change is kept and shown.
pub(crate) fn provide_theme() {
    let theme = RwSignal::new(Theme::from(
        stored(Keep::Device, "theme").unwrap_or_default().as_str(),
    ));
    provide_context(theme);
    Effect::new(move |before: Option<()>| {
        let theme = theme.get();
        if before.is_none() {
            return; // What was kept is shown already, by boot.js.
        }
        let kept = (theme != Theme::System).then(|| theme.as_str());
        store(Keep::Device, "theme", kept);
        if let Some(root) = document().document_element() {
            // Neither fails for a valid name.
            let _ = match kept {
                Some(value) => root.set_attribute("data-theme", value),
                None => root.remove_attribute("data-theme"),
            };
        }
    });
}
