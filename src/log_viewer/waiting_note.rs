//! Says why a build waits: by the builders of its API, where it offers them, and by its log, if its builder was lost.

use crate::api::{Build, BuilderInfo, Page, Status};
use crate::i18n::numbers::number;
use crate::log_viewer::commands::LogCommands;
use crate::log_viewer::waiting::{Wait, reason_to_wait, said_reason};
use crate::query::intervals::BUILDERS;
use crate::query::{Query, use_query};
use crate::reactive::{memo, show, text_signal};
use crate::state::connection::use_connection;
use crate::t_string;
use crate::ui::icon;
use leptos::prelude::*;

/// The note, while the build waits and there is something to say.
pub(crate) fn waiting_note(commands: LogCommands, build: Query<Build>) -> AnyView {
    let waits = move || {
        let is_waiting = |build: &Build| build.status == Status::Waiting;
        commands.source.is_api() && build.data().is_some_and(|build| is_waiting(&build))
    };
    show(waits, move || note(commands, build)).into_any()
}

fn note(commands: LogCommands, build: Query<Build>) -> AnyView {
    let connection = use_connection();
    let builders = use_query(
        move || {
            let client = connection.client()?;
            Some(Box::pin(async move { client.builders().await }))
        },
        |_| BUILDERS,
    );
    let viewer = commands.viewer;
    let lost = memo(move || {
        viewer.counts.track();
        let lost = viewer.with_model(|model| {
            let lost = model.log.steps().lost_attempts().last();
            lost.map(|lost| lost.builder.clone())
        });
        lost.flatten()
    });
    let said = memo(move || {
        viewer.counts.track();
        let said = viewer.with_model(|model| {
            let last = model.log.len().checked_sub(1)?;
            said_reason(&model.log.plain(last))
        });
        said.flatten()
    });
    let why = memo(move || match builders.data() {
        Some(builders) => wait_of(&*build.data()?, &builders),
        // Not offered here, or not read yet.
        None => said.get(),
    });
    let text = text_signal(move || {
        let lost = lost.get().map(|name| t_string!(wait.lost, name = name));
        match (lost, why.get().map(wait_words)) {
            (Some(lost), Some(why)) => t_string!(words.sentences, first = lost, next = why),
            (lost, why) => lost.or(why).unwrap_or_default(),
        }
    });
    let line = move || view! { <p>{icon::icon(icon::CLOCK)} {text}</p> }.into_any();
    view! {
        <div class="build-waits" role="status">
            {show(move || text.with(|text| !text.is_empty()), line)}
        </div>
    }
    .into_any()
}

fn wait_of(build: &Build, builders: &Page<BuilderInfo>) -> Option<Wait> {
    reason_to_wait(&builders.results.read, build.build_node.as_deref())
}

fn wait_words(wait: Wait) -> String {
    match wait {
        Wait::NoAnswer { node, builders } => {
            let names = builders.join(t_string!(words.list));
            match node {
                Some(node) => t_string!(wait.no_answer_of_node, node = node, names = names),
                None => t_string!(wait.no_answer, names = names),
            }
        }
        Wait::AllBusy { running, slots } => t_string!(
            wait.busy,
            running = number(running as usize),
            slots = number(slots as usize)
        ),
    }
}
