//! The bodies of a request, which has to arrive in time, and of its response, whose end ends the server's turn.

use crate::http::connections::client_wait::{ClientWait, RequestTurn};
use axum::BoxError;
use axum::body::{Body, Bytes};
use hyper::body::{Body as HttpBody, Frame, Incoming, SizeHint};
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use tokio::time::{Instant, Sleep, sleep_until};

/// The error of a request's body that did not arrive in time.
#[derive(Debug)]
pub(crate) struct BodyTimeout;

impl BodyTimeout {
    /// Returns true if this is why a body could not be read.
    pub(crate) fn caused(error: &(dyn std::error::Error + 'static)) -> bool {
        let mut causes = std::iter::successors(Some(error), |error| error.source());
        causes.any(|cause| cause.is::<Self>())
    }
}

impl fmt::Display for BodyTimeout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the body did not arrive in time")
    }
}

impl std::error::Error for BodyTimeout {}

/// The body of a request. Its time begins when it is first wanted.
pub(super) struct TimedBody {
    body: Incoming,
    wait: Arc<ClientWait>,
    deadline: Option<Pin<Box<Sleep>>>,
}

impl TimedBody {
    pub(super) fn new(body: Incoming, wait: Arc<ClientWait>) -> Self {
        Self {
            body,
            wait,
            deadline: None,
        }
    }
}

impl HttpBody for TimedBody {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        if let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(context) {
            if !matches!(frame, Some(Ok(_))) {
                self.wait.body_ended();
            }
            return Poll::Ready(frame.map(|frame| frame.map_err(Into::into)));
        }
        let now = Instant::now();
        self.wait.body_expected(now);
        let end = self.wait.body_deadline(now);
        let deadline = self
            .deadline
            .get_or_insert_with(|| Box::pin(sleep_until(end)));
        if deadline.as_mut().poll(context).is_pending() {
            return Poll::Pending;
        }
        self.wait.body_ended();
        Poll::Ready(Some(Err(Box::new(BodyTimeout))))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for TimedBody {
    fn drop(&mut self) {
        self.wait.body_ended();
    }
}

/// The body of a response. The server's turn ends with it.
pub(super) struct Finishing {
    body: Body,
    _turn: RequestTurn,
}

impl Finishing {
    pub(super) fn new(body: Body, turn: RequestTurn) -> Self {
        Self { body, _turn: turn }
    }
}

impl HttpBody for Finishing {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
