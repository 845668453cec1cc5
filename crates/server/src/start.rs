//! Starts and stops the server: its data folder, its database, its background tasks, its listener.

use crate::app::App;
use crate::builds::continuous::SourcePoller;
use crate::builds::free_space::FreeSpace;
use crate::builds::housekeeping::Housekeeper;
use crate::builds::new_heads::NewHeads;
use crate::builds::pool::Pool;
use crate::builds::pool_watch;
use crate::builds::queue::{Limits, Places, Queue};
use crate::builds::workshop::BuilderSettings;
use crate::data_folder::DataFolder;
use crate::hooks::receiver::HookReceiver;
use crate::http::connections::Connections;
use crate::http::descriptors;
use crate::http::hosts::Hosts;
use crate::http::router::router;
use crate::http::site_config::SiteConfig;
use crate::http::site_files::SiteFiles;
use crate::http::source_looks::SourceLooks;
use crate::http::wrong_tokens::WrongTokens;
use crate::mail::mail_options::MailSettings;
use crate::mail::mailer::Mailer;
use crate::metrics::Metrics;
use crate::opening;
use crate::options::Options;
use crate::sample;
use crate::sources::clone_urls::Sources;
use crate::sources::git::Git;
use crate::store;
use crate::store::mails;
use std::fmt::{self, Display};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::{Notify, Semaphore, watch};
use tokio::task::{JoinHandle, JoinSet};

/// How long open connections may take to finish when the server stops.
const SHUTDOWN_GRACE: Duration = Duration::from_secs(3);

/// How many bodies of webhooks' deliveries are read at the same time.
const HOOK_BODIES: usize = 8;

/// The reason why the server did not start, as a sentence for the person who started it.
#[derive(Debug)]
pub struct StartError(String);

impl Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for StartError {}

impl From<String> for StartError {
    fn from(sentence: String) -> Self {
        Self(sentence)
    }
}

/// Returns a function for `map_err` that puts a description of what failed before the error.
fn context<E: Display>(description: impl Display) -> impl FnOnce(E) -> StartError {
    move |error| StartError(format!("{description}: {error}"))
}

