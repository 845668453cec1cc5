//! What a call can be refused with, and how Django REST framework would write it.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

/// Why a call is refused.
#[derive(Debug)]
pub enum Error {
    /// 400: what is wrong, by field.
    Invalid(Map<String, Value>),
    /// 400: the body is no JSON.
    Unparsable(String),
    /// 401: no token, or none that this server knows.
    NotAuthenticated,
    /// 403: the token is for another namespace.
    NotPermitted,
    /// 403: the request comes from a page that this server does not serve.
    Foreign(&'static str),
    /// 404.
    NotFound,
    /// 404: there is no such page of a list.
    InvalidPage,
    /// 405, with the method.
    MethodNotAllowed(String),
    /// 413.
    TooLarge,
    /// 415, with the content type.
    UnsupportedMediaType(String),
    /// 501, with what to do instead.
    NotOffered(&'static str),
    /// 500: the server's own trouble, which only its log tells.
    Internal,
}

impl Error {
    /// A refusal about one field.
    pub fn field(name: &str, message: impl Into<String>) -> Self {
        let mut fields = Map::new();
        fields.insert(name.to_owned(), json!([message.into()]));
        Self::Invalid(fields)
    }
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        tracing::error!("the database failed: {error}");
        Self::Internal
    }
}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        tracing::error!("{error}");
        Self::Internal
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let authenticate = matches!(self, Self::NotAuthenticated);
        let (status, detail) = match self {
            Self::Invalid(fields) => {
                return json_response(StatusCode::BAD_REQUEST, &Value::Object(fields));
            }
            Self::Unparsable(why) => (StatusCode::BAD_REQUEST, format!("JSON parse error - {why}")),
            Self::NotAuthenticated => (
                StatusCode::UNAUTHORIZED,
                "Authentication credentials were not provided or are not valid.".to_owned(),
            ),
            Self::NotPermitted => (
                StatusCode::FORBIDDEN,
                "You do not have permission to perform this action.".to_owned(),
            ),
            Self::Foreign(why) => (StatusCode::FORBIDDEN, why.to_owned()),
            Self::NotFound => (StatusCode::NOT_FOUND, "Not found.".to_owned()),
            Self::InvalidPage => (StatusCode::NOT_FOUND, "Invalid page.".to_owned()),
            Self::MethodNotAllowed(method) => (
                StatusCode::METHOD_NOT_ALLOWED,
                format!("Method \"{method}\" not allowed."),
            ),
            Self::TooLarge => (
                StatusCode::PAYLOAD_TOO_LARGE,
                "The request body is too large.".to_owned(),
            ),
            Self::UnsupportedMediaType(kind) => (
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                format!("Unsupported media type \"{kind}\" in request."),
            ),
            Self::NotOffered(why) => (StatusCode::NOT_IMPLEMENTED, why.to_owned()),
            Self::Internal => (
                StatusCode::INTERNAL_SERVER_ERROR,
                "The server failed; its own log says why.".to_owned(),
            ),
        };
        let mut response = json_response(status, &json!({ "detail": detail }));
        if authenticate {
            response
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Token"));
        }
        response
    }
}

/// An answer of JSON. A value that cannot be written as JSON is this server's own mistake: 500.
pub fn json_response(status: StatusCode, value: &impl serde::Serialize) -> Response {
    match serde_json::to_vec(value) {
        Ok(body) => (status, [(header::CONTENT_TYPE, "application/json")], body).into_response(),
        Err(error) => {
            tracing::error!("an answer could not be written: {error}");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
