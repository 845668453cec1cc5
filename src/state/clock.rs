//! The console's clock.

use crate::client::server_clock::ServerClock;
use crate::client::{Contact, Reachability};
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
    reachability: Reachability,
}

impl Clock {
    /// Starts the clock for the whole console.
    pub fn provide(server: ServerClock, reachability: Reachability) {
        let clock = Self {
            now: RwSignal::new(page::now_millis()),
            server: StoredValue::new(server),
            reachability,
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
        self.by_api(self.now.get())
    }

    /// The API's time up to which is known what goes on there, Unix milliseconds: now, or while it does not answer, when
    /// it last did. Tracked.
    pub fn known_until(self) -> i64 {
        match self.reachability.contact() {
            Contact::Lost {
                heard_at: Some(heard_at),
            } => self.by_api(heard_at),
            _ => self.now(),
        }
    }

    fn by_api(self, millis: i64) -> i64 {
        millis + self.server.with_value(ServerClock::ahead)
    }
}

/// The console's clock. Call it while a component is being built.
pub fn use_clock() -> Clock {
    expect_context()
}
