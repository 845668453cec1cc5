//! The tools around the lines: search, steps, menus, why the build failed, and all that goes on behind the lines. Their
//! code is a chunk of its own, so that the first lines have less to wait for.

use crate::api::Build;
use crate::log::Log;
use crate::log_viewer::build_file::save_dialog::save_dialog;
use crate::log_viewer::commands::LogCommands;
use crate::log_viewer::current_step::tell_current_step;
use crate::log_viewer::errors::announce_new_errors;
use crate::log_viewer::failure_box::failure_box;
use crate::log_viewer::new_lines::new_lines_notice;
use crate::log_viewer::panels::minimap::minimap;
use crate::log_viewer::panels::selection_bar::selection_bar;
use crate::log_viewer::panels::steps_panel::steps_panel;
use crate::log_viewer::panels::toolbar::toolbar;
use crate::log_viewer::record_facts::record_facts;
use crate::log_viewer::replacing::replace_log;
use crate::log_viewer::time_window::time_window_notice;
use crate::log_viewer::waiting_note::waiting_note;
use crate::log_viewer::{shortcuts, text_selection};
use crate::query::Query;
use futures_util::future::LocalBoxFuture;
use leptos::prelude::*;
#[cfg(not(debug_assertions))]
use leptos::wasm_split;
use leptos::wasm_split::SplitLoaderError;
use web_sys::KeyboardEvent;

/// A part of the page around the lines of a log.
type Part = fn(LogCommands, Query<Build>) -> AnyView;

/// A part that shows the API's text about the build too.
type PartWithDetail = fn(LogCommands, Query<Build>, Memo<Option<String>>) -> AnyView;

/// The tools of a log, as functions: with their code in another chunk, nothing else can name them.
#[derive(Clone, Copy)]
pub(crate) struct Tools {
    /// Begins what goes on behind the lines. Called once for a log.
    pub(crate) start: fn(LogCommands, Query<Build>),
    /// Handles a key that was pressed inside the log.
    pub(crate) press: fn(&KeyboardEvent, LogCommands),
    /// Handles a key that was pressed anywhere on the page, before this code was there.
    pub(crate) press_late: fn(&KeyboardEvent, LogCommands),
    /// Puts another reading of the log in the place of the one on the page. The lines before the number are the same.
    pub(crate) replace: fn(LogCommands, Log, usize) -> LocalBoxFuture<'static, ()>,
    /// Why the build failed, or waits.
    pub(crate) reasons: PartWithDetail,
    /// The list of steps.
    pub(crate) steps: Part,
    /// The row of tools.
    pub(crate) toolbar: Part,
    /// The notices about the lines as a whole.
    pub(crate) notices: fn(LogCommands) -> AnyView,
    /// The minimap.
    pub(crate) minimap: fn(LogCommands) -> AnyView,
    /// The bar of the selection.
    pub(crate) selection_bar: fn(LogCommands) -> AnyView,
    /// The dialog that saves the build as a file.
    pub(crate) save_dialog: PartWithDetail,
}

/// Loads the code of the tools. Once it is there, this is done at once. `None` if it cannot be loaded.
pub(crate) async fn load_tools() -> Option<Tools> {
    tools_chunk().await.ok()
}

// The macro moves its function, and all code that only it reaches, into the chunk of that name.
#[cfg(not(debug_assertions))]
#[allow(
    unsafe_code,
    reason = "the macro's calls into another chunk are extern"
)]
#[wasm_split::wasm_split(log_tools, wasm_split_path = leptos::wasm_split, fallible)]
fn tools_chunk() -> Result<Tools, SplitLoaderError> {
    Ok(tools())
}

/// Without a chunk in debug builds: the component tests are one file, and code of other chunks calls this.
#[cfg(debug_assertions)]
async fn tools_chunk() -> Result<Tools, SplitLoaderError> {
    Ok(tools())
}

fn tools() -> Tools {
    Tools {
        start,
        press: shortcuts::press,
        press_late: shortcuts::press_late,
        replace: |commands, log, same| Box::pin(replace_log(commands, log, same)),
        reasons,
        steps: steps_panel,
        toolbar,
        notices,
        minimap,
        selection_bar,
        save_dialog,
    }
}

fn start(commands: LogCommands, build: Query<Build>) {
    let viewer = commands.viewer;
    commands.search.start();
    commands.selection.link.restore_searches();
    viewer.start_explaining();
    commands.bring_cause_into_view(build);
    announce_new_errors(viewer, build);
    record_facts(commands, build);
    tell_current_step(viewer);
    text_selection::listen(commands);
    let keys = window_event_listener(leptos::ev::keydown, move |event| {
        shortcuts::press_with_command(&event, commands);
        shortcuts::press_outside(&event, commands);
    });
    on_cleanup(move || keys.remove());
}

fn reasons(commands: LogCommands, build: Query<Build>, detail: Memo<Option<String>>) -> AnyView {
    view! {
        {failure_box(commands, build, detail)}
        {waiting_note(commands, build)}
    }
    .into_any()
}

fn notices(commands: LogCommands) -> AnyView {
    view! {
        {time_window_notice(commands)}
        {new_lines_notice(commands)}
    }
    .into_any()
}
