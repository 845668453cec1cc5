//! Starts and stops the server: its data folder, its database, its background tasks, its listener.

use crate::app::App;
use crate::builds::builder::Builders;
use crate::builds::continuous::SourcePoller;
use crate::builds::queue::{Limits, Queue};
use crate::http::connections::{Connections, Timeouts};
use crate::http::descriptors;
use crate::http::hosts::Hosts;
use crate::http::router::router;
use crate::http::wrong_tokens::WrongTokens;
use crate::options::Options;
use crate::sample;
use crate::sources::clone_urls::Sources;
use crate::sources::git::Git;
use crate::store::{self, Store};
use rustix::fs::{FlockOperation, flock};
use std::fmt::{self, Display};
use std::fs::{self, File};
use std::net::SocketAddr;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::net::TcpListener;
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;

/// How long open connections may take to finish when the server stops.
const SHUTDOWN_GRACE: Duration = Duration::from_secs(3);

/// The time to wait for the data folder of a server that is about to end.
const LOCK_TIMEOUT: Duration = Duration::from_secs(1);

/// The time between two attempts to lock the data folder.
const LOCK_RETRY: Duration = Duration::from_millis(20);

/// The log line of a build that was running when the server crashed.
const ABANDONED: &str = "the server stopped while this build was running";

/// The reason why the server did not start, as a sentence for the person who started it.
#[derive(Debug)]
pub struct StartError(String);

impl Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for StartError {}

/// Returns a function for `map_err` that puts a description of what failed before the error.
fn context<E: Display>(description: impl Display) -> impl FnOnce(E) -> StartError {
    move |error| StartError(format!("{description}: {error}"))
}

/// A running server.
pub struct Server {
    address: SocketAddr,
    queue: Arc<Queue>,
    workers: Vec<JoinHandle<()>>,
    poller: JoinHandle<()>,
    http: JoinHandle<()>,
    shutdown: watch::Sender<bool>,
    /// Keeps the data folder locked until the server is dropped.
    _data: DataFolder,
}

impl Server {
    /// The address that the server listens on, with the actual port.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Stops the server: it accepts no more calls, starts no more builds and ends the processes of
    /// running builds.
    pub async fn stop(self) {
        self.shutdown.send_replace(true);
        self.poller.abort();
        self.queue.stop().await;
        for worker in self.workers {
            if let Err(error) = worker.await {
                tracing::error!("a worker failed: {error}");
            }
        }
        let abort = self.http.abort_handle();
        if tokio::time::timeout(SHUTDOWN_GRACE, self.http)
            .await
            .is_err()
        {
            abort.abort();
        }
    }
}

/// Starts a server and returns once it listens.
///
/// # Errors
///
/// When an option is invalid, the data folder or the database can't be used, or the address is not
/// available.
pub async fn serve(options: Options) -> Result<Server, StartError> {
    options.check().map_err(StartError)?;
    let tokens = options.tokens.read().map_err(StartError)?;
    let max_connections = descriptors::max_connections(
        descriptors::raise_limit(),
        options.workers,
        options.connections.max_connections,
    )
    .map_err(StartError)?;
    let data = DataFolder::open(&options.data_folder())?;
    let store = open_store(&data.path).await?;
    let git = Arc::new(open_git(&options, &data)?);
    let queue = Queue::new(
        store.clone(),
        git.clone(),
        Builders::new(options.builder, options.buildkit_addr.clone()),
        Limits {
            time: options.build_timeout,
            log_bytes: options.log_limit,
        },
        data.work_folder(),
    );
    let (listener, address) = listen(options.listen).await?;
    let app = Arc::new(App {
        store: store.clone(),
        git: git.clone(),
        queue: queue.clone(),
        tokens,
        allow_origins: options.allow_origins.clone(),
        listen: address,
        hosts: Hosts::new(&options.hosts, address),
        wrong_tokens: WrongTokens::default(),
        poll_now: Arc::new(Notify::new()),
    });
    warn_of_access(&app);
    if options.sample {
        create_sample(&app, &data.path).await?;
    }

    let workers = queue.start(options.workers);
    let poller = SourcePoller {
        store,
        git,
        queue: queue.clone(),
        interval: options.poll_interval,
        poll_now: app.poll_now.clone(),
    };
    let (shutdown, shutdown_requested) = watch::channel(false);
    let namespace = options.sample.then_some(sample::NAMESPACE);
    let router = router(&app, options.site.as_deref(), namespace);
    let timeouts = Timeouts {
        header: options.connections.header_timeout,
        body: options.connections.body_timeout,
        idle: options.connections.idle_timeout,
        write: options.connections.write_timeout,
    };
    let http = Connections::new(router, timeouts, max_connections);
    Ok(Server {
        address,
        queue,
        workers,
        poller: tokio::spawn(poller.run()),
        http: tokio::spawn(http.serve(listener, shutdown_requested)),
        shutdown,
        _data: data,
    })
}

