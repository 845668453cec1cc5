//! Whose turn it is on a connection, and since when the server waits for the client. Pure: the caller passes the
//! time.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;
use std::time::Duration;
use tokio::time::Instant;

/// The shortest wait after which a connection may be closed for another one. A client that was just accepted gets
/// the time to send its request.
const MIN_WAIT: Duration = Duration::from_millis(500);

/// How long the server waits for a client.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Timeouts {
    /// For the headers of a request, from their first byte.
    pub(crate) header: Duration,
    /// For the body of a request.
    pub(crate) body: Duration,
    /// For the next request of a connection.
    pub(crate) idle: Duration,
    /// For any progress of a response.
    pub(crate) write: Duration,
}

/// Whose turn it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Turn {
    /// No byte of the next request has arrived.
    Idle,
    /// The headers of a request are arriving.
    Headers,
    /// The body of a request is arriving.
    Body,
    /// The server answers.
    Server,
    /// The connection is closed for another one.
    Closed,
}

#[derive(Debug)]
struct State {
    turn: Turn,
    since: Instant,
    /// Since when the client has read nothing of a response, if some of it waits to be sent.
    unread_since: Option<Instant>,
    /// The reader that waits without a deadline, during the server's turn.
    reader: Option<Waker>,
}

/// The waiting of the server for the client of one connection.
#[derive(Debug)]
pub(super) struct ClientWait {
    timeouts: Timeouts,
    state: Mutex<State>,
}

