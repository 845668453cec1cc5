//! The calls, over gloo-net. The only file that sends a request.
//!
//! A write is sent once. A read is sent again, with backoff and jitter, while what stopped it may
//! well pass. A call whose future is dropped (because its page has gone) is aborted.

pub mod backoff;
pub mod error;
mod retry;
pub mod server_clock;
pub mod site_config;
pub mod token;

use crate::api::url::join_url;
use crate::api::{
    Build, BuildConfig, CreateRepository, Page, Repository, TriggerBuild, UpdateBuildConfig,
};
use crate::client::error::BODY_SHOWN;
pub use crate::client::error::{Error, FieldError, Refusal};
use crate::client::retry::with_retries;
pub use crate::client::server_clock::ServerClock;
pub use crate::client::token::Token;
use gloo_net::http::{Method, RequestBuilder, Response};
use gloo_timers::callback::Timeout;
use js_sys::Uint8Array;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, ReadableStreamDefaultReader};

/// How long a call may take.
pub(crate) const TIME_LIMIT: Duration = Duration::from_secs(30);

/// How long nothing of a log may come. A build may print nothing for a while, and an
/// answer that grows with it is as silent.
const LOG_SILENCE: Duration = Duration::from_secs(120);

/// An API at one address, with or without a token. Cheap to clone.
#[derive(Clone, PartialEq)]
pub struct Client {
    address: String,
    token: Option<Token>,
    clock: ServerClock,
}

impl Client {
    /// `address` is where `/v1` stands, without a slash at the end; empty means the site's own
    /// origin.
    pub fn new(address: &str, token: Option<Token>) -> Self {
        Self {
            address: address.trim_end_matches('/').to_owned(),
            token,
            clock: ServerClock::default(),
        }
    }

    /// The same, which keeps this clock right by the answers.
    pub fn with_clock(self, clock: ServerClock) -> Self {
        Self { clock, ..self }
    }

    /// Call 1: create a build repository.
    pub async fn create_repository(
        &self,
        namespace: &str,
        request: &CreateRepository,
    ) -> Result<Repository, Error> {
        let url = self.repositories_url(namespace);
        decode(&self.write(Method::POST, &url, Some(request)).await?)
    }

    /// Where call 1 is sent.
    pub fn repositories_url(&self, namespace: &str) -> String {
        self.url(&["repositories", namespace], &[])
    }

    /// Where call 6 is sent.
    pub fn build_config_url(&self, namespace: &str, repo_name: &str) -> String {
        self.url(&["repositories", namespace, repo_name, "build-config"], &[])
    }

    /// Call 2: a page of builds, newest first. `page` counts from 1; `None` asks for all
    /// namespaces (the current user's builds) or repositories.
    pub async fn builds(
        &self,
        namespace: Option<&str>,
        repo_name: Option<&str>,
        page: u64,
    ) -> Result<Page<Build>, Error> {
        let page = page.to_string();
        let mut query = vec![("page", page.as_str())];
        query.extend(namespace.map(|namespace| ("namespace", namespace)));
        query.extend(repo_name.map(|name| ("repo_name", name)));
        self.read(&self.url(&["builds"], &query), TIME_LIMIT).await
    }

    /// Call 3: start a build.
    pub async fn trigger_build(&self, request: &TriggerBuild) -> Result<Build, Error> {
        let url = self.url(&["builds"], &[]);
        decode(&self.write(Method::POST, &url, Some(request)).await?)
    }

    /// Call 4: one build.
    pub async fn build(&self, build_id: &str) -> Result<Build, Error> {
        self.read(&self.url(&["builds", build_id], &[]), TIME_LIMIT)
            .await
    }

    /// Call 5: a build's log between two times, both optional, in Unix seconds, UTC, both included. It
    /// is handed over as it comes; dropping it aborts the call. It is sent again like every read until it
    /// is answered.
    pub async fn log_stream(
        &self,
        build_id: &str,
        start_time: Option<i64>,
        end_time: Option<i64>,
    ) -> Result<LogStream, Error> {
        let start = start_time.map(|time| time.to_string());
        let end = end_time.map(|time| time.to_string());
        let mut query = Vec::new();
        query.extend(start.as_deref().map(|time| ("start_time", time)));
        query.extend(end.as_deref().map(|time| ("end_time", time)));
        let url = self.url(&["builds", build_id, "logs"], &query);
        let open = async || {
            let call = PendingCall::new(LOG_SILENCE);
            let response = self.answer(&call, Method::GET, &url, None).await?;
            if !response.ok() {
                return Err(refusal(&call, &response).await);
            }
            let body = response.body().ok_or(Error::Unreachable)?;
            // Fails only for a body that somebody else reads.
            let reader = ReadableStreamDefaultReader::new(&body).map_err(|_| Error::Unreachable)?;
            Ok(LogStream { call, reader })
        };
        with_retries(open).await
    }

