//! One line about what the source has or why it can't be read, and the lists from which its branches, tags and
//! Dockerfiles are suggested.

use crate::api::{SourceKind, SourceListing};
use crate::forms::common::source_looks::{SourceLooks, SourceState};
use crate::forms::common::source_words::failure_words;
use crate::forms::model::source_findings::location_of;
use crate::reactive::dynamic;
use crate::ui::button::Button;
use crate::ui::icon;
use crate::{t_signal, t_string};
use leptos::prelude::*;

/// The id of the list of branches or of tags.
pub(crate) fn names_list(kind: &SourceKind) -> &'static str {
    match kind {
        SourceKind::Tag => "source-tags",
        _ => "source-branches",
    }
}

/// The id of the list of Dockerfiles.
pub(crate) const DOCKERFILES_LIST: &str = "source-dockerfiles";

/// The line, and the lists.
pub(crate) fn source_line(looks: SourceLooks) -> AnyView {
    view! {
        <div class="source-line" role="status">
            {dynamic(move || line(looks))}
        </div>
        {dynamic(move || lists(looks))}
    }
    .into_any()
}

fn line(looks: SourceLooks) -> Option<AnyView> {
    let again = move || {
        Button::new(t_signal!(look.again))
            .quiet()
            .on_press(move || looks.look_again())
    };
    let (text, is_problem) = match looks.state() {
        SourceState::Unknown => return None,
        SourceState::Reading => (t_string!(look.reading).to_owned(), false),
        SourceState::Read(listing) => (listing_words(&listing), is_empty(&listing)),
        SourceState::Failed(error) => (failure_words(&error), true),
    };
    let has_again = is_problem || looks.has_findings();
    let (shape, class) = match is_problem {
        true => (icon::WARNING, "field-warning"),
        false => (icon::BRANCH, "quiet"),
    };
    Some(
        view! {
            <p class=class>{icon::icon(shape)} {text}</p>
            {has_again.then(again)}
        }
        .into_any(),
    )
}

fn is_empty(listing: &SourceListing) -> bool {
    listing.branches.is_empty() && listing.tags.is_empty()
}

/// Says what the source has.
fn listing_words(listing: &SourceListing) -> String {
    if is_empty(listing) {
        return t_string!(look.empty).to_owned();
    }
    if !listing.is_complete {
        return t_string!(look.too_many).to_owned();
    }
    let (branches, tags) = (listing.branches.len(), listing.tags.len());
    match &listing.default_branch {
        Some(name) => t_string!(
            look.found_default,
            branches = branches,
            tags = tags,
            name = name
        ),
        None => t_string!(look.found, branches = branches, tags = tags),
    }
}

fn lists(looks: SourceLooks) -> Option<AnyView> {
    let listing = looks.listing()?;
    let list = |id: &'static str, values: Vec<String>| {
        let options = values
            .into_iter()
            .map(|value| view! { <option value=value></option> });
        view! { <datalist id=id>{options.collect_view()}</datalist> }.into_any()
    };
    // A change of the Dockerfiles must not close the list of branches that is open.
    let dockerfiles = move || {
        let paths = looks.dockerfiles();
        let locations = paths.iter().map(|path| location_of(path));
        list(DOCKERFILES_LIST, locations.collect())
    };
    Some(
        view! {
            {list(names_list(&SourceKind::Branch), listing.branches.clone())}
            {list(names_list(&SourceKind::Tag), listing.tags.clone())}
            {dynamic(dockerfiles)}
        }
        .into_any(),
    )
}
