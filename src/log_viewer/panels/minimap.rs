//! The minimap beside the log: errors, the cause of a failure, warnings, matches, and the part of the log in view.

use crate::i18n::numbers::number;
use crate::log::{Bucket, LevelKind, Overview};
use crate::log_viewer::commands::LogCommands;
use crate::log_viewer::model::InView;
use crate::reactive::effect;
use crate::{t_signal, t_string};
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, PointerEvent};

/// The maximum distance that the pointer moves in a click, in CSS pixels. Further is dragging.
const MAX_CLICK_DISTANCE: f64 = 5.0;

/// The height of the mark of the line that says why the build failed, in CSS pixels.
const CAUSE_HEIGHT: f64 = 3.0;

/// The minimap. A click scrolls there; dragging loads the time between.
pub(crate) fn minimap(commands: LogCommands) -> AnyView {
    let viewer = commands.viewer;
    let canvas = NodeRef::<html::Canvas>::new();
    // Where the pointer went down, and where it is now, as shares of the height.
    let dragged = RwSignal::new(None::<(f64, f64)>);
    effect(move || {
        let Some(canvas) = canvas.get() else { return };
        viewer.counts.track();
        viewer.explained.track();
        viewer.in_view.track();
        commands.search.results.track();
        viewer.options.track();
        draw(&canvas, commands, dragged.get());
    });
    let height = move || {
        let height = canvas
            .get_untracked()
            .map_or(0, |canvas| canvas.client_height());
        f64::from(height)
    };
    let share = move |event: &PointerEvent| {
        (f64::from(event.offset_y()) / height().max(1.0)).clamp(0.0, 1.0)
    };
    let on_down = move |event: PointerEvent| {
        if event.button() == 0 {
            if let Some(canvas) = canvas.get_untracked() {
                // Fails only for a pointer that no longer exists.
                let _ = canvas.set_pointer_capture(event.pointer_id());
            }
            let at = share(&event);
            dragged.set(Some((at, at)));
        }
    };
    let on_move = move |event: PointerEvent| {
        if let Some((from, _)) = dragged.get_untracked() {
            dragged.set(Some((from, share(&event))));
        }
    };
    let on_up = move |_: PointerEvent| {
        let Some((from, to)) = dragged.get_untracked() else {
            return;
        };
        dragged.set(None);
        click_or_drag(commands, from.min(to), from.max(to), height());
    };
    view! {
        <canvas
            class="log-overview"
            node_ref=canvas
            role="img"
            aria-label=t_signal!(log.overview, said = summary(commands))
            title=t_signal!(log.overview_use)
            on:pointerdown=on_down
            on:pointermove=on_move
            on:pointerup=on_up
            on:pointercancel=move |_| dragged.set(None)
        ></canvas>
    }
    .into_any()
}

/// The numbers of errors, warnings and matches, in words.
fn summary(commands: LogCommands) -> String {
    commands.viewer.counts.track();
    let warnings = commands.viewer.with_model(|model| {
        let levels = model.log.levels().iter();
        let warnings = levels.filter(|level| level.kind == LevelKind::Warning);
        warnings.map(|level| level.lines).sum::<usize>()
    });
    t_string!(
        log.overview_said,
        errors = number(commands.viewer.counts.with(|counts| counts.errors)),
        warnings = number(warnings.unwrap_or(0)),
        matches = number(commands.search.results.with(|results| results.lines)),
    )
}

/// Scrolls to a click, or loads the time window that was dragged. Positions are shares of the height.
fn click_or_drag(commands: LogCommands, from: f64, to: f64, height: f64) {
    let lines = commands.viewer.counts.get_untracked().lines;
    let line = |share: f64| ((share * lines as f64) as usize).min(lines.saturating_sub(1));
    if (to - from) * height <= MAX_CLICK_DISTANCE {
        commands.viewer.go_to(line(from));
    } else {
        commands.load_time_window_of_lines(line(from), line(to));
    }
}