impl ClientWait {
    /// A connection that was accepted now.
    pub(super) fn new(timeouts: Timeouts, now: Instant) -> Self {
        Self {
            timeouts,
            state: Mutex::new(State {
                turn: Turn::Idle,
                since: now,
                unread_since: None,
                reader: None,
            }),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // No code that can panic runs under the lock.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Records that bytes have arrived. Only the first ones of a request count: one byte after the other gives no
    /// more time.
    pub(super) fn received(&self, now: Instant) {
        let mut state = self.state();
        if state.turn == Turn::Idle {
            state.turn = Turn::Headers;
            state.since = now;
        }
    }

    /// Records that the server waits for more of a request's body.
    pub(super) fn body_expected(&self, now: Instant) {
        let mut state = self.state();
        if state.turn == Turn::Server {
            state.turn = Turn::Body;
            state.since = now;
        }
    }

    /// Records that the body of a request has arrived, or that the server does not want more of it.
    pub(super) fn body_ended(&self) {
        let mut state = self.state();
        if state.turn == Turn::Body {
            state.turn = Turn::Server;
        }
    }

    /// Records that a part of a response can't be sent yet.
    pub(super) fn write_blocked(&self, now: Instant) {
        self.state().unread_since.get_or_insert(now);
    }

    /// Records that a part of a response was taken.
    pub(super) fn written(&self, now: Instant) {
        let mut state = self.state();
        state.unread_since = None;
        if state.turn == Turn::Idle {
            // The end of the last response is still being sent.
            state.since = now;
        }
    }

    /// When the connection has taken too long to read from. The body has a time limit of its own, after which the
    /// client gets an answer. Where there is no deadline, `reader` is woken when there is one.
    pub(super) fn read_deadline(&self, reader: &Waker) -> Option<Instant> {
        let mut state = self.state();
        let limit = match state.turn {
            Turn::Idle => self.timeouts.idle,
            Turn::Headers => self.timeouts.header,
            Turn::Body | Turn::Server | Turn::Closed => {
                state.reader = Some(reader.clone());
                return None;
            }
        };
        Some(state.since + limit)
    }

    /// When the body of a request has taken too long that is expected from `since` on.
    pub(super) fn body_deadline(&self, since: Instant) -> Instant {
        since + self.timeouts.body
    }

    /// When the client has read nothing for too long.
    pub(super) fn write_deadline(&self) -> Option<Instant> {
        let unread_since = self.state().unread_since?;
        Some(unread_since + self.timeouts.write)
    }

    /// Returns how long the server has waited for the client; `None` if it does not, or too short a time for the
    /// connection to be closed.
    pub(super) fn waited(&self, now: Instant) -> Option<Duration> {
        let state = self.state();
        let since = match state.turn {
            Turn::Idle | Turn::Headers | Turn::Body => Some(state.since),
            Turn::Server => state.unread_since,
            Turn::Closed => None,
        };
        let waited = now.saturating_duration_since(since?);
        (waited >= MIN_WAIT).then_some(waited)
    }

    /// Closes the connection to requests. Returns false if it is the server's turn, which is not interrupted.
    pub(super) fn close(&self) -> bool {
        let mut state = self.state();
        let is_waiting = match state.turn {
            Turn::Idle | Turn::Headers | Turn::Body => true,
            Turn::Server => state.unread_since.is_some(),
            Turn::Closed => false,
        };
        if is_waiting {
            state.turn = Turn::Closed;
        }
        is_waiting
    }
}

/// The server's turn, from the headers of a request to the end of its response. Dropping it ends the turn.
#[derive(Debug)]
pub(super) struct RequestTurn(Arc<ClientWait>);

impl RequestTurn {
    /// Begins with a request. Returns `None` if the connection is closed for another one.
    pub(super) fn begin(wait: &Arc<ClientWait>, now: Instant) -> Option<Self> {
        let mut state = wait.state();
        if state.turn == Turn::Closed {
            return None;
        }
        state.turn = Turn::Server;
        state.since = now;
        drop(state);
        Some(Self(wait.clone()))
    }
}

impl Drop for RequestTurn {
    fn drop(&mut self) {
        let mut state = self.0.state();
        if state.turn != Turn::Closed {
            state.turn = Turn::Idle;
            state.since = Instant::now();
        }
        let reader = state.reader.take();
        drop(state);
        if let Some(reader) = reader {
            reader.wake();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TIMEOUTS: Timeouts = Timeouts {
        header: Duration::from_secs(10),
        body: Duration::from_secs(30),
        idle: Duration::from_secs(60),
        write: Duration::from_secs(20),
    };

    fn after(start: Instant, seconds: u64) -> Instant {
        start + Duration::from_secs(seconds)
    }

    #[test]
    fn a_byte_now_and_then_gives_headers_no_more_time() {
        let start = Instant::now();
        let wait = ClientWait::new(TIMEOUTS, start);
        assert_eq!(wait.read_deadline(Waker::noop()), Some(after(start, 60)));
        for second in [5, 9, 14] {
            wait.received(after(start, second));
            assert_eq!(wait.read_deadline(Waker::noop()), Some(after(start, 15)));
        }
    }

    #[test]
    fn the_server_takes_as_long_as_it_needs_and_a_reader_has_to_go_on() {
        let start = Instant::now();
        let wait = Arc::new(ClientWait::new(TIMEOUTS, start));
        let turn = RequestTurn::begin(&wait, start).unwrap();
        assert_eq!(
            (wait.read_deadline(Waker::noop()), wait.write_deadline()),
            (None, None)
        );
        assert!(wait.waited(after(start, 100)).is_none() && !wait.close());
        for second in [5, 9] {
            wait.write_blocked(after(start, second));
            assert_eq!(wait.write_deadline(), Some(after(start, 25)));
        }
        assert_eq!(wait.waited(after(start, 8)), Some(Duration::from_secs(3)));
        wait.written(after(start, 10));
        assert_eq!(wait.write_deadline(), None);
        drop(turn);
        assert!(wait.read_deadline(Waker::noop()) > Some(after(start, 59)));
    }

    #[test]
    fn a_closed_connection_takes_no_request() {
        let start = Instant::now();
        let wait = Arc::new(ClientWait::new(TIMEOUTS, start));
        assert_eq!(wait.waited(start), None, "it was just accepted");
        assert!(wait.close());
        assert!(RequestTurn::begin(&wait, start).is_none());
        assert!(!wait.close());
    }

    #[test]
    fn a_body_that_does_not_come_is_waited_for() {
        let start = Instant::now();
        let wait = Arc::new(ClientWait::new(TIMEOUTS, start));
        let _turn = RequestTurn::begin(&wait, start).unwrap();
        wait.body_expected(after(start, 1));
        wait.body_expected(after(start, 3));
        assert_eq!(wait.waited(after(start, 4)), Some(Duration::from_secs(3)));
        wait.body_ended();
        assert_eq!(wait.waited(after(start, 5)), None);
    }
}
