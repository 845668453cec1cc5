//! The lines that only one of two logs has, with those around them.

use crate::i18n::numbers::number;
use crate::log::Log;
use crate::log_viewer::lines_with_context::lines_with_context;
use crate::pages::build_page::compare_page::comparing::Compared;
use crate::reactive::{dynamic, text_signal};
use crate::routing::navigation::use_navigation;
use crate::routing::routes::Route;
use crate::t_signal;
use crate::ui::button::Button;
use crate::ui::copy::copy_button;
use leptos::prelude::*;
use std::ops::Range;
use std::rc::Rc;

/// The number of lines that are shown at first, and that are added by each press.
const LINES_AT_A_TIME: usize = 500;

/// The lines that are shown before and after each.
const CONTEXT: u32 = 2;

/// The most characters of a line that are shown.
const MAX_CHARS: usize = 500;

/// Which of the two logs has the lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Old,
    New,
}

impl Side {
    fn log(self, compared: &Compared) -> &Rc<Log> {
        match self {
            Self::Old => &compared.old,
            Self::New => &compared.new,
        }
    }

    fn lines(self, compared: &Compared) -> &[u32] {
        match self {
            Self::Old => compared.comparison.gone_lines(),
            Self::New => compared.comparison.new_lines(),
        }
    }
}

/// The lines of one side, in groups; nothing if there are none.
pub(crate) fn line_groups(compared: &Rc<Compared>, side: Side) -> AnyView {
    let count = side.lines(compared).len();
    if count == 0 {
        return ().into_any();
    }
    let navigation = use_navigation();
    let page = navigation.href(&Route::Build {
        build_id: match side {
            Side::Old => compared.old_id.clone(),
            Side::New => compared.new_id.clone(),
        },
    });
    let title = match side {
        Side::Old => t_signal!(compare.gone_lines, n = number(count)),
        Side::New => t_signal!(compare.new_lines, n = number(count)),
    };
    let compared = StoredValue::new_local(compared.clone());
    let limit = RwSignal::new(LINES_AT_A_TIME);
    let groups = move || {
        let limit = limit.get();
        compared.with_value(|compared| {
            let lines = side
                .lines(compared)
                .get(..limit)
                .unwrap_or(side.lines(compared));
            let log = side.log(compared);
            let ranges = lines_with_context(lines, CONTEXT, log.len());
            ranges
                .into_iter()
                .flat_map(|range| by_step(log, range))
                .map(|range| group(log, lines, range, side, &page))
                .collect_view()
        })
    };
    let more = move || {
        let left = count.checked_sub(limit.get()).filter(|left| *left > 0)?;
        let label = t_signal!(compare.more, n = number(left.min(LINES_AT_A_TIME)));
        Some(Button::new(label).on_press(move || limit.update(|limit| *limit += LINES_AT_A_TIME)))
    };
    let text = text_signal(move || compared.with_value(|compared| text(compared, side)));
    view! {
        <section class="compare-part" aria-label=title>
            <div class="compare-part-head">
                <h2>{title}</h2>
                {copy_button(text, title)}
            </div>
            {dynamic(groups)}
            {dynamic(more)}
        </section>
    }
    .into_any()
}

/// All lines of one side, without those around them.
fn text(compared: &Compared, side: Side) -> String {
    let log = side.log(compared);
    let lines = side.lines(compared).iter();
    lines
        .map(|line| format!("{}\n", log.plain(*line as usize)))
        .collect()
}

/// Splits consecutive lines where another step begins.
fn by_step(log: &Log, range: Range<u32>) -> Vec<Range<u32>> {
    let step_of = |line: u32| log.steps().step_of_line(line as usize);
    let mut parts: Vec<Range<u32>> = Vec::new();
    for line in range {
        match parts.last_mut() {
            Some(part) if step_of(part.start) == step_of(line) => part.end = line + 1,
            _ => parts.push(line..line + 1),
        }
    }
    parts
}

/// Consecutive lines, under the title of their step.
fn group(log: &Log, lines: &[u32], range: Range<u32>, side: Side, page: &str) -> AnyView {
    let step = log.steps().step_of_line(range.start as usize);
    let step = step.and_then(|step| log.steps().list().get(step));
    let title = match step {
        Some(step) => view! { <h3 class="code">{step.title.clone()}</h3> }.into_any(),
        None => view! { <h3>{t_signal!(compare.no_step)}</h3> }.into_any(),
    };
    let rows = range.map(|line| {
        let is_marked = lines.binary_search(&line).is_ok();
        let (kind, sign) = match (is_marked, side) {
            (false, _) => ("same", ""),
            (true, Side::New) => ("new", "+"),
            (true, Side::Old) => ("gone", "−"),
        };
        let text = log.plain(line as usize);
        let cut: String = text.chars().take(MAX_CHARS).collect();
        let rest = if cut.len() < text.len() { "…" } else { "" };
        let number = line + 1;
        view! {
            <li data-kind=kind>
                <a href=format!("{page}#L{number}") class="compare-number">
                    {number.to_string()}
                </a>
                <span class="compare-sign">{sign}</span>
                <span class="compare-text">{cut} {rest}</span>
            </li>
        }
    });
    view! { <div class="compare-group">{title} <ol>{rows.collect_view()}</ol></div> }.into_any()
}
