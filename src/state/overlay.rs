//! Which overlay covers the page.

use crate::state::start_build::{After, Target};
use leptos::prelude::*;

/// What lies over the page.
#[derive(Debug, Clone, PartialEq)]
pub enum Overlay {
    Palette,
    Keys,
    /// The dialog that asks for the commit to build.
    Commit(Target, After),
}

/// What lies over the page now; `None`: nothing. Provided by the shell.
#[derive(Clone, Copy)]
pub struct Over(pub RwSignal<Option<Overlay>>);
