//! Says how long a build still takes, or that it takes unusually long.

use crate::api::Build;
use crate::components::builds::expectation::DurationNote;
use crate::components::builds::spread::Spread;
use crate::components::time::{UNKNOWN, elapsed_millis};
use crate::i18n::format::duration;
use crate::reactive::{dynamic, memo};
use crate::t_signal;
use crate::ui::icon;
use chrono::TimeDelta;
use leptos::prelude::*;

/// A note on the duration of a build, against the usual one. Follows the clock while the build runs.
pub(crate) fn duration_note(build: &Build, usual: Spread) -> AnyView {
    let is_running = !build.is_finished();
    let length = elapsed_millis(build.started_at, build.ended_at, build.is_finished());
    let note = memo(move || match length.get() {
        UNKNOWN => DurationNote::AsUsual,
        millis => DurationNote::of(i64::try_from(millis).unwrap_or(i64::MAX), usual, is_running),
    });
    let time = |millis| duration(TimeDelta::milliseconds(millis));
    let view = move || match note.get() {
        DurationNote::AsUsual => ().into_any(),
        DurationNote::Left(left) => {
            view! { <span class="quiet number">{t_signal!(pace.left, time = time(left))}</span> }
                .into_any()
        }
        DurationNote::UnusuallyLong => {
            let usually = t_signal!(
                pace.usually,
                median = time(usual.median),
                p95 = time(usual.p95)
            );
            view! {
                <span class="quiet" title=usually>
                    {icon::icon(icon::WARNING)}
                    " "
                    {t_signal!(pace.unusually_long)}
                </span>
            }
            .into_any()
        }
    };
    dynamic(view).into_any()
}