/// Warns of tokens that are missing or may be guessed.
fn warn_of_access(app: &App) {
    let address = app.listen;
    if app.tokens.is_empty() && !address.ip().is_loopback() {
        tracing::warn!("there is no token: anyone who can reach {address} can start builds");
    }
    for access in app.tokens.iter().filter(|access| access.is_short()) {
        let namespace = &access.namespace;
        tracing::warn!("the token of {namespace} is short: someone might guess it");
    }
}

/// The data folder, locked against a second server.
struct DataFolder {
    /// Absolute, with every symbolic link resolved.
    path: PathBuf,
    _lock: File,
}

impl DataFolder {
    /// Creates the folder if it is missing, locks it and empties its folder of checkouts.
    fn open(path: &Path) -> Result<Self, StartError> {
        let unusable = || format!("the data folder {} can't be used", path.display());
        // A new folder is private to its owner. An existing one keeps its permissions.
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(path)
            .map_err(context(unusable()))?;
        let path = path.canonicalize().map_err(context(unusable()))?;
        let data = Self {
            _lock: lock(&path)?,
            path,
        };
        let work_folder = data.work_folder();
        if work_folder.exists() {
            fs::remove_dir_all(&work_folder).map_err(context(unusable()))?;
        }
        fs::create_dir(&work_folder).map_err(context(unusable()))?;
        Ok(data)
    }

    /// The folder for the checkouts of running builds.
    fn work_folder(&self) -> PathBuf {
        self.path.join("tmp")
    }
}

fn lock(data: &Path) -> Result<File, StartError> {
    let path = data.join("lock");
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .map_err(context(path.display()))?;
    let started = Instant::now();
    while flock(&file, FlockOperation::NonBlockingLockExclusive).is_err() {
        if started.elapsed() > LOCK_TIMEOUT {
            return Err(StartError(format!(
                "another server uses the data folder {}",
                data.display()
            )));
        }
        std::thread::sleep(LOCK_RETRY);
    }
    Ok(file)
}

/// Opens the database and fails the builds that were running when the server crashed.
async fn open_store(data: &Path) -> Result<Store, StartError> {
    let path = data.join("slipway.db");
    let failed = || format!("the database {} failed", path.display());
    let store = Store::open(&path).map_err(context(failed()))?;
    let abandoned = store
        .run(|connection| store::builds::fail_abandoned(connection, ABANDONED))
        .await
        .map_err(context(failed()))?;
    if abandoned > 0 {
        let builds = if abandoned == 1 {
            "build was"
        } else {
            "builds were"
        };
        tracing::warn!("{abandoned} {builds} running when the server last stopped");
    }
    Ok(store)
}

fn open_git(options: &Options, data: &DataFolder) -> Result<Git, StartError> {
    let mut local_sources = options.allow_local_sources.clone();
    local_sources.push(data.path.join(sample::FOLDER));
    let sources = Sources::new(
        &options.sources,
        &local_sources,
        options.allow_url_secrets,
        &options.allow_submodule_hosts,
        &options.source_options.allow_source_hosts,
    );
    Git::new(&data.path, sources, options.source_options.clone()).map_err(context(format!(
        "the data folder {} can't be used",
        data.path.display()
    )))
}

async fn listen(address: SocketAddr) -> Result<(TcpListener, SocketAddr), StartError> {
    let failed = || format!("can't listen on {address}");
    let listener = TcpListener::bind(address)
        .await
        .map_err(context(failed()))?;
    let address = listener.local_addr().map_err(context(failed()))?;
    Ok((listener, address))
}

/// Creates the sample repository if the database is empty.
async fn create_sample(app: &App, data: &Path) -> Result<(), StartError> {
    let is_empty = app
        .store
        .run(|connection| store::repositories::is_empty(connection))
        .await
        .map_err(context("the database failed"))?;
    if is_empty {
        // The server works without its sample.
        if let Err(error) = sample::create(app, data).await {
            tracing::warn!("the sample repository could not be created: {error}");
        }
    }
    Ok(())
}
