//! Downloads the git-lfs files of a source on the network. The server does this itself: its requests go through the gate,
//! wherever the answers of the host lead. git-lfs asks addresses of this machine without a proxy, so that a source could
//! send it to any of its ports.

use crate::process::job::{Failure, Job};
use crate::sources::clone_urls::{Location, host_of};
use crate::sources::gate::Reach;
use crate::sources::git::{Checkout, Git};
use crate::sources::lfs::Pointer;
use crate::sources::lfs_endpoint::Endpoint;
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Client, Proxy, RequestBuilder, Response};
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use slipway_api::lenient::or_default;
use std::collections::HashMap;
use std::path::Path;
use std::time::Duration;
use tokio::fs::{self, File};
use tokio::io::AsyncWriteExt;

/// The content type of the requests and answers of an endpoint.
const CONTENT: &str = "application/vnd.git-lfs+json";

/// The most files that are asked for at once.
const BATCH: usize = 100;

/// The most answer of an endpoint about a batch, in bytes.
const MAX_ANSWER_BYTES: usize = 4 << 20;

/// How many files are downloaded at the same time.
const PARALLEL: usize = 4;

/// The most redirects of a request.
const MAX_REDIRECTS: usize = 5;

/// How long a host may take to accept a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(30);

/// How long a host may send nothing.
const READ_TIMEOUT: Duration = Duration::from_secs(60);

/// What an endpoint answers about a batch.
#[derive(Deserialize)]
struct Batch {
    #[serde(default, deserialize_with = "or_default")]
    objects: Vec<Object>,
}

/// What it answers about one file.
#[derive(Deserialize)]
struct Object {
    oid: String,
    #[serde(default, deserialize_with = "or_default")]
    actions: HashMap<String, Action>,
}

/// Where a file is.
#[derive(Deserialize)]
struct Action {
    href: String,
    #[serde(default, deserialize_with = "or_default")]
    header: HashMap<String, String>,
}

impl Git {
    /// Downloads large files of a checkout into the places of their pointers, in all at most `limit` bytes. Returns why
    /// some are missing.
    ///
    /// # Errors
    ///
    /// When git or ssh can't be run, or the build is stopped.
    pub(crate) async fn transfer(
        &self,
        job: &mut Job,
        checkout: &Checkout,
        pointers: &[Pointer],
        limit: u64,
    ) -> Result<Option<String>, Failure> {
        let endpoint = match self.lfs_endpoint(job, checkout).await? {
            Ok(endpoint) => endpoint,
            Err(reason) => return Ok(Some(reason)),
        };
        let own = match &checkout.location {
            Location::Remote(url) => host_of(&url.url).unwrap_or_default(),
            Location::Local(_) => String::new(),
        };
        // A host that no option names must not lead to what only this machine and its network can reach.
        let reach = match self.sources().is_trusted_host(&own) {
            true => Reach::Any,
            false => Reach::PublicBeside(own),
        };
        // The answers about the files count as well.
        let limit = limit.saturating_add(MAX_ANSWER_BYTES as u64);
        let gate = match self.open_proxy(reach, limit).await {
            Ok(gate) => gate,
            Err(reason) => return Ok(Some(reason)),
        };
        let client = match client(gate.port()) {
            Ok(client) => client,
            Err(error) => return Err(Failure::Internal(error.to_string())),
        };
        let transfer = Transfer {
            client,
            endpoint,
            folder: &checkout.folder,
        };
        let problem = job.during(transfer.run(pointers)).await?;
        Ok(gate.problem().or(problem))
    }
}

/// Returns a client whose requests go through the gate at this port, all of them.
fn client(gate: u16) -> reqwest::Result<Client> {
    Client::builder()
        .proxy(Proxy::all(format!("http://127.0.0.1:{gate}"))?)
        .redirect(Policy::limited(MAX_REDIRECTS))
        .connect_timeout(CONNECT_TIMEOUT)
        .read_timeout(READ_TIMEOUT)
        .user_agent("git-lfs/3 (slipway)")
        .build()
}

/// The download of a checkout's files.
struct Transfer<'a> {
    client: Client,
    endpoint: Endpoint,
    folder: &'a Path,
}

