//! The page that opens a build, or a log alone, from a file. It makes no request.
#![allow(
    unreachable_pub,
    reason = "#[component] makes a public struct of the props"
)]

mod chooser;
mod opened;
mod opener;

use crate::log_viewer::tools::load_tools;
use crate::pages::build_page::file_page::chooser::chooser;
use crate::pages::build_page::file_page::opened::opened;
use crate::pages::build_page::file_page::opener::Opener;
use crate::reactive::{dynamic, show};
use crate::t_signal;
use crate::ui::file_input::on_file_drop;
use leptos::prelude::*;

/// The page that opens a file.
#[component]
pub(crate) fn FilePage() -> impl IntoView {
    let opener = Opener::new();
    // Ahead: an opened file needs no network.
    leptos::task::spawn_local(async {
        let _ = load_tools().await;
    });
    let is_over = on_file_drop(move |file| opener.open(file));
    let hint = || {
        view! {
            <div class="drop-hint" aria-hidden="true">
                {t_signal!(build_file.let_go)}
            </div>
        }
        .into_any()
    };
    view! {
        {dynamic(move || match opener.file.get() {
            Some(file) => opened(opener, file),
            None => chooser(opener),
        })}
        {show(move || is_over.get(), hint)}
    }
}
