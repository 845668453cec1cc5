//! Timers of the browser, which count whole milliseconds in 31 bits.

use gloo_timers::future::TimeoutFuture;
use std::time::Duration;

/// Waits for this long. Dropping the future ends the timer.
pub(crate) async fn sleep(delay: Duration) {
    TimeoutFuture::new(timer_millis(delay)).await;
}

/// The delay in milliseconds, as long as a timer can be: longer ones would fire at once.
pub(crate) fn timer_millis(delay: Duration) -> u32 {
    const MAX_MILLIS: u64 = i32::MAX as u64;
    let millis = delay
        .as_secs()
        .saturating_mul(1_000)
        .saturating_add(u64::from(delay.subsec_millis()));
    millis.min(MAX_MILLIS) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delay_never_overflows_the_browsers_timer() {
        assert_eq!(timer_millis(Duration::from_micros(1_500_999)), 1_500);
        assert_eq!(timer_millis(Duration::MAX), i32::MAX as u32);
    }
}
