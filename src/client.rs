//! The HTTP client of the v1 image build API. No other file sends a request.
//!
//! A write is sent once. A read is retried with backoff and jitter while its failure may pass
//! (`client/retry.rs`). Dropping the future of a call aborts its request.
//!
//! ```no_run
//! use slipway_console::client::{Client, Error, Token};
//!
//! # async fn example() -> Result<(), Error> {
//! let client = Client::new("https://builds.example", Token::new("secret"));
//! let page = client.builds(Some("team"), None, 1).await?;
//! for build in &page.results.read {
//!     println!("{} {}", build.build_id, build.image_reference());
//! }
//! # Ok(())
//! # }
//! ```

pub(crate) mod answers;
pub mod backoff;
pub mod error;
pub mod reachability;
mod retry;
pub mod server_clock;
pub mod site_config;
pub mod token;

use crate::api::url::join_url;
use crate::api::{
    Build, BuildConfig, BuilderInfo, CreateRepository, Page, Repository, SourceListing,
    SourceQuestion, Status, TriggerBuild, UpdateBuildConfig, Webhook,
};
use crate::client::answers::{build_of, page_of};
use crate::client::error::MAX_BODY_CHARS;
pub use crate::client::error::{Error, FieldError, Refusal};
use crate::client::reachability::kept_at;
pub use crate::client::reachability::{Contact, Reachability};
use crate::client::retry::with_retries;
pub use crate::client::server_clock::ServerClock;
pub use crate::client::token::Token;
use crate::platform::byte_stream::ByteReader;
use crate::platform::early_answers::{EarlyAnswer, early_answer};
use crate::platform::json::{Json, Unreadable};
use crate::platform::page;
use crate::platform::timer::timer_millis;
use gloo_net::http::{Method, Request, Response};
use gloo_timers::callback::Timeout;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;
use wasm_bindgen::JsValue;
use web_sys::{AbortController, Headers, RequestCache, RequestInit};

/// The longest time that a call may take, except call 5.
pub(crate) const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);

/// The longest time that the API may take to read a source. It asks another host, by each of its addresses.
const SOURCE_TIMEOUT: Duration = Duration::from_secs(120);

/// The longest time without a byte of a log. A running build may print nothing for a while.
const LOG_IDLE_TIMEOUT: Duration = Duration::from_secs(120);

/// The header of an answer that `src/offline.js` had kept, since the API can't be reached.
const KEPT: &str = "x-slipway-kept";

/// A client of the API at one address, with or without a token. Cheap to clone.
#[derive(Clone, PartialEq)]
pub struct Client {
    address: String,
    token: Option<Token>,
    clock: ServerClock,
    reachability: Reachability,
    /// True if only the API may answer, not what `src/offline.js` has kept.
    is_live: bool,
}

impl Client {
    /// `address` is the base URL of the API, without `/v1`. Empty: the site's own origin.
    pub fn new(address: &str, token: Option<Token>) -> Self {
        Self {
            address: address.trim_end_matches('/').to_owned(),
            token,
            clock: ServerClock::default(),
            reachability: Reachability::default(),
            is_live: false,
        }
    }

    /// A client whose reads only the API answers, never what `src/offline.js` has kept: for what decides about a write.
    pub(crate) fn live(&self) -> Self {
        Self {
            is_live: true,
            ..self.clone()
        }
    }

    /// Sets the clock that the `Date` headers of the answers keep right.
    pub fn with_clock(self, clock: ServerClock) -> Self {
        Self { clock, ..self }
    }

    /// Sets where the client records whether the API answers.
    pub fn with_reachability(self, reachability: Reachability) -> Self {
        Self {
            reachability,
            ..self
        }
    }

    /// Creates a build repository (reference, call 1).
    ///
    /// # Errors
    /// Any [`Error`]. Sent once: after [`Error::is_doubtful`], the repository may exist.
    pub async fn create_repository(
        &self,
        namespace: &str,
        request: &CreateRepository,
    ) -> Result<Repository, Error> {
        let url = self.repositories_url(namespace);
        decode(&self.write(Method::POST, &url, Some(request)).await?)
    }

    /// The URL of call 1.
    pub fn repositories_url(&self, namespace: &str) -> String {
        self.url(&["repositories", namespace], &[])
    }

    /// The URL of call 6.
    pub fn build_config_url(&self, namespace: &str, repo_name: &str) -> String {
        self.url(&["repositories", namespace, repo_name, "build-config"], &[])
    }

