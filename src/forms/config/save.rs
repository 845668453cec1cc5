//! Saving a build config (call 6): the look before it, the write, and the look when no answer came.

use crate::api::{BuildConfig, SavedConfig};
use crate::client::{Client, Error};
use crate::forms::common::submission::Verification;
use crate::forms::model::changes::is_as_sent;
use crate::forms::model::draft::ConfigDraft;
use crate::forms::model::merge::has_changed;
use leptos::prelude::*;
use std::cell::Cell;
use std::rc::Rc;

/// What saving came to.
pub enum Saved {
    /// The API took it, and answered the config or nothing.
    Taken(Option<Box<BuildConfig>>),
    /// Somebody saved something else since it was loaded; nothing was sent.
    Changed(SavedConfig),
}

/// What was sent, as the API holds it then where it does not say.
pub fn as_held(sent: &ConfigDraft) -> SavedConfig {
    let request = sent.to_request();
    SavedConfig {
        build_node: request.build_node,
        rows: request.tag_configs,
    }
}

/// Reads what the API holds now.
pub async fn read(
    client: &Client,
    path: StoredValue<(String, String)>,
) -> Result<SavedConfig, Error> {
    let (namespace, name) = path.try_get_value().unwrap_or_default();
    let repository = client.repository(&namespace, &name).await?;
    let config = repository.build_config.as_ref();
    Ok(config.map(SavedConfig::from).unwrap_or_default())
}

/// Saves, after a last look at what the API holds, where it was `loaded` from there.
pub async fn write_config(
    client: Client,
    path: StoredValue<(String, String)>,
    loaded: Option<SavedConfig>,
    draft: ConfigDraft,
    sent: Rc<Cell<bool>>,
) -> Result<Saved, Error> {
    if let Some(loaded) = loaded {
        let theirs = read(&client, path).await?;
        if has_changed(&loaded, &theirs) {
            return Ok(Saved::Changed(theirs));
        }
    }
    let (namespace, name) = path.try_get_value().unwrap_or_default();
    sent.set(true);
    let answer = client
        .update_build_config(&namespace, &name, &draft.to_request())
        .await?;
    Ok(Saved::Taken(answer.map(Box::new)))
}

/// Looks whether what was sent is what the API holds.
pub async fn look(
    client: Client,
    path: StoredValue<(String, String)>,
    before: SavedConfig,
    sent: ConfigDraft,
) -> Result<Verification<Saved>, Error> {
    let (namespace, name) = path.try_get_value().unwrap_or_default();
    let repository = client.repository(&namespace, &name).await?;
    let config = repository.build_config;
    let now = config.as_ref().map(SavedConfig::from).unwrap_or_default();
    Ok(if is_as_sent(&now, &sent) {
        Verification::Done(Saved::Taken(config.map(Box::new)))
    } else if has_changed(&before, &now) {
        Verification::Other
    } else {
        Verification::Nothing
    })
}
