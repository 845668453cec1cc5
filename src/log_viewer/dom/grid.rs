//! Puts text onto the grid of columns, whichever fonts draw it.
//!
//! Only ASCII is sure to be in a font of fixed width. Other characters come from fonts of their own, and are wider or
//! narrower than their columns: what stands after them would leave its column, and a long line would end before its
//! end is scrolled to, or after. So they are measured, and spaced.

use crate::log_viewer::layout::line::{Run, RunKind, runs};
use leptos::prelude::{document, window};
use wasm_bindgen::JsCast;
use web_sys::{CanvasRenderingContext2d, Element, HtmlCanvasElement, HtmlElement, Node};

/// The maximum number of elements for runs of characters in a row.
pub(crate) const MAX_RUNS: usize = 500;

/// A difference between text and its columns that does not show, in CSS pixels.
const MAX_OFF: f64 = 0.25;

/// The most that characters may become narrower, as a share of their width. Beyond, one could not read them.
const MAX_NARROWING: f64 = 0.4;

/// The grid of columns, and the means to measure text.
#[derive(Default)]
pub(crate) struct Grid {
    /// The width of a column, in CSS pixels.
    column: f64,
    ruler: Option<CanvasRenderingContext2d>,
    /// True to keep to the columns even if characters cover each other.
    pub(crate) is_strict: bool,
    runs: Vec<Run>,
}

impl Grid {
    /// Takes the font of an element, in which a column is so many CSS pixels wide.
    pub(crate) fn set_font(&mut self, element: &Element, column: f64) {
        self.column = column;
        if self.ruler.is_none() {
            self.ruler = canvas();
        }
        let Some(style) = window().get_computed_style(element).ok().flatten() else {
            return;
        };
        let value = |name: &str| style.get_property_value(name).unwrap_or_default();
        if let Some(ruler) = &self.ruler {
            ruler.set_font(&format!("{} {}", value("font-size"), value("font-family")));
        }
    }

    /// Appends text that starts at a column. Returns the column after it. `elements_left` is the number of elements
    /// that the row may still get.
    pub(crate) fn append(
        &mut self,
        to: &Node,
        text: &str,
        column: usize,
        elements_left: &mut usize,
    ) -> usize {
        let mut found = std::mem::take(&mut self.runs);
        runs(text, column, &mut found);
        // Text that needs no element, not yet appended.
        let mut plain = 0..0;
        for run in &found {
            let element = match *elements_left {
                0 => None,
                _ => self.element(run, text.get(run.bytes.clone()).unwrap_or_default()),
            };
            match element {
                None => plain.end = run.bytes.end,
                Some(element) => {
                    append_text(to, text.get(plain).unwrap_or_default());
                    let _ = to.append_child(&element);
                    *elements_left -= 1;
                    plain = run.bytes.end..run.bytes.end;
                }
            }
        }
        append_text(to, text.get(plain).unwrap_or_default());
        let columns: usize = found.iter().map(|run| run.columns).sum();
        self.runs = found;
        column + columns
    }

    /// The element of a run; `None` if it is as wide as its columns already, or cannot be made so.
    fn element(&self, run: &Run, text: &str) -> Option<HtmlElement> {
        let width = run.columns as f64 * self.column;
        let (class, property, value) = match run.kind {
            RunKind::Even => return None,
            RunKind::Tab => ("log-tab", "inline-size", width),
            RunKind::Spaced(_) | RunKind::Joined => {
                let measured = self.ruler.as_ref()?.measure_text(text).ok()?.width();
                let off = width - measured;
                let is_legible =
                    off >= -MAX_NARROWING * measured || self.is_strict || is_drawing(text);
                match run.kind {
                    RunKind::Joined if off > MAX_OFF => ("log-run", "margin-inline-end", off),
                    RunKind::Spaced(_) if off.abs() > MAX_OFF && is_legible => {
                        ("log-run", "letter-spacing", off / run.clusters as f64)
                    }
                    _ => return None,
                }
            }
        };
        let element = document().create_element("span").ok()?;
        element.set_class_name(class);
        element.set_text_content(Some(text));
        let element: HtmlElement = element.dyn_into().ok()?;
        element
            .style()
            .set_property(property, &format!("{value}px"))
            .ok()?;
        Some(element)
    }
}

/// Returns true for lines and blocks, of which tables and bars are drawn. It does not matter if they cover each other.
fn is_drawing(text: &str) -> bool {
    text.chars()
        .all(|char| matches!(char, '\u{2500}'..='\u{259f}'))
}

/// Where text is measured without being shown.
fn canvas() -> Option<CanvasRenderingContext2d> {
    let canvas = document().create_element("canvas").ok()?;
    let canvas: HtmlCanvasElement = canvas.dyn_into().ok()?;
    canvas.get_context("2d").ok()??.dyn_into().ok()
}

fn append_text(to: &Node, text: &str) {
    if !text.is_empty() {
        let _ = to.append_child(&document().create_text_node(text));
    }
}
