//! The errors of the API's calls, written as Django REST framework writes them.

use crate::store::full_disk;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};
use std::time::Duration;

/// The time after which a full queue may have room again. Builds take minutes, and there may be several workers.
const QUEUE_PAUSE: Duration = Duration::from_secs(30);

/// The time after which a source may be looked into again.
const LOOK_PAUSE: Duration = Duration::from_secs(5);

/// What a 403 says about a token for another namespace.
const PERMISSION_DENIED: &str = "You do not have permission to perform this action.";

/// What a 429 says about looks into sources.
const TOO_MANY_LOOKS: &str = "Request was throttled. The server looks into other sources.";

/// What a 429 says about deliveries of a webhook.
const DELIVERIES_WAIT: &str = "as many deliveries of this webhook wait as may";

/// The reason why a call fails.
#[derive(Debug)]
pub(crate) enum Error {
    /// 400: the messages about invalid fields, by field.
    Invalid(Map<String, Value>),
    /// 400: the body is not JSON.
    InvalidJson(String),
    /// 401: the token is missing or unknown.
    NotAuthenticated,
    /// 401 as well: the token is wrong, which slows its sender down.
    WrongToken,
    /// 429: too many wrong tokens. More may come after this time.
    WrongTokens(Duration),
    /// 429: so many builds of the repository wait already.
    QueueFull(u64),
    /// 429: so many looks into sources are under way already.
    TooManyLooks,
    /// 429: so many deliveries of the webhook wait already.
    TooManyDeliveries,
    /// 403: the token is for another namespace.
    PermissionDenied,
    /// 403: the request comes from a page of another origin.
    CrossOrigin(&'static str),
    /// 404: the path or the resource does not exist.
    NotFound,
    /// 404: the list does not have this page.
    InvalidPage,
    /// 405: the path does not support this method.
    MethodNotAllowed(String),
    /// 408: the body did not arrive in time.
    RequestTimeout,
    /// 409: the build that was to be cancelled has ended.
    BuildEnded,
    /// 409: the build that was to be removed has not ended.
    BuildNotEnded,
    /// 413: the body is too large.
    PayloadTooLarge,
    /// 415: the body has this content type instead of JSON.
    UnsupportedMediaType(String),
    /// 501: the server does not implement the call. The sentence tells what to do instead.
    NotImplemented(&'static str),
    /// 507: the disk is full. Nothing was stored.
    DiskFull,
    /// 500: the server failed. Only its log tells why.
    Internal,
}

impl Error {
    /// Returns a 400 with a message about one field.
    pub(crate) fn field(name: &str, message: impl Into<String>) -> Self {
        let mut fields = Map::new();
        fields.insert(name.to_owned(), json!([message.into()]));
        Self::Invalid(fields)
    }
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        if full_disk::is_full(&error) {
            return Self::DiskFull;
        }
        tracing::error!("the database failed: {error}");
        Self::Internal
    }
}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        if full_disk::is_full_file(&error) {
            return Self::DiskFull;
        }
        tracing::error!("{error}");
        Self::Internal
    }
}

