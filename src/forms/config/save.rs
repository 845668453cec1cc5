//! Writes a build config (reference, call 6): reads it once more before, and after if no answer came.

use crate::api::{BuildConfig, SavedConfig};
use crate::client::{Client, Error};
use crate::forms::common::submission::Verification;
use crate::forms::model::changes::is_as_sent;
use crate::forms::model::draft::ConfigDraft;
use crate::forms::model::merge::has_changed;
use leptos::prelude::*;
use std::cell::Cell;
use std::rc::Rc;

/// The result of saving.
pub(crate) enum SaveOutcome {
    /// The API saved the config, and may have answered with it.
    Saved(Option<Box<BuildConfig>>),
    /// Someone else saved this config after it was loaded, so nothing was sent.
    ChangedByOthers(SavedConfig),
}

/// Returns the config that the API holds after it has saved this draft.
pub(crate) fn as_held(sent: &ConfigDraft) -> SavedConfig {
    let request = sent.to_request();
    SavedConfig {
        build_node: request.build_node,
        rows: request.tag_configs,
    }
}

/// Reads what the API holds. `path` is namespace and name of the repository.
///
/// # Errors
/// The error of the read.
pub(crate) async fn read(
    client: &Client,
    path: StoredValue<(String, String)>,
) -> Result<SavedConfig, Error> {
    let (namespace, name) = path.try_get_value().unwrap_or_default();
    let repository = client.live().repository(&namespace, &name).await?;
    let config = repository.build_config.as_ref();
    Ok(config.map(SavedConfig::from).unwrap_or_default())
}

/// Saves the draft, unless the API's config has changed since it was `loaded`. Without `loaded` nothing is
/// compared. Sets `was_sent` when the write itself is sent.
///
/// # Errors
/// The error of the read, or of the write if `was_sent` is set.
pub(crate) async fn write_config(
    client: Client,
    path: StoredValue<(String, String)>,
    loaded: Option<SavedConfig>,
    draft: ConfigDraft,
    was_sent: Rc<Cell<bool>>,
) -> Result<SaveOutcome, Error> {
    if let Some(loaded) = loaded {
        let current = read(&client, path).await?;
        if has_changed(&loaded, &current) {
            return Ok(SaveOutcome::ChangedByOthers(current));
        }
    }
    let (namespace, name) = path.try_get_value().unwrap_or_default();
    was_sent.set(true);
    let answer = client
        .update_build_config(&namespace, &name, &draft.to_request())
        .await?;
    Ok(SaveOutcome::Saved(answer.map(Box::new)))
}

/// Finds out if the API holds what was sent.
///
/// # Errors
/// The error of the read.
pub(crate) async fn verify(
    client: Client,
    path: StoredValue<(String, String)>,
    loaded: SavedConfig,
    sent: ConfigDraft,
) -> Result<Verification<SaveOutcome>, Error> {
    let (namespace, name) = path.try_get_value().unwrap_or_default();
    let repository = client.live().repository(&namespace, &name).await?;
    let config = repository.build_config;
    let current = config.as_ref().map(SavedConfig::from).unwrap_or_default();
    Ok(if is_as_sent(&current, &sent) {
        Verification::Done(SaveOutcome::Saved(config.map(Box::new)))
    } else if has_changed(&loaded, &current) {
        Verification::Different
    } else {
        Verification::NotDone
    })
}
