//! The page before a file is opened: where to drop one, and what can be opened.

use crate::components::page_heading::heading;
use crate::log_viewer::build_file::words::problem_words;
use crate::pages::build_page::file_page::opener::Opener;
use crate::reactive::{dynamic, text_signal};
use crate::ui::icon;
use crate::ui::notice::notice;
use crate::{t_signal, t_string};
use leptos::prelude::*;

/// The page before a file is opened.
pub(crate) fn chooser(opener: Opener) -> AnyView {
    let (query, fragment) = opener.navigation.query_and_fragment();
    let is_link = !query.is_empty() || !fragment.is_empty();
    let link = is_link.then(|| notice("info", t_signal!(build_file.follow_link)));
    let busy = text_signal(move || match opener.is_busy.get() {
        true => t_string!(build_file.opening),
        false => "",
    });
    view! {
        <div class="page-head">{heading(t_signal!(build_file.open))}</div>
        {link}
        <div class="drop-zone" aria-busy=move || opener.is_busy.get().to_string()>
            {icon::icon(icon::END)}
            <p class="strong">{t_signal!(build_file.drop)}</p>
            {opener.button(t_signal!(exchange.choose))}
            <p class="quiet">{t_signal!(build_file.local)}</p>
            <p role="status">{busy}</p>
            {problem(opener)}
        </div>
        <section class="file-kinds">
            <h2>{t_signal!(build_file.kinds)}</h2>
            <ul>
                <li>{t_signal!(build_file.kind_build)}</li>
                <li>{t_signal!(build_file.kind_entries)}</li>
                <li>{t_signal!(build_file.kind_text)}</li>
            </ul>
            <p class="quiet">{t_signal!(build_file.kind_gzip)}</p>
        </section>
    }
    .into_any()
}

/// Why the last file could not be opened.
pub(crate) fn problem(opener: Opener) -> AnyView {
    let view = move || {
        let (name, problem) = opener.problem.get()?;
        Some(view! {
            <div class="notice" data-kind="error" role="alert">
                {icon::icon(icon::WARNING)}
                <p class="notice-body">
                    <span class="code">{name}</span>
                    " "
                    {text_signal(move || problem_words(problem))}
                </p>
            </div>
        })
    };
    dynamic(view).into_any()
}