impl Transfer<'_> {
    /// Downloads all files. Returns the first reason why one is missing.
    async fn run(&self, pointers: &[Pointer]) -> Option<String> {
        let mut problem = None;
        for batch in pointers.chunks(BATCH) {
            let places = match self.ask(batch).await {
                Ok(places) => places,
                Err(reason) => return Some(problem.unwrap_or(reason)),
            };
            let mut running = FuturesUnordered::new();
            for (number, pointer) in batch.iter().enumerate() {
                if running.len() == PARALLEL {
                    let ended: Option<Result<(), String>> = running.next().await;
                    problem = problem.or(ended.and_then(Result::err));
                }
                running.push(self.download(pointer, places.get(&pointer.id), number));
            }
            while let Some(ended) = running.next().await {
                problem = problem.or(ended.err());
            }
        }
        problem
    }

    /// Asks the endpoint where files are. Returns their places by their ids.
    async fn ask(&self, pointers: &[Pointer]) -> Result<HashMap<String, Action>, String> {
        let objects = pointers.iter().filter(|pointer| !pointer.id.is_empty());
        let objects: Vec<Value> = objects
            .map(|pointer| json!({"oid": pointer.id, "size": pointer.size}))
            .collect();
        let question = json!({
            "operation": "download", "transfers": ["basic"], "objects": objects, "hash_algo": "sha256",
        });
        let url = format!("{}/objects/batch", self.endpoint.url);
        let request = self
            .client
            .post(url)
            .header(ACCEPT, CONTENT)
            .header(CONTENT_TYPE, CONTENT)
            .body(question.to_string());
        let answer = self.send(request, &self.endpoint.headers).await?;
        let mut body = Vec::new();
        let mut chunks = answer.bytes_stream();
        while let Some(chunk) = chunks.next().await {
            let chunk = chunk.map_err(|_| "the answer of its host broke off".to_owned())?;
            body.extend_from_slice(&chunk);
            if body.len() > MAX_ANSWER_BYTES {
                return Err("the answer of its host is too large".to_owned());
            }
        }
        let batch: Result<Batch, _> = serde_json::from_slice(&body);
        let batch = batch.map_err(|_| "its host does not say where they are".to_owned())?;
        let places = batch.objects.into_iter().filter_map(|mut object| {
            let place = object.actions.remove("download")?;
            Some((object.oid.to_ascii_lowercase(), place))
        });
        Ok(places.collect())
    }

    /// Sends a request with these headers, and with the login of the clone URL where they have none.
    async fn send(
        &self,
        mut request: RequestBuilder,
        headers: &HashMap<String, String>,
    ) -> Result<Response, String> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            let name = HeaderName::from_bytes(name.as_bytes());
            if let (Ok(name), Ok(value)) = (name, HeaderValue::from_str(value)) {
                map.insert(name, value);
            }
        }
        if let Some((user, password)) = &self.endpoint.login
            && !map.contains_key(reqwest::header::AUTHORIZATION)
            && self.is_at_endpoint(&request)
        {
            request = request.basic_auth(user, Some(password));
        }
        let answer = request.headers(map).send().await;
        let answer = answer.map_err(|_| "its host can't be reached".to_owned())?;
        match answer.status().as_u16() {
            200..=299 => Ok(answer),
            401 | 403 => Err("its host does not give them without a login".to_owned()),
            404 => Err("its host does not have them".to_owned()),
            status => Err(format!("its host answers with the status {status}")),
        }
    }

    /// Returns true if a request goes to the server of the endpoint: no other one may get its login.
    fn is_at_endpoint(&self, request: &RequestBuilder) -> bool {
        let origin = |url: &reqwest::Url| url.origin();
        let sent = request.try_clone().and_then(|request| request.build().ok());
        let endpoint = self.endpoint.url.parse::<reqwest::Url>().ok();
        let sent = sent.map(|request| origin(request.url()));
        sent.is_some() && sent == endpoint.as_ref().map(origin)
    }

    /// Downloads a file into the place of its pointer, if it is what the pointer says.
    async fn download(
        &self,
        pointer: &Pointer,
        place: Option<&Action>,
        number: usize,
    ) -> Result<(), String> {
        let Some(place) = place else {
            return Err("its host does not have them".to_owned());
        };
        let request = self.client.get(&place.href);
        let answer = self.send(request, &place.header).await?;
        let part = self.folder.join(format!(".git/slipway-large-{number}"));
        let written = write(&part, answer, pointer).await;
        let moved = match written {
            Ok(()) => put(&part, &self.folder.join(&pointer.path)).await,
            Err(reason) => Err(reason),
        };
        if moved.is_err() {
            // It may not be there at all.
            let _ = fs::remove_file(&part).await;
        }
        moved
    }
}

/// Writes a download into a file, no more than its pointer says, and checks that it is what the pointer says.
async fn write(part: &Path, answer: Response, pointer: &Pointer) -> Result<(), String> {
    let failed = |error: std::io::Error| error.to_string();
    let mut file = File::create(part).await.map_err(failed)?;
    let (mut hash, mut size) = (Sha256::new(), 0);
    let mut chunks = answer.bytes_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| "a download broke off".to_owned())?;
        size += chunk.len() as u64;
        if size > pointer.size {
            return Err("a download is not what its pointer says".to_owned());
        }
        hash.update(&chunk);
        file.write_all(&chunk).await.map_err(failed)?;
    }
    file.flush().await.map_err(failed)?;
    let id: String = hash
        .finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    match id == pointer.id && size == pointer.size {
        true => Ok(()),
        false => Err("a download is not what its pointer says".to_owned()),
    }
}

/// Puts a downloaded file in the place of a pointer, with its permissions.
async fn put(part: &Path, pointer: &Path) -> Result<(), String> {
    let failed = |error: std::io::Error| error.to_string();
    let data = fs::symlink_metadata(pointer).await.map_err(failed)?;
    fs::set_permissions(part, data.permissions())
        .await
        .map_err(failed)?;
    fs::rename(part, pointer).await.map_err(failed)
}