impl Error {
    /// Returns the status, and the sentence that says why.
    fn said(&self) -> (StatusCode, String) {
        match self {
            Self::Invalid(fields) => (
                StatusCode::BAD_REQUEST,
                Value::Object(fields.clone()).to_string(),
            ),
            Self::InvalidJson(error) => (
                StatusCode::BAD_REQUEST,
                format!("JSON parse error - {error}"),
            ),
            Self::NotAuthenticated | Self::WrongToken => (
                StatusCode::UNAUTHORIZED,
                "Authentication credentials were not provided or are not valid.".to_owned(),
            ),
            Self::WrongTokens(_) => (
                StatusCode::TOO_MANY_REQUESTS,
                "Request was throttled. Too many wrong tokens came from this address.".to_owned(),
            ),
            Self::QueueFull(limit) => (
                StatusCode::TOO_MANY_REQUESTS,
                format!(
                    "This repository has {limit} waiting builds, as many as the queue takes. Try again once some of \
                     them have begun."
                ),
            ),
            Self::TooManyLooks => (StatusCode::TOO_MANY_REQUESTS, TOO_MANY_LOOKS.to_owned()),
            Self::TooManyDeliveries => (StatusCode::TOO_MANY_REQUESTS, DELIVERIES_WAIT.to_owned()),
            Self::PermissionDenied => (StatusCode::FORBIDDEN, PERMISSION_DENIED.to_owned()),
            Self::CrossOrigin(message) => (StatusCode::FORBIDDEN, (*message).to_owned()),
            Self::NotFound => (StatusCode::NOT_FOUND, "Not found.".to_owned()),
            Self::InvalidPage => (StatusCode::NOT_FOUND, "Invalid page.".to_owned()),
            Self::MethodNotAllowed(method) => (
                StatusCode::METHOD_NOT_ALLOWED,
                format!("Method \"{method}\" not allowed."),
            ),
            Self::RequestTimeout => (
                StatusCode::REQUEST_TIMEOUT,
                "The request body did not arrive in time.".to_owned(),
            ),
            Self::BuildEnded => (
                StatusCode::CONFLICT,
                "This build has ended meanwhile. It was not removed.".to_owned(),
            ),
            Self::BuildNotEnded => (
                StatusCode::CONFLICT,
                "This build has not ended. It was not removed.".to_owned(),
            ),
            Self::PayloadTooLarge => (
                StatusCode::PAYLOAD_TOO_LARGE,
                "The request body is too large.".to_owned(),
            ),
            Self::UnsupportedMediaType(kind) => (
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                format!("Unsupported media type \"{kind}\" in request."),
            ),
            Self::NotImplemented(message) => (StatusCode::NOT_IMPLEMENTED, (*message).to_owned()),
            Self::DiskFull => (
                StatusCode::INSUFFICIENT_STORAGE,
                "No space left on the server's disk. Nothing was changed.".to_owned(),
            ),
            Self::Internal => (
                StatusCode::INTERNAL_SERVER_ERROR,
                "The server failed. Its log has the details.".to_owned(),
            ),
        }
    }

    /// Returns the response with this body, and with the headers that belong to the error.
    fn response(&self, mut response: Response) -> Response {
        let headers = response.headers_mut();
        if matches!(self, Self::NotAuthenticated | Self::WrongToken) {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Token"));
        }
        let retry_after = match self {
            Self::WrongTokens(pause) => Some(pause.as_secs().max(1)),
            Self::QueueFull(_) | Self::TooManyDeliveries => Some(QUEUE_PAUSE.as_secs()),
            Self::TooManyLooks => Some(LOOK_PAUSE.as_secs()),
            _ => None,
        };
        if let Some(seconds) = retry_after {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        response
    }

    /// Returns the response as a line of plain text, for a person who reads it in a terminal.
    pub(crate) fn into_text(self) -> Response {
        let (status, sentence) = self.said();
        self.response(text_response(status, &sentence))
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        if let Self::Invalid(fields) = self {
            return json_response(StatusCode::BAD_REQUEST, &Value::Object(fields));
        }
        let (status, detail) = self.said();
        self.response(json_response(status, &json!({ "detail": detail })))
    }
}

/// Returns a line of plain text.
pub(crate) fn text_response(status: StatusCode, line: &str) -> Response {
    let kind = [(header::CONTENT_TYPE, "text/plain; charset=utf-8")];
    (status, kind, format!("{line}\n")).into_response()
}

/// Returns a JSON response; a 500 if the value can't be written as JSON.
pub(crate) fn json_response(status: StatusCode, value: &impl serde::Serialize) -> Response {
    match serde_json::to_vec(value) {
        Ok(body) => (status, [(header::CONTENT_TYPE, "application/json")], body).into_response(),
        Err(error) => {
            tracing::error!("a response could not be serialized: {error}");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
