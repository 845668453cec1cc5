//! Webhooks: takes the deliveries of the sources' hosts, and tells a repository's own people what came of them.

use crate::app::App;
use crate::error::{Error, json_response, text_response};
use crate::hooks::payloads::{self, Payload};
use crate::hooks::pushed_refs::{Kept, Told, matched};
use crate::hooks::signature;
use crate::hooks::skip_marks::has_skip_mark;
use crate::http::auth::{refuse_slowly, require_write};
use crate::http::connections::Peer;
use crate::http::extract::{PathParams, read_body};
use crate::http::paging::origin;
use crate::http::revalidation::Known;
use crate::store::deliveries::{self, SkipMarks};
use crate::store::repositories::StoredRepository;
use crate::store::{Caller, repositories, webhook_codes};
use axum::extract::{Extension, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;
use slipway_api::url::join_url;
use slipway_api::{Delivery, DeliveryState, PushVia, Timestamp, Webhook};
use std::sync::Arc;

/// The answer to whoever pushes, with a code that no repository has.
const UNKNOWN_CODE: &str =
    "Slipway has no webhook with this address: copy it again from the page of the repository";

/// The largest body of a delivery, in bytes. A push of some thousand commits has a few of them.
const MAX_BODY_BYTES: usize = 8 << 20;

/// Takes a delivery, and answers before it is looked at. The code in the path is who may deliver; see
/// [`crate::hooks::signature`] for what else has to be right. A hook of git itself shows the answer to whoever pushes:
/// for that, there are sentences as plain text.
pub(crate) async fn receive(
    State(app): State<Arc<App>>,
    peer: Option<Extension<Peer>>,
    PathParams(code): PathParams<String>,
    request: Request,
) -> Response {
    let is_read_by_person = wants_text(request.headers());
    let peer = peer.map(|Extension(peer)| peer);
    match (take(&app, peer, code, request).await, is_read_by_person) {
        (Ok((status, state)), false) => json_response(status, &json!({ "state": state })),
        (Ok((status, state)), true) => text_response(status, sentence(&state)),
        (Err(error), false) => error.into_response(),
        (Err(Error::NotFound), true) => text_response(StatusCode::NOT_FOUND, UNKNOWN_CODE),
        (Err(error), true) => error.into_text(),
    }
}

/// Returns true if the first kind of answer that the sender takes is plain text.
fn wants_text(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT);
    let first = accept.and_then(|kinds| kinds.to_str().ok()?.split([',', ';']).next());
    first.is_some_and(|kind| kind.trim().eq_ignore_ascii_case("text/plain"))
}

/// The answer to whoever pushes.
fn sentence(state: &DeliveryState) -> &'static str {
    match state {
        DeliveryState::Pending => {
            "Slipway knows of the push: the page of the repository shows what is built"
        }
        DeliveryState::Ping => "Slipway was reached: nothing was pushed",
        _ => "Slipway was reached: there is no branch and no tag in this push",
    }
}

/// Takes a delivery. Returns the status of the answer, and what is known of the delivery.
async fn take(
    app: &App,
    peer: Option<Peer>,
    code: String,
    request: Request,
) -> Result<(StatusCode, DeliveryState), Error> {
    let asked = code.clone();
    let found = app
        .store
        .read(
            move |connection| match webhook_codes::find(connection, &asked)? {
                Some(id) => repositories::by_id(connection, id),
                None => Ok(None),
            },
        )
        .await?;
    let Some(stored) = found else {
        return Err(match refuse_slowly(app, peer.as_ref()).await {
            Error::NotAuthenticated => Error::NotFound,
            error => error,
        });
    };
    let headers = request.headers().clone();
    let body = {
        let _few_at_once = app.hook_bodies.acquire().await;
        read_body(request, MAX_BODY_BYTES).await?
    };
    let now = Timestamp::from(chrono::Utc::now());
    let is_right = signature::is_right(&headers, &body, &code, now.millis());
    let (via, payload) = payloads::read(&headers, &body);
    let payload = is_right.then_some(payload);
    let (delivery, marks) = delivery(&stored, now, via, payload);
    let (state, id) = (delivery.state.clone(), stored.id);
    let is_taken = app
        .store
        .run(move |connection| deliveries::add(connection, id, &delivery, &marks))
        .await?;
    if !is_taken {
        return Err(Error::TooManyDeliveries);
    }
    match state {
        DeliveryState::WrongSecret => {
            refuse_slowly(app, peer.as_ref()).await;
            Err(Error::PermissionDenied)
        }
        DeliveryState::Unreadable => Err(Error::InvalidJson(
            "this is no push that is known here".to_owned(),
        )),
        DeliveryState::Pending => {
            app.hook_arrived.notify_one();
            Ok((StatusCode::ACCEPTED, state))
        }
        state => Ok((StatusCode::OK, state)),
    }
}

/// Makes a delivery of what was sent; `None` if its signature is wrong.
fn delivery(
    stored: &StoredRepository,
    now: Timestamp,
    via: PushVia,
    payload: Option<Payload>,
) -> (Delivery, SkipMarks) {
    let mut delivery = Delivery {
        received_at: Some(now),
        via,
        ..Delivery::default()
    };
    let mut marks = SkipMarks::new();
    delivery.state = match payload {
        None => DeliveryState::WrongSecret,
        Some(Payload::Unreadable) => DeliveryState::Unreadable,
        Some(Payload::Ping) => DeliveryState::Ping,
        Some(Payload::Other(event)) => {
            delivery.reason = event;
            DeliveryState::NotAPush
        }
        Some(Payload::Push(told)) => {
            let config = stored.repository.build_config.as_ref();
            let rows = config.map_or(&[][..], |config| &config.tag_configs);
            let (refs, more): Kept = matched(&told, rows);
            (delivery.refs, delivery.more_refs) = (refs, more);
            marks = marks_of(&told);
            DeliveryState::Pending
        }
    };
    (delivery, marks)
}

/// What the messages say that the sender tells.
fn marks_of(told: &[Told]) -> SkipMarks {
    let marks = told.iter().take(100).filter_map(|told| {
        let mark = has_skip_mark(told.message.as_deref()?);
        Some((told.commit.clone()?, mark))
    });
    marks.collect()
}

/// The optional call for a repository's webhook: its address, its code and its last deliveries. Only for those who may
/// write in the namespace.
pub(crate) async fn read(
    State(app): State<Arc<App>>,
    caller: Caller,
    PathParams((namespace, repo_name)): PathParams<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    require_write(&caller, &namespace)?;
    let found = app
        .store
        .read(move |connection| {
            let found = repositories::find(connection, &caller, &namespace, &repo_name)?;
            let Some(stored) = found else {
                return Ok(None);
            };
            let id = stored.id;
            let is_delivering = deliveries::is_delivering(connection, id)?;
            Ok(Some((
                stored,
                is_delivering,
                deliveries::last(connection, id)?,
            )))
        })
        .await?;
    let Some((stored, is_delivering, deliveries)) = found else {
        return Err(Error::NotFound);
    };
    let config = stored.repository.build_config;
    let code = config.and_then(|config| config.code_repo_webhook_code);
    let code = code.ok_or(Error::NotFound)?;
    let origin = origin(&headers, app.listen);
    let webhook = Webhook {
        url: join_url(&origin, &["hooks", &code], &[]),
        code,
        is_delivering,
        deliveries,
    };
    Known::of(&headers).answer(None, &webhook)
}
