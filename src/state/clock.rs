//! A clock that ticks once a second.

use crate::client::server_clock::ServerClock;
use crate::platform::page;
use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;

/// A clock that ticks once a second while the page can be seen. It shows the API's time where this
/// machine's clock is off.
#[derive(Clone, Copy)]
pub struct Clock {
    now: RwSignal<i64>,
    server: StoredValue<ServerClock>,
}

impl Clock {
    /// Starts the clock for the whole console.
    pub fn provide(server: ServerClock) {
        let clock = Self {
            now: RwSignal::new(page::now_millis()),
            server: StoredValue::new(server),
        };
        provide_context(clock);
        leptos::task::spawn_local(async move {
            loop {
                TimeoutFuture::new(1_000).await;
                // `try_set` gives the value back when the console is gone.
                if !page::is_hidden() && clock.now.try_set(page::now_millis()).is_some() {
                    return;
                }
            }
        });
    }

    /// Unix milliseconds of the API's time, tracked.
    pub fn now(self) -> i64 {
        self.now.get() + self.server.with_value(ServerClock::ahead)
    }
}

/// The console's clock. Call it while a component is being built.
pub fn use_clock() -> Clock {
    expect_context()
}
