//! Puts another reading of the log in the place of the one on the page, where lines can have other numbers. What one sees
//! and has chosen stays: the lines in view, the selection, what is folded, the search. All is computed beforehand, in
//! slices, so that the page changes at once.

use crate::log::{Explainer, Filter, Log, Places, Search, SearchQuery};
use crate::log_viewer::commands::LogCommands;
use crate::log_viewer::display_options::DisplayOptions;
use crate::log_viewer::layout::viewport::Anchor;
use crate::log_viewer::model::{LogModel, PendingScroll};
use crate::log_viewer::view_state::set_if_changed;
use crate::log_viewer::yielding::TimeSlice;
use leptos::prelude::*;
use std::collections::BTreeSet;

/// The lines that are looked for, and the bytes that are read, between two checks of the clock.
const CHUNK_LINES: usize = 10_000;
const CHUNK_BYTES: usize = 256 * 1024;

/// The number of times that it begins again because the user has changed something meanwhile.
const MAX_ROUNDS: usize = 4;

/// The choices of the user that the new rows depend on.
#[derive(Clone, PartialEq)]
struct Choices {
    lines: BTreeSet<usize>,
    filter: Filter,
    query: SearchQuery,
}

/// Replaces the log on the page. The lines before `same` are the same in both.
pub(crate) async fn replace_log(commands: LogCommands, log: Log, same: usize) {
    let viewer = commands.viewer;
    let mut slice = TimeSlice::background();
    let mut fresh = LogModel::new(DisplayOptions::default());
    fresh.log = log;
    let mut places = None;
    for _ in 0..MAX_ROUNDS {
        let Some(choices) = choices(commands) else {
            return; // The page is gone.
        };
        let lines = choices.lines.iter().copied();
        let Some(mut found) = viewer.with_model(|model| Places::new(&model.log, same, lines))
        else {
            return;
        };
        let is_done = |found: &mut Places, fresh: &LogModel| {
            viewer.with_model(|model| found.advance(&model.log, &fresh.log, CHUNK_LINES))
        };
        while is_done(&mut found, &fresh) == Some(false) {
            slice.next().await;
        }
        viewer.with_model(|model| fresh.choose_like(model, &found));
        prepare(&mut fresh, &mut slice).await;
        places = Some(found);
        if self::choices(commands).as_ref() == Some(&choices) {
            break;
        }
    }
    if let Some(places) = places {
        show(commands, fresh, &places);
    }
}

/// The user's choice now; `None` once the page is gone.
fn choices(commands: LogCommands) -> Option<Choices> {
    let viewer = commands.viewer;
    let pending = viewer.pending_scroll.try_get_value()?;
    let range_start = commands.selection.link.range_start.try_get_value()?;
    let query = commands.search.query.try_get_untracked()?;
    viewer.with_model(|model| {
        let mut lines = model.chosen_lines();
        lines.extend(pending.map(|pending| pending.line));
        lines.insert(range_start);
        Choices {
            lines,
            filter: model.filter.clone(),
            query,
        }
    })
}

/// Searches, filters and explains all lines.
async fn prepare(fresh: &mut LogModel, slice: &mut TimeSlice) {
    loop {
        let is_done = match &mut fresh.search {
            Some(search) => search.advance(&fresh.log, CHUNK_BYTES),
            None => true,
        };
        if is_done {
            break;
        }
        slice.next().await;
    }
    while fresh.process_new_lines() {
        slice.next().await;
    }
    while !fresh.explain(CHUNK_BYTES) {
        slice.next().await;
    }
}

