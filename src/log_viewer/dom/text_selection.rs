//! Text that is selected with the mouse or the keyboard, as places in the log.
//!
//! The browser knows only the rows on screen, which show other lines after every scroll. So the selection's ends are
//! kept as places in the log's text, read from the browser before the rows change. The rows that the ends are in stay
//! in the page (`RowPool::assign_rows`): a browser that has its selection set by the page begins a new one with the next
//! movement of the mouse. Only if such a row is drawn again, or has no place any more, the browser is given the
//! selection. An end that is not there is put at the nearest edge then, and stays the same place in the log until the
//! user moves it.

use crate::log::export::Place;
use crate::log_viewer::dom::row::RowElement;
use leptos::prelude::document;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, Node};

/// A position in the page, as the browser has it.
#[derive(Clone, PartialEq)]
struct Position {
    node: Node,
    offset: u32,
}

/// The two ends of a selection: where it began, and the one that moves.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Ends<T> {
    anchor: T,
    focus: T,
}

/// The selection, and the browser's positions that stand for its ends.
#[derive(Default)]
pub(crate) struct TextSelection {
    ends: Option<(Ends<Place>, Ends<Position>)>,
    /// True while the button of the mouse is down.
    is_dragging: bool,
    /// True if the browser was given the selection since the button went down, and does not know where it began.
    is_anchor_lost: bool,
}

/// The rows on screen, and the element in which they scroll.
#[derive(Clone, Copy)]
pub(crate) struct RowsOnScreen<'a> {
    pub(crate) scroller: &'a HtmlElement,
    pub(crate) rows: &'a [RowElement],
    /// Rows out of view that an end of the selection is in, of lines before those in view and after.
    pub(crate) above: &'a [RowElement],
    pub(crate) below: &'a [RowElement],
}

impl TextSelection {
    /// Begins or ends a selection with the mouse.
    pub(crate) fn set_dragging(&mut self, is_dragging: bool) {
        self.is_dragging = is_dragging;
        self.is_anchor_lost = false;
    }

    /// True while the button of the mouse is down.
    pub(crate) fn is_dragging(&self) -> bool {
        self.is_dragging
    }

    /// Returns true if an end of the selection is in this row.
    pub(crate) fn ends_in(&self, row: &RowElement) -> bool {
        self.ends.as_ref().is_some_and(|(_, positions)| {
            let is_in = |position: &Position| row.element().contains(Some(&position.node));
            is_in(&positions.anchor) || is_in(&positions.focus)
        })
    }

    /// Reads the browser's selection. Must be called before rows show other lines. Returns true if the browser should be
    /// given it: it ends elsewhere on the page, or the browser does not know where it began.
    pub(crate) fn read(&mut self, screen: RowsOnScreen<'_>) -> bool {
        let Some(now) = browser_selection() else {
            self.ends = None;
            return false;
        };
        if !screen.scroller.contains(Some(&now.anchor.node)) {
            self.ends = None;
            return false;
        }
        let is_outside = !screen.scroller.contains(Some(&now.focus.node));
        let before = self.ends.take();
        let anchor = match &before {
            Some((places, positions))
                if positions.anchor == now.anchor || (self.is_dragging && self.is_anchor_lost) =>
            {
                Some(places.anchor)
            }
            _ => screen.place_of(&now.anchor),
        };
        let focus = match &before {
            // While the mouse is dragged past an edge, the selection goes on to each row that comes into view.
            Some((places, positions))
                if positions.focus == now.focus && !(is_outside && self.is_dragging) =>
            {
                Some(places.focus)
            }
            _ => screen.place_of(&now.focus),
        };
        self.ends = anchor
            .zip(focus)
            .map(|(anchor, focus)| (Ends { anchor, focus }, now));
        is_outside || (self.is_dragging && self.is_anchor_lost)
    }

    /// Gives the browser the selection, as far as it is on screen.
    pub(crate) fn restore(&mut self, screen: RowsOnScreen<'_>) {
        let Some((places, positions)) = &mut self.ends else {
            return;
        };
        let now = browser_selection();
        let keep_or_find = |position: Option<&Position>, place: Place| {
            // Several positions are the same place: the browser's own choice stays.
            let kept = position.filter(|position| {
                screen.scroller.contains(Some(&position.node))
                    && screen.place_of(position) == Some(place)
            });
            kept.cloned().or_else(|| screen.position_of(place))
        };
        let anchor = keep_or_find(now.as_ref().map(|now| &now.anchor), places.anchor);
        let focus = keep_or_find(now.as_ref().map(|now| &now.focus), places.focus);
        let Some((anchor, focus)) = anchor.zip(focus) else {
            return;
        };
        let wanted = Ends { anchor, focus };
        if now.as_ref() != Some(&wanted)
            && let Some(selection) = document().get_selection().ok().flatten()
        {
            self.is_anchor_lost = self.is_dragging;
            let Ends { anchor, focus } = &wanted;
            // Fails only for positions that do not exist.
            let _ = selection.set_base_and_extent(
                &anchor.node,
                anchor.offset,
                &focus.node,
                focus.offset,
            );
        }
        *positions = browser_selection().unwrap_or(wanted);
    }

