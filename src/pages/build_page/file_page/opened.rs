//! A build from a file, or a log alone: the build page without what needs the API.

use crate::api::{Build, Status, Timestamp};
use crate::components::page_heading::heading;
use crate::components::time::absolute_time;
use crate::i18n::numbers::size;
use crate::log_viewer::build_file::format::Head;
use crate::log_viewer::build_file::log_file::LogFile;
use crate::log_viewer::file_reader::read_from_file;
use crate::log_viewer::{LogSource, log_section};
use crate::pages::build_page::details::{Details, details};
use crate::pages::build_page::facts::facts;
use crate::pages::build_page::file_page::chooser::problem;
use crate::pages::build_page::file_page::opener::Opener;
use crate::pages::build_page::head::{badge, duration, image_heading};
use crate::query::Query;
use crate::reactive::{memo, text_signal};
use crate::t_signal;
use crate::ui::input::select;
use crate::ui::notice::notice;
use leptos::prelude::*;

/// The page of the build or the log in a file.
pub(crate) fn opened(opener: Opener, file: LogFile) -> AnyView {
    let top = match file.head() {
        Some(head) => of_build(opener, &file, head),
        None => of_log(opener, &file),
    };
    let (build, detail) = (top.build, top.detail.clone());
    let detail = memo(move || detail.clone());
    let source = LogSource::File(StoredValue::new_local(file));
    view! {
        <div class="build-page">
            <div class="build-top">{top.view} {problem(opener)}</div>
            {log_section(source, build, detail, read_from_file)}
        </div>
    }
    .into_any()
}

/// The parts above the log.
struct Top {
    view: AnyView,
    build: Query<Build>,
    /// The API's text about the build.
    detail: Option<String>,
}

/// The head, the facts and the details of a saved build.
fn of_build(opener: Opener, file: &LogFile, head: &Head) -> Top {
    let saved = Query::fixed(Some(head.build.clone()));
    // What ran when it was saved does not run on.
    let mut still = head.build.clone();
    if !still.is_finished() {
        still.ended_at = still.ended_at.or(head.saved_at);
    }
    let build = Query::fixed(Some(still));
    let detail = head.build.detail.clone().unwrap_or_default();
    let detail = Some(detail.trim().to_owned()).filter(|detail| !detail.is_empty());
    let shown_detail = detail.clone();
    let shown_detail = memo(move || shown_detail.clone());
    let siblings = Query::fixed(None);
    let details_open = RwSignal::new(false);
    let parts = Details {
        build: saved,
        siblings,
        detail: shown_detail,
        is_live: false,
        config: StoredValue::new(head.config_text()),
    };
    let part = head.is_part.then(|| {
        let text = match head.build.is_finished() {
            true => t_signal!(build_file.is_part),
            false => t_signal!(build_file.was_running),
        };
        notice("info", text)
    });
    let view = view! {
        <div class="build-head">
            {badge(build)} {image_heading(build, false)} {duration(build)} {another(opener)}
        </div>
        {facts(build, siblings, details_open)}
        {file_line(file, head.saved_at)}
        {part}
        {details(details_open, parts)}
    };
    Top {
        view: view.into_any(),
        build,
        detail,
    }
}

/// The head of a log alone. The reader of the log finds out whether it is that of a failed build, and the user may
/// know better.
fn of_log(opener: Opener, file: &LogFile) -> Top {
    let name = file.name();
    let unknown = Build {
        build_id: file.stem(),
        status: Status::Other(String::new()),
        ..Build::default()
    };
    let build = Query::fixed(Some(unknown));
    let choices = vec![
        (String::new(), t_signal!(build_file.result_unknown)),
        ("F".to_owned(), t_signal!(status.failed)),
        ("S".to_owned(), t_signal!(status.succeeded)),
    ];
    let chosen = move || match build.data().map(|build| build.status.clone()) {
        Some(Status::Failed) => "F".to_owned(),
        Some(Status::Succeeded) => "S".to_owned(),
        _ => String::new(),
    };
    let choose = move |letter: String| {
        if let Some(before) = untrack(move || build.data()) {
            build.seed(Build {
                status: Status::from(letter.as_str()),
                ..(*before).clone()
            });
        }
    };
    let view = view! {
        <div class="build-head">
            {heading(Signal::stored(name))}
            {select(t_signal!(build_file.result), choices, chosen, choose)} {another(opener)}
        </div>
        {file_line(file, None)}
    };
    Top {
        view: view.into_any(),
        build,
        detail: None,
    }
}

/// The button that opens another file.
fn another(opener: Opener) -> AnyView {
    let button = opener.button(t_signal!(build_file.another));
    view! { <div class="build-again">{button}</div> }.into_any()
}

/// The file's name and size, and when it was saved.
fn file_line(file: &LogFile, saved_at: Option<Timestamp>) -> AnyView {
    let bytes = file.size() as u64;
    let saved = saved_at.map(|time| {
        let time = absolute_time(time, Signal::stored(false));
        view! {
            <li>
                <span>{t_signal!(build_file.saved_on)} " " {time}</span>
            </li>
        }
    });
    let name = file.head().map(|_| {
        view! {
            <li>
                <span class="code">{file.name()}</span>
            </li>
        }
    });
    view! { <ul class="build-facts">{name} <li>{text_signal(move || size(bytes))}</li> {saved}</ul> }
    .into_any()
}
