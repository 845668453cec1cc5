//! Waiting for a condition.

use std::fmt::Debug;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// How long a condition may take to hold. Long, because only a failing test waits it out.
pub const WAIT_LIMIT: Duration = Duration::from_secs(60);

pub const POLL_INTERVAL: Duration = Duration::from_millis(40);

/// Asks until there is an answer. Panics with `condition` when there is none in time.
pub async fn eventually<T>(condition: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + WAIT_LIMIT;
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(Instant::now() < deadline, "never happened: {condition}");
        sleep(POLL_INTERVAL).await;
    }
}

/// Reads until the value is `wanted`. Panics with the last value when it is not in time.
pub async fn eventually_eq<T: PartialEq + Debug>(
    condition: &str,
    wanted: T,
    mut read: impl AsyncFnMut() -> T,
) {
    let deadline = Instant::now() + WAIT_LIMIT;
    loop {
        let value = read().await;
        if value == wanted {
            return;
        }
        assert!(
            Instant::now() < deadline,
            "never happened: {condition}: it is {value:?}, not {wanted:?}"
        );
        sleep(POLL_INTERVAL).await;
    }
}

/// Reads a value until it is as wanted, as `assert_eq!` with time for the page to draw it.
///
/// The note after the two values, if there is one, says which case it is. Panics with the last value when it
/// is not as wanted in time.
#[allow(unused_macros, reason = "not every test program waits for a value")]
macro_rules! assert_soon {
    ($value:expr, $wanted:expr $(,)?) => {
        $crate::support::assert_soon!($value, $wanted, "{}", stringify!($value))
    };
    ($value:expr, $wanted:expr, $($note:tt)+) => {{
        let deadline = tokio::time::Instant::now() + $crate::support::wait::WAIT_LIMIT;
        loop {
            match (&$value, &$wanted) {
                (value, wanted) => {
                    if *value == *wanted {
                        break;
                    }
                    assert!(
                        tokio::time::Instant::now() < deadline,
                        "never happened: {}: it is {value:?}, not {wanted:?}",
                        format_args!($($note)+)
                    );
                }
            }
            tokio::time::sleep($crate::support::wait::POLL_INTERVAL).await;
        }
    }};
}
pub(crate) use assert_soon;
