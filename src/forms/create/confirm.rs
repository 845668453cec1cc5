//! Finds out if a repository was created although no answer came.

use crate::api::{CreateRepository, Repository};
use crate::client::{Client, Error};
use crate::forms::common::submission::Verification;
use crate::forms::model::changes::is_created;

/// Looks for the repository: by reading it, or by its builds if the API does not offer that.
///
/// # Errors
/// The error of the read that was tried last.
pub(crate) async fn verify(
    client: Client,
    namespace: String,
    request: CreateRepository,
) -> Result<Verification<Repository>, Error> {
    let client = client.live();
    let name = &request.repo_name;
    match client.repository(&namespace, name).await {
        Ok(repository) if is_created(&repository, &request) => {
            return Ok(Verification::Done(repository));
        }
        Ok(_) => return Ok(Verification::Different),
        Err(error) if !error.is_not_offered() => return Err(error),
        Err(_) => {}
    }
    // An API that lists repositories also reads them, so a 404 means that there is none.
    match client.repositories(&namespace, 1).await {
        Ok(_) => return Ok(Verification::NotDone),
        Err(error) if !error.is_not_offered() => return Err(error),
        Err(_) => {}
    }
    let builds = client.builds(Some(&namespace), Some(name), 1).await;
    Ok(match builds {
        Ok(page) if page.count > 0 => Verification::Different,
        _ => Verification::Unsupported,
    })
}