    /// The first and the last place of the selected text; `None` if there is none.
    pub(crate) fn range(&self) -> Option<(Place, Place)> {
        let (places, _) = self.ends.as_ref()?;
        let (anchor, focus) = (places.anchor, places.focus);
        (anchor != focus).then(|| (anchor.min(focus), anchor.max(focus)))
    }

    /// The end that moves, even if no text is selected.
    pub(crate) fn focus(&self) -> Option<Place> {
        let (places, _) = self.ends.as_ref()?;
        Some(places.focus)
    }

    /// Moves the end that moves. [`TextSelection::restore`] shows it.
    pub(crate) fn set_focus(&mut self, place: Place) {
        if let Some((places, _)) = &mut self.ends {
            places.focus = place;
        }
    }

    /// Moves both ends with their lines; without one of them, selects nothing. [`TextSelection::restore`] shows it.
    pub(crate) fn move_to(&mut self, line_of: impl Fn(usize) -> Option<usize>) {
        let Some((places, _)) = &mut self.ends else {
            return;
        };
        match line_of(places.anchor.line).zip(line_of(places.focus.line)) {
            Some((anchor, focus)) => (places.anchor.line, places.focus.line) = (anchor, focus),
            None => self.clear(),
        }
    }

    /// Selects nothing.
    pub(crate) fn clear(&mut self) {
        if self.ends.take().is_some()
            && let Some(selection) = document().get_selection().ok().flatten()
        {
            // Fails only in documents without a window.
            let _ = selection.remove_all_ranges();
        }
    }
}

impl RowsOnScreen<'_> {
    /// The rows in view, with their lines.
    fn shown(&self) -> impl DoubleEndedIterator<Item = (usize, &RowElement)> {
        with_lines(self.rows)
    }

    /// The rows in the page, with their lines.
    fn all(&self) -> impl DoubleEndedIterator<Item = (usize, &RowElement)> {
        let before = with_lines(self.above).chain(self.shown());
        before.chain(with_lines(self.below))
    }

    /// The place of a position. One outside the rows is the start of the first row, or the end of the last one.
    fn place_of(&self, position: &Position) -> Option<Place> {
        let Position { node, offset } = position;
        if let Some(element) = row_around(node) {
            let row = self
                .all()
                .find(|(_, row)| element.is_same_node(Some(row.element())));
            if let Some((line, row)) = row {
                let byte = row.byte_at(node, *offset);
                return Some(Place { line, byte });
            }
        }
        let is_before = |row: &RowElement| is_before(position, row.element());
        match self.shown().find(|(_, row)| is_before(row)) {
            Some((line, _)) => Some(Place { line, byte: 0 }),
            None => {
                let (line, _) = self.shown().next_back()?;
                let byte = usize::MAX;
                Some(Place { line, byte })
            }
        }
    }

    /// The position of a place, or the nearest one on screen.
    fn position_of(&self, place: Place) -> Option<Position> {
        let own = self.all().find(|(line, _)| *line == place.line);
        let after = || self.shown().find(|(line, _)| *line > place.line);
        let (node, offset) = match own {
            Some((_, row)) => row.position_of(place.byte),
            None => match after() {
                Some((_, row)) => row.position_of(0),
                None => self.shown().next_back()?.1.position_of(usize::MAX),
            },
        };
        Some(Position { node, offset })
    }
}

/// The rows that show a line, with it.
fn with_lines(rows: &[RowElement]) -> impl DoubleEndedIterator<Item = (usize, &RowElement)> {
    rows.iter().filter_map(|row| Some((row.line()?, row)))
}

/// The browser's selection; `None` if there is none.
fn browser_selection() -> Option<Ends<Position>> {
    let selection = document().get_selection().ok()??;
    let anchor = Position {
        node: selection.anchor_node()?,
        offset: selection.anchor_offset(),
    };
    let focus = Position {
        node: selection.focus_node()?,
        offset: selection.focus_offset(),
    };
    Some(Ends { anchor, focus })
}

/// The row that a node is in.
fn row_around(node: &Node) -> Option<Element> {
    let element = match node.dyn_ref::<Element>() {
        Some(element) => element.clone(),
        None => node.parent_element()?,
    };
    element.closest(".log-line").ok().flatten()
}

/// Returns true if a position is before an element that it is not in.
fn is_before(position: &Position, element: &HtmlElement) -> bool {
    let nodes = position.node.child_nodes();
    match nodes.item(position.offset) {
        // Within an element around it.
        Some(next) if position.node.contains(Some(element)) => {
            next.contains(Some(element)) || follows(&next, element)
        }
        None if position.node.contains(Some(element)) => false,
        _ => follows(&position.node, element),
    }
}

/// Returns true if `later` follows `node` in the page.
fn follows(node: &Node, later: &Node) -> bool {
    node.compare_document_position(later) & Node::DOCUMENT_POSITION_FOLLOWING != 0
}
