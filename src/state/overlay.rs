//! Which overlay covers the page.

use crate::state::start_build::{AfterStart, BuildTarget};
use leptos::prelude::*;

/// What lies over the page.
#[derive(Debug, Clone, PartialEq)]
pub enum Overlay {
    Palette,
    Keys,
    /// The dialog that asks for the commit to build.
    Commit(BuildTarget, AfterStart),
}

/// What lies over the page now; `None`: nothing. Provided by the shell.
#[derive(Clone, Copy)]
pub struct OpenOverlay(pub RwSignal<Option<Overlay>>);
