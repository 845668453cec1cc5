//! Leads from the cause of a failure to the search for it in the logs of other builds.

use crate::api::Build;
use crate::log_viewer::commands::LogCommands;
use crate::query::Query;
use crate::reactive::{memo, show, text_signal};
use crate::routing::log_search::LogSearchQuery;
use crate::routing::navigation::use_navigation;
use crate::t_signal;
use crate::ui::button::Button;
use leptos::prelude::*;

/// The link, once the log tells a cause. A build in a file has no others.
pub(crate) fn happened_before(commands: LogCommands, build: Query<Build>) -> AnyView {
    let navigation = use_navigation();
    let explained = commands.viewer.explained;
    let has_cause =
        move || explained.with(|explained| explained.as_ref().is_some_and(|e| e.cause.is_some()));
    let href = memo(move || {
        let build = build.data()?;
        let (namespace, name) = build.repository()?;
        let search = LogSearchQuery::of_cause(&build.build_id);
        Some(navigation.href(&search.route(namespace, name)))
    });
    let is_offered = move || commands.source.is_api() && has_cause() && href.with(Option::is_some);
    let link = move || {
        Button::new(t_signal!(log_search.happened_before))
            .quiet()
            .link(text_signal(move || href.get().unwrap_or_default()))
    };
    show(is_offered, link).into_any()
}
