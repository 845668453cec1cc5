//! The console's clock.

use crate::client::server_clock::ServerClock;
use crate::platform::page;
use crate::platform::timer::sleep;
use leptos::prelude::*;
use std::time::Duration;

const TICK_INTERVAL: Duration = Duration::from_secs(1);

/// A clock that ticks once a second while the page is visible. It shows the API's time if this machine's clock
/// is wrong.
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
                sleep(TICK_INTERVAL).await;
                // `try_set` returns the value when the console has been removed.
                if !page::is_hidden() && clock.now.try_set(page::now_millis()).is_some() {
                    return;
                }
            }
        });
    }

    /// The API's time, Unix milliseconds. Tracked.
    pub fn now(self) -> i64 {
        self.now.get() + self.server.with_value(ServerClock::ahead)
    }
}

/// The console's clock. Call it while a component is being built.
pub fn use_clock() -> Clock {
    expect_context()
}
