//! The parts of the builds' pages that are loaded on demand, in one chunk.

use crate::components::builds::build_again::build_again;
use crate::components::builds::builds_part::BuildsPart;
use crate::components::builds::row_menu::row_menu;
use crate::components::builds::row_notes::row_notes;
use crate::components::builds::scan_reader::scan_view;
use crate::pages::builds::filter_menus::filter_menu;
use crate::pages::builds::list_menu::list_menu;
use crate::pages::builds::suggestions::suggestions;
use leptos::prelude::*;

/// The view of a part.
pub(crate) fn part_view(part: BuildsPart) -> AnyView {
    match part {
        BuildsPart::Scan(scan) => scan_view(scan),
        BuildsPart::Filter(filter, query, list) => filter_menu(filter, query, list),
        BuildsPart::Suggestions(query) => suggestions(query),
        BuildsPart::ListMenu(list) => list_menu(list),
        BuildsPart::RowNotes(builds, notes) => row_notes(builds, notes),
        BuildsPart::RowMenu(build) => build.with_untracked(row_menu),
        BuildsPart::BuildAgain(button) => build_again(button),
    }
}
