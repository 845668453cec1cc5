//! Waiting: for the page to do what it has to, for a time, for a frame.

use crate::platform::page;
use js_sys::{Function, Promise};
use leptos::prelude::window;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::MessageChannel;

/// How long the page may be kept from everything else, in milliseconds.
const SLICE: f64 = 7.0;

/// How long the page may be without a new frame while a log comes in, which takes long; and while it is
/// searched, where the answer is waited for. In milliseconds.
const FRAME: f64 = 20.0;
const HURRIED_FRAME: f64 = 60.0;

thread_local! {
    /// When the last frame was.
    static LAST_FRAME: Cell<f64> = const { Cell::new(0.0) };
}

/// There is a frame now.
pub fn framed() {
    LAST_FRAME.set(now());
}

/// Milliseconds by a clock that never goes back.
pub fn now() -> f64 {
    window().performance().map_or(0.0, |clock| clock.now())
}

/// Lets the page do everything else: answer the reader, run timers, draw. Not as `setTimeout`, which
/// browsers make wait for 4 ms and more; nor as `scheduler.yield`, which goes before frames.
async fn breathe() {
    let Ok(channel) = MessageChannel::new() else {
        return gloo_timers::future::TimeoutFuture::new(0).await;
    };
    let (here, there) = (channel.port1(), channel.port2());
    let message = Promise::new(&mut |done, _| {
        here.set_onmessage(Some(&done));
        // Fails only for values that cannot be copied.
        let _ = there.post_message(&JsValue::NULL);
    });
    let _ = JsFuture::from(message).await;
    here.close();
}

/// Waits for the next frame; for a moment where the page is not shown, which has none.
pub async fn frame() {
    if page::is_hidden() {
        return breathe().await;
    }
    let frame = Promise::new(&mut |done, _| {
        let _ = window().request_animation_frame(&done);
        // A page that is hidden meanwhile has no more frames.
        let _ = window().set_timeout_with_callback_and_timeout_and_arguments_0(&done, 100);
    });
    let _ = JsFuture::from(frame).await;
}

/// Keeps work in slices: it is asked between two small pieces of it.
pub struct TimeSlice {
    begun: f64,
    /// When the work began, or the last frame that it waited for was.
    frame: f64,
    /// How long it goes without one.
    limit: f64,
}

impl TimeSlice {
    /// A slice of long work begins.
    pub fn new() -> Self {
        let begun = now();
        Self {
            begun,
            frame: begun,
            limit: FRAME,
        }
    }

    /// A slice of work begins whose end is waited for.
    pub fn hurried() -> Self {
        Self {
            limit: HURRIED_FRAME,
            ..Self::new()
        }
    }

    /// Whether the slice is over.
    pub fn is_over(&self) -> bool {
        now() - self.begun >= SLICE
    }

    /// Goes on at once while the slice lasts; else once the page has done everything else.
    pub async fn next(&mut self) {
        if !self.is_over() {
            return;
        }
        if now() - LAST_FRAME.get().max(self.frame) > self.limit {
            frame().await;
            self.frame = now();
        } else {
            breathe().await;
        }
        self.begun = now();
    }
}

/// A wait that can be ended from elsewhere. Copies are the same.
#[derive(Clone, Default)]
pub struct WakeableTimer {
    ring: Rc<RefCell<Option<Function>>>,
}

impl WakeableTimer {
    /// Waits this long (`None`: for ever), or until it is rung; and then on until the page is visible.
    pub async fn wait(&self, delay: Option<Duration>) {
        self.sleep(delay).await;
        while page::is_hidden() {
            self.sleep(None).await;
        }
    }

    async fn sleep(&self, delay: Option<Duration>) {
        let mut timer = None;
        let wait = Promise::new(&mut |done, _| {
            timer = delay.and_then(|delay| {
                let millis = i32::try_from(delay.as_millis()).unwrap_or(i32::MAX);
                window()
                    .set_timeout_with_callback_and_timeout_and_arguments_0(&done, millis)
                    .ok()
            });
            self.ring.replace(Some(done));
        });
        let _ = JsFuture::from(wait).await;
        if let Some(timer) = timer {
            window().clear_timeout_with_handle(timer);
        }
    }

    /// Ends the wait.
    pub fn ring(&self) {
        if let Some(done) = self.ring.take() {
            let _ = done.call0(&JsValue::UNDEFINED);
        }
    }
}
