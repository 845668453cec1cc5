//! The v1 image build API on one machine: real git, a real image builder, a real database.
#![forbid(unsafe_code)]

mod app;
mod builds;
mod error;
mod http;
mod log_level;
mod option_values;
mod options;
mod process;
mod repositories;
mod rules;
mod sample;
mod sources;
mod store;

use crate::app::App;
use crate::builds::builder::Builders;
use crate::builds::continuous::SourcePoller;
use crate::builds::queue::{Limits, Queue};
pub use crate::options::{Access, BuilderChoice, Options};
pub use crate::sources::clone_urls::SourceTemplate;
use crate::sources::clone_urls::Sources;
use crate::sources::git::Git;
use crate::store::Store;
use axum::Router;
use axum::http::{HeaderValue, Method, header};
use axum::middleware::from_fn;
use rustix::fs::{FlockOperation, flock};
use std::fs;
use std::net::SocketAddr;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::{Notify, watch as channel};
use tokio::task::JoinHandle;
use tower_http::compression::CompressionLayer;
use tower_http::cors::CorsLayer;

/// How long open connections may take to end when the server stops.
const FAREWELL: Duration = Duration::from_secs(3);

/// The log line of a build that was running when the server ended without a word.
const ABANDONED: &str = "the server stopped while this build was running";

/// Why the server does not start. Displays as a sentence for who started it.
#[derive(Debug)]
pub struct StartError(String);

impl std::fmt::Display for StartError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for StartError {}

/// Names what failed in front of an error.
fn because<E: std::fmt::Display>(what: impl std::fmt::Display) -> impl FnOnce(E) -> StartError {
    move |error| StartError(format!("{what}: {error}"))
}

/// A server that runs.
pub struct Server {
    address: SocketAddr,
    queue: Arc<Queue>,
    workers: Vec<JoinHandle<()>>,
    watch: JoinHandle<()>,
    http: JoinHandle<std::io::Result<()>>,
    close: channel::Sender<bool>,
    /// The data folder's lock, held while this lives.
    _lock: fs::File,
}

impl Server {
    /// The address that it listens on, with the port that it got.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Stops it: no more calls, no more builds, and none of the builds' processes left.
    pub async fn stop(self) {
        self.close.send_replace(true);
        self.watch.abort();
        self.queue.stop().await;
        for worker in self.workers {
            if let Err(error) = worker.await {
                tracing::error!("a worker failed: {error}");
            }
        }
        let abort = self.http.abort_handle();
        if tokio::time::timeout(FAREWELL, self.http).await.is_err() {
            abort.abort();
        }
    }
}

/// Starts a server and answers when it listens.
pub async fn serve(options: Options) -> Result<Server, StartError> {
    options.check().map_err(StartError)?;
    let data = options.data_folder();
    let failed = || format!("the data folder {} cannot be used", data.display());
    // Its owner's alone. One that is there already keeps the rights that it has.
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(&data)
        .map_err(because(failed()))?;
    let data = data.canonicalize().map_err(because(failed()))?;
    let lock = lock(&data)?;
    let work = data.join("tmp");
    if work.exists() {
        fs::remove_dir_all(&work).map_err(because(failed()))?;
    }
    fs::create_dir(&work).map_err(because(failed()))?;

    let database = data.join("slipway.db");
    let store = Store::open(&database).map_err(because(format!(
        "the database {} failed",
        database.display()
    )))?;
    let abandoned = store
        .run(|c| store::builds::fail_abandoned(c, ABANDONED))
        .await;
    match abandoned.map_err(because("the database failed"))? {
        0 => {}
        count => tracing::warn!("{count} builds were running when the server ended last time"),
    }

    let mut local_sources = options.allow_local_sources.clone();
    local_sources.push(data.join(sample::FOLDER));
    let sources = Sources::new(&options.sources, &local_sources);
    let git = Arc::new(Git::new(&data, sources).map_err(because(failed()))?);
    let queue = Queue::new(
        store.clone(),
        git.clone(),
        Builders::new(options.builder, options.buildkit_addr.clone()),
        Limits {
            time: options.build_timeout,
            log: options.log_limit,
        },
        work,
    );
    let listener = TcpListener::bind(options.listen)
        .await
        .map_err(because(format!("cannot listen on {}", options.listen)))?;
    let address = listener
        .local_addr()
        .map_err(because(format!("cannot listen on {}", options.listen)))?;
    let app = Arc::new(App {
        store: store.clone(),
        git: git.clone(),
        queue: queue.clone(),
        tokens: options.tokens.clone(),
        allow_origins: options.allow_origins.clone(),
        listen: address,
        is_loopback: address.ip().is_loopback(),
        look_now: Arc::new(Notify::new()),
    });
    if app.tokens.is_empty() && !app.is_loopback {
        tracing::warn!("no --token: everyone who reaches {address} may start builds here");
    }
    let is_empty = store.run(|c| store::repositories::is_empty(c)).await;
    if options.sample && is_empty.map_err(because("the database failed"))? {
        // Without its sample the server is as good as with it.
        if let Err(error) = sample::make(&app, &data).await {
            tracing::warn!("no sample: {error}");
        }
    }

    let workers = queue.start(options.workers);
    let watch = SourcePoller {
        store,
        git,
        queue: queue.clone(),
        interval: options.poll_interval,
        now: app.look_now.clone(),
    };
    let (close, mut closed) = channel::channel(false);
    let router = router(
        &app,
        options.site.as_deref(),
        options.sample.then_some(sample::NAMESPACE),
    )?;
    let http = axum::serve(listener, router).with_graceful_shutdown(async move {
        // An error says that the sender has gone: as good a reason to stop.
        let _ = closed.wait_for(|closed| *closed).await;
    });
    Ok(Server {
        address,
        queue,
        workers,
        watch: tokio::spawn(watch.run()),
        http: tokio::spawn(async move { http.await }),
        close,
        _lock: lock,
    })
}

/// Holds the data folder against a second server.
fn lock(data: &Path) -> Result<fs::File, StartError> {
    let path = data.join("lock");
    let file = fs::File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .map_err(because(path.display()))?;
    flock(&file, FlockOperation::NonBlockingLockExclusive).map_err(|_| {
        StartError(format!(
            "another server uses the data folder {}",
            data.display()
        ))
    })?;
    Ok(file)
}

fn router(
    app: &Arc<App>,
    folder: Option<&Path>,
    namespace: Option<&str>,
) -> Result<Router, StartError> {
    let mut router = http::routes::api(app);
    router = match folder {
        Some(folder) if folder.join("index.html").is_file() => {
            router.merge(http::site::site(folder, namespace))
        }
        Some(folder) => {
            let message = format!("there is no index.html in the site {}", folder.display());
            return Err(StartError(message));
        }
        None => router.fallback(async || error::Error::NotFound),
    };
    router = router.layer(CompressionLayer::new());
    if !app.allow_origins.is_empty() {
        let origins: Vec<_> = app
            .allow_origins
            .iter()
            .filter_map(|origin| HeaderValue::from_str(origin).ok())
            .collect();
        let cors = CorsLayer::new()
            .allow_origin(origins)
            .allow_methods([
                Method::GET,
                Method::HEAD,
                Method::POST,
                Method::PUT,
                Method::DELETE,
            ])
            .allow_headers([header::AUTHORIZATION, header::CONTENT_TYPE])
            // What the console corrects a clock by, and waits by.
            .expose_headers([header::DATE, header::RETRY_AFTER])
            .max_age(Duration::from_secs(600));
        router = router.layer(cors);
    }
    Ok(router
        .layer(from_fn(http::site::protect))
        .with_state(app.clone()))
}