/// Shows the other log.
fn show(commands: LogCommands, fresh: LogModel, places: &Places) {
    let viewer = commands.viewer;
    let link = commands.selection.link;
    let moved = viewer.update_model(|model| {
        let of = |line: usize| places.of(line);
        let range_start = link.range_start.try_get_value().and_then(of);
        let pending = viewer.pending_scroll.try_get_value().flatten();
        let pending =
            pending.map(|pending| of(pending.line).map(|line| PendingScroll { line, ..pending }));
        model.replace(fresh, places);
        (
            range_start,
            pending,
            model.options.clone(),
            model.filter.clone(),
        )
    });
    let Some((range_start, pending, options, filter)) = moved else {
        return;
    };
    if let Some(line) = range_start {
        link.range_start.set_value(line);
    }
    if let Some(pending) = pending {
        viewer.pending_scroll.set_value(pending);
    }
    viewer.options.set(options);
    set_if_changed(viewer.filter, filter);
    viewer.draw();
    viewer.publish_explanation();
    if commands
        .search
        .results
        .with_untracked(|results| results.active)
    {
        commands.search.publish_results();
    }
    link.write();
}

impl LogModel {
    /// The lines that the user has chosen in some way, or that are in view.
    fn chosen_lines(&self) -> BTreeSet<usize> {
        let options = &self.options;
        let selected = options.selected.into_iter();
        let mut lines: BTreeSet<usize> = selected.flat_map(|(first, last)| [first, last]).collect();
        lines.extend(options.current_line);
        lines.extend(options.expanded.keys().copied());
        lines.extend(self.filter.unfolded.iter().map(|line| *line as usize));
        lines.extend(
            self.filter
                .folded
                .iter()
                .filter_map(|step| self.first_line(*step)),
        );
        lines.extend(self.rows.line(self.viewport.anchor().row));
        let text = self.row_pool.as_ref();
        let text = text.and_then(|rows| rows.text_selection.range());
        lines.extend(text.into_iter().flat_map(|(from, to)| [from.line, to.line]));
        lines
    }

    fn first_line(&self, step: usize) -> Option<usize> {
        Some(self.log.steps().list().get(step)?.first)
    }

    /// Takes over the choices of another model of the same log, so that its rows show the same lines.
    fn choose_like(&mut self, other: &Self, places: &Places) {
        let of = |line: usize| places.of(line);
        self.is_part = other.is_part;
        self.explainer = Explainer::new(other.outcome_of_lines());
        self.set_outcome(other.outcome);
        let step = |step: &usize| {
            let line = of(other.first_line(*step)?)?;
            self.log.steps().step_of_line(line)
        };
        let unfolded = other.filter.unfolded.iter();
        let filter = Filter {
            folded: other.filter.folded.iter().filter_map(step).collect(),
            unfolded: unfolded
                .filter_map(|line| of(*line as usize))
                .map(|line| line as u32)
                .collect(),
            // The lines that are new are chosen again once they are compared.
            ..other.filter.clone()
        };
        self.filter = filter;
        let search = other.search.as_ref();
        self.search =
            search.map(|search| Search::new(search.matcher().clone()).between(self.filter.between));
        self.begin_again();
    }

    /// Takes over the lines of another model, and all that was computed of them.
    fn replace(&mut self, fresh: Self, places: &Places) {
        let of = |line: usize| places.of(line);
        let anchor = self.viewport.anchor();
        let top = self.rows.line(anchor.row).and_then(of);
        let selected = self.options.selected.and_then(|(first, last)| {
            let (first, last) = (of(first), of(last));
            let ends = (first.or(last)?, last.or(first)?);
            Some((ends.0.min(ends.1), ends.0.max(ends.1)))
        });
        let current_line = self.options.current_line.and_then(of);
        let expanded = self.options.expanded.iter();
        let expanded = expanded.filter_map(|(line, part)| Some((of(*line)?, part.clone())));
        let expanded = expanded.collect();
        if let Some(rows) = &mut self.row_pool {
            rows.text_selection.move_to(of);
        }
        self.options.selected = selected;
        self.options.current_line = current_line;
        self.options.expanded = expanded;
        self.take_lines(fresh);
        if let Some(top) = top {
            let (Ok(row) | Err(row)) = self.rows.row(top);
            self.viewport.go_back(Anchor { row, ..anchor });
        }
        self.redraw();
    }
}
