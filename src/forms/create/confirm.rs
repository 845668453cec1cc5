//! Checks whether a repository was created although no answer came.

use crate::api::{CreateRepository, Repository};
use crate::client::{Client, Error};
use crate::forms::common::submission::Verification;
use crate::forms::model::changes::is_created;

/// Looks whether the repository is there, by its own read or else by its builds.
pub(crate) async fn look(
    client: Client,
    namespace: String,
    request: CreateRepository,
) -> Result<Verification<Repository>, Error> {
    let name = &request.repo_name;
    match client.repository(&namespace, name).await {
        Ok(repository) if is_created(&repository, &request) => {
            return Ok(Verification::Done(repository));
        }
        Ok(_) => return Ok(Verification::Other),
        Err(error) if !error.is_not_offered() => return Err(error),
        Err(_) => {}
    }
    // An API that lists repositories can read them too, so there is none.
    match client.repositories(&namespace, 1).await {
        Ok(_) => return Ok(Verification::Nothing),
        Err(error) if !error.is_not_offered() => return Err(error),
        Err(_) => {}
    }
    let builds = client.builds(Some(&namespace), Some(name), 1).await;
    Ok(match builds {
        Ok(page) if page.count > 0 => Verification::Other,
        _ => Verification::CannotTell,
    })
}
