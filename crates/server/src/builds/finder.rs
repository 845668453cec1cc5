//! Finds a builder when it is first needed, and tries again until it is there.

use crate::builds::builder_address::BuilderAt;
use crate::builds::workshop::{BuilderSettings, Workshop};
use std::sync::Arc;
use tokio::sync::Mutex;

/// Finds one builder.
pub(crate) struct Finder {
    settings: BuilderSettings,
    /// The address of a builder elsewhere; `None` for this machine's own.
    at: Option<BuilderAt>,
    /// The workshop that was found; the lock is held while it is searched for.
    found: Mutex<Option<Arc<Workshop>>>,
}

impl Finder {
    /// A finder of this machine's own builder, or of the one at an address.
    pub(crate) fn new(settings: BuilderSettings, at: Option<BuilderAt>) -> Self {
        Self {
            settings,
            at,
            found: Mutex::new(None),
        }
    }

    /// Returns the builder and what contains it. One elsewhere need not answer.
    ///
    /// # Errors
    ///
    /// A sentence for the log of a build that can't be started.
    pub(crate) async fn find(&self) -> Result<Arc<Workshop>, String> {
        let mut found = self.found.lock().await;
        if let Some(workshop) = &*found
            && workshop.builder.program.exists()
        {
            return Ok(workshop.clone());
        }
        let workshop = match &self.at {
            None => Workshop::find(&self.settings).await?,
            Some(at) => Workshop::elsewhere(&self.settings, at).await?,
        };
        let workshop = Arc::new(workshop);
        *found = Some(workshop.clone());
        Ok(workshop)
    }

    /// Asks the builder for an answer.
    ///
    /// # Errors
    ///
    /// A sentence about why there is none.
    pub(crate) async fn ask(&self) -> Result<Arc<Workshop>, String> {
        let workshop = self.find().await?;
        workshop.builder.answers().await?;
        Ok(workshop)
    }
}