/// Resizes the canvas to its size on screen, and draws everything.
fn draw(canvas: &HtmlCanvasElement, commands: LogCommands, dragged: Option<(f64, f64)>) {
    let (width, height) = (canvas.client_width(), canvas.client_height());
    let (Ok(columns), Ok(rows)) = (u32::try_from(width), u32::try_from(height)) else {
        return;
    };
    if canvas.width() != columns || canvas.height() != rows {
        canvas.set_width(columns);
        canvas.set_height(rows);
    }
    if columns == 0 || rows == 0 {
        return;
    }
    let context = canvas.get_context("2d").ok().flatten();
    let context = context.and_then(|context| context.dyn_into::<CanvasRenderingContext2d>().ok());
    let Some(context) = context else { return };
    let painter = MinimapPainter {
        context,
        width: f64::from(width),
        height: f64::from(height),
        colors: Colors::of(canvas),
    };
    painter
        .context
        .clear_rect(0.0, 0.0, painter.width, painter.height);
    commands.viewer.with_model(|model| {
        let lines = model.log.len().max(1) as f64;
        painter.draw_buckets(&model.overview, lines);
        painter.draw_cause(model.cause, lines);
        painter.draw_in_view(commands.viewer.in_view.get_untracked(), lines);
    });
    if let Some((from, to)) = dragged {
        painter.draw_dragged(from, to);
    }
}

/// The colors, which the style sheet passes as properties of the canvas.
struct Colors {
    errors: String,
    warnings: String,
    matches: String,
    in_view: String,
}

impl Colors {
    fn of(canvas: &HtmlCanvasElement) -> Self {
        let style = window().get_computed_style(canvas).ok().flatten();
        let color = |property: &str| {
            let value = style
                .as_ref()
                .and_then(|style| style.get_property_value(property).ok());
            value.unwrap_or_default()
        };
        Self {
            errors: color("color"),
            warnings: color("outline-color"),
            matches: color("border-top-color"),
            in_view: color("caret-color"),
        }
    }
}

struct MinimapPainter {
    context: CanvasRenderingContext2d,
    /// In CSS pixels.
    width: f64,
    height: f64,
    colors: Colors,
}

impl MinimapPainter {
    /// Draws warnings, errors and matches, each in its own column.
    fn draw_buckets(&self, overview: &Overview, lines: f64) {
        self.draw_counts(overview, lines, &self.colors.warnings, 0.5, |bucket| {
            bucket.warnings
        });
        self.draw_counts(overview, lines, &self.colors.errors, 0.0, |bucket| {
            bucket.errors + bucket.errors_by_text
        });
        self.draw_counts(overview, lines, &self.colors.matches, 0.75, |bucket| {
            bucket.matches
        });
    }

    /// Draws one kind of count. `left` is its left edge, as a share of the width.
    fn draw_counts(
        &self,
        overview: &Overview,
        lines: f64,
        color: &str,
        left: f64,
        count: fn(&Bucket) -> u32,
    ) {
        let lines_per_bucket = overview.lines_per_bucket() as f64;
        let size = lines_per_bucket / lines * self.height;
        self.context.set_fill_style_str(color);
        for (index, bucket) in overview.buckets().iter().enumerate() {
            if count(bucket) > 0 {
                // The more lines of the bucket count, the stronger the color.
                let share = f64::from(count(bucket)) / lines_per_bucket;
                self.context
                    .set_global_alpha(0.3 + 0.7 * share.min(1.0).sqrt());
                let top = (index as f64 * size).min(self.height - 2.0);
                self.context
                    .fill_rect(left * self.width, top, self.width * 0.5, size.max(2.0));
            }
        }
    }

    /// Draws the line that says why the build failed, over the whole width.
    fn draw_cause(&self, cause: Option<usize>, lines: f64) {
        if let Some(line) = cause {
            self.context.set_fill_style_str(&self.colors.errors);
            self.context.set_global_alpha(1.0);
            let top = (line as f64 / lines * self.height).min(self.height - CAUSE_HEIGHT);
            self.context.fill_rect(0.0, top, self.width, CAUSE_HEIGHT);
        }
    }

    /// Draws the part of the log in view.
    fn draw_in_view(&self, in_view: InView, lines: f64) {
        if in_view.end == 0 {
            return;
        }
        let top = in_view.first as f64 / lines * self.height;
        let height = (in_view.end.saturating_sub(in_view.first)) as f64 / lines * self.height;
        self.fill_translucent(top, height.max(3.0));
    }

    /// Draws the dragged part.
    fn draw_dragged(&self, from: f64, to: f64) {
        self.fill_translucent(from.min(to) * self.height, (from - to).abs() * self.height);
    }

    fn fill_translucent(&self, top: f64, height: f64) {
        self.context.set_fill_style_str(&self.colors.in_view);
        self.context.set_global_alpha(0.35);
        self.context.fill_rect(0.0, top, self.width, height);
    }
}