    /// Call 6: replace the build node and the tag configs. The reference shows no answer: the build
    /// config is answered where one came, alone or in its repository, and `None` where not.
    pub async fn update_build_config(
        &self,
        namespace: &str,
        repo_name: &str,
        request: &UpdateBuildConfig,
    ) -> Result<Option<BuildConfig>, Error> {
        let url = self.build_config_url(namespace, repo_name);
        let body = self.write(Method::PUT, &url, Some(request)).await?;
        let Ok(value) = serde_json::from_str::<serde_json::Value>(&body) else {
            return Ok(None);
        };
        let config = value.get("build_config").unwrap_or(&value);
        // Every field of a build config may be missing, so only its rows tell it from anything else.
        let has_rows = config
            .get("tag_configs")
            .is_some_and(|rows| rows.is_array());
        Ok(has_rows
            .then(|| BuildConfig::deserialize(config).ok())
            .flatten())
    }

    /// The optional list of a namespace's repositories. `page` counts from 1.
    pub async fn repositories(
        &self,
        namespace: &str,
        page: u64,
    ) -> Result<Page<Repository>, Error> {
        let page = page.to_string();
        let url = self.url(&["repositories", namespace], &[("page", &page)]);
        self.read(&url, TIME_LIMIT).await
    }

    /// The optional read of one repository.
    pub async fn repository(&self, namespace: &str, repo_name: &str) -> Result<Repository, Error> {
        let url = self.url(&["repositories", namespace, repo_name], &[]);
        self.read(&url, TIME_LIMIT).await
    }

    /// The optional removal of a repository.
    pub async fn delete_repository(&self, namespace: &str, repo_name: &str) -> Result<(), Error> {
        let url = self.url(&["repositories", namespace, repo_name], &[]);
        self.write(Method::DELETE, &url, None::<&()>).await?;
        Ok(())
    }

    /// The optional check whether the token fits a namespace: its `is_available`.
    pub async fn profile(&self, namespace: &str) -> Result<bool, Error> {
        #[derive(Deserialize)]
        struct Profile {
            #[serde(default, deserialize_with = "crate::api::lenient::or_default")]
            is_available: bool,
        }
        let url = self.url(&["auth", namespace, "profile"], &[]);
        let profile: Profile = self.read(&url, TIME_LIMIT).await?;
        Ok(profile.is_available)
    }

    /// The optional exchange of a name and a password for a token.
    pub async fn generate_api_token(&self, username: &str, password: &str) -> Result<Token, Error> {
        #[derive(Serialize)]
        struct Credentials<'a> {
            username: &'a str,
            password: &'a str,
        }
        #[derive(Deserialize)]
        struct Answer {
            token: String,
        }
        let url = self.url(&["generate-api-token"], &[]);
        let credentials = Credentials { username, password };
        let answer: Answer = decode(&self.write(Method::POST, &url, Some(&credentials)).await?)?;
        Token::new(&answer.token).ok_or_else(|| Error::Unreadable {
            reason: "token".to_owned(),
        })
    }

    fn url(&self, segments: &[&str], query: &[(&str, &str)]) -> String {
        join_url(&self.address, segments, query)
    }

    async fn read<T: DeserializeOwned>(&self, url: &str, time_limit: Duration) -> Result<T, Error> {
        let send = async || self.send(Method::GET, url, None, time_limit).await;
        decode(&with_retries(send).await?)
    }

    async fn write<T: Serialize>(
        &self,
        method: Method,
        url: &str,
        body: Option<&T>,
    ) -> Result<String, Error> {
        let body = body
            .map(serde_json::to_string)
            .transpose()
            .map_err(|error| Error::Unreadable {
                reason: error.to_string(),
            })?;
        self.send(method, url, body, TIME_LIMIT).await
    }

    /// Sends once, and answers the body of a 2xx.
    async fn send(
        &self,
        method: Method,
        url: &str,
        body: Option<String>,
        time_limit: Duration,
    ) -> Result<String, Error> {
        let call = PendingCall::new(time_limit);
        let response = self.answer(&call, method, url, body).await?;
        if !response.ok() {
            return Err(refusal(&call, &response).await);
        }
        response.text().await.map_err(|_| call.failure())
    }

    /// Sends once, and answers as soon as the answer begins, whatever its status.
    async fn answer(
        &self,
        call: &PendingCall,
        method: Method,
        url: &str,
        body: Option<String>,
    ) -> Result<Response, Error> {
        let signal = call.controller.as_ref().map(AbortController::signal);
        let began = now_millis();
        let mut request = RequestBuilder::new(url)
            .method(method)
            .header("Accept", "application/json")
            .abort_signal(signal.as_ref());
        if let Some(token) = &self.token {
            request = request.header("Authorization", &token.authorization());
        }
        let sent = match body {
            Some(body) => {
                request
                    .header("Content-Type", "application/json")
                    .body(JsValue::from_str(&body))
                    .map_err(|_| call.failure())?
                    .send()
                    .await
            }
            None => request.send().await,
        };
        let response = sent.map_err(|_| call.failure())?;
        let date = header(&response, "date").map(|date| js_sys::Date::parse(&date));
        if let Some(date) = date.filter(|date| date.is_finite()) {
            self.clock.observe(date as i64, began, now_millis());
        }
        Ok(response)
    }
}

