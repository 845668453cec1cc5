//! Receives one whole log, and goes on where it was cut.

use crate::client::backoff::{LOG, chance};
use crate::client::{Client, Error};
use crate::log::{Fault, Log};
use crate::log_viewer::yielding::{TimeSlice, until_visible};
use crate::platform::timer::sleep;

/// The most retries in a row that bring no new line.
const MAX_RETRIES: usize = 4;

/// Reads the log of a build. Nothing is read while the page is hidden.
///
/// # Errors
/// Any [`Error`], after the retries.
pub(crate) async fn receive_log(client: &Client, build_id: &str) -> Result<Log, Error> {
    let mut log = Log::new();
    let mut failures = 0;
    loop {
        until_visible().await;
        let before = log.len();
        let Err(error) = receive_once(client, build_id, &mut log).await else {
            return Ok(log);
        };
        if log.len() > before {
            failures = 0;
        }
        // The client has retried what fails before the first byte, except a 429 that names no time.
        let is_retried = log.is_empty() && error.status() != Some(429);
        if is_retried || failures == MAX_RETRIES || !error.is_transient() {
            return Err(error);
        }
        sleep(LOG.delay_after(error.pause(), failures, chance())).await;
        failures += 1;
    }
}

/// Reads one answer, from the second of the last line on.
async fn receive_once(client: &Client, build_id: &str, log: &mut Log) -> Result<(), Error> {
    let start = log.resume_at();
    let mut stream = client.log_stream(build_id, start, None).await?;
    log.begin(start);
    let mut slice = TimeSlice::background();
    let mut buffer = Vec::new();
    loop {
        match stream.next(&mut buffer).await {
            Ok(true) => {}
            Ok(false) => break,
            Err(error) => {
                log.abort();
                return Err(error);
            }
        }
        log.feed(&buffer);
        slice.next().await;
    }
    let summary = log.end();
    match summary.fault {
        Some(Fault::NotAnArray(reason)) => Err(Error::Unreadable { reason }),
        // The connection was cut, even though it ended without an error.
        None if summary.truncated => Err(Error::CUT_OFF),
        None => Ok(()),
    }
}
