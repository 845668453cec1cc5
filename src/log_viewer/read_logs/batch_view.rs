//! The progress of reading many logs: a bar with Stop and Continue, what could not be read, and what is kept.

use crate::api::Build;
use crate::client::Error;
use crate::components::error_notice::{Retry, load_error_with};
use crate::i18n::api_words::error_words;
use crate::i18n::numbers::size;
use crate::i18n::words;
use crate::log_viewer::read_logs::batch::LogBatch;
use crate::log_viewer::read_logs::{limit_bytes, use_read_logs};
use crate::platform::dom;
use crate::reactive::{dynamic, memo, show, text_signal};
use crate::routing::navigation::use_navigation;
use crate::routing::routes::Route;
use crate::ui::button::Button;
use crate::ui::icon;
use crate::{t_signal, t_string};
use leptos::prelude::*;

/// The most failed reads that are named.
const MAX_NAMED: usize = 10;

/// The progress of a batch while it reads or is stopped, and its errors.
pub(crate) fn batch_progress(batch: LogBatch) -> AnyView {
    let has_read = memo(move || batch.counts.with(|counts| counts.read > 0));
    let is_under_way = memo(move || {
        let is_left = batch.counts.with(|counts| counts.left() > 0);
        let is = is_left && (batch.is_reading.get() || batch.is_stopped.get());
        // The button goes when nothing is left to stop: the focus needs another element.
        if !is && dom::has_focus(".reading-logs button") {
            dom::focus("#heading");
        }
        is
    });
    // Only the end is announced: the numbers before it change many times a second.
    let said = text_signal(move || match is_under_way.get() || !has_read.get() {
        true => String::new(),
        false => progress_text(batch),
    });
    let retry = Retry::ByUser(Callback::new(move |()| batch.resume()));
    view! {
        {show(move || is_under_way.get(), move || progress_bar(batch))}
        <span class="visually-hidden" role="status">
            {said}
        </span>
        {load_error_with(
            t_signal!(logs.reading),
            move || batch.error.get(),
            has_read.into(),
            retry,
        )}
        {dynamic(move || failures_notice(batch))}
    }
    .into_any()
}

/// The number of logs that were read, of how many.
pub(crate) fn progress_text(batch: LogBatch) -> String {
    let counts = batch.counts.get();
    let (read, wanted) = (counts.read as u64, counts.wanted as u64);
    t_string!(
        logs.read_of,
        n = words().number(read),
        of = words().number(wanted)
    )
}

fn progress_bar(batch: LogBatch) -> AnyView {
    let is_stopped = batch.is_stopped;
    let label = text_signal(move || match is_stopped.get() {
        true => t_string!(logs.go_on),
        false => t_string!(logs.stop),
    });
    // One button for both, so that it keeps the focus.
    let press = move || match is_stopped.get_untracked() {
        true => batch.resume(),
        false => batch.stop(),
    };
    view! {
        <div class="reading reading-logs">
            <progress
                max=move || batch.counts.get().wanted.max(1)
                value=move || {
                    let counts = batch.counts.get();
                    counts.read + counts.failed
                }
                aria-label=t_signal!(logs.reading)
            ></progress>
            <span class="number">{text_signal(move || progress_text(batch))}</span>
            {Button::new(label).on_press(press)}
        </div>
    }
    .into_any()
}

/// Which logs could not be read, and why; nothing if all could.
fn failures_notice(batch: LogBatch) -> Option<AnyView> {
    let failures = batch.failures.get();
    if failures.is_empty() {
        return None;
    }
    let count = failures.len();
    let more = count.saturating_sub(MAX_NAMED);
    let rows: Vec<AnyView> = failures
        .into_iter()
        .take(MAX_NAMED)
        .map(failure_row)
        .collect();
    let more =
        (more > 0).then(|| view! { <li class="quiet">{t_signal!(logs.more, n = more)}</li> });
    let retry = move || {
        // The notice goes, and its button with it.
        dom::focus("#heading");
        batch.retry();
    };
    let view = view! {
        <div class="notice" data-kind="warning" role="status">
            {icon::icon(icon::WARNING)}
            <div class="notice-body">
                <p class="notice-title">{t_signal!(logs.unread, n = count)}</p>
                <ul class="unread-logs">{rows} {more}</ul>
            </div>
            <div class="notice-actions">{Button::new(t_signal!(error.retry)).on_press(retry)}</div>
        </div>
    };
    Some(view.into_any())
}

fn failure_row((build, error): (Build, Error)) -> AnyView {
    let navigation = use_navigation();
    let href = navigation.href(&Route::Build {
        build_id: build.build_id.clone(),
    });
    let time = build.created_at.or(build.started_at);
    let when = time.map(|time| text_signal(move || words().minute(time.millis())));
    let status = error.status().map(|status| format!(" HTTP {status}"));
    view! {
        <li>
            <a class="code" href=href>
                {build.image_reference()}
            </a>
            " "
            <span class="quiet">{when}</span>
            " "
            {text_signal(move || error_words(&error))}
            <span class="code">{status}</span>
        </li>
    }
    .into_any()
}

/// The number of logs that are kept, and the limit; nothing while none is.
pub(crate) fn kept_text() -> AnyView {
    let logs = use_read_logs();
    let kept = memo(move || logs.kept());
    let text = move || {
        let kept = kept.get();
        t_string!(
            logs.kept,
            n = words().number(kept.logs as u64),
            size = size(kept.bytes as u64),
            limit = size(limit_bytes() as u64)
        )
    };
    let line = move || view! { <p class="quiet kept-logs">{text_signal(text)}</p> }.into_any();
    show(move || kept.get().logs > 0, line).into_any()
}
