//! The removal of images that no build has any more.

use crate::builds::builder_choice::BuilderChoice;
use crate::builds::storage::IdleStorage;
use crate::builds::workshop::{BuilderRun, Workshop};
use crate::process::launch::Launch;
use std::io;
use std::time::Duration;

/// How long a removal may take.
const TIMEOUT: Duration = Duration::from_secs(120);

/// An image that is to be removed.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Unwanted<'a> {
    /// A name of an image, `namespace/repo_name:tag`. The image goes with its last name.
    Name(&'a str),
    /// The short id of an image, which goes if it has no name.
    Id(&'a str),
}

/// A namespace in which no build runs.
pub(crate) struct Idle(Option<IdleStorage>);

impl Workshop {
    /// Keeps builds of a namespace from starting, as long as the returned value is there; `None` if one runs.
    pub(crate) fn idle(&self, namespace: &str) -> Option<Idle> {
        match &self.storages {
            Some(storages) => Some(Idle(Some(storages.idle(namespace)?.0))),
            // A daemon takes care of that.
            None => Some(Idle(None)),
        }
    }

    /// Removes an image, or one of its names. One that is not there, or that another image is made from, is left.
    pub(crate) async fn remove_image(&self, idle: &Idle, image: Unwanted<'_>) {
        let result = match &idle.0 {
            Some(storage) => self.remove_from(storage, image).await,
            // BuildKit removes by itself what it needs no longer.
            None if self.builder.kind == BuilderChoice::Buildctl => Ok(()),
            None => self.remove_by_daemon(image).await,
        };
        if let Err(reason) = result {
            let (Unwanted::Id(name) | Unwanted::Name(name)) = image;
            tracing::info!("the image {name} was not removed: {reason}");
        }
    }

    async fn remove_from(&self, storage: &IdleStorage, image: Unwanted<'_>) -> Result<(), String> {
        let name = match image {
            Unwanted::Name(name) => format!("localhost/{name}"),
            Unwanted::Id(id) if storage.folders.image_is_nameless(id) => id.to_owned(),
            Unwanted::Id(_) => return Ok(()),
        };
        if !storage.folders.containers().exists() {
            return Ok(());
        }
        let run = BuilderRun::offline(vec!["rmi".into(), name.into()]);
        self.finish(self.launch(Some(&storage.folders), run), TIMEOUT)
            .await
    }

    async fn remove_by_daemon(&self, image: Unwanted<'_>) -> Result<(), String> {
        let command = |arguments: &[&str]| -> io::Result<Launch> {
            let mut command = self.builder.command();
            command.args(arguments);
            Ok(command.into())
        };
        let name = match image {
            Unwanted::Name(name) if self.builder.names_images() => name.to_owned(),
            Unwanted::Name(name) => format!("localhost/{name}"),
            Unwanted::Id(id) => {
                // It fails for an image that has no name.
                let named = ["inspect", "--format", "{{index .RepoTags 0}}", id];
                if self.finish(command(&named), TIMEOUT).await.is_ok() {
                    return Ok(());
                }
                id.to_owned()
            }
        };
        self.finish(command(&["rmi", &name]), TIMEOUT).await
    }
}
