//! The overlay that covers the page.

use crate::state::start_build::{AfterStart, BuildTarget};
use leptos::prelude::*;

/// An overlay.
#[derive(Debug, Clone, PartialEq)]
pub enum Overlay {
    /// The command palette.
    Palette,
    /// The list of keyboard shortcuts.
    Shortcuts,
    /// The dialog that asks for the commit to build.
    Commit(BuildTarget, AfterStart),
}

/// The open overlay; `None` if there is none. Provided once; copies share it.
#[derive(Clone, Copy)]
pub struct OpenOverlay(pub RwSignal<Option<Overlay>>);