/// A running server.
pub struct Server {
    address: SocketAddr,
    queue: Arc<Queue>,
    workers: Vec<JoinHandle<()>>,
    /// Asks the builders if they answer.
    watch: JoinSet<()>,
    /// What runs beside the builds and the answers, and can be ended at any time.
    tasks: Vec<JoinHandle<()>>,
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
    pub async fn stop(mut self) {
        self.shutdown.send_replace(true);
        for task in &self.tasks {
            task.abort();
        }
        self.queue.stop().await;
        for worker in self.workers {
            if let Err(error) = worker.await {
                tracing::error!("a worker failed: {error}");
            }
        }
        self.watch.shutdown().await;
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
    let slots = options.builders.slots(options.workers);
    let mail = options.mail.read().map_err(StartError)?;
    let max_connections = descriptors::max_connections(
        descriptors::raise_limit(),
        slots,
        options.connections.max_connections,
    )
    .map_err(StartError)?;
    let data = DataFolder::open(&options.data.folder())?;
    let opened = opening::open(&data).await?;
    let store = opened.store.clone();
    let git = Arc::new(open_git(&options, &data)?);
    let settings = builder_settings(&options, &data);
    let pool = Pool::new(&settings, options.workers, &options.builders);
    let metrics = Arc::new(Metrics::new(data.path.clone()));
    let queue = Queue::new(
        store.clone(),
        git.clone(),
        Places::new(pool.clone(), &options.registry)?,
        limits(&options),
        data.work_folder(),
        FreeSpace::new(data.path.clone(), options.space.min_free_space),
        metrics.clone(),
    );
    let (listener, address) = listen(options.listen).await?;
    let app = Arc::new(App {
        store: store.clone(),
        git: git.clone(),
        queue: queue.clone(),
        pool: pool.clone(),
        metrics,
        tokens,
        allow_origins: options.allow_origins.clone(),
        listen: address,
        hosts: Hosts::new(&options.hosts, address),
        wrong_tokens: WrongTokens::default(),
        source_looks: SourceLooks::new(data.work_folder()),
        poll_now: Arc::new(Notify::new()),
        hook_arrived: Arc::new(Notify::new()),
        hook_bodies: Semaphore::new(HOOK_BODIES),
        mail_namespaces: MailSettings::namespaces(mail.as_ref()),
        clean_now: Arc::new(Notify::new()),
        process: uuid::Uuid::new_v4().to_string(),
    });
    warn_of_access(&app);
    if options.sample {
        create_sample(&app, &data.path).await?;
    }

    let watch = pool_watch::watch(&pool, &data.path);
    let workers = queue.start(slots);
    let housekeeper = Housekeeper {
        store,
        git,
        pool,
        retention: options.retention,
        clean_now: app.clean_now.clone(),
    };
    let mut tasks = watch_sources(&app, &data, options.poll_interval);
    tasks.push(start_mailer(&app, mail)?);
    tasks.push(tokio::spawn(housekeeper.run()));
    tasks.push(tokio::spawn(opened.make_writable()));
    let (shutdown, shutdown_requested) = watch::channel(false);
    let files = SiteFiles::find(options.site.as_deref());
    let router = router(&app, files, site_config(&options, &app));
    let http = Connections::new(router, options.connections.timeouts(), max_connections);
    Ok(Server {
        address,
        queue,
        workers,
        watch,
        tasks,
        http: tokio::spawn(http.serve(listener, shutdown_requested)),
        shutdown,
        _data: data,
    })
}

/// The facts that the console is told.
fn site_config(options: &Options, app: &App) -> SiteConfig {
    let registry = app.queue.registry();
    SiteConfig {
        namespace: options.sample.then_some(sample::NAMESPACE),
        registry: registry.map(|registry| registry.name.to_string()),
    }
}

/// Starts the tasks that build new commits: the one that asks the sources, and the one that is told by webhooks.
fn watch_sources(app: &App, data: &DataFolder, interval: Duration) -> Vec<JoinHandle<()>> {
    let heads = Arc::new(NewHeads {
        store: app.store.clone(),
        git: app.git.clone(),
        queue: app.queue.clone(),
        work_folder: data.work_folder(),
        marks: std::sync::Mutex::default(),
    });
    let receiver = HookReceiver {
        store: app.store.clone(),
        git: app.git.clone(),
        heads: heads.clone(),
        arrived: app.hook_arrived.clone(),
        poll_now: app.poll_now.clone(),
    };
    let poller = SourcePoller {
        store: app.store.clone(),
        git: app.git.clone(),
        heads,
        interval,
        poll_now: app.poll_now.clone(),
    };
    vec![tokio::spawn(poller.run()), tokio::spawn(receiver.run())]
}

/// Starts the task that sends mail. Without a mail server, it only sees to it that none is noted.
fn start_mailer(app: &App, mail: Option<MailSettings>) -> Result<JoinHandle<()>, StartError> {
    let store = app.store.clone();
    Ok(match mail {
        Some(mail) => tokio::spawn(Mailer::new(store, mail)?.run()),
        None => tokio::spawn(async move {
            let none = |connection: &mut _| mails::set_namespaces(connection, &[]);
            if let Err(error) = store.run(none).await {
                tracing::warn!("mail that is not sent any more could not be forgotten: {error}");
            }
        }),
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

/// The limits of a build.
fn limits(options: &Options) -> Limits {
    Limits {
        time: options.build_timeout,
        log_bytes: options.log_limit,
        waiting: options.queue_limit,
    }
}

/// The options that are about builders.
fn builder_settings(options: &Options, data: &DataFolder) -> BuilderSettings {
    BuilderSettings {
        choice: options.builder,
        buildkit_addr: options.buildkit_addr.clone(),
        limits: options.build_limits.clone(),
        data: data.path.clone(),
        program: sandbox_program(options),
    }
}

/// The path of the program that sets sandboxes up.
fn sandbox_program(options: &Options) -> PathBuf {
    let own = || match rustix::process::geteuid().is_root() {
        // It is there also when the file was replaced by a newer version.
        true => PathBuf::from(format!("/proc/{}/exe", std::process::id())),
        false => std::env::current_exe().unwrap_or_default(),
    };
    options.sandbox_program.clone().unwrap_or_else(own)
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

/// Creates the sample repository if there has never been a repository.
async fn create_sample(app: &App, data: &Path) -> Result<(), StartError> {
    let is_unused = app
        .store
        .read(store::repositories::is_unused)
        .await
        .map_err(context("the database failed"))?;
    if is_unused {
        // The server works without its sample.
        if let Err(error) = sample::create(app, data).await {
            tracing::warn!("the sample repository could not be created: {error}");
        }
    }
    Ok(())
}
