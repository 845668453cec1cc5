//! The choice of the cache of one build: the layers in the registry, where that is wished and can be reached.

use crate::builds::checkout::BuildInputs;
use crate::builds::registry::Registry;
use crate::builds::registry_cache::CachePlace;
use crate::builds::registry_client::has_image;
use crate::builds::registry_options::LayerCache;
use crate::builds::workplace::{BuildCache, Workplace};
use crate::log_level::EntryLevel;
use crate::process::job::{Failure, Job};
use slipway_api::Build;

/// The warning of a build that can't reach the registry.
const UNREACHED: &str = "layers of earlier builds are not looked for in the registry: it is on the server's own loopback, \
     which builds reach with the server's option --build-network=host alone";

/// The line of a build that is the first one to put its layers there.
const EMPTY: &str = "the registry has no layers of earlier builds yet";

/// Returns what a build needs to find layers in the registry, and to put its own there; `None` where it uses the
/// builder's own alone.
///
/// # Errors
///
/// When the credentials can't be read, or the build is stopped.
pub(crate) async fn build_cache(
    job: &mut Job,
    registry: &Registry,
    workplace: &Workplace,
    inputs: &BuildInputs,
    build: &Build,
) -> Result<Option<BuildCache>, Failure> {
    if registry.cache != LayerCache::Registry || inputs.without_cache {
        return Ok(None);
    }
    if registry.name.is_loopback() && !workplace.reaches_loopback() {
        job.log.write(EntryLevel::Warning, UNREACHED);
        return Ok(None);
    }
    let repository = registry.repository(&build.docker_repo_path);
    let access = job.during(registry.access(&repository)).await?;
    let access = access.map_err(Failure::Other)?;
    if let Some(credentials) = &access.credentials {
        job.log.hide(credentials.secrets());
    }
    let mut place = CachePlace {
        repository,
        tag: build.docker_repo_tag.clone(),
        is_insecure: registry.is_insecure,
        is_empty: false,
    };
    if let Some((image, tag)) = place.image(workplace.kind()) {
        // A registry that does not say it is asked by the builder.
        let is_there = job.during(has_image(&access, &image, tag)).await?;
        place.is_empty = is_there == Ok(false);
    }
    if place.is_empty {
        job.log.write(EntryLevel::Info, EMPTY);
    }
    Ok(Some(BuildCache {
        access: workplace.access_files(&access),
        place,
    }))
}
