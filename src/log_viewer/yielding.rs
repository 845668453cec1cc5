//! Yields to the browser during long work, and waits for frames, times and wake-ups.

use crate::platform::page;
use crate::platform::timer::timer_millis;
use js_sys::{Function, Promise};
use leptos::prelude::{document, window};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::MessageChannel;

/// The maximum time of background work before yielding to the browser.
const BACKGROUND_SLICE: Duration = Duration::from_millis(7);

/// The maximum time of work before yielding to the browser while the user waits for the result.
const FOREGROUND_SLICE: Duration = Duration::from_millis(20);

/// The maximum time without an animation frame during background work, such as loading.
const BACKGROUND_FRAME_INTERVAL: Duration = Duration::from_millis(20);

/// The maximum time without an animation frame while the user waits for the result, as in a search.
const FOREGROUND_FRAME_INTERVAL: Duration = Duration::from_millis(60);

/// The maximum wait for an animation frame. A page that becomes hidden has no more of them.
const MAX_FRAME_WAIT: Duration = Duration::from_millis(100);

thread_local! {
    /// The time of the last animation frame.
    static LAST_FRAME_MILLIS: Cell<f64> = const { Cell::new(0.0) };
}

/// Remembers that an animation frame happens now.
pub(crate) fn mark_frame() {
    LAST_FRAME_MILLIS.set(now_millis());
}

/// Returns milliseconds of a clock that never goes back.
pub(crate) fn now_millis() -> f64 {
    window().performance().map_or(0.0, |clock| clock.now())
}

/// Returns the time since a reading of [`now_millis`].
pub(crate) fn elapsed_since(millis: f64) -> Duration {
    Duration::from_secs_f64((now_millis() - millis).max(0.0) / 1_000.0)
}

/// Lets the browser handle events, run timers and draw. Not by `setTimeout`, which browsers delay by 4 ms
/// or more, and not by `scheduler.yield`, which comes before animation frames.
async fn yield_to_browser() {
    let Ok(channel) = MessageChannel::new() else {
        return gloo_timers::future::TimeoutFuture::new(0).await;
    };
    let (receiver, sender) = (channel.port1(), channel.port2());
    let message = Promise::new(&mut |done, _| {
        receiver.set_onmessage(Some(&done));
        // Fails only for values that cannot be copied.
        let _ = sender.post_message(&JsValue::NULL);
    });
    let _ = JsFuture::from(message).await;
    receiver.close();
}

/// Waits until the browser has drawn what is on the page now. On a hidden page, which is not drawn, only yields.
pub(crate) async fn after_paint() {
    if !page::is_hidden() {
        next_frame().await;
    }
    // The callbacks of a frame, and what waits for them, come before it is drawn.
    yield_to_browser().await;
}

/// Waits for the next animation frame.
async fn next_frame() {
    let frame = Promise::new(&mut |done, _| {
        let _ = window().request_animation_frame(&done);
        let _ = set_timeout(&done, MAX_FRAME_WAIT);
    });
    let _ = JsFuture::from(frame).await;
}

/// Waits until the page is visible. Returns at once if it is.
pub(crate) async fn until_visible() {
    const CHANGE: &str = "visibilitychange";
    while page::is_hidden() {
        let mut listener = None;
        let change = Promise::new(&mut |done, _| {
            let _ = document().add_event_listener_with_callback(CHANGE, &done);
            listener = Some(done);
        });
        let _ = JsFuture::from(change).await;
        if let Some(listener) = listener {
            let _ = document().remove_event_listener_with_callback(CHANGE, &listener);
        }
    }
}

/// Calls a function after a time. Returns the timer's handle; `None` if the browser refuses.
fn set_timeout(callback: &Function, delay: Duration) -> Option<i32> {
    let millis = timer_millis(delay) as i32;
    window()
        .set_timeout_with_callback_and_timeout_and_arguments_0(callback, millis)
        .ok()
}

/// Divides long work into short slices: call [`TimeSlice::next`] between small parts of it.
pub(crate) struct TimeSlice {
    started_millis: f64,
    /// When the work started, or the last animation frame that it waited for.
    frame_millis: f64,
    max_slice: Duration,
    frame_interval: Duration,
}

impl TimeSlice {
    /// Starts a slice of background work.
    pub(crate) fn background() -> Self {
        Self::new(BACKGROUND_SLICE, BACKGROUND_FRAME_INTERVAL)
    }

    /// Starts a slice of work whose result the user waits for. It gives fewer frames to the browser.
    pub(crate) fn foreground() -> Self {
        Self::new(FOREGROUND_SLICE, FOREGROUND_FRAME_INTERVAL)
    }

    fn new(max_slice: Duration, frame_interval: Duration) -> Self {
        let started_millis = now_millis();
        Self {
            started_millis,
            frame_millis: started_millis,
            max_slice,
            frame_interval,
        }
    }

    /// Returns at once while the slice lasts. After that, yields to the browser, and starts a new slice.
    pub(crate) async fn next(&mut self) {
        if elapsed_since(self.started_millis) < self.max_slice {
            return;
        }
        if elapsed_since(LAST_FRAME_MILLIS.get().max(self.frame_millis)) > self.frame_interval {
            return self.draw().await;
        }
        yield_to_browser().await;
        self.started_millis = now_millis();
    }

    /// Lets the browser draw, and starts a new slice.
    pub(crate) async fn draw(&mut self) {
        after_paint().await;
        self.frame_millis = now_millis();
        self.started_millis = self.frame_millis;
    }
}

/// A timer that can be ended early. Clones are the same timer.
#[derive(Clone, Default)]
pub(crate) struct WakeableTimer {
    /// Ends the current wait.
    wake: Rc<RefCell<Option<Function>>>,
}

impl WakeableTimer {
    /// Waits this long (`None`: without limit) or until [`WakeableTimer::wake`], and then on until the
    /// page is visible.
    pub(crate) async fn wait(&self, delay: Option<Duration>) {
        self.sleep(delay).await;
        while page::is_hidden() {
            self.sleep(None).await;
        }
    }

    async fn sleep(&self, delay: Option<Duration>) {
        let mut timer = None;
        let wait = Promise::new(&mut |done, _| {
            timer = delay.and_then(|delay| set_timeout(&done, delay));
            self.wake.replace(Some(done));
        });
        let _ = JsFuture::from(wait).await;
        if let Some(timer) = timer {
            window().clear_timeout_with_handle(timer);
        }
    }

    /// Ends the current wait.
    pub(crate) fn wake(&self) {
        if let Some(done) = self.wake.take() {
            let _ = done.call0(&JsValue::UNDEFINED);
        }
    }
}