    /// Reads a page of builds, newest first (reference, call 2). `page` counts from 1. Without a namespace: the
    /// builds of the token's user; without a repository: those of all repositories.
    ///
    /// # Errors
    /// Any [`Error`], after the retries.
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
        self.read_page(&self.url(&["builds"], &query), build_of)
            .await
    }

    /// Starts a build (reference, call 3).
    ///
    /// # Errors
    /// Any [`Error`]. Sent once: after [`Error::is_doubtful`], the build may have started.
    pub async fn trigger_build(&self, request: &TriggerBuild) -> Result<Build, Error> {
        let url = self.url(&["builds"], &[]);
        let body = self.write(Method::POST, &url, Some(request)).await?;
        read_answer(&body, build_of)
    }

    /// Reads a build (reference, call 4).
    ///
    /// # Errors
    /// Any [`Error`], after the retries.
    pub async fn build(&self, build_id: &str) -> Result<Build, Error> {
        let url = self.url(&["builds", build_id], &[]);
        read_answer(&self.read_text(&url, REQUEST_TIMEOUT).await?, build_of)
    }

    /// Opens the log of a build (reference, call 5), from `start_time` to `end_time`: Unix seconds, UTC, both
    /// included and optional. Dropping the stream aborts the call.
    ///
    /// # Errors
    /// Any [`Error`] before the first byte, after the retries.
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
            let call = PendingCall::new(LOG_IDLE_TIMEOUT);
            let (response, asked_at) = self.answer(&call, Method::GET, &url, None).await?;
            if !response.ok() {
                return Err(refusal(&call, &response).await);
            }
            let body = response.body().ok_or_else(|| call.failure())?;
            // Fails only for a body that somebody else reads.
            let reader = ByteReader::new(&body).map_err(|_| call.failure())?;
            Ok(LogStream {
                call,
                reader,
                asked_at,
            })
        };
        let stream = with_retries(open).await;
        self.reachability.observe(&stream);
        stream
    }

    /// Replaces the build node and the tag configs of a repository (reference, call 6). The reference defines no
    /// answer: returns the build config if the answer holds one, alone or inside a repository.
    ///
    /// # Errors
    /// Any [`Error`]. Sent once: after [`Error::is_doubtful`], the config may have been saved.
    pub async fn update_build_config(
        &self,
        namespace: &str,
        repo_name: &str,
        request: &UpdateBuildConfig,
    ) -> Result<Option<BuildConfig>, Error> {
        let url = self.build_config_url(namespace, repo_name);
        let body = self.write(Method::PUT, &url, Some(request)).await?;
        let Ok(answer) = Json::parse(&body) else {
            return Ok(None);
        };
        let config = answer.member("build_config").unwrap_or(answer);
        // Every field of a build config is optional: only the rows distinguish it from other answers.
        let rows = config.list("tag_configs");
        Ok(rows.and_then(|_| config.read().ok()))
    }

    /// Reads a page of a namespace's repositories (optional call). `page` counts from 1.
    ///
    /// # Errors
    /// Any [`Error`], after the retries. [`Error::is_not_offered`]: this API has no such call.
    pub async fn repositories(
        &self,
        namespace: &str,
        page: u64,
    ) -> Result<Page<Repository>, Error> {
        let page = page.to_string();
        let url = self.url(&["repositories", namespace], &[("page", &page)]);
        self.read_page(&url, Json::read).await
    }

    /// Reads the builders (optional call).
    ///
    /// # Errors
    /// Any [`Error`], after the retries. [`Error::is_not_offered`]: this API has no such call.
    pub async fn builders(&self) -> Result<Page<BuilderInfo>, Error> {
        self.read_page(&self.url(&["builders"], &[]), Json::read)
            .await
    }

    /// Reads a repository (optional call).
    ///
    /// # Errors
    /// Any [`Error`], after the retries. [`Error::is_not_offered`]: no such repository, or no such call.
    pub async fn repository(&self, namespace: &str, repo_name: &str) -> Result<Repository, Error> {
        let url = self.url(&["repositories", namespace, repo_name], &[]);
        self.read(&url, REQUEST_TIMEOUT).await
    }

    /// Cancels a build that waits or runs, or removes one that has ended (optional call). `seen` is the status that the
    /// user has seen: an API that knows it does not remove a build that has ended since.
    ///
    /// # Errors
    /// Any [`Error`]. [`Error::is_not_offered`]: no such build, or no such call.
    pub async fn remove_build(&self, build_id: &str, seen: &Status) -> Result<(), Error> {
        let seen = match seen {
            Status::Canceled => Status::Failed.as_str(),
            seen => seen.as_str(),
        };
        let url = self.url(&["builds", build_id], &[("status", seen)]);
        self.write(Method::DELETE, &url, None::<&()>).await?;
        Ok(())
    }

    /// Asks what a source offers to build (optional call): its branches and tags, and what one of them has for a row.
    ///
    /// # Errors
    /// Any [`Error`], after the retries. [`Error::is_not_offered`]: this API has no such call. Field errors say what of
    /// the source or the row can't be found.
    pub async fn source_listing(
        &self,
        question: &SourceQuestion<'_>,
    ) -> Result<SourceListing, Error> {
        let parameters = question.parameters();
        let query: Vec<(&str, &str)> = parameters
            .iter()
            .map(|(key, value)| (*key, value.as_ref()))
            .collect();
        self.read(&self.url(&["sources"], &query), SOURCE_TIMEOUT)
            .await
    }

    /// Reads the webhook of a repository (optional call).
    ///
    /// # Errors
    /// Any [`Error`], after the retries. [`Error::is_not_offered`]: no such repository, or no such call.
    pub async fn webhook(&self, namespace: &str, repo_name: &str) -> Result<Webhook, Error> {
        let url = self.url(&["repositories", namespace, repo_name, "webhook"], &[]);
        self.read(&url, REQUEST_TIMEOUT).await
    }

    /// Removes a repository (optional call).
    ///
    /// # Errors
    /// Any [`Error`]. [`Error::is_not_offered`]: no such repository, or no such call.
    pub async fn delete_repository(&self, namespace: &str, repo_name: &str) -> Result<(), Error> {
        let url = self.url(&["repositories", namespace, repo_name], &[]);
        self.write(Method::DELETE, &url, None::<&()>).await?;
        Ok(())
    }

    /// Reads what the API says about a namespace and the token (optional call).
    ///
    /// # Errors
    /// Any [`Error`], after the retries. [`Error::is_not_offered`]: this API has no such call.
    pub async fn profile(&self, namespace: &str) -> Result<Profile, Error> {
        let url = self.url(&["auth", namespace, "profile"], &[]);
        self.read(&url, REQUEST_TIMEOUT).await
    }

    /// Exchanges a user name and a password for a token (optional call).
    ///
    /// # Errors
    /// Any [`Error`]; [`Error::Unreadable`] if the answer's token cannot be used.
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
        decode(&self.read_text(url, time_limit).await?)
    }

    async fn read_page<T>(
        &self,
        url: &str,
        read_row: fn(&Json) -> Result<T, Unreadable>,
    ) -> Result<Page<T>, Error> {
        let body = self.read_text(url, REQUEST_TIMEOUT).await?;
        read_answer(&body, |json| page_of(json, read_row))
    }

    async fn read_text(&self, url: &str, time_limit: Duration) -> Result<String, Error> {
        let send = async || self.send(Method::GET, url, None, time_limit).await;
        let body = with_retries(send).await;
        self.reachability.observe(&body);
        body
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
        let body = self.send(method, url, body, REQUEST_TIMEOUT).await;
        self.reachability.observe(&body);
        body
    }

    /// Sends once. Returns the body of a 2xx answer.
    async fn send(
        &self,
        method: Method,
        url: &str,
        body: Option<String>,
        time_limit: Duration,
    ) -> Result<String, Error> {
        let call = PendingCall::new(time_limit);
        let (response, _) = self.answer(&call, method, url, body).await?;
        let kept_at = kept_at();
        let result = match response.ok() {
            true => response.text().await.map_err(|_| call.failure()),
            false => Err(refusal(&call, &response).await),
        };
        // Another call may have been answered while the body came.
        self.reachability.note_answer(kept_at, now_millis());
        result
    }

    /// Sends once. Returns when the answer begins, with any status, and when it was asked for: for an answer that was
    /// kept, when that was. Unix milliseconds by this machine's clock.
    async fn answer(
        &self,
        call: &PendingCall,
        method: Method,
        url: &str,
        body: Option<String>,
    ) -> Result<(Response, i64), Error> {
        let (sent_at, response) = match self.early(call, &method, url) {
            Some(early) => (
                early.sent_at(),
                early.response().await.ok().map(Response::from),
            ),
            None => {
                let request = self.request(call, method, url, body);
                // Refused for an address that is no URL.
                let request = request.map_err(|_| self.no_answer(call))?;
                let sent_at = now_millis();
                (sent_at, Request::from(request).send().await.ok())
            }
        };
        let response = response.ok_or_else(|| self.no_answer(call))?;
        let kept_at = header(&response, KEPT).map(|time| time.parse().unwrap_or(sent_at));
        self.reachability.note_answer(kept_at, now_millis());
        let date = header(&response, "date").map(|date| js_sys::Date::parse(&date));
        // What was kept tells the time of then.
        if let Some(date) = date.filter(|date| date.is_finite() && kept_at.is_none()) {
            self.clock.observe(date as i64, sent_at, now_millis());
        }
        Ok((response, kept_at.unwrap_or(sent_at)))
    }

    /// The reason why no answer has begun.
    fn no_answer(&self, call: &PendingCall) -> Error {
        match call.failure() {
            Error::Unreachable { .. } => Error::Unreachable {
                may_be_refused: page::is_other_origin(&self.address),
            },
            error => error,
        }
    }

    /// Takes the answer, if it was asked for while the console was loading.
    fn early(&self, call: &PendingCall, method: &Method, url: &str) -> Option<EarlyAnswer> {
        if *method != Method::GET || self.is_live {
            return None;
        }
        let authorization = self.token.as_ref().and_then(Token::authorization);
        let signal = call.controller.as_ref().map(AbortController::signal);
        early_answer(url, &authorization.unwrap_or_default(), signal.as_ref())
    }

    /// The request for exactly this URL. The builder of `gloo-net` puts an `&` after each query.
    fn request(
        &self,
        call: &PendingCall,
        method: Method,
        url: &str,
        body: Option<String>,
    ) -> Result<web_sys::Request, JsValue> {
        let headers = Headers::new()?;
        headers.set("Accept", "application/json")?;
        let authorization = self.token.as_ref().and_then(Token::authorization);
        if let Some(authorization) = authorization {
            headers.set("Authorization", &authorization)?;
        }
        let options = RequestInit::new();
        if let Some(body) = body {
            headers.set("Content-Type", "application/json")?;
            options.set_body(&JsValue::from_str(&body));
        }
        options.set_method(method.as_str());
        // The browser asks whether what it has still holds, by the ETag that came with it: a poll that brings nothing
        // is a 304 without a body. It never answers by itself, whatever the API says about caching. The worker lets through
        // what asks for a reload.
        options.set_cache(match self.is_live {
            true => RequestCache::Reload,
            false => RequestCache::NoCache,
        });
        options.set_headers(&headers);
        let signal = call.controller.as_ref().map(AbortController::signal);
        options.set_signal(signal.as_ref());
        web_sys::Request::new_with_str_and_init(url, &options)
    }
}