/// A log on its way in.
pub struct LogStream {
    call: PendingCall,
    reader: ReadableStreamDefaultReader,
}

impl LogStream {
    /// Waits for more of the body, and puts it in the place of what `into` holds. `false` at the end.
    pub async fn next(&mut self, into: &mut Vec<u8>) -> Result<bool, Error> {
        self.call.more_time();
        let part = JsFuture::from(self.reader.read())
            .await
            .map_err(|_| self.call.failure())?;
        let value = js_sys::Reflect::get(&part, &JsValue::from_str("value")).unwrap_or_default();
        // Only the end has no bytes.
        let Ok(bytes) = value.dyn_into::<Uint8Array>() else {
            return Ok(false);
        };
        into.resize(bytes.length() as usize, 0);
        bytes.copy_to(into);
        Ok(true)
    }
}

/// What an answer that is no 2xx says.
async fn refusal(call: &PendingCall, response: &Response) -> Error {
    match response.text().await {
        Ok(text) => {
            let mut refusal = Refusal::read(response.status(), &text);
            let seconds = header(response, "retry-after").and_then(|text| text.parse().ok());
            refusal.retry_after = seconds.map(Duration::from_secs);
            Error::Refused(refusal)
        }
        Err(_) => call.failure(),
    }
}

fn now_millis() -> i64 {
    js_sys::Date::now() as i64
}

fn header(response: &Response, name: &str) -> Option<String> {
    response.headers().get(name)
}

fn decode<T: DeserializeOwned>(body: &str) -> Result<T, Error> {
    serde_json::from_str(body).map_err(|error| {
        // What came says more than where its decoding ended: a web page, more often than not.
        let start: String = body.trim().chars().take(BODY_SHOWN).collect();
        Error::Unreadable {
            reason: format!("{error}\n{start}"),
        }
    })
}

/// A request under way: it is aborted when this is dropped, or when its time is up. For a request that has
/// ended, that does nothing.
struct PendingCall {
    controller: Option<AbortController>,
    limit: Duration,
    timed_out: Rc<Cell<bool>>,
    timer: Option<Timeout>,
}

impl PendingCall {
    fn new(limit: Duration) -> Self {
        let mut call = Self {
            controller: AbortController::new().ok(),
            limit,
            timed_out: Rc::default(),
            timer: None,
        };
        call.more_time();
        call
    }

    /// Its time begins anew.
    fn more_time(&mut self) {
        self.timer = self.controller.clone().map(|controller| {
            let timed_out = self.timed_out.clone();
            Timeout::new(self.limit.as_millis() as u32, move || {
                timed_out.set(true);
                controller.abort();
            })
        });
    }

    /// Why no answer came.
    fn failure(&self) -> Error {
        match self.timed_out.get() {
            true => Error::TimedOut { limit: self.limit },
            false => Error::Unreachable,
        }
    }
}

impl Drop for PendingCall {
    fn drop(&mut self) {
        if let Some(controller) = &self.controller {
            controller.abort();
        }
    }
}
