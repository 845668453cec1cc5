//! The strip beside the log: errors, warnings and matches of the whole of it, and what is in view.

use crate::i18n::numbers::number;
use crate::log::LevelKind;
use crate::log_viewer::commands::LogCommands;
use crate::reactive::effect;
use crate::{t_signal, t_string};
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, PointerEvent};

/// A press that moves no further than this is no dragging, in CSS pixels.
const PRESS: f64 = 5.0;

/// The strip. A press goes there; dragging asks for the time between.
pub fn overview(tools: LogCommands) -> AnyView {
    let view = tools.view;
    let place = NodeRef::<html::Canvas>::new();
    // Where the pointer was pressed, and where it is, as shares of the height.
    let dragged = RwSignal::new(None::<(f64, f64)>);
    effect(move || {
        let Some(canvas) = place.get() else { return };
        view.counts.track();
        view.in_view.track();
        tools.finder.found.track();
        view.look.track();
        draw(&canvas, tools, dragged.get());
    });
    let share = move |event: &PointerEvent| {
        let height = place
            .get_untracked()
            .map_or(0, |canvas| canvas.client_height());
        (f64::from(event.offset_y()) / f64::from(height.max(1))).clamp(0.0, 1.0)
    };
    let down = move |event: PointerEvent| {
        if event.button() == 0 {
            if let Some(canvas) = place.get_untracked() {
                // Fails only for a pointer that is gone.
                let _ = canvas.set_pointer_capture(event.pointer_id());
            }
            let at = share(&event);
            dragged.set(Some((at, at)));
        }
    };
    let moved = move |event: PointerEvent| {
        if let Some((from, _)) = dragged.get_untracked() {
            dragged.set(Some((from, share(&event))));
        }
    };
    let up = move |_: PointerEvent| {
        let Some((from, to)) = dragged.get_untracked() else {
            return;
        };
        dragged.set(None);
        let height = place
            .get_untracked()
            .map_or(0, |canvas| canvas.client_height());
        chosen(tools, from.min(to), from.max(to), f64::from(height));
    };
    view! {
        <canvas
            class="log-overview"
            node_ref=place
            role="img"
            aria-label=t_signal!(log.overview, said = said(tools))
            title=t_signal!(log.overview_use)
            on:pointerdown=down
            on:pointermove=moved
            on:pointerup=up
            on:pointercancel=move |_| dragged.set(None)
        ></canvas>
    }
    .into_any()
}

/// What the strip shows, in words.
fn said(tools: LogCommands) -> String {
    tools.view.counts.track();
    let warnings = tools.view.read(|core| {
        let levels = core.log.levels().iter();
        let warnings = levels.filter(|level| level.kind == LevelKind::Warning);
        warnings.map(|level| level.lines).sum::<usize>()
    });
    t_string!(
        log.overview_said,
        errors = number(tools.view.counts.with(|counts| counts.errors)),
        warnings = number(warnings.unwrap_or(0)),
        matches = number(tools.finder.found.with(|found| found.lines)),
    )
}

fn chosen(tools: LogCommands, from: f64, to: f64, height: f64) {
    let lines = tools.view.counts.get_untracked().lines;
    let line = |share: f64| ((share * lines as f64) as usize).min(lines.saturating_sub(1));
    if (to - from) * height <= PRESS {
        tools.view.go_to(line(from));
        return;
    }
    let times = tools
        .view
        .read(|core| (core.log.near_time(line(from)), core.log.near_time(line(to))));
    if let Some((start, end)) = times {
        tools.selection.set_window(start, end);
    }
}

fn draw(canvas: &HtmlCanvasElement, tools: LogCommands, dragged: Option<(f64, f64)>) {
    let (width, height) = (canvas.client_width(), canvas.client_height());
    let (Ok(across), Ok(down)) = (u32::try_from(width), u32::try_from(height)) else {
        return;
    };
    if canvas.width() != across || canvas.height() != down {
        canvas.set_width(across);
        canvas.set_height(down);
    }
    if across == 0 || down == 0 {
        return;
    }
    let context = canvas.get_context("2d").ok().flatten();
    let context = context.and_then(|context| context.dyn_into::<CanvasRenderingContext2d>().ok());
    let Some(context) = context else { return };
    let style = window().get_computed_style(canvas).ok().flatten();
    let color = |name: &str| {
        let value = style
            .as_ref()
            .and_then(|style| style.get_property_value(name).ok());
        value.unwrap_or_default()
    };
    let colors = [
        color("color"),
        color("outline-color"),
        color("border-top-color"),
        color("caret-color"),
    ];
    let (width, height) = (f64::from(width), f64::from(height));
    context.clear_rect(0.0, 0.0, width, height);
    tools.view.read(|core| {
        let lines = core.log.len().max(1) as f64;
        let overview = &core.overview;
        let size = overview.lines_per_bucket() as f64 / lines * height;
        for (color, left, of) in [
            (
                &colors[1],
                0.5,
                (|bucket| bucket.warnings) as fn(&crate::log::Bucket) -> u32,
            ),
            (&colors[0], 0.0, |bucket| bucket.errors),
            (&colors[2], 0.75, |bucket| bucket.matches),
        ] {
            context.set_fill_style_str(color);
            for (index, bucket) in overview.buckets().iter().enumerate() {
                if of(bucket) > 0 {
                    // Where there are many, they are told from where there are few.
                    let share = f64::from(of(bucket)) / overview.lines_per_bucket() as f64;
                    context.set_global_alpha(0.3 + 0.7 * share.min(1.0).sqrt());
                    let top = (index as f64 * size).min(height - 2.0);
                    context.fill_rect(left * width, top, width * 0.5, size.max(2.0));
                }
            }
        }
        let in_view = tools.view.in_view.get_untracked();
        context.set_fill_style_str(&colors[3]);
        context.set_global_alpha(0.35);
        let top = in_view.first as f64 / lines * height;
        let tall = (in_view.last.saturating_sub(in_view.first)) as f64 / lines * height;
        context.fill_rect(0.0, top, width, tall.max(3.0));
        if let Some((from, to)) = dragged {
            context.fill_rect(
                0.0,
                from.min(to) * height,
                width,
                (from - to).abs() * height,
            );
        }
        context.set_global_alpha(1.0);
    });
}
