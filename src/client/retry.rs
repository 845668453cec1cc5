//! Sending a read again while the cause of its failure is likely to pass.

use crate::client::backoff::{READ, chance};
use crate::client::error::Error;
use gloo_timers::future::TimeoutFuture;
use std::time::Duration;

/// The longest `Retry-After` that a single call waits for.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(5);

/// Sends a read, and sends it again after a delay while the failure may pass.
///
/// # Errors
/// The last failure, once it is not one that passes or all attempts are used.
pub(crate) async fn with_retries<T>(send: impl AsyncFn() -> Result<T, Error>) -> Result<T, Error> {
    let mut failures = 0;
    loop {
        let error = match send().await {
            Ok(answer) => return Ok(answer),
            Err(error) => error,
        };
        let asked = error.retry_after();
        // Too many requests are not cured by more of them, unless the API says when.
        let may_retry = error.is_passing()
            && failures < READ.steps()
            && asked.is_none_or(|asked| asked <= MAX_RETRY_AFTER)
            && (asked.is_some() || error.status() != Some(429));
        if !may_retry {
            return Err(error);
        }
        let delay = asked.unwrap_or_else(|| READ.delay(failures, chance()));
        TimeoutFuture::new(delay.as_millis() as u32).await;
        failures += 1;
    }
}
