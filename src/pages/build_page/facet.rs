//! Parts of the page that are built again only when what they show has changed: a part that is built again
//! loses the focus.

use crate::api::Build;
use crate::query::Query;
use crate::reactive::{dynamic, memo};
use leptos::prelude::*;

/// A part of the page that shows the picked fields of the build. Nothing until the build is known.
pub(crate) fn facet(
    build: Query<Build>,
    pick: fn(&Build) -> Build,
    view: impl Fn(&Build) -> AnyView + Send + 'static,
) -> AnyView {
    let fields = memo(move || build.data().map(|build| pick(&build)));
    dynamic(move || fields.get().map(|fields| view(&fields))).into_any()
}