/// The API's answer about a namespace and the token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct Profile {
    /// True if the token is valid for the namespace.
    #[serde(default, deserialize_with = "crate::api::lenient::or_default")]
    pub is_available: bool,
    /// True if mail about the namespace's builds is sent; `None` if the API does not say.
    #[serde(default)]
    pub is_email_available: Option<bool>,
}

/// The body of a log, read part by part.
pub struct LogStream {
    call: PendingCall,
    reader: ByteReader,
    asked_at: i64,
}

impl LogStream {
    /// When the log was asked for, Unix milliseconds by this machine's clock. For a log that was kept: when that was.
    pub(crate) fn asked_at(&self) -> i64 {
        self.asked_at
    }

    /// Waits for the next part, at most 64 KiB, and replaces the content of `into` by it. Returns false at the end.
    ///
    /// # Errors
    /// [`Error::TimedOut`] or [`Error::Unreachable`] when the stream breaks.
    pub async fn next(&mut self, into: &mut Vec<u8>) -> Result<bool, Error> {
        if !self.reader.has_part() {
            self.call.restart_timer();
        }
        let part = self.reader.next(into).await;
        // To read what has come takes as long as it takes.
        self.call.timer = None;
        part.map_err(|_| self.call.failure())
    }
}

/// Reads the error of an answer that is not a 2xx.
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
    read_answer(body, Json::read)
}

fn read_answer<T>(
    body: &str,
    read: impl FnOnce(&Json) -> Result<T, Unreadable>,
) -> Result<T, Error> {
    Json::parse(body)
        .and_then(|json| read(&json))
        .map_err(|error| {
            // The body often explains more than the decoder's message: it may be a proxy's HTML page.
            let start: String = body.trim().chars().take(MAX_BODY_CHARS).collect();
            Error::Unreadable {
                reason: format!("{error}\n{start}"),
            }
        })
}

/// A request under way. It is aborted when this value is dropped or the timer ends; both do nothing to a
/// request that has ended.
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
        call.restart_timer();
        call
    }

    /// Starts the timer again from zero.
    fn restart_timer(&mut self) {
        self.timer = self.controller.clone().map(|controller| {
            let timed_out = self.timed_out.clone();
            Timeout::new(timer_millis(self.limit), move || {
                timed_out.set(true);
                controller.abort();
            })
        });
    }

    /// The reason why the answer did not come to its end.
    fn failure(&self) -> Error {
        match self.timed_out.get() {
            true => Error::TimedOut { limit: self.limit },
            false => Error::CUT_OFF,
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
