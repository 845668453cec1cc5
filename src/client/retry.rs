//! Retries of a read, while its failure is transient.

use crate::client::backoff::{READ, chance};
use crate::client::error::Error;
use crate::platform::timer::sleep;
use std::time::Duration;

/// The longest `Retry-After` that a single call waits for.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(5);

/// Sends a read, and retries it after a delay while the failure is transient.
///
/// # Errors
/// The last failure, when it is not transient or no attempt is left.
pub(crate) async fn with_retries<T>(send: impl AsyncFn() -> Result<T, Error>) -> Result<T, Error> {
    let mut failures = 0;
    loop {
        let error = match send().await {
            Ok(answer) => return Ok(answer),
            Err(error) => error,
        };
        let asked = error.retry_after();
        // A 429 is retried only after the delay that the API asks for.
        let may_retry = error.is_transient()
            && failures < READ.steps()
            && asked.is_none_or(|asked| asked <= MAX_RETRY_AFTER)
            && (asked.is_some() || error.status() != Some(429));
        if !may_retry {
            return Err(error);
        }
        let delay = asked.unwrap_or_else(|| READ.delay(failures, chance()));
        sleep(delay).await;
        failures += 1;
    }
}
