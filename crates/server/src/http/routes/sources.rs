//! The optional call that looks into a source before it is built.

use crate::app::App;
use crate::builds::planning::repository_source;
use crate::error::{Error, json_response};
use crate::http::auth::{require_own_page, require_write};
use crate::http::extract::QueryParams;
use crate::http::requests::{self, LookSource};
use crate::sources::look::LookFailure;
use crate::store::{Caller, repositories};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde_json::Value;
use slipway_api::CodeSource;
use std::sync::Arc;

/// Returns the branches and tags of a source, and what one of them has for a row. The caller has to have write access
/// to a namespace: of that namespace's repositories the source is read with their deploy key.
pub(crate) async fn look(
    State(app): State<Arc<App>>,
    caller: Caller,
    parameters: QueryParams,
    headers: HeaderMap,
) -> Result<Response, Error> {
    require_own_page(&app, &headers)?;
    let given = parameters.0.into_iter();
    let given: Value = given.filter(|(_, text)| !text.is_empty()).collect();
    let sources = app.git.sources();
    let look = requests::look(&given, sources).map_err(Error::Invalid)?;
    require_write(&caller, &look.namespace)?;
    let (source, deploy_key) = match look.source {
        LookSource::Other(source) => (source, None),
        LookSource::Repository(name) => source_of(&app, caller, look.namespace, name).await?,
    };
    let clone_urls = sources.clone_urls(&source);
    let place = app.source_looks.begin().await?;
    let folder = place.folder.path();
    let listing = app
        .git
        .look(
            &clone_urls,
            deploy_key.as_deref(),
            look.row.as_ref(),
            folder,
        )
        .await
        .map_err(|failure| refusal(&source, failure))?;
    Ok(json_response(StatusCode::OK, &listing))
}

/// Returns the source of a repository, and the file name of its deploy key.
async fn source_of(
    app: &App,
    caller: Caller,
    namespace: String,
    name: String,
) -> Result<(CodeSource, Option<String>), Error> {
    let stored = app
        .store
        .read(move |connection| repositories::find(connection, &caller, &namespace, &name))
        .await?;
    let missing = || {
        Error::field(
            "repo_name",
            "This namespace has no repository with this name.",
        )
    };
    let stored = stored.ok_or_else(missing)?;
    let source = repository_source(&stored).ok_or_else(missing)?;
    Ok((source, stored.deploy_key))
}

/// Says at the field that it is about why there is nothing to see in a source.
fn refusal(source: &CodeSource, failure: LookFailure) -> Error {
    match failure {
        LookFailure::Unreadable(reason) => {
            let field = match source {
                CodeSource::Simple { .. } => "code_repo_clone_url",
                CodeSource::Hosted { .. } => "code_repo_name",
            };
            let reason = reason.trim_end_matches('.');
            Error::field(field, format!("The source can't be read: {reason}."))
        }
        LookFailure::MissingRef(mut sentence) => {
            if let Some(first) = sentence.get_mut(..1) {
                first.make_ascii_uppercase();
            }
            sentence.push('.');
            Error::field("code_repo_type_value", sentence)
        }
        LookFailure::Unseen(reason) => {
            let reason = reason.trim_end_matches('.');
            let sentence = format!("The files of this branch or tag can't be listed: {reason}.");
            Error::field("dockerfile_location", sentence)
        }
    }
}
